import { minimalLengthOctets, readTlvHeader, type Tlv } from '../../codec/der-tlv.ts';
import { ByteReader } from '../../kernel/byte-reader.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import { oidText } from './object-identifiers.ts';

const hex = (octet: number): string => `0x${octet.toString(16).padStart(2, '0')}`;

/** Reads tag and length of the element that must come next, in DER's shortest form. @throws ProtocolFault */
export function element(reader: ByteReader, tag: number, what: string): Tlv {
  const at = reader.at;
  if (reader.remaining === 0) reader.fail('bad-der', `${what} is missing`);
  if (reader.peek() !== tag) reader.fail('bad-der', `${what} should have tag ${hex(tag)}, has ${hex(reader.peek())}`);
  const found = readTlvHeader(reader);
  if (found.lengthOctets !== minimalLengthOctets(found.end - found.start)) {
    reader.fail('bad-der', `length of ${what} is not in DER's shortest form`, at + 1);
  }
  return found;
}

/** A reader of the content of the constructed element that must come next; the outer reader moves past it. */
export function constructed(reader: ByteReader, tag: number, what: string): ByteReader {
  const { start, end } = element(reader, tag, what);
  reader.at = end;
  return new ByteReader(reader.bytes, start, end);
}

export function sequence(reader: ByteReader, what: string): ByteReader {
  return constructed(reader, 0x30, what);
}

/** Content octets of the primitive element that must come next. */
export function primitive(reader: ByteReader, tag: number, what: string): Bytes {
  const { start, end } = element(reader, tag, what);
  return reader.take(end - start);
}

/** The next element whole, whatever it is. */
export function anyElement(reader: ByteReader): Bytes {
  const found = readTlvHeader(reader);
  reader.at = found.end;
  return reader.bytes.subarray(found.at, found.end);
}

/** Digits of an INTEGER that must not be negative, without a leading zero octet. */
export function readPositiveInteger(reader: ByteReader, what: string): Bytes {
  const at = reader.at;
  const content = primitive(reader, 0x02, what);
  const [first = -1, second = -1] = content;
  if (first < 0) reader.fail('bad-der', `${what} is an INTEGER without octets`, at);
  if (first >= 0x80) reader.fail('bad-der', `${what} is negative`, at);
  if (first === 0 && second >= 0 && second < 0x80) reader.fail('bad-der', `${what} has a superfluous zero octet`, at);
  return first === 0 && content.length > 1 ? content.subarray(1) : content;
}

/** A small INTEGER, 0 to 127. */
export function readSmallInteger(reader: ByteReader, what: string): number {
  const at = reader.at;
  const digits = readPositiveInteger(reader, what);
  if (digits.length !== 1 || (digits[0] as number) > 127) reader.fail('bad-der', `${what} is above 127`, at);
  return digits[0] as number;
}

export function readOid(reader: ByteReader, what: string): string {
  const { start, end } = element(reader, 0x06, what);
  return oidText(reader.take(end - start), start);
}

/** A BIT STRING of whole octets. */
export function readOctetBits(reader: ByteReader, what: string): Bytes {
  const at = reader.at;
  const content = primitive(reader, 0x03, what);
  if (content.length === 0 || content[0] !== 0) reader.fail('bad-der', `${what} is no bit string of whole octets`, at);
  return content.subarray(1);
}

/** DER BOOLEAN: 00 or FF. */
export function readBoolean(reader: ByteReader, what: string): boolean {
  const at = reader.at;
  const content = primitive(reader, 0x01, what);
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
    reader.fail('bad-der', `${what} is neither 00 nor FF`, at);
  return content[0] === 0xff;
}

/** The tag of the next element, or undefined at the end. */
export function nextTag(reader: ByteReader): number | undefined {
  return reader.remaining > 0 ? reader.peek() : undefined;
}
