import type { Format, Meta } from '../../firmware-sim/codec/element.ts';
import type { ZclAttributeRow, ZclCommandRow, ZclField } from '../../firmware-sim/dictionary/zcl.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { StructuresJson, UseCaseJson, ZclFieldJson, ZclStructureJson } from './source.ts';

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

function metaOf(field: ZclFieldJson): Meta | undefined {
  const format: Format | undefined =
    field.type === 'os' && TEXT_FIELDS.test(field.name)
      ? 'text'
      : field.type === 'u16' && EVENT_FIELDS.test(field.name)
        ? 'alert'
        : undefined;
  const meanings: Record<string, string> = {};
  for (const [key, meaning] of Object.entries(field.enum ?? {})) {
    const value = /^(0x)?[0-9a-f]+$/i.test(key)
      ? Number(/^0x/i.test(key) || !/^[0-9A-F]{8}$/.test(key) ? key : `0x${key}`)
      : Number.NaN;
    if (!Number.isNaN(value)) meanings[String(value)] = meaning;
  }
  const any = Object.keys(meanings).length > 0;
  if (!format && !field.unit && !any) return undefined;
  return { ...(field.unit && { unit: field.unit }), ...(format && { format }), ...(any && { meanings }) };
}

function fieldOf(field: ZclFieldJson): ZclField {
  const type = TYPES[field.type];
  if (type === undefined) throw new UsageError('unknown-type', `no ZCL type for ${field.type} of field ${field.name}`);
  const meta = metaOf(field);
  return {
    name: field.name,
    type,
    ...(meta && { meta }),
    ...(field.fields && { fields: field.fields.map(fieldOf) }),
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
  }
  if (found.size === 2) return new Set([entry.name.startsWith('Get') ? 'client->server' : 'server->client']);
  return found;
}

/** Every ZCL cluster command GBCS carries, with its fields in wire order. */
export function zclCommands(structures: StructuresJson, useCases: readonly UseCaseJson[]): ZclCommandRow[] {
  const rows = new Map<string, ZclCommandRow>();
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
        fields: entry.fields.map(fieldOf),
      });
    }
  }
  return [...rows.values()];
}

/** Names of the attributes that GBCS reads. */
export function zclAttributes(structures: StructuresJson): ZclAttributeRow[] {
  return structures.zclAttributes.map((entry) => ({
    cluster: Number(entry.cluster),
    attribute: Number(entry.attribute),
    name: entry.name,
    ...unitOrValues(entry.unitOrValues ?? ''),
  }));
}

/** `0 = kWh` and `826 GBP, 978 EUR` name values, `text` is a format, a bare number is only an example; the rest are units. */
function unitOrValues(note: string): Partial<ZclAttributeRow> {
  if (note === '' || /^\d+$/.test(note) || note.startsWith('see ')) return {};
  if (note.startsWith('text')) return { text: true };
  const named = [...note.replace(/^enum /, '').matchAll(/(?:^|,\s*)(\d+) (?:= )?([^,]+)/g)];
  if (named.length > 0 && !/^\d+\.\d/.test(note)) {
    return { meanings: Object.fromEntries(named.map(([, value, meaning]) => [value as string, (meaning as string).trim()])) };
  }
  return { unit: note };
}
