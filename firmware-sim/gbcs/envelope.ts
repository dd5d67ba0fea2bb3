import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import { type Bytes, NO_BYTES } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import { type Eui64, eui64At } from '../kernel/eui64.ts';
import { CRA_FLAGS, type Cra, craOfFlag, type MessageHeader, type Supplementary } from './header.ts';

/**
 * A GBCS message taken apart down to its payload octets (GBCS 7.2: MAC header, grouping header, payload, signature, MAC).
 *
 * | `mac` | `signature` | what it is |
 * |---|---|---|
 * | 12 octets | empty or `r \|\| s` | MACed message, signed or not |
 * | undefined | `r \|\| s` | signed message without MAC |
 * | undefined | empty | pre-command with the null signature |
 * | undefined | undefined | pre-command that ends after its payload |
 */
export interface Envelope {
  readonly header: MessageHeader;
  readonly payload: Bytes;
  readonly signature: Bytes | undefined;
  readonly mac: Bytes | undefined;
}

/** One block of general block transfer (GBCS 7.2.11), which carries a slice of a whole message. */
export interface GbtBlock {
  readonly header: MessageHeader;
  /** Octet in the place of the security control; its value is unverified, 0 by default. */
  readonly securityControl: number;
  readonly lastBlock: boolean;
  readonly streaming: boolean;
  readonly window: number;
  readonly blockNumber: number;
  readonly blockNumberAck: number;
  readonly data: Bytes;
}

export const MAC_OCTETS = 12;
const GENERAL_CIPHERING = 0xdd;
const GENERAL_SIGNING = 0xdf;
const GENERAL_BLOCK_TRANSFER = 0xe0;
const TRANSACTION_ID_OCTETS = 9;
/** `DD` and six empty fields: transaction id, two titles, date-time, other information, key info. */
const MAC_HEADER_PREFIX = 7;
/** Security control and invocation counter. */
const SECURITY_HEADER_OCTETS = 5;
/** Authentication only (GBCS 7.2.4). */
const SECURITY_CONTROL = 0x11;
const EMPTY_FIELDS: Bytes = new Uint8Array(MAC_HEADER_PREFIX - 1);

/** True for the routing header that opens a general-block-transfer block: `DD 09`. */
export function isGbtBlock(bytes: Bytes): boolean {
  return bytes[0] === GENERAL_CIPHERING && bytes[1] === TRANSACTION_ID_OCTETS;
}

/** Lengths above 127 by their first octet, and the least that needs each; 83 is for reads of a whole log of half hours, without a sample. */
const LONG_LENGTHS: Readonly<Record<number, { readonly least: number; readonly read: (reader: ByteReader) => number }>> = {
  129: { least: 0x80, read: (reader) => reader.u8() },
  130: { least: 0x100, read: (reader) => reader.u16() },
  131: { least: 0x10000, read: (reader) => reader.u24() },
};

/** BER length in its shortest form, as every GBCS header carries it. @throws ProtocolFault `bad-length` */
function readLength(reader: ByteReader): number {
  const start = reader.at;
  const first = reader.u8();
  if (first < 0x80) return first;
  const form = LONG_LENGTHS[first];
  if (!form) return reader.fail('bad-length', `length form 0x${first.toString(16)} is not used in GBCS headers`, start);
  const length = form.read(reader);
  if (length < form.least) reader.fail('bad-length', `length ${length} is not in its shortest form`, start);
  return length;
}

function writeLength(writer: ByteWriter, length: number): void {
  if (length < 0x80) writer.u8(length);
  else if (length < 0x100) writer.u8(0x81).u8(length);
  else if (length < 0x10000) writer.u8(0x82).u16(length);
  else if (length < 0x1000000) writer.u8(0x83).u24(length);
  else throw new ProtocolFault('too-long', `${length} octets do not fit a GBCS length (16,777,215 at most)`);
}

function expect(reader: ByteReader, value: number, what: string): void {
  const at = reader.at;
  const got = reader.u8();
  if (got !== value) {
    reader.fail(
      'bad-header',
      `${what} should be 0x${value.toString(16).padStart(2, '0')}, is 0x${got.toString(16).padStart(2, '0')}`,
      at,
    );
  }
}

function readEui(reader: ByteReader, what: string): Eui64 {
  expect(reader, 8, `length of ${what}`);
  reader.need(8);
  const eui = eui64At(reader.bytes, reader.at);
  reader.at += 8;
  return eui;
}

