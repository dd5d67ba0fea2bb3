import { ByteWriter } from '../kernel/byte-writer.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { Invariant, ProtocolFault } from '../kernel/errors.ts';
import { encodeContent } from './der-content.ts';
import { decodeDerElement } from './der-decode.ts';
import { DER_TAGS, type DerField, type DerSchema, type DerType } from './der-schema.ts';
import { tlvHeader } from './der-tlv.ts';
import { Element, type ElementExtras, type Scalar } from './element.ts';

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
