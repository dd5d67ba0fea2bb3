import type { Format, Meta } from '../../firmware-sim/codec/element.ts';
import type { Layout, PackedField } from '../../firmware-sim/codec/layout.ts';
import type { CosemMember } from '../../firmware-sim/dictionary/cosem.ts';
import type { ValueType } from '../../firmware-sim/dictionary/value-type.ts';
import type { DataModelJson, DlmsStructureJson, LayoutJson, RowJson, StructuresJson, UseCaseJson } from './source.ts';

const EUI_NAMES = /^(ieee_address|mac_address|.*system_title|EntityIdentifier)$/i;
const TEXT_NAMES =
  /^(CustomerIdentificationNumber|ExportMPAN|ImportMPAN\(s\)|PrivacyPIN|PrepaymentCredit.*|Supplier(Message|Name|TelephoneNumber)|season_profile_name|ManufacturerIdentifier|ModelType|MeterVariant)$/;

/** GBCS 8.2: purpose octet and originator counter. */
const TRANSACTION_ID: readonly PackedField[] = [
  { name: 'purpose', type: 'unsigned' },
  { name: 'originator_counter', type: 'long64-unsigned' },
];

/** How the octets of a field are best read, from its declared size, unit and name. */
function formatOf(layout: LayoutJson): Format | undefined {
  const { type, name, unit } = layout;
  if (unit?.startsWith('seconds since 2000')) return 'utc';
  if (type.startsWith('octet-string(12)')) return 'date-time';
  if (type === 'octet-string(5)') return 'date';
  if (type === 'octet-string(4)' && unit === 'UTC time of day') return 'time';
  if (type === 'octet-string(6)') return 'obis';
  if (EUI_NAMES.test(name)) return 'eui64';
  if (TEXT_NAMES.test(name)) return 'text';
  if (name === 'logCode' || name === 'alertCode') return 'alert';
  return undefined;
}

/** Units that say nothing beyond the format are dropped. */
function unitOf(layout: LayoutJson): string | undefined {
  const { unit } = layout;
  if (!unit || unit.startsWith('UTC') || unit.startsWith('seconds since 2000')) return undefined;
  return unit;
}

function metaOf(layout: LayoutJson): Meta | undefined {
  const format = formatOf(layout);
  const unit = unitOf(layout);
  const meanings = layout.enum && Object.keys(layout.enum).every((key) => /^-?\d+$/.test(key)) ? layout.enum : undefined;
  if (!format && !unit && !meanings) return undefined;
  return { ...(unit && { unit }), ...(format && { format }), ...(meanings && { meanings }) };
}

/** A layout without what only documentation needs. */
export function compactLayout(layout: LayoutJson): Layout {
  const meta = metaOf(layout);
  return {
    name: layout.name.replace(/ \(ECS47a\).*$/, '').replace(/ \(inferred\)$/, ''),
    ...(meta && { meta }),
    ...(layout.fields && { fields: layout.fields.map(compactLayout) }),
    ...(layout.of && { of: compactLayout(layout.of) }),
    ...(layout.optional && { optional: true as const }),
    ...(layout.name === 'transaction_id' && { packed: TRANSACTION_ID }),
  };
}

const SIZED = /^(octet-string|bit-string)\((\d+)\)$/;

function scalarType(text: string): ValueType {
  if (text.includes(' | ')) return { either: text.split(' | ').map(scalarType) };
  const sized = SIZED.exec(text);
  if (!sized) return text;
  return sized[1] === 'octet-string' ? { octets: Number(sized[2]) } : { bits: Number(sized[2]) };
}

/** A layout's types without its names. */
export function valueType(layout: LayoutJson): ValueType {
  const { fields, of, count, max, alt } = layout;
  if (alt !== undefined) return { either: [valueType({ ...layout, alt: undefined }), scalarType(alt)] };
  if (fields) return { structure: fields.map((field) => (field.optional ? { optional: valueType(field) } : valueType(field))) };
  if (!of) return scalarType(layout.type);
  const limit = max === undefined ? {} : { max };
  if (layout.type === 'compact-array') return { rows: valueType(of), ...limit };
  return { array: valueType(of), ...(count === undefined ? limit : { count }) };
}

/** Methods that an example shows to return data: their layout describes the answer, their argument is a constant. */
function returningMethods(useCases: readonly UseCaseJson[]): Set<string> {
  const wire = useCases.flatMap((useCase) => useCase.wire?.dlms ?? []);
  const returning = wire.filter((entry) => entry.op === 'action' && entry.responseData && entry.responseData !== 'null-data');
  return new Set(returning.map((entry) => keyOf({ class: entry.class, obis: entry.obis, kind: 'method', number: entry.n })));
}