/** Other information: message code and what follows it, told apart by length (GBCS 7.2.7). */
function readOtherInformation(reader: ByteReader): { messageCode: number; supplementary: Supplementary | undefined } {
  const length = readLength(reader);
  const start = reader.at;
  reader.need(length);
  if (length < 2) reader.fail('bad-header', `other information of ${length} octets cannot hold a message code`, start);
  const messageCode = reader.u16();
  if (length === 2) return { messageCode, supplementary: undefined };
  if (length !== 10 && length !== 18 && length < 26)
    reader.fail('bad-header', `other information of ${length} octets has no known layout`, start);
  const remoteParty = eui64At(reader.bytes, reader.at);
  reader.at += 8;
  if (length === 10) return { messageCode, supplementary: { remoteParty } };
  const counter = reader.u64();
  if (length === 18) return { messageCode, supplementary: { remoteParty, counter } };
  if (length === 26) return { messageCode, supplementary: { remoteParty, counter, originatorCounter: reader.u64() } };
  return { messageCode, supplementary: { remoteParty, counter, certificate: reader.take(length - 18) } };
}

function writeOtherInformation(writer: ByteWriter, header: MessageHeader): void {
  const s = header.supplementary;
  if (!s) {
    writer.u8(2).u16(header.messageCode);
    return;
  }
  const counters = (s.counter === undefined ? 0 : 8) + (s.originatorCounter === undefined ? 0 : 8);
  writeLength(writer, 10 + counters + (s.certificate?.length ?? 0));
  writer.u16(header.messageCode).eui64(s.remoteParty);
  if (s.counter !== undefined) writer.u64(s.counter);
  if (s.originatorCounter !== undefined) writer.u64(s.originatorCounter);
  if (s.certificate !== undefined) writer.bytes(s.certificate);
}

function readTransaction(reader: ByteReader): { cra: Cra; originatorCounter: bigint } {
  expect(reader, TRANSACTION_ID_OCTETS, 'length of the transaction id');
  const at = reader.at;
  const cra = craOfFlag(reader.u8());
  if (!cra) reader.fail('bad-header', 'CRA flag is none of 01 command, 02 response, 03 alert', at);
  return { cra, originatorCounter: reader.u64() };
}

function writeIdentities(writer: ByteWriter, header: MessageHeader): void {
  writer.u8(TRANSACTION_ID_OCTETS).u8(CRA_FLAGS[header.cra]).u64(header.originatorCounter);
  writer.u8(8).eui64(header.originator).u8(8).eui64(header.recipient);
}

/** Grouping header after its `DF` tag, up to the end of the other information. */
function readHeader(reader: ByteReader): MessageHeader {
  const { cra, originatorCounter } = readTransaction(reader);
  const originator = readEui(reader, 'originator');
  const recipient = readEui(reader, 'recipient');
  const dateTimeAt = reader.at;
  const dateTimeLength = reader.u8();
  if (dateTimeLength !== 0 && dateTimeLength !== 12) {
    reader.fail('bad-header', `date-time of ${dateTimeLength} octets (0 or 12)`, dateTimeAt);
  }
  const dateTime = dateTimeLength === 0 ? undefined : reader.take(12);
  const { messageCode, supplementary } = readOtherInformation(reader);
  return { cra, originatorCounter, originator, recipient, dateTime, messageCode, supplementary };
}

/**
 * An envelope as it was received. It remembers its own octets, so that checking it does not write them again; a copy with other
 * fields (`{ ...envelope, signature }`) is a plain envelope and remembers nothing.
 */
class ReceivedEnvelope implements Envelope {
  readonly header: MessageHeader;
  readonly payload: Bytes;
  readonly signature: Bytes | undefined;
  readonly mac: Bytes | undefined;
  /** From the general-signing tag to the end of the signature. */
  readonly #group: Bytes;

  constructor(header: MessageHeader, payload: Bytes, signature: Bytes, mac: Bytes | undefined, group: Bytes) {
    this.header = header;
    this.payload = payload;
    this.signature = signature;
    this.mac = mac;
    this.#group = group;
  }

  static groupOf(envelope: object): Bytes | undefined {
    return #group in envelope ? envelope.#group : undefined;
  }
}

