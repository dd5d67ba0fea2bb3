import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { Invariant, ProtocolFault } from '../kernel/errors.ts';
import { decodeContent, encodeContent } from './der-content.ts';
import { accepts, DER_TAGS, type DerField, type DerSchema, type DerType } from './der-schema.ts';
import { minimalLengthOctets, readTlvHeader, type Tlv, tlvHeader } from './der-tlv.ts';
import { Element, type ElementExtras, type Scalar } from './element.ts';

const TYPE_OF_TAG = new Map<number, DerType>(
  (Object.entries(DER_TAGS) as [DerType, number][])
    .filter(([type, tag]) => tag !== 0 && !type.endsWith(' OF'))
    .map(([t, tag]) => [tag, t]),
);

/** Nesting no GBCS structure or certificate comes near. */
const MAX_DEPTH = 24;

function extrasOf(tlv: Tlv, type: DerType, raw?: Bytes, bits?: number): ElementExtras | undefined {
  const longer = tlv.lengthOctets !== minimalLengthOctets(tlv.end - tlv.start);
  const foreign = tlv.tag !== DER_TAGS[type];
  if (!longer && !foreign && raw === undefined && bits === undefined) return undefined;
  return {
    ...(foreign && { tag: tlv.tag }),
    ...(longer && { lengthOctets: tlv.lengthOctets }),
    ...(raw !== undefined && { raw }),
    ...(bits !== undefined && { bits }),
  };
}

/** Any element by its own tags, named by its path. */
function decodeAny(reader: ByteReader, path: string, depth: number): Element {
  if (depth > MAX_DEPTH) reader.fail('bad-der', `nested deeper than ${MAX_DEPTH} levels`);
  const tlv = readTlvHeader(reader);
  const constructed = (tlv.tag & 0x20) !== 0;
  const type = TYPE_OF_TAG.get(tlv.tag) ?? (constructed ? 'SEQUENCE' : 'OCTET STRING');
  if (constructed) {
    const children: Element[] = [];
    const body = new ByteReader(reader.bytes, tlv.start, tlv.end);
    for (let i = 0; body.at < body.end; i++) children.push(decodeAny(body, `${path}.${i}`, depth + 1));
    reader.at = tlv.end;
    return new Element(path, type, children, undefined, false, extrasOf(tlv, type));
  }
  return decodePrimitive(reader, tlv, type, path, undefined, false);
}

function decodePrimitive(
  reader: ByteReader,
  tlv: Tlv,
  type: DerType,
  name: string,
  schema: DerSchema | undefined,
  named: boolean,
): Element {
  const content = reader.bytes.subarray(tlv.start, tlv.end);
  reader.at = tlv.end;
  const { value, raw, bits } = decodeContent(type, content, tlv.start);
  return new Element(name, type, value, schema?.meta, named, extrasOf(tlv, type, raw, bits));
}

function mismatch(reader: ByteReader, name: string): never {
  return reader.fail('unexpected-element', `unexpected element where ${name} should be`);
}

function decodeField(reader: ByteReader, field: DerField, siblings: readonly Element[], depth: number): Element {
  const by = field.schema.definedBy;
  if (!by) return decodeWith(reader, field.schema, field.name, depth);
  const key = siblings.find((e) => e.name === by.field)?.value;
  const schema = typeof key === 'string' ? by.table[key] : undefined;
  if (!schema) return decodeWith(reader, field.schema, field.name, depth);
  const before = reader.at;
  try {
    return decodeWith(reader, schema, field.name, depth);
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    reader.at = before;
    return decodeWith(reader, field.schema, field.name, depth);
  }
}

function decodeSequence(reader: ByteReader, tlv: Tlv, schema: DerSchema, name: string, depth: number): Element {
  const children: Element[] = [];
  const body = new ByteReader(reader.bytes, tlv.start, tlv.end);
  for (const field of schema.fields ?? []) {
    const present = body.at < body.end && accepts(field.schema, body.peek());
    if (present) children.push(decodeField(body, field, children, depth + 1));
    else if (!field.optional) mismatch(body, field.name);
  }
  while (body.at < body.end) children.push(decodeAny(body, `${name}.${children.length}`, depth + 1));
  reader.at = tlv.end;
  return new Element(name, schema.type, children, schema.meta, true, extrasOf(tlv, schema.type));
}