function fromStructure(entry: DlmsStructureJson, returning: ReadonlySet<string>): CosemMember {
  const answers = entry.layout !== undefined && returning.has(keyOf(entry));
  const layout = entry.layout && (answers ? { name: 'argument' } : compactLayout(entry.layout));
  const request = entry.requestLayout && compactLayout(entry.requestLayout);
  const response =
    answers && entry.layout ? compactLayout(entry.layout) : entry.responseLayout && compactLayout(entry.responseLayout);
  const typed = answers ? undefined : (entry.layout ?? entry.requestLayout);
  return {
    class: entry.class,
    obis: entry.obis,
    kind: entry.kind,
    number: entry.number,
    name: entry.smetsName ?? (entry.layout ?? entry.requestLayout)?.name ?? '',
    devices: entry.devices,
    ...(typed && { type: valueType(typed) }),
    ...((layout ?? request) && { layout: layout ?? request }),
    ...(response && { response }),
    ...(entry.selectiveAccess && { selection: compactLayout(entry.selectiveAccess.layout) }),
  } as CosemMember;
}

const keyOf = (m: { class: number; obis: string; kind: string; number: number }): string =>
  `${m.class}/${m.obis}/${m.kind}/${m.number}`;

/** Auxiliary controllers 1 to 5 keep their times in 0-0:94.44.(116 + N).k. */
const AUXILIARY_TIMES = /^0-0:94\.44\.(11[7-9]|12[01])\.(\d)$/;

const renumber = (layout: Layout, from: number, to: number): Layout => ({
  ...layout,
  name: layout.name.replace(`[${from}]`, `[${to}]`),
});

/** What a member that only the mapping-table rows know has in common with one whose structure is known. */
function likeSibling(row: RowJson, members: readonly CosemMember[]): Partial<CosemMember> | undefined {
  const same = members.filter((m) => m.class === row.dlmsClass && m.kind === row.attributeOrMethod && m.number === row.number);
  if (row.dlmsClass === 30) return same[0] && { ...pick(same[0]) };
  const own = AUXILIARY_TIMES.exec(row.obis ?? '');
  if (!own) return undefined;
  for (const member of same) {
    const other = AUXILIARY_TIMES.exec(member.obis);
    if (other && other[2] === own[2] && member.layout) {
      return { layout: renumber(member.layout, Number(other[1]) - 116, Number(own[1]) - 116) };
    }
  }
  return undefined;
}

const pick = (m: CosemMember): Partial<CosemMember> => ({
  ...(m.layout && { layout: m.layout }),
  ...(m.response && { response: m.response }),
});

/** Times of auxiliary controllers are durations in ECS47 and moments in ECS47a (RTDS 4.5.0). */
function rowType(text: string, obis: string): ValueType {
  const own = AUXILIARY_TIMES.exec(obis);
  return own && Number(own[2]) <= 2 ? { either: [{ octets: 12 }, 'long-unsigned'] } : scalarType(text);
}

function fromRow(row: RowJson, devices: readonly string[], members: readonly CosemMember[]): CosemMember {
  const title = row.name ?? row.member ?? `member ${row.number}`;
  const owner = title.replace(/: .*$/, '');
  return {
    class: row.dlmsClass as number,
    obis: row.obis as string,
    kind: row.attributeOrMethod as 'attribute' | 'method',
    number: row.number as number,
    name: owner,
    devices,
    ...(row.type && row.type !== 'structure' && { type: rowType(row.type, row.obis as string) }),
    ...(likeSibling(row, members) ?? { layout: { name: title.replace(': ', '.') } }),
  } as CosemMember;
}

/** Device types that have a member: those whose structure was seen, and those that the data model gives the object. */
function devicesOf(member: CosemMember, dataModel: DataModelJson): string[] {
  const owners = Object.entries(dataModel.devices).filter(([, device]) => device.dlms?.[`${member.class}/${member.obis}`]);
  return [...new Set([...member.devices, ...owners.map(([name]) => name)])].sort();
}

/** Every COSEM attribute and method a GBCS use case touches, with the names of what it holds. */
export function cosemMembers(
  structures: StructuresJson,
  useCases: readonly UseCaseJson[],
  dataModel: DataModelJson,
): CosemMember[] {
  const returning = returningMethods(useCases);
  const members = structures.dlms.map((entry) => fromStructure(entry, returning));
  const seen = new Set(members.map(keyOf));
  const known = [...members];
  for (const [useCase, row] of useCases.flatMap((one) => one.rows.map((row) => [one, row] as const))) {
    if (row.dlmsClass === undefined || row.obis === undefined || row.number === undefined || !row.attributeOrMethod) continue;
    const member = fromRow(row, useCase.targetDevices, known);
    if (seen.has(keyOf(member))) continue;
    seen.add(keyOf(member));
    members.push(member);
  }
  const classes = new Map<number, string>();
  for (const device of Object.values(dataModel.devices)) {
    for (const object of Object.values(device.dlms ?? {})) classes.set(object.class, object.className);
  }
  return members.map((member) => ({
    ...member,
    devices: devicesOf(member, dataModel),
    className: classes.get(member.class) ?? `class ${member.class}`,
  }));
}
