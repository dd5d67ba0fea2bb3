import { ByteReader } from '../kernel/byte-reader.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import { decodeContent } from './der-content.ts';
import { accepts, DER_TAGS, type DerField, type DerSchema, type DerType } from './der-schema.ts';
import { minimalLengthOctets } from './der-tlv.ts';
import { Element, type ElementExtras, type Meta } from './element.ts';

const TYPE_OF_TAG: (DerType | undefined)[] = [];
for (const [type, tag] of Object.entries(DER_TAGS) as [DerType, number][]) {
  if (tag !== 0 && !type.endsWith(' OF')) TYPE_OF_TAG[tag] = type;
}

/** Nesting no GBCS structure or certificate comes near. */
const MAX_DEPTH = 24;

/** A cursor that keeps the last tag and length it read in fields: certificates have hundreds of elements. */
class DerReader extends ByteReader {
  tag = 0;
  /** Where the content of the last header ends. */
  contentEnd = 0;
  lengthOctets = 0;

  /** Reads tag and length, minimal or not, and moves to the content. @throws ProtocolFault */
  header(): void {
    const at = this.at;
    const tag = this.u8();
    if ((tag & 0x1f) === 0x1f) this.fail('bad-der', 'tag numbers above 30 are not used in GBCS', at);
    const first = this.u8();
    const length = first < 0x80 ? first : this.#longLength(first & 0x7f, at);
    this.tag = tag;
    this.lengthOctets = this.at - at - 1;
    this.contentEnd = this.at + length;
    if (this.contentEnd > this.end) {
      this.fail('truncated', `element of ${length} octets reaches past the end by ${this.contentEnd - this.end}`, at);
    }
  }

  #longLength(count: number, at: number): number {
    if (count === 0 || count > 4) this.fail('bad-der', `length form 0x${(0x80 | count).toString(16)} is not supported`, at + 1);
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + this.u8();
    return length;
  }
}

/** What is unusual about an element's encoding; undefined for most. */
function extrasOf(type: DerType, tag: number, length: number, lengthOctets: number): ElementExtras | undefined {
  const longer = lengthOctets !== minimalLengthOctets(length);
  const foreign = tag !== DER_TAGS[type];
  if (!longer && !foreign) return undefined;
  return { ...(foreign && { tag }), ...(longer && { lengthOctets }) };
}

function primitive(reader: DerReader, type: DerType, name: string, meta: Meta | undefined, named: boolean): Element {
  const { tag, contentEnd, lengthOctets, at } = reader;
  const extras = extrasOf(type, tag, contentEnd - at, lengthOctets);
  reader.at = contentEnd;
  if (type === 'OCTET STRING') return new Element(name, type, reader.bytes.subarray(at, contentEnd), meta, named, extras);
  const length = contentEnd - at;
  if (type === 'INTEGER' && length > 0 && length <= 4 && minimalInteger(reader.bytes, at, length)) {
    return new Element(name, type, smallInteger(reader.bytes, at, length), meta, named, extras);
  }
  const { value, raw, bits } = decodeContent(type, reader.bytes.subarray(at, contentEnd), at);
  if (raw === undefined && bits === undefined) return new Element(name, type, value, meta, named, extras);
  if (raw === undefined && bits !== undefined && !extras) return new Element(name, type, value, meta, named, { bits });
  return new Element(name, type, value, meta, named, { ...extras, ...(raw && { raw }), ...(bits !== undefined && { bits }) });
}

function minimalInteger(bytes: Bytes, at: number, length: number): boolean {
  if (length === 1) return true;
  const first = bytes[at] as number;
  const second = bytes[at + 1] as number;
  return !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
}

function smallInteger(bytes: Bytes, at: number, length: number): number {
  let value = ((bytes[at] as number) << 24) >> 24;
  for (let i = 1; i < length; i++) value = value * 256 + (bytes[at + i] as number);
  return value;
}

/** An element with what is inside it, the reader narrowed to its content meanwhile. */
function constructed(
  reader: DerReader,
  type: DerType,
  name: string,
  meta: Meta | undefined,
  named: boolean,
  read: (children: Element[]) => void,
): Element {
  const { tag, contentEnd, lengthOctets, at, end } = reader;
  const children: Element[] = [];
  reader.end = contentEnd;
  read(children);
  reader.at = contentEnd;
  reader.end = end;
  return new Element(name, type, children, meta, named, extrasOf(type, tag, contentEnd - at, lengthOctets));
}