function readBody(reader: ByteReader, maced: boolean): Envelope {
  const start = reader.at;
  expect(reader, GENERAL_SIGNING, 'general-signing tag');
  const header = readHeader(reader);
  const payload = reader.take(readLength(reader));
  if (!maced && reader.remaining === 0) return { header, payload, signature: undefined, mac: undefined };
  const signatureAt = reader.at;
  const signatureLength = readLength(reader);
  if (signatureLength !== 0 && signatureLength !== 64 && signatureLength !== 96) {
    reader.fail('bad-header', `signature of ${signatureLength} octets (0, 64 or 96)`, signatureAt);
  }
  const signature = reader.take(signatureLength);
  const group = reader.bytes.subarray(start, reader.at);
  return new ReceivedEnvelope(header, payload, signature, maced ? reader.take(MAC_OCTETS) : undefined, group);
}

/**
 * Takes a whole GBCS message apart down to its payload octets. Views share memory with `bytes`.
 * @throws ProtocolFault with the offset of the octet that does not fit
 */
export function decodeEnvelope(bytes: Bytes): Envelope {
  const reader = new ByteReader(bytes);
  const tag = reader.peek();
  if (tag !== GENERAL_CIPHERING && tag !== GENERAL_SIGNING) {
    reader.fail('not-gbcs', `a GBCS message starts with 0xdd or 0xdf, this one with 0x${tag.toString(16).padStart(2, '0')}`);
  }
  const maced = tag === GENERAL_CIPHERING;
  if (maced) readMacHeader(reader);
  const envelope = readBody(reader, maced);
  reader.finish('the message');
  return envelope;
}

function readMacHeader(reader: ByteReader): void {
  reader.u8();
  for (let i = 1; i < MAC_HEADER_PREFIX; i++) expect(reader, 0, 'empty MAC header field');
  const lengthAt = reader.at;
  const length = readLength(reader);
  if (length !== reader.remaining) {
    reader.fail('bad-length', `MAC header says ${length} octets follow, ${reader.remaining} do`, lengthAt);
  }
  expect(reader, SECURITY_CONTROL, 'security control');
  for (let i = 0; i < 4; i++) expect(reader, 0, 'invocation counter');
}

function writeGroup(writer: ByteWriter, header: MessageHeader, payload: Bytes): void {
  writer.u8(GENERAL_SIGNING);
  writeIdentities(writer, header);
  if (header.dateTime) writer.u8(12).bytes(header.dateTime);
  else writer.u8(0);
  writeOtherInformation(writer, header);
  writeLength(writer, payload.length);
  writer.bytes(payload);
}

/** Octets a signature covers: grouping header without its tag, and payload (GBCS 6.2). */
export function signedPart(envelope: Pick<Envelope, 'header' | 'payload'>): Bytes {
  const writer = new ByteWriter(96 + envelope.payload.length);
  writeGroup(writer, envelope.header, envelope.payload);
  return writer.finish().subarray(1);
}

/** Grouping header, payload, and signature with its length octet; a MACed message always has the latter (GBCS 7.2.4). */
function writeGroupWithSignature(writer: ByteWriter, envelope: Envelope, maced: boolean): void {
  writeGroup(writer, envelope.header, envelope.payload);
  const signature = envelope.signature ?? (maced ? NO_BYTES : undefined);
  if (signature) writer.u8(signature.length).bytes(signature);
}

/** Hands `use` the octets a signature covers, without a copy of their own. */
export function overSignedPart<T>(envelope: Pick<Envelope, 'header' | 'payload'>, use: (octets: Bytes) => T): T {
  const received = ReceivedEnvelope.groupOf(envelope);
  if (received) return use(received.subarray(1, envelope.payload.byteOffset + envelope.payload.length - received.byteOffset));
  const writer = new ByteWriter();
  writeGroup(writer, envelope.header, envelope.payload);
  return writer.use((octets) => use(octets.subarray(1)));
}

/** Hands `use` the additional authenticated data of a MAC, without a copy of its own. */
export function overMacInput<T>(envelope: Envelope, use: (octets: Bytes) => T): T {
  const writer = new ByteWriter().bytes(MAC_AAD_PREFIX);
  const received = ReceivedEnvelope.groupOf(envelope);
  if (received) writer.bytes(received);
  else writeGroupWithSignature(writer, envelope, true);
  return writer.use(use);
}

/** Additional authenticated data of a MAC: `11 00 00 00 00 00`, grouping header, payload, signature (GBCS 6.2). */
export function macInput(envelope: Envelope): Bytes {
  const writer = new ByteWriter(176 + envelope.payload.length).bytes(MAC_AAD_PREFIX);
  writeGroupWithSignature(writer, envelope, true);
  return writer.finish();
}

