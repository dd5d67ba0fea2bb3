import { decodeAxdr } from '../codec/axdr.ts';
import { encodeAxdr } from '../codec/axdr-write.ts';
import { minimalLengthOctets } from '../codec/der-tlv.ts';
import { Element } from '../codec/element.ts';
import { ALERT_LAYOUTS } from '../dictionary/alert-layouts.ts';
import { type CosemMember, cosemMember, cosemObject, memberIn } from '../dictionary/cosem.ts';
import { obisBytes } from '../dictionary/cosem-obis.ts';
import type { AccessRow } from '../dictionary/use-case.ts';
import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import { type Bytes, NO_BYTES } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';

export const ACCESS_REQUEST_TAG = 0xd9;
export const ACCESS_RESPONSE_TAG = 0xda;
export const DATA_NOTIFICATION_TAG = 0x0f;

/** What an access does to a COSEM object (Green Book, Access-Request-Specification). */
export type Operation = AccessRow[0];

const OPERATION_OF_CHOICE: readonly (Operation | undefined)[] = [
  undefined,
  'get',
  'set',
  'action',
  'get-with-selection',
  'set-with-selection',
];
const CHOICE_OF_OPERATION: Readonly<Record<Operation, number>> = {
  get: 1,
  set: 2,
  action: 3,
  'get-with-selection': 4,
  'set-with-selection': 5,
};

/** One attribute or method access of an access-request. */
export interface AccessItem {
  readonly operation: Operation;
  readonly classId: number;
  /** OBIS code, 6 octets. */
  readonly obis: Bytes;
  readonly member: number;
  readonly selection?: { readonly selector: number; readonly value: Element };
  /** Value of a set, argument of an action, null-data of a get. */
  readonly data: Element;
  /** What the dictionary knows of the member. */
  readonly known?: CosemMember | undefined;
}

/** DLMS access-request (Green Book, `D9`). */
export interface AccessRequest {
  readonly kind: 'dlms-access-request';
  /** long-invoke-id-and-priority: GBCS puts 0x20 and the low 24 bits of the originator counter. */
  readonly invokeId: number;
  readonly dateTime: Bytes;
  readonly items: readonly AccessItem[];
}

/** One outcome of an access-response. */
export interface AccessResult {
  /** Only get, set or action: a response does not tell whether there was a selection. */
  readonly operation: 'get' | 'set' | 'action';
  /** data-access-result or action-result; 0 is success. */
  readonly result: number;
  readonly data: Element;
  /** The access this answers, when the use case tells. */
  readonly access?: AccessRow | undefined;
  readonly known?: CosemMember | undefined;
}

/** DLMS access-response (`DA`). */
export interface AccessResponse {
  readonly kind: 'dlms-access-response';
  readonly invokeId: number;
  readonly dateTime: Bytes;
  readonly results: readonly AccessResult[];
}

/** DLMS data-notification (`0F`): an alert. */
export interface DataNotification {
  readonly kind: 'dlms-data-notification';
  readonly invokeId: number;
  readonly dateTime: Bytes;
  readonly body: Element;
}

/** long-invoke-id-and-priority of a message: continue on error, low 24 bits of its originator counter. */
export function invokeIdOf(originatorCounter: bigint): number {
  return 0x20000000 + Number(originatorCounter & 0xffffffn);
}

/** A value without tag names: `dlms('octet-string', bytes)`. Names are for people; encoders do not need them. */
export function dlms(type: string, value: Element['value'], name: string = type): Element {
  return new Element(name, type, value);
}

/** Shared stand-in for absent data. */
export const NULL_DATA = new Element('none', 'null-data', null);

function readCount(reader: ByteReader, what: string): number {
  const at = reader.at;
  const first = reader.u8();
  const count = first < 0x80 ? first : first === 0x81 ? reader.u8() : first === 0x82 ? reader.u16() : -1;
  if (count < 0 || minimalLengthOctets(count) !== reader.at - at)
    reader.fail('bad-apdu', `number of ${what} is not in a known form`, at);
  if (count > reader.remaining) reader.fail('truncated', `${count} ${what} announced, ${reader.remaining} octets left`, at);
  return count;
}

function writeCount(writer: ByteWriter, count: number): void {
  if (count < 0x80) writer.u8(count);
  else if (count < 0x100) writer.u8(0x81).u8(count);
  else writer.u8(0x82).u16(count);
}

