import { AXDR_TAGS, type AxdrType } from '../../firmware-sim/codec/axdr-types.ts';
import type { Format, Meta } from '../../firmware-sim/codec/element.ts';
import type { Layout, PackedField } from '../../firmware-sim/codec/layout.ts';
import type { CosemMember } from '../../firmware-sim/dictionary/cosem.ts';
import { obisText } from '../../firmware-sim/dictionary/cosem-obis.ts';
import type { Reading } from '../../firmware-sim/dictionary/readings.ts';
import type { ValueType } from '../../firmware-sim/dictionary/value-type.ts';
import { fromHex, toAscii } from '../../firmware-sim/kernel/bytes.ts';
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
  if (name.endsWith('.TypeAndIdentifier')) return 'eui64';
  return undefined;
}

/** Units that say nothing beyond the format are dropped. */
function unitOf(layout: LayoutJson): string | undefined {
  const { unit } = layout;
  if (!unit || unit.startsWith('UTC') || unit.startsWith('seconds since 2000')) return undefined;
  return unit;
}

/** Where a layout stands: the object, and its name before changes. */
interface Place {
  readonly obis: string;
  readonly layout: LayoutJson;
}

/** Rules for values that no list names, by the notes and names of the fact file. */
const READINGS: readonly (readonly [applies: (place: Place) => boolean, reading: Reading])[] = [
  [({ layout }) => hasKey(layout, '0xN01'), 'auxiliary-action'],
  [({ layout }) => hasKey(layout, '101-108'), 'tariff-script'],
  [({ layout }) => layout.name.endsWith('.TypeAndIdentifier'), 'controller-type'],
  [({ layout }) => layout.name === 'logical_name' && layout.type === 'octet-string(6)', 'cosem-object'],
  [({ layout }) => layout.name === 'exec_weekdays', 'weekdays'],
  [({ layout }) => layout.name === 'exec_specdays', 'special-days'],
  [({ layout }) => /^page\d\dMask$|^operatingChannel$/.test(layout.name), 'page-mask'],
  [({ layout }) => layout.note?.startsWith('channel mask (4 octets') === true, 'channel-event'],
  [({ layout }) => layout.note?.startsWith('1 octet: 01-30 (hex)') === true, 'price-index'],
  [({ layout }) => layout.note?.startsWith('1 octet 01-04') === true, 'secondary-price-index'],
  [({ layout }) => layout.note?.includes('class 104 status flags') === true, 'device-status'],
  [({ layout }) => layout.name.endsWith('(Network Operator): mask + actions'), 'network-operator-alert-changes'],
  [({ layout }) => layout.name.endsWith('(Supplier): mask + actions'), 'supplier-alert-changes'],
  [({ layout }) => layout.name.endsWith('(Network Operator): settings'), 'network-operator-alerts'],
  [({ layout }) => layout.name.endsWith('(Supplier): settings'), 'supplier-alerts'],
];

const hasKey = (layout: LayoutJson, key: string): boolean => Object.hasOwn(layout.enum ?? {}, key);

/** Units of DLMS registers that GBCS uses (Blue Book, unit). */
const UNITS = { '27': 'W', '30': 'Wh', '32': 'varh', '254': 'other unit (currency per kWh here)', '255': 'no unit (count)' };

/** Script tables by OBIS code. */
const SCRIPT_TABLES = {
  '0-0:10.0.100.255': 'tariff',
  '0-0:10.0.103.255': 'auxiliary controllers',
  '0-0:10.0.106.255': 'supply',
  '0-0:10.0.107.255': 'level of an auxiliary controller',
  '0-0:10.128.100.255': 'maximum demand period',
};

