import { INTEGER_TYPES, writeLength } from '../../codec/axdr-types.ts';
import { Element, type RowType } from '../../codec/element.ts';
import type { ValueType } from '../../dictionary/value-type.ts';
import { ByteWriter } from '../../kernel/byte-writer.ts';
import { type Bytes, fromHex, toHex } from '../../kernel/bytes.ts';
import { ProtocolFault } from '../../kernel/errors.ts';
import { type Elements, isOptional, type Plain } from './value.ts';

/** A row as the scalars it holds, in the order of the wire: numbers, and octet strings as hex. */
export type Row = readonly (number | string)[];

/** One scalar of a row: octets of an integer, or a string with its length before it. */
type Column = 1 | 2 | 4 | 'string';

/** How rows of a log are written: the wire says their type once, before all of them. */
export interface RowForm {
  readonly of: RowType;
  readonly columns: readonly Column[];
  /** Every column holds a number. */
  readonly numeric: boolean;
}

function columnOf(type: string): Column {
  if (type === 'octet-string') return 'string';
  const octets = INTEGER_TYPES[type]?.octets;
  if (octets === 1 || octets === 2 || octets === 4) return octets;
  throw new ProtocolFault('bad-type', `rows of logs hold integers and octet strings, not ${type}`);
}

function columnsOf(of: RowType): readonly Column[] {
  if (typeof of === 'string') return of === 'null-data' ? [] : [columnOf(of)];
  if ('structure' in of) return of.structure.flatMap(columnsOf);
  const item = columnsOf(of.of);
  return Array.from({ length: of.array }, () => item).flat();
}

const FORMS = new WeakMap<object, RowForm>();

/** The form of rows of a type; made once for each type description. @throws ProtocolFault `bad-type` for rows no log of GBCS has */
export function rowFormOf(of: RowType): RowForm {
  const known = typeof of === 'object' ? FORMS.get(of) : undefined;
  if (known) return known;
  const columns = columnsOf(of);
  const form = { of, columns, numeric: columns.every((column) => column !== 'string') };
  if (typeof of === 'object') FORMS.set(of, form);
  return form;
}

function scalarOf(type: ValueType, plain: Plain | undefined): number | string {
  if (typeof plain === 'number') return plain;
  if (typeof plain === 'bigint' || typeof plain === 'boolean') return Number(plain);
  if (typeof plain === 'string') return plain;
  if (typeof type === 'object' && 'octets' in type) return '00'.repeat(type.octets);
  return type === 'octet-string' ? '' : 0;
}

function addScalars(row: (number | string)[], type: ValueType, plain: Plain | undefined, elements: Elements): void {
  const list = typeof plain === 'object' ? plain : undefined;
  if (typeof type === 'object' && 'structure' in type) {
    type.structure.forEach((field, i) => {
      if (elements === 'twin' || !isOptional(field)) addScalars(row, field, list?.[i], elements);
    });
  } else if (typeof type === 'object' && 'array' in type) {
    const length = type.count ?? list?.length ?? 0;
    for (let i = 0; i < length; i++) addScalars(row, type.array, list?.[i], elements);
  } else if (isOptional(type)) addScalars(row, type.optional, plain, elements);
  else row.push(scalarOf(type, plain));
}

/** A row in plain form, with a value for every field that a twin-element meter has; what is left out is zero. */
export function flatRow(type: ValueType, fields: Plain, elements: Elements): Row {
  const row: (number | string)[] = [];
  addScalars(row, type, fields, elements);
  return row;
}

function collect(row: (number | string)[], { value }: Element): void {
  if (value instanceof Uint8Array) row.push(toHex(value));
  else if (Array.isArray(value)) for (const child of value as readonly Element[]) collect(row, child);
  else row.push(Number(value));
}

/** The rows of a log's buffer. */
export function rowsOfBuffer(buffer: Element): readonly Row[] {
  return buffer.children.map((child) => {
    const row: (number | string)[] = [];
    collect(row, child);
    return row;
  });
}

function writeScalar(writer: ByteWriter, column: Column, value: number | string): void {
  if (column === 'string' || typeof value === 'string') {
    const octets = fromHex(String(value));
    writeLength(writer, octets.length);
    writer.bytes(octets);
  } else if (column === 4) writer.u32(value);
  else if (column === 2) writer.u16(value);
  else writer.u8(value);
}

function encodeRows({ columns }: RowForm, rows: readonly Row[]): Bytes {
  const writer = new ByteWriter(rows.length * columns.length * 4);
  for (const row of rows) for (let i = 0; i < columns.length; i++) writeScalar(writer, columns[i] as Column, row[i] ?? 0);
  return writer.finish();
}

/** A buffer with rows that are already in octets: to be sent, not to be looked into. */
export function packedBuffer(buffer: Element, form: RowForm, rows: readonly Row[]): Element {
  const extras = { ...buffer.extras, of: form.of, raw: encodeRows(form, rows) };
  return new Element(buffer.name, buffer.type, [], buffer.meta, buffer.named, extras);
}