/** Any element by its own tags, named by its path. */
function decodeAny(reader: DerReader, path: string, depth: number): Element {
  if (depth > MAX_DEPTH) reader.fail('bad-der', `nested deeper than ${MAX_DEPTH} levels`);
  reader.header();
  const { tag } = reader;
  const within = (tag & 0x20) !== 0;
  const type = TYPE_OF_TAG[tag] ?? (within ? 'SEQUENCE' : 'OCTET STRING');
  if (!within) return primitive(reader, type, path, undefined, false);
  return constructed(reader, type, path, undefined, false, (children) => {
    while (reader.at < reader.end) children.push(decodeAny(reader, `${path}.${children.length}`, depth + 1));
  });
}

function mismatch(reader: DerReader, name: string): never {
  return reader.fail('unexpected-element', `unexpected element where ${name} should be`);
}

/** A field whose schema an earlier object identifier chooses; what does not fit it is decoded by the general one. */
function decodeDefined(reader: DerReader, field: DerField, siblings: readonly Element[], depth: number): Element {
  const by = field.schema.definedBy;
  const key = by && siblings.find((e) => e.name === by.field)?.value;
  const schema = by && typeof key === 'string' ? by.table[key] : undefined;
  if (!schema) return decodeWith(reader, field.schema, field.name, depth);
  const { at, end } = reader;
  try {
    return decodeWith(reader, schema, field.name, depth);
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    reader.at = at;
    reader.end = end;
    return decodeWith(reader, field.schema, field.name, depth);
  }
}

function readFields(reader: DerReader, fields: readonly DerField[], name: string, children: Element[], depth: number): void {
  for (const field of fields) {
    const present = reader.at < reader.end && accepts(field.schema, reader.bytes[reader.at] as number);
    if (!present) {
      if (!field.optional) mismatch(reader, field.name);
    } else if (field.schema.definedBy) children.push(decodeDefined(reader, field, children, depth));
    else children.push(decodeWith(reader, field.schema, field.name, depth));
  }
  while (reader.at < reader.end) children.push(decodeAny(reader, `${name}.${children.length}`, depth));
}

function decodeChoice(reader: DerReader, schema: DerSchema, name: string, depth: number): Element {
  const tag = reader.peek();
  for (const field of schema.fields ?? []) {
    if (accepts(field.schema, tag))
      return new Element(name, 'CHOICE', [decodeWith(reader, field.schema, field.name, depth)], schema.meta);
  }
  return mismatch(reader, name);
}

function decodeWith(reader: DerReader, schema: DerSchema, name: string, depth: number): Element {
  const { type, fields, item, containing, meta } = schema;
  if (type === 'ANY') return decodeAny(reader, name, depth);
  if (type === 'CHOICE') return decodeChoice(reader, schema, name, depth);
  if (reader.peek() !== schema.tag) mismatch(reader, name);
  reader.header();
  if (fields)
    return constructed(reader, type, name, meta, true, (children) => readFields(reader, fields, name, children, depth + 1));
  if (item) {
    return constructed(reader, type, name, meta, true, (children) => {
      while (reader.at < reader.end) children.push(decodeWith(reader, item.schema, item.name, depth + 1));
    });
  }
  if (!containing) return primitive(reader, type, name, meta, true);
  return constructed(reader, type, name, meta, true, (children) => {
    children.push(decodeWith(reader, containing, 'content', depth + 1));
    reader.finish(name);
  });
}

/**
 * Decodes DER (lengths may be longer than minimal) into named elements by a schema.
 * @throws ProtocolFault; kind `unexpected-element` when the octets are DER but not of this schema
 */
export function decodeDerElement(schema: DerSchema, bytes: Bytes, name: string): Element {
  const reader = new DerReader(bytes);
  const element = decodeWith(reader, schema, name, 0);
  reader.finish(name);
  return element;
}

/** Decodes any DER into elements named by their paths. @throws ProtocolFault */
export function decodeUnknownDer(bytes: Bytes, name: string): Element {
  const reader = new DerReader(bytes);
  const element = decodeAny(reader, name, 0);
  reader.finish(name);
  return element;
}