/** Meanings that the fact file has in words. */
function ownMeanings({ layout, obis }: Place): Readonly<Record<string, string>> | undefined {
  const { name, type, note } = layout;
  if (type === 'enum' && /unit$/i.test(name)) return UNITS;
  if (name === 'script_logical_name') return SCRIPT_TABLES;
  if (name === 'threshold' && /:16\.[01]\.1[1-8]\.255$/.test(obis)) return { '4294967295': 'not used' };
  if (name === 'collection_configuration') return { '111': 'always', '110': 'not while the supply is disconnected' };
  if (name === 'PrivacyPIN') return { '': 'no PIN protection' };
  if (name === 'logical_name' && type === 'octet-string(6)' && note && layout.const) {
    return { [obisText(fromHex(layout.const))]: note.replace(/^[\d.:-]+, (the )?/, '') };
  }
  const constant = (type === 'enum' ? /^(\d+) = (.+)$/ : /^([0-9a-f]{2}) = (.+)$/).exec(note ?? '');
  return constant ? { [constant[1] as string]: constant[2] as string } : undefined;
}

/** Date-times with which something is to happen at once or never. */
const TIME_WORDS: Readonly<Record<string, string>> = { '0000000000000000008000FF': 'now', FFFFFFFFFFFFFFFFFF8000FF: 'never' };

/** The form in which decode shows a value that the fact file writes as decimal or hex; undefined for rules in words. */
function shownKey(layout: LayoutJson, format: Format | undefined, key: string): string | undefined {
  if (layout.type === 'boolean') return key === '255' ? 'true' : key === '0' ? 'false' : undefined;
  if (format === 'date-time') return TIME_WORDS[key];
  if (format === 'obis') return /^[0-9a-f]{12}$/i.test(key) ? obisText(fromHex(key)) : undefined;
  if (format === 'text') return /^[0-9a-f]{2}$/i.test(key) ? toAscii(fromHex(key)) : undefined;
  return layout.type.startsWith('octet-string') || !/^-?\d+$/.test(key) ? undefined : key;
}

/** A meaning without the octets or code it repeats. */
const plainMeaning = (meaning: string): string => meaning.replace(/ \(\d-\d:[\d.]+\)$/, '').replace(/^[A-C] (?=[a-z])/, '');

function meaningsOf(place: Place, format: Format | undefined): Readonly<Record<string, string>> | undefined {
  const { layout } = place;
  const listed = Object.entries(layout.enum ?? {}).flatMap(([key, meaning]) => {
    const shown = shownKey(layout, format, key);
    return shown === undefined ? [] : [[shown, plainMeaning(meaning)] as const];
  });
  return listed.length > 0 ? Object.fromEntries(listed) : ownMeanings(place);
}

function metaOf(place: Place): Meta | undefined {
  const format = formatOf(place.layout);
  const unit = unitOf(place.layout);
  const reading = READINGS.find(([applies]) => applies(place))?.[1];
  const meanings = meaningsOf(place, format);
  if (!format && !unit && !meanings && !reading) return undefined;
  return { ...(unit && { unit }), ...(format && { format }), ...(meanings && { meanings }), ...(reading && { reading }) };
}

/** The one data type a layout declares: a compact array is an array; undefined where there is a choice. */
function typeOf(layout: LayoutJson): AxdrType | undefined {
  const type = layout.type.replace(/\(\d+\)$/, '').replace('compact-array', 'array');
  return Object.hasOwn(AXDR_TAGS, type) ? (type as AxdrType) : undefined;
}

/** A layout without what only documentation needs. */
export function compactLayout(layout: LayoutJson, obis: string): Layout {
  const meta = metaOf({ layout, obis });
  const type = typeOf(layout);
  return {
    name: layout.name.replace(/ \(ECS47a\).*$/, '').replace(/ \(inferred\)$/, ''),
    ...(type && { type }),
    ...(meta && { meta }),
    ...(layout.fields && { fields: layout.fields.map((field) => compactLayout(field, obis)) }),
    ...(layout.of && { of: compactLayout(layout.of, obis) }),
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
  const compact = (declared: LayoutJson | undefined): Layout | undefined => declared && compactLayout(declared, entry.obis);
  const layout = entry.layout && (answers ? { name: 'argument' } : compact(entry.layout));
  const request = compact(entry.requestLayout);
  const response = compact(answers ? entry.layout : entry.responseLayout);
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
    ...(entry.selectiveAccess && { selection: compactLayout(entry.selectiveAccess.layout, entry.obis) }),
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
