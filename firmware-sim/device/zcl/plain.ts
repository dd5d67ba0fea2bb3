import { Element } from '../../codec/element.ts';
import type { FieldSchema } from '../../codec/zcl.ts';
import type { ZclRecord, ZclScalar } from './store.ts';

type Plain = ZclRecord[string];

/** Fields of a decoded ZCL payload as plain data. */
export function recordOf(fields: readonly Element[]): ZclRecord {
  return Object.fromEntries(fields.map((field) => [field.name, plainOf(field)]));
}

function plainOf(field: Element): Plain {
  if (!Array.isArray(field.value)) return field.value as ZclScalar;
  const groups = field.children.every((child) => child.type === 'group');
  if (groups) return field.children.map((child) => recordOf(child.children));
  return field.children.map((child) => child.value as ZclScalar);
}

/** Elements of a record, in the order of the command's declaration; fields the record lacks are written as zero or empty. */
export function elementsOf(schema: readonly FieldSchema[], record: ZclRecord): Element[] {
  return schema.map((field) => elementOf(field, record[field.name]));
}

function elementOf(field: FieldSchema, value: Plain | undefined): Element {
  if (field.type !== 'list')
    return new Element(field.name, field.type, (value as ZclScalar | undefined) ?? blank(field.type), field.meta);
  const entries = Array.isArray(value) ? (value as readonly (ZclScalar | ZclRecord)[]) : [];
  const fields = field.fields ?? [];
  const [only] = fields;
  const single = fields.length === 1 ? only : undefined;
  const filled = field.count === undefined ? entries : Array.from({ length: field.count }, (_, i) => entries[i] ?? 0);
  const children = filled.map((entry) =>
    single
      ? new Element(single.name, single.type, entry as ZclScalar, single.meta)
      : new Element(field.name, 'group', elementsOf(fields, entry as ZclRecord)),
  );
  return new Element(field.name, 'list', children);
}

/** True when no field is missing that the declaration has, inside lists too; only then can the octets be written back. */
export function isWhole(schema: readonly FieldSchema[], fields: readonly Element[]): boolean {
  return fields.length === schema.length && schema.every((declared, i) => isWholeField(declared, fields[i]));
}

function isWholeField(schema: FieldSchema, field: Element | undefined): boolean {
  if (!field?.named) return false;
  if (schema.type !== 'list') return true;
  if (schema.count !== undefined && field.children.length !== schema.count) return false;
  return field.children.every((child) => child.type !== 'group' || isWhole(schema.fields ?? [], child.children));
}

function blank(type: string): ZclScalar {
  if (type === 'octstr' || type === 'octets') return new Uint8Array(0);
  if (type === 'zcl-date') return new Uint8Array(4).fill(0xff);
  return type === 'string' ? '' : 0;
}

/** The value of a numeric field; 0 where there is none. */
export function numberIn(record: ZclRecord | undefined, field: string): number {
  const value = record?.[field];
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0;
}

/** The octets of a field; none where there are none. */
export function octetsIn(record: ZclRecord | undefined, field: string): Uint8Array {
  const value = record?.[field];
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}

/** The entries of a list field. */
export function entriesIn(record: ZclRecord | undefined, field: string): readonly ZclRecord[] {
  const value = record?.[field];
  return Array.isArray(value) ? (value as readonly ZclRecord[]) : [];
}

/** The numbers of a list field with single values. */
export function numbersIn(record: ZclRecord | undefined, field: string): readonly number[] {
  const value = record?.[field];
  return Array.isArray(value) ? (value as readonly number[]) : [];
}