function decodeList(reader: ByteReader, tlv: Tlv, schema: DerSchema, item: DerField, name: string, depth: number): Element {
  const children: Element[] = [];
  const body = new ByteReader(reader.bytes, tlv.start, tlv.end);
  while (body.at < body.end) children.push(decodeWith(body, item.schema, item.name, depth + 1));
  reader.at = tlv.end;
  return new Element(name, schema.type, children, schema.meta, true, extrasOf(tlv, schema.type));
}

function decodeWith(reader: ByteReader, schema: DerSchema, name: string, depth: number): Element {
  if (schema.type === 'ANY') return decodeAny(reader, name, depth);
  if (schema.type === 'CHOICE') return decodeChoice(reader, schema, name, depth);
  const at = reader.at;
  const tlv = readTlvHeader(reader);
  if (tlv.tag !== schema.tag) {
    reader.at = at;
    mismatch(reader, name);
  }
  if (schema.fields) return decodeSequence(reader, tlv, schema, name, depth);
  if (schema.item) return decodeList(reader, tlv, schema, schema.item, name, depth);
  if (schema.containing) return decodeContaining(reader, tlv, schema, schema.containing, name, depth);
  return decodePrimitive(reader, tlv, schema.type, name, schema, true);
}

function decodeChoice(reader: ByteReader, schema: DerSchema, name: string, depth: number): Element {
  const tag = reader.peek();
  const field = schema.fields?.find((candidate) => accepts(candidate.schema, tag));
  if (!field) return mismatch(reader, name);
  const chosen = decodeWith(reader, field.schema, field.name, depth);
  return new Element(name, 'CHOICE', [chosen], schema.meta);
}

function decodeContaining(
  reader: ByteReader,
  tlv: Tlv,
  schema: DerSchema,
  inside: DerSchema,
  name: string,
  depth: number,
): Element {
  const body = new ByteReader(reader.bytes, tlv.start, tlv.end);
  const child = decodeWith(body, inside, 'content', depth + 1);
  body.finish(name);
  reader.at = tlv.end;
  return new Element(name, 'OCTET STRING', [child], schema.meta, true, extrasOf(tlv, 'OCTET STRING'));
}

/**
 * Decodes DER (lengths may be longer than minimal) into named elements by a schema.
 * @throws ProtocolFault; kind `unexpected-element` when the octets are DER but not of this schema
 */
export function decodeDerElement(schema: DerSchema, bytes: Bytes, name: string): Element {
  const reader = new ByteReader(bytes);
  const element = decodeWith(reader, schema, name, 0);
  reader.finish(name);
  return element;
}

/** Decodes any DER into elements named by their paths. @throws ProtocolFault */
export function decodeUnknownDer(bytes: Bytes, name: string): Element {
  const reader = new ByteReader(bytes);
  const element = decodeAny(reader, name, 0);
  reader.finish(name);
  return element;
}

/** DER of an element; lengths are minimal unless the element remembers a longer form. @throws ProtocolFault on a value its type cannot hold */
export function encodeDerElement(element: Element): Bytes {
  const writer = new ByteWriter(512);
  writeElement(writer, element);
  return writer.finish();
}

/** Content first, then tag and length before it: nothing is measured twice. */
function writeElement(writer: ByteWriter, element: Element): void {
  if (element.type === 'CHOICE') {
    const chosen = element.children[0];
    if (!chosen) throw new ProtocolFault('bad-value', `${element.name}: a CHOICE needs one alternative`);
    writeElement(writer, chosen);
    return;
  }
  const tag = element.extras?.tag ?? DER_TAGS[element.type as DerType];
  if (tag === undefined) throw new ProtocolFault('bad-type', `${element.name}: ${element.type} is not an ASN.1 type`);
  if (!Array.isArray(element.value)) {
    const content = encodeContent(element);
    writer.bytes(tlvHeader(tag, content.length, element.extras?.lengthOctets)).bytes(content);
    return;
  }
  const start = writer.length;
  for (const child of element.value as readonly Element[]) writeElement(writer, child);
  writer.insert(start, tlvHeader(tag, writer.length - start, element.extras?.lengthOctets));
}

