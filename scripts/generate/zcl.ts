import type { Format, Meta } from '../../firmware-sim/codec/element.ts';
import type { Reading } from '../../firmware-sim/dictionary/readings.ts';
import type {
  GbzTemplate,
  GbzTemplateCommand,
  GbzTemplateResponse,
  ZclAttributeRow,
  ZclCommandRow,
  ZclField,
} from '../../firmware-sim/dictionary/zcl.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { StructuresJson, UseCaseJson, ZclFieldJson, ZclStructureJson, ZclTemplateJson, ZclWireJson } from './source.ts';

const TYPES: Readonly<Record<string, string>> = {
  u8: 'uint8',
  u16: 'uint16',
  u24: 'uint24',
  u32: 'uint32',
  u48: 'uint48',
  i32: 'int32',
  e8: 'enum8',
  b8: 'map8',
  b16: 'map16',
  b32: 'map32',
  utc: 'UTC',
  os: 'octstr',
  str: 'string',
  date: 'zcl-date',
  list: 'list',
};

const TEXT_FIELDS = /Name|Label|Contact|SiteID|CustomerID|Code|Message$|Password$/i;
/** Event identifiers are alert and event codes. */
const EVENT_FIELDS = /^(Event ID|code)$/;

/** Rules for values that no list names. */
const READINGS: readonly (readonly [name: RegExp, reading: Reading])[] = [
  [/^Event Configuration$/, 'event-configuration'],
  [/^Price Tier \| Friendly Credit Enable$/, 'day-entry'],
  [/^Tier \/ Block ID$/, 'price-entry'],
  [/^Number of Price Tiers & Register Tier$/, 'tiers-and-tier'],
  [/^Tier \/ Number of Block Thresholds$/, 'threshold-count'],
  [/Trailing ?Digit$/, 'decimals'],
  [/^Price Trailing Digit & Price Tier$/, 'decimals-and-tier'],
];

const readingOf = (name: string): Reading | undefined => READINGS.find(([pattern]) => pattern.test(name))?.[1];

/** Ends of a range that is asked for: the oldest and the newest there is. */
const RANGE_ENDS = { '0': 'start of time', '4294967294': 'end of time', '4294967295': 'end of time' };
const RANGE_FIELDS = /^(Earliest|Latest) ?(Start|End|Sample) ?Time$|^(Start|End) Time$/;
/** When something is to happen (GBCS: 0 at once, all ones cancel; the calendar commands cancel with one less). */
const ACTIVATION = { '0': 'now', '4294967294': 'cancel', '4294967295': 'cancel' };
const ACTIVATION_FIELDS = /(Start|StartSampling|SiteID|CIN|Implementation|Request|Command Issue) (Time|Date\/Time)$/;

/** Meanings of the special values of a UTC time. A command that asks for something gives a range, others an instant. */
function timeMeanings(field: ZclFieldJson, command: string): Readonly<Record<string, string>> | undefined {
  if (field.type !== 'utc') return undefined;
  if (command.startsWith('Get') && RANGE_FIELDS.test(field.name)) return RANGE_ENDS;
  return ACTIVATION_FIELDS.test(field.name) ? ACTIVATION : undefined;
}