/** Security control and the five empty general-ciphering fields. */
export const MAC_AAD_PREFIX: Bytes = Uint8Array.of(SECURITY_CONTROL, 0, 0, 0, 0, 0);

/** A MACed message of its group (general-signing tag to the end of the signature) and MAC. */
function ciphered(group: Bytes, mac: Bytes): Bytes {
  const writer = new ByteWriter(208 + group.length).u8(GENERAL_CIPHERING).bytes(EMPTY_FIELDS);
  writeLength(writer, SECURITY_HEADER_OCTETS + group.length + mac.length);
  return writer.u8(SECURITY_CONTROL).u32(0).bytes(group).bytes(mac).finish();
}

/** The octets of a message. Inverse of `decodeEnvelope`. */
export function encodeEnvelope(envelope: Envelope): Bytes {
  const writer = new ByteWriter(208 + envelope.payload.length);
  const { mac } = envelope;
  writeGroupWithSignature(writer, envelope, mac !== undefined);
  return mac ? writer.use((group) => ciphered(group, mac)) : writer.finish();
}

/** The octets of a signed message without MAC. @param sign makes the signature of the octets it covers */
export function encodeSigned(header: MessageHeader, payload: Bytes, sign: (signed: Bytes) => Bytes): Bytes {
  const writer = new ByteWriter(208 + payload.length);
  writeGroup(writer, header, payload);
  const signature = sign(writer.written(1));
  return writer.u8(signature.length).bytes(signature).finish();
}

/** The octets of a MACed message without signature. @param macOf makes the MAC of its additional authenticated data */
export function encodeMaced(header: MessageHeader, payload: Bytes, macOf: (input: Bytes) => Bytes): Bytes {
  const writer = new ByteWriter(208 + payload.length).bytes(MAC_AAD_PREFIX);
  writeGroup(writer, header, payload);
  writer.u8(0);
  return writer.use((input) => ciphered(input.subarray(MAC_AAD_PREFIX.length), macOf(input)));
}

/**
 * Takes one general-block-transfer block apart.
 * @throws ProtocolFault with the offset of the octet that does not fit
 */
export function decodeGbtBlock(bytes: Bytes): GbtBlock {
  const reader = new ByteReader(bytes);
  expect(reader, GENERAL_CIPHERING, 'general-ciphering tag');
  const { cra, originatorCounter } = readTransaction(reader);
  const originator = readEui(reader, 'originator');
  const recipient = readEui(reader, 'recipient');
  expect(reader, 0, 'length of the date-time');
  const header = { cra, originatorCounter, originator, recipient, dateTime: undefined, ...readOtherInformation(reader) };
  expect(reader, 0, 'key information');
  const lengthAt = reader.at;
  const length = readLength(reader);
  if (length !== reader.remaining) {
    reader.fail('bad-length', `routing header says ${length} octets follow, ${reader.remaining} do`, lengthAt);
  }
  const securityControl = reader.u8();
  for (let i = 0; i < 4; i++) expect(reader, 0, 'invocation counter');
  expect(reader, GENERAL_BLOCK_TRANSFER, 'general-block-transfer tag');
  const control = reader.u8();
  const blockNumber = reader.u16();
  const blockNumberAck = reader.u16();
  const data = reader.take(readLength(reader));
  reader.finish('the block');
  return {
    header,
    securityControl,
    lastBlock: (control & 0x80) !== 0,
    streaming: (control & 0x40) !== 0,
    window: control & 0x3f,
    blockNumber,
    blockNumberAck,
    data,
  };
}

/** The octets of one block. Inverse of `decodeGbtBlock`. */
export function encodeGbtBlock(block: GbtBlock): Bytes {
  const inner = new ByteWriter(16 + block.data.length);
  inner.u8(block.securityControl).u32(0).u8(GENERAL_BLOCK_TRANSFER);
  inner.u8((block.lastBlock ? 0x80 : 0) | (block.streaming ? 0x40 : 0) | (block.window & 0x3f));
  inner.u16(block.blockNumber).u16(block.blockNumberAck);
  writeLength(inner, block.data.length);
  inner.bytes(block.data);
  const writer = new ByteWriter(64 + inner.length).u8(GENERAL_CIPHERING);
  writeIdentities(writer, block.header);
  writer.u8(0);
  writeOtherInformation(writer, block.header);
  writer.u8(0);
  writeLength(writer, inner.length);
  return writer.bytes(inner.finish()).finish();
}