/** The typed value of a schema from DER. @throws ProtocolFault */
export function decodeDer<T>(schema: DerSchema<T>, bytes: Bytes): T {
  return typedValue(schema, decodeDerElement(schema, bytes, 'value')) as T;
}

/** DER of a typed value. @throws ProtocolFault on a value the schema cannot hold */
export function encodeDer<T>(schema: DerSchema<T>, value: T): Bytes {
  return encodeDerElement(derElementOf(schema, value, 'value'));
}

/** The typed value of an element that was decoded by `schema`. */
export function typedValue(schema: DerSchema, element: Element): unknown {
  if (schema.type === 'CHOICE') return typedFields(schema.fields ?? [], element.children);
  if (schema.type === 'EXPLICIT' && schema.item) return typedValue(schema.item.schema, element.children[0] as Element);
  if (schema.containing) return typedValue(schema.containing, element.children[0] as Element);
  if (schema.fields) return typedFields(schema.fields, element.children);
  const item = schema.item;
  if (item) return element.children.map((child) => typedValue(item.schema, child));
  if (schema.type === 'INTEGER') return schema.wide ? BigInt(element.value as number | bigint) : Number(element.value);
  if (schema.type === 'BIT STRING') return bitsText(element.value as Bytes, element.extras?.bits ?? 0);
  return element.value;
}

function typedFields(fields: readonly DerField[], children: readonly Element[]): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const field of fields) {
    const child = children.find((candidate) => candidate.name === field.name && candidate.named);
    if (child) out[field.name] = typedValue(field.schema, child);
  }
  return out;
}

/** The element of a typed value. */
export function derElementOf(schema: DerSchema, value: unknown, name: string): Element {
  const tag = schema.tag !== 0 && schema.tag !== DER_TAGS[schema.type] ? { tag: schema.tag } : undefined;
  const made = (content: Scalar | readonly Element[], extras?: ElementExtras): Element =>
    new Element(name, schema.type, content, schema.meta, true, tag || extras ? { ...tag, ...extras } : undefined);
  if (schema.containing) return made([derElementOf(schema.containing, value, 'content')]);
  if (schema.type === 'EXPLICIT' && schema.item) return made([derElementOf(schema.item.schema, value, 'content')]);
  if (schema.fields) return made(fieldElements(schema.fields, value as Record<string, unknown>, name, schema.type === 'CHOICE'));
  const item = schema.item;
  if (item) return made((value as readonly unknown[]).map((entry) => derElementOf(item.schema, entry, item.name)));
  if (schema.type === 'BIT STRING') return made(bitsOf(value as string), { bits: (value as string).length });
  return made(value as Scalar);
}

function fieldElements(fields: readonly DerField[], value: Record<string, unknown>, name: string, one: boolean): Element[] {
  const out: Element[] = [];
  for (const field of fields) {
    const entry = value[field.name];
    if (entry !== undefined) out.push(derElementOf(field.schema, entry, field.name));
    else if (!field.optional && !one) throw new Invariant(`${name}: ${field.name} is missing`);
  }
  return out;
}

/** Text of `0` and `1`, first bit first. */
export function bitsText(octets: Bytes, bits: number): string {
  let text = '';
  for (let i = 0; i < bits; i++) text += ((octets[i >> 3] as number) >> (7 - (i & 7))) & 1 ? '1' : '0';
  return text;
}

/** Octets of a text of `0` and `1`, padded with zero bits at the end. @throws ProtocolFault `bad-value` */
export function bitsOf(text: string): Bytes {
  if (!/^[01]*$/.test(text)) throw new ProtocolFault('bad-value', `${JSON.stringify(text)} is not a text of 0 and 1`);
  const out = new Uint8Array((text.length + 7) >> 3);
  for (let i = 0; i < text.length; i++) if (text[i] === '1') out[i >> 3] = (out[i >> 3] as number) | (0x80 >> (i & 7));
  return out;
}
