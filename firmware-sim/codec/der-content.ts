import { type Bytes, equalBytes, fromAscii, fromBigInt, isPrintable, NO_BYTES, toAscii, toBigInt } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { DerType } from './der-schema.ts';
import type { Element, Scalar } from './element.ts';

/** Value of content octets. `raw` is set when encoding the value again would give other octets. */
interface Content {
  readonly value: Scalar;
  readonly raw?: Bytes;
  readonly bits?: number;
}

/** Longer integers keep their octets: making them anew from a bigint takes time that grows with the square of the length. */
const MAX_COMPUTED_OCTETS = 256;

function decodeInteger(content: Bytes, offset: number): Content {
  if (content.length === 0) throw new ProtocolFault('bad-der', 'INTEGER without content', offset);
  const first = content[0] as number;
  const second = content[1];
  const minimal = second === undefined || !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  const value = content.length <= 6 ? smallInteger(content) : BigInt.asIntN(content.length * 8, toBigInt(content));
  return minimal && content.length <= MAX_COMPUTED_OCTETS ? { value } : { value, raw: content };
}

function smallInteger(content: Bytes): number {
  let value = ((content[0] as number) << 24) >> 24;
  for (let i = 1; i < content.length; i++) value = value * 256 + (content[i] as number);
  return value;
}

function encodeInteger(value: Scalar, name: string): Bytes {
  if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isInteger(value))) {
    throw new ProtocolFault('bad-value', `${name}: ${String(value)} is not an integer`);
  }
  const wide = BigInt(value);
  let length = 1;
  while (BigInt.asIntN(length * 8, wide) !== wide) length++;
  return fromBigInt(BigInt.asUintN(length * 8, wide), length);
}

interface KnownOid {
  readonly octets: Bytes;
  readonly content: Content;
}

const OID_TEXTS = new Map<number, KnownOid>();
const OID_CACHE_SIZE = 512;

/** FNV-1a of octets: identifiers repeat in every certificate, so their texts are kept. */
function hashOf(octets: Bytes): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < octets.length; i++) h = Math.imul(h ^ (octets[i] as number), 0x01000193);
  return h;
}

function decodeOid(octets: Bytes): Content {
  const hash = hashOf(octets);
  const known = OID_TEXTS.get(hash);
  if (known && equalBytes(known.octets, octets)) return known.content;
  const content = spellOid(octets);
  if (!content.raw && OID_TEXTS.size < OID_CACHE_SIZE) OID_TEXTS.set(hash, { octets: octets.slice(), content });
  return content;
}