/** A decimal or hex number of a key: `0x0C94`, `FFFFFFFF`, `bits 3,13 (0x2008 ...)`. */
function keyNumber(key: string): number {
  const inside = /\((0x[0-9a-f]+)\b/i.exec(key);
  if (inside) return Number(inside[1]);
  if (/^[0-9A-F]{8}$/.test(key)) return Number(`0x${key}`);
  return /^(0x[0-9a-f]+|\d+)$/i.test(key) ? Number(key) : Number.NaN;
}

function numberMeanings(list: Readonly<Record<string, string>>): Record<string, string> {
  const numbers = Object.entries(list).map(([key, meaning]) => [keyNumber(key), meaning] as const);
  return Object.fromEntries(numbers.filter(([value]) => !Number.isNaN(value)));
}

/** Listed meanings, or what the one value that GBCS sends stands for. */
function meaningsOf(field: ZclFieldJson, command: string): Readonly<Record<string, string>> {
  const times = timeMeanings(field, command);
  if (times) return times;
  if (field.name === 'Divisor') return {};
  const listed = numberMeanings(field.enum ?? {});
  if (Object.keys(listed).length > 0) return listed;
  const constant = typeof field.const === 'number' && /^[eb]8$/.test(field.type) && !readingOf(field.name);
  if (constant && field.note) return { [String(field.const)]: field.note.replace(/ in RTDS$/, '') };
  if (field.name === 'Cut Off Value') return { '-1': 'unchanged' };
  if (field.name === 'Credit Remaining') return { '-1': 'top-up not accepted' };
  return {};
}

function metaOf(field: ZclFieldJson, command: string): Meta | undefined {
  const format: Format | undefined =
    field.type === 'os' && TEXT_FIELDS.test(field.name)
      ? 'text'
      : field.type === 'u16' && EVENT_FIELDS.test(field.name)
        ? 'alert'
        : undefined;
  const meanings = meaningsOf(field, command);
  const any = Object.keys(meanings).length > 0;
  const reading = readingOf(field.name);
  if (!format && !field.unit && !any && !reading) return undefined;
  return {
    ...(field.unit && { unit: field.unit }),
    ...(format && { format }),
    ...(any && { meanings }),
    ...(reading && { reading }),
  };
}

/** Lists that some commands of a cluster leave out for a field that others have. */
function listsByField(structures: StructuresJson): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const fields = structures.gbz.flatMap((entry) =>
    entry.fields.map((field) => [`${entry.cluster} ${field.name}`, field.enum] as const),
  );
  const shared = fields.filter(([key]) => SHARED_FIELDS.test(key));
  return new Map(shared.flatMap(([key, list]) => (list ? [[key, list] as const] : [])));
}
const SHARED_FIELDS = / SampleID$/;

function fieldOf(field: ZclFieldJson, command: string): ZclField {
  const type = TYPES[field.type];
  if (type === undefined) throw new UsageError('unknown-type', `no ZCL type for ${field.type} of field ${field.name}`);
  const meta = metaOf(field, command);
  return {
    name: field.name,
    type,
    ...(meta && { meta }),
    ...(field.fields && { fields: field.fields.map((inner) => fieldOf(inner, command)) }),
    ...(typeof field.count === 'number' && { count: field.count }),
  };
}

/** Directions a structure is sent in, from the examples of its use cases. */
function directionsOf(entry: ZclStructureJson, useCases: readonly UseCaseJson[]): Set<string> {
  const inCommand = entry.sentIn.startsWith('command');
  const found = new Set<string>();
  for (const useCase of useCases.filter((u) => entry.useCases.includes(u.code))) {
    const wire = inCommand ? (useCase.wire?.command ?? []) : [...(useCase.wire?.response ?? []), ...(useCase.wire?.alert ?? [])];
    for (const part of Array.isArray(wire) ? wire : []) {
      const same = Number(part.cluster) === Number(entry.cluster) && Number(part.command) === Number(entry.command);
      if (same && part.clusterSpecific) found.add(part.direction);
    }
    const template = inCommand ? useCase.gbzTemplate?.command : useCase.gbzTemplate?.response;
    for (const part of template ?? []) {
      const same = Number(part.cluster) === Number(entry.cluster) && Number(part.commandId) === Number(entry.command);
      if (same && part.clusterSpecific) found.add(part.direction);
    }
  }
  if (found.size === 2) return new Set([entry.name.startsWith('Get') ? 'client->server' : 'server->client']);
  return found;
}

/** Every ZCL cluster command GBCS carries, with its fields in wire order. */
export function zclCommands(structures: StructuresJson, useCases: readonly UseCaseJson[]): ZclCommandRow[] {
  const rows = new Map<string, ZclCommandRow>();
  const lists = listsByField(structures);
  for (const entry of structures.gbz) {
    for (const direction of directionsOf(entry, useCases)) {
      const toClient = direction === 'server->client';
      const key = `${entry.cluster}/${entry.command}/${toClient}`;
      if (rows.has(key)) continue;
      rows.set(key, {
        cluster: Number(entry.cluster),
        command: Number(entry.command),
        toClient,
        name: entry.name,
        fields: entry.fields.map((field) => {
          const list = field.enum ?? lists.get(`${entry.cluster} ${field.name}`);
          return fieldOf(list ? { ...field, enum: list } : field, entry.name);
        }),
      });
    }
  }
  return [...rows.values()];
}