function readDateTime(reader: ByteReader): Bytes {
  const at = reader.at;
  const length = reader.u8();
  if (length !== 0 && length !== 12) reader.fail('bad-apdu', `date-time of ${length} octets (0 or 12)`, at);
  return length === 0 ? NO_BYTES : reader.take(12);
}

function kindOf(operation: Operation): 'attribute' | 'method' {
  return operation === 'action' ? 'method' : 'attribute';
}

/** Steps over null-data, which is a name's absence and not a value without a name; false when a value stands there. */
function skipNull(reader: ByteReader): boolean {
  if (reader.at >= reader.end || reader.bytes[reader.at] !== 0) return false;
  reader.at++;
  return true;
}

/** `class7.value`: where names end. */
function pathOf(classId: number, number: number): string {
  return `class${classId}.${number}`;
}

/** An access without its data, which stands after all specifications. */
type Specification = { -readonly [K in keyof AccessItem]: AccessItem[K] };

function readSpecification(reader: ByteReader): Specification {
  const at = reader.at;
  const operation = OPERATION_OF_CHOICE[reader.u8()];
  if (!operation) return reader.fail('bad-apdu', 'access specification is none of get, set, action', at);
  const classId = reader.u16();
  reader.need(6);
  const object = cosemObject(reader.bytes, reader.at);
  const obis = object ? object.obis : reader.bytes.slice(reader.at, reader.at + 6);
  reader.at += 6;
  const member = reader.u8();
  const known = object && memberIn(object, classId, kindOf(operation), member);
  if (operation !== 'get-with-selection' && operation !== 'set-with-selection') {
    return { operation, classId, obis, member, data: NULL_DATA, known };
  }
  const selector = reader.u8();
  const value = decodeAxdr(reader, known?.selection, `class${classId}.selection`);
  return { operation, classId, obis, member, selection: { selector, value }, data: NULL_DATA, known };
}

/** @throws ProtocolFault */
export function decodeAccessRequest(bytes: Bytes): AccessRequest {
  const reader = new ByteReader(bytes, 1);
  const invokeId = reader.u32();
  const dateTime = readDateTime(reader);
  const count = readCount(reader, 'specifications');
  const items = new Array<Specification>(count);
  for (let i = 0; i < count; i++) items[i] = readSpecification(reader);
  const at = reader.at;
  if (readCount(reader, 'data values') !== count) reader.fail('bad-apdu', 'as many data values as specifications are needed', at);
  for (const item of items) {
    if (!skipNull(reader)) item.data = decodeAxdr(reader, item.known?.layout, pathOf(item.classId, item.member));
  }
  reader.finish('the access-request');
  return { kind: 'dlms-access-request', invokeId, dateTime, items };
}

function writeHead(writer: ByteWriter, tag: number, apdu: { readonly invokeId: number; readonly dateTime: Bytes }): void {
  writer.u8(tag).u32(apdu.invokeId).u8(apdu.dateTime.length).bytes(apdu.dateTime);
}

/** Inverse of `decodeAccessRequest`. */
export function encodeAccessRequest(apdu: AccessRequest): Bytes {
  const writer = new ByteWriter(256);
  writeHead(writer, ACCESS_REQUEST_TAG, apdu);
  writeCount(writer, apdu.items.length);
  for (const item of apdu.items) {
    if (item.obis.length !== 6) throw new ProtocolFault('bad-value', 'an OBIS code has 6 octets');
    writer.u8(CHOICE_OF_OPERATION[item.operation]).u16(item.classId).bytes(item.obis).u8(item.member);
    if (item.selection) {
      writer.u8(item.selection.selector);
      encodeAxdr(writer, item.selection.value);
    }
  }
  writeCount(writer, apdu.items.length);
  for (const item of apdu.items) encodeAxdr(writer, item.data);
  return writer.finish();
}

/** The plain operation a response reports for an access. */
export function plainOperation(operation: Operation): 'get' | 'set' | 'action' {
  return operation === 'action' ? 'action' : operation.startsWith('set') ? 'set' : 'get';
}

/** The access list among candidates that a response's results fit: same count and operations. */
function fitting(candidates: readonly (readonly AccessRow[])[], operations: readonly string[]): readonly AccessRow[] | undefined {
  return candidates.find(
    (list) => list.length === operations.length && list.every((row, i) => plainOperation(row[0]) === operations[i]),
  );
}