function spellOid(content: Bytes): Content {
  const arcs: number[] = [];
  let arc = 0;
  for (let i = 0; i < content.length; i++) {
    const octet = content[i] as number;
    if (arc === 0 && octet === 0x80) return { value: '', raw: content };
    arc = arc * 128 + (octet & 0x7f);
    if (arc > 0xffff_ffff_ffff) return { value: '', raw: content };
    if (octet < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const first = arcs[0];
  if (first === undefined || (content[content.length - 1] as number) >= 0x80) return { value: '', raw: content };
  const root = Math.min(2, Math.floor(first / 40));
  return { value: [root, first - root * 40, ...arcs.slice(1)].join('.') };
}

const OID_OCTETS = new Map<string, Bytes>();

function encodeOid(text: Scalar, name: string): Bytes {
  const known = OID_OCTETS.get(text as string);
  if (known) return known;
  if (typeof text !== 'string' || !/^(?:[01]\.[0-3]?\d|2\.\d+)(\.\d+)*$/.test(text)) {
    throw new ProtocolFault('bad-value', `${name}: ${String(text)} is not an object identifier such as 1.2.840.10045.2.1`);
  }
  const [root = 0, second = 0, ...rest] = text.split('.').map(Number);
  const octets: number[] = [];
  for (const arc of [root * 40 + second, ...rest]) {
    const group = [arc % 128];
    for (let more = Math.floor(arc / 128); more > 0; more = Math.floor(more / 128)) group.unshift(0x80 | (more % 128));
    octets.push(...group);
  }
  const encoded = Uint8Array.from(octets);
  if (OID_OCTETS.size < OID_CACHE_SIZE) OID_OCTETS.set(text, encoded);
  return encoded;
}

function decodeBitString(content: Bytes, offset: number): Content {
  const unused = content[0];
  if (unused === undefined || unused > 7 || (unused > 0 && content.length === 1)) {
    throw new ProtocolFault('bad-der', 'BIT STRING with an impossible number of unused bits', offset);
  }
  const octets = content.subarray(1);
  const bits = octets.length * 8 - unused;
  const padded = unused > 0 && ((octets[octets.length - 1] as number) & ((1 << unused) - 1)) !== 0;
  return padded ? { value: octets, bits, raw: content } : { value: octets, bits };
}

const UTF8_DECODER = new TextDecoder('utf-8', { fatal: true });
const UTF8_ENCODER = new TextEncoder();

function decodeUtf8(content: Bytes): Content {
  try {
    const value = UTF8_DECODER.decode(content);
    return value.startsWith('\ufeff') || content[0] === 0xef ? { value, raw: content } : { value };
  } catch {
    return { value: toAscii(content), raw: content };
  }
}

function decodeText(content: Bytes): Content {
  return isPrintable(content) ? { value: toAscii(content) } : { value: toAscii(content), raw: content };
}

/** A time written like ISO 8601 is no ASN.1 time; it must not be taken for one when its text is read back. */
function decodeTime(content: Bytes): Content {
  const text = decodeText(content);
  return content.includes(0x2d) ? { ...text, raw: content } : text;
}

/**
 * Value of the content octets of a primitive type.
 * @param offset where the content stands in the input, for errors
 * @throws ProtocolFault `bad-der`
 */
export function decodeContent(type: DerType, content: Bytes, offset: number): Content {
  switch (type) {
    case 'INTEGER':
    case 'ENUMERATED':
      return decodeInteger(content, offset);
    case 'BOOLEAN': {
      if (content.length !== 1) throw new ProtocolFault('bad-der', 'BOOLEAN must be one octet', offset);
      const octet = content[0];
      return octet === 0 || octet === 0xff ? { value: octet === 0xff } : { value: true, raw: content };
    }
    case 'NULL':
      if (content.length !== 0) throw new ProtocolFault('bad-der', 'NULL must be empty', offset);
      return { value: null };
    case 'OBJECT IDENTIFIER':
      return decodeOid(content);
    case 'BIT STRING':
      return decodeBitString(content, offset);
    case 'UTF8String':
      return decodeUtf8(content);
    case 'PrintableString':
    case 'IA5String':
      return decodeText(content);
    case 'UTCTime':
    case 'GeneralizedTime':
      return decodeTime(content);
    default:
      return { value: content };
  }
}

/** Content octets of a primitive element. @throws ProtocolFault `bad-value` when the type cannot hold the value */
export function encodeContent(element: Element): Bytes {
  const { value, extras, name } = element;
  if (extras?.raw) return extras.raw;
  switch (element.type as DerType) {
    case 'INTEGER':
    case 'ENUMERATED':
      return encodeInteger(value as Scalar, name);
    case 'BOOLEAN':
      return Uint8Array.of(value === true ? 0xff : 0);
    case 'NULL':
      return NO_BYTES;
    case 'OBJECT IDENTIFIER':
      return encodeOid(value as Scalar, name);
    case 'BIT STRING': {
      const octets = octetsOf(element);
      const out = new Uint8Array(octets.length + 1);
      out[0] = octets.length * 8 - (extras?.bits ?? octets.length * 8);
      out.set(octets, 1);
      return out;
    }
    case 'UTF8String':
      return UTF8_ENCODER.encode(String(value));
    case 'PrintableString':
    case 'IA5String':
    case 'UTCTime':
    case 'GeneralizedTime':
      return fromAscii(String(value));
    default:
      return octetsOf(element);
  }
}

function octetsOf(element: Element): Bytes {
  if (element.value instanceof Uint8Array) return element.value;
  throw new ProtocolFault('bad-value', `${element.name}: ${element.type} takes octets`);
}