/** ZCL types by the names the examples use. */
const WIRE_TYPES: Readonly<Record<string, string>> = {
  bitmap8: 'map8',
  bitmap16: 'map16',
  'octet-string': 'octstr',
  'char-string': 'string',
};

/** Type of every attribute some example reads, by cluster and attribute. */
function attributeTypes(useCases: readonly UseCaseJson[]): Map<string, string> {
  const types = new Map<string, string>();
  for (const part of useCases.flatMap((useCase) => useCase.wire?.response ?? [])) {
    if (typeof part !== 'object') continue;
    for (const [attribute, type] of Object.entries(part.attributeTypes ?? {})) {
      types.set(`${Number(part.cluster)}/${Number(attribute)}`, WIRE_TYPES[type] ?? type);
    }
  }
  return types;
}

/** Names and types of the attributes that GBCS reads. */
export function zclAttributes(structures: StructuresJson, useCases: readonly UseCaseJson[]): ZclAttributeRow[] {
  const types = attributeTypes(useCases);
  return structures.zclAttributes.map((entry) => {
    const type = types.get(`${Number(entry.cluster)}/${Number(entry.attribute)}`);
    return {
      cluster: Number(entry.cluster),
      attribute: Number(entry.attribute),
      name: entry.name,
      ...(type !== undefined && { type }),
      ...(entry.unitOrValues === 'see PCC enum'
        ? { meanings: numberMeanings(structures.paymentControlConfiguration) }
        : unitOrValues(entry.unitOrValues ?? '')),
    };
  });
}

/** Components of a kind, each once: as examples have them, then what only the published template knows. */
function distinctParts<T>(
  wire: readonly ZclWireJson[] | undefined,
  template: readonly ZclTemplateJson[] | undefined,
  row: (part: Omit<ZclWireJson, 'direction'>) => T | undefined,
): T[] {
  const found = new Map<string, T>();
  const parts = [...(wire ?? []), ...(template ?? []).map((part) => ({ ...part, command: part.commandId }))];
  for (const part of parts) {
    if (typeof part !== 'object') continue;
    const key = `${Number(part.cluster)}/${Number(part.command)}/${part.clusterSpecific}`;
    const made = found.has(key) ? undefined : row(part);
    if (made !== undefined) found.set(key, made);
  }
  return [...found.values()];
}

const DEFAULT_RESPONSE = 0x0b;

function commandPart(part: Omit<ZclWireJson, 'direction'>): GbzTemplateCommand {
  return {
    cluster: Number(part.cluster),
    command: Number(part.command),
    frameControl: Number(part.frameControl),
    ...(part.attributeIds && { attributes: part.attributeIds.map(Number) }),
  };
}

function responsePart(part: Omit<ZclWireJson, 'direction'>): GbzTemplateResponse | undefined {
  if (!part.clusterSpecific && Number(part.command) === DEFAULT_RESPONSE) return undefined;
  return {
    cluster: Number(part.cluster),
    command: Number(part.command),
    frameControl: Number(part.frameControl),
    encrypted: part.encrypted,
  };
}

/** What each GBZ command may hold, and the frame control and encryption of its responses. */
export function gbzTemplates(useCases: readonly UseCaseJson[]): GbzTemplate[] {
  return useCases.flatMap((useCase) => {
    const { wire, gbzTemplate } = useCase;
    if (useCase.payloadKind !== 'GBZ' || !wire?.command) return [];
    return [
      {
        useCase: useCase.code,
        commands: distinctParts(wire.command, gbzTemplate?.command, commandPart),
        responses: distinctParts(wire.response, gbzTemplate?.response, responsePart),
      },
    ];
  });
}

/** `0 = kWh` and `826 GBP, 978 EUR` name values, `text` is a format, a bare number is only an example; the rest are units. */
function unitOrValues(note: string): Partial<ZclAttributeRow> {
  if (note.startsWith('high nibble decimals')) return { reading: 'decimals' };
  if (note === '' || /^\d+$/.test(note) || note.startsWith('see ')) return {};
  if (note.startsWith('text')) return { text: true };
  const named = [...note.replace(/^enum /, '').matchAll(/(?:^|,\s*)(\d+) (?:= )?([^,]+)/g)];
  if (named.length > 0 && !/^\d+\.\d/.test(note)) {
    return { meanings: Object.fromEntries(named.map(([, value, meaning]) => [value as string, (meaning as string).trim()])) };
  }
  return { unit: note };
}