/** Choices of the results at the end of an access-response, found by walking over the data without naming it. */
function readResults(reader: ByteReader, count: number): { operation: 'get' | 'set' | 'action'; result: number }[] {
  const at = reader.at;
  if (readCount(reader, 'results') !== count) reader.fail('bad-apdu', 'as many results as data values are needed', at);
  const results: { operation: 'get' | 'set' | 'action'; result: number }[] = [];
  for (let i = 0; i < count; i++) {
    const choiceAt = reader.at;
    const operation = OPERATION_OF_CHOICE[reader.u8()];
    if (operation !== 'get' && operation !== 'set' && operation !== 'action') {
      return reader.fail('bad-apdu', 'result is none of get, set, action', choiceAt);
    }
    results.push({ operation, result: reader.u8() });
  }
  return results;
}

/**
 * Decodes an access-response. It does not say what it answers, so names come from the access lists of the use case.
 * Results stand at the end with two octets each, so their number leads to them without reading the data first.
 * @param candidates access lists this may answer, the likeliest first
 * @throws ProtocolFault
 */
export function decodeAccessResponse(bytes: Bytes, candidates: readonly (readonly AccessRow[])[] = []): AccessResponse {
  const reader = new ByteReader(bytes, 1);
  const invokeId = reader.u32();
  const dateTime = readDateTime(reader);
  if (reader.u8() !== 0)
    reader.fail('bad-apdu', 'an access-response that repeats its request is not used in GBCS', reader.at - 1);
  const count = readCount(reader, 'data values');
  const resultsAt = bytes.length - 2 * count - minimalLengthOctets(count);
  if (resultsAt < reader.at) reader.fail('truncated', `${count} results do not fit the message`);
  const outcomes = readResults(new ByteReader(bytes, resultsAt), count);
  const access = fitting(
    candidates,
    outcomes.map((outcome) => outcome.operation),
  );
  reader.end = resultsAt;
  const results = outcomes.map((outcome, i): AccessResult => {
    const row = access?.[i];
    const known = row && memberOf(row);
    const layout = outcome.operation === 'action' ? known?.response : known?.layout;
    const data = skipNull(reader) ? NULL_DATA : decodeAxdr(reader, layout, row ? pathOf(row[1], row[3]) : `result.${i}`);
    return { operation: outcome.operation, result: outcome.result, data, access: row, known };
  });
  reader.finish('the data of the access-response');
  return { kind: 'dlms-access-response', invokeId, dateTime, results };
}

const MEMBERS = new WeakMap<AccessRow, CosemMember | null>();

/** The dictionary's entry for a row of an access list. */
export function memberOf(row: AccessRow): CosemMember | undefined {
  const cached = MEMBERS.get(row);
  if (cached !== undefined) return cached ?? undefined;
  const obis = obisBytes(row[2]);
  const found = obis && cosemMember(row[1], obis, kindOf(row[0]), row[3]);
  MEMBERS.set(row, found ?? null);
  return found;
}

/** Inverse of `decodeAccessResponse`. */
export function encodeAccessResponse(apdu: AccessResponse): Bytes {
  const writer = new ByteWriter(256);
  writeHead(writer, ACCESS_RESPONSE_TAG, apdu);
  writer.u8(0);
  writeCount(writer, apdu.results.length);
  for (const result of apdu.results) encodeAxdr(writer, result.data);
  writeCount(writer, apdu.results.length);
  for (const result of apdu.results) writer.u8(CHOICE_OF_OPERATION[result.operation]).u8(result.result);
  return writer.finish();
}

/** Decodes an alert; names of its body come from its message code. @throws ProtocolFault */
export function decodeDataNotification(bytes: Bytes, messageCode: number): DataNotification {
  const reader = new ByteReader(bytes, 1);
  const invokeId = reader.u32();
  const dateTime = readDateTime(reader);
  const body = decodeAxdr(reader, ALERT_LAYOUTS.get(messageCode) ?? ALERT_LAYOUTS.get(0x1001), 'notificationBody');
  reader.finish('the data-notification');
  return { kind: 'dlms-data-notification', invokeId, dateTime, body };
}

/** Inverse of `decodeDataNotification`. */
export function encodeDataNotification(apdu: DataNotification): Bytes {
  const writer = new ByteWriter(128);
  writeHead(writer, DATA_NOTIFICATION_TAG, apdu);
  encodeAxdr(writer, apdu.body);
  return writer.finish();
}
