import { encodeAxdr } from '../../codec/axdr-write.ts';
import type { Element } from '../../codec/element.ts';
import { PROTECTED_ATTRIBUTES } from '../../dictionary/alert-layouts.ts';
import { cosemMember } from '../../dictionary/cosem.ts';
import { useCasesOf } from '../../gbcs/catalogue.ts';
import { dlms } from '../../gbcs/dlms-apdu.ts';
import type { MessageHeader } from '../../gbcs/header.ts';
import { sealSensitive } from '../../gbcs/protection.ts';
import { ByteWriter } from '../../kernel/byte-writer.ts';
import { type Bytes, NO_BYTES } from '../../kernel/bytes.ts';
import { eui64Bytes } from '../../kernel/eui64.ts';
import type { Device } from '../device.ts';
import { type Access, type Outcome, RESULT, refusedWith } from './access.ts';
import { type CosemKey, cosemKey, keyOfMember } from './key.ts';
import { readAttribute } from './reads.ts';
import { rangeOfRestriction } from './selection.ts';

/** Authentication and encryption (RTDS 4.5.0 ECS17b). */
const PROTECTION = 2;
/** First octet of the transaction identifier of encrypted attributes (GBCS 8.2). */
const PURPOSE_ENCRYPTION = 0x04;
/** Agreed key by one-pass Diffie-Hellman C(0e, 2s) (GBCS 8.2). */
const AGREED_KEY = 2;
const KEY_PARAMETERS = Uint8Array.of(2);

/** Protection parameters: parties as in the message's header, transaction identifier of its counter (RTDS 4.5.0 ECS17b, ECS68). */
function protectionParameters(header: MessageHeader): Element {
  const transaction = new ByteWriter(9).u8(PURPOSE_ENCRYPTION).u64(header.originatorCounter).finish();
  const octets = (value: Bytes): Element => dlms('octet-string', value);
  const agreed = dlms('structure', [octets(KEY_PARAMETERS), octets(NO_BYTES)]);
  const options = dlms('structure', [
    octets(transaction),
    octets(eui64Bytes(header.originator)),
    octets(eui64Bytes(header.recipient)),
    octets(NO_BYTES),
    dlms('structure', [dlms('enum', AGREED_KEY), agreed]),
  ]);
  return dlms('array', [dlms('structure', [dlms('enum', PROTECTION), options])]);
}

/**
 * Encrypts attributes under a message's header: protection parameters and the octets that hide one structure of the values.
 * @param command the command that is answered; an unknown party's key is in its certificate
 * @returns undefined when the party's key is not there
 */
export function protectAttributes(
  device: Device,
  header: MessageHeader,
  values: readonly Element[],
  command?: MessageHeader,
): readonly [parameters: Element, attributes: Element] | undefined {
  const context = device.encryptionFor(header, command);
  if (!context) return undefined;
  const writer = new ByteWriter(256);
  encodeAxdr(writer, dlms('structure', values));
  const sealed = sealSensitive(device.suite, context, writer.finish());
  return [protectionParameters(header), dlms('octet-string', sealed, PROTECTED_ATTRIBUTES)];
}

const LISTED = new Map<number, ReadonlySet<CosemKey>>();

/** Attributes that a use case may fetch this way, by its message code. */
function listedFor(messageCode: number): ReadonlySet<CosemKey> {
  const known = LISTED.get(messageCode);
  if (known) return known;
  const rows = useCasesOf(messageCode, 'command').flatMap((row) => row.protectedAccess ?? []);
  const keys = new Set(rows.map(([, classId, obis, member]) => cosemKey(classId, obis, member)));
  LISTED.set(messageCode, keys);
  return keys;
}

/** One object of the list: class, OBIS code, attribute, data index, restriction. */
function fetchObject(access: Access, object: Element): Outcome {
  const [classId, obis, attribute, index, restriction] = object.children;
  if (!(obis?.value instanceof Uint8Array) || obis.value.length !== 6 || index?.value !== 0) {
    return refusedWith(RESULT.typeUnmatched);
  }
  const known = cosemMember(Number(classId?.value), obis.value, 'attribute', Number(attribute?.value));
  const key = known && keyOfMember(known);
  if (key === undefined || !listedFor(access.command.header.messageCode).has(key)) return refusedWith(RESULT.readWriteDenied);
  const fault = access.device.faults.get(key);
  if (fault !== undefined) return refusedWith(fault);
  const range = rangeOfRestriction(restriction);
  if (!range) return refusedWith(RESULT.typeUnmatched);
  const data = readAttribute(access.device, access.now, access.source, key, range);
  return data ? { result: RESULT.success, data } : refusedWith(RESULT.objectUndefined);
}

/** Number of protection parameter blocks GBCS has: one. */
const BLOCKS = 1;

/**
 * get_protected_attributes of class 30: the listed attributes in one structure, encrypted for the party that asked, or for the
 * unknown party whose certificate the command carries (GBCS 9.1.5, 8.2). Either all of it is returned or nothing.
 */
export function getProtectedAttributes(access: Access): Outcome {
  const [objects, parameters] = access.item.data.children;
  if (!objects || objects.children.length === 0 || parameters?.children.length !== BLOCKS)
    return refusedWith(RESULT.typeUnmatched);
  const fetched = objects.children.map((object) => fetchObject(access, object));
  const failed = fetched.find((one) => one.result !== RESULT.success);
  if (failed) return failed;
  const values = fetched.flatMap(({ data }) => data ?? []);
  const data = protectAttributes(access.device, access.response, values, access.command.header);
  return data ? { result: RESULT.success, data: dlms('structure', data) } : refusedWith(RESULT.otherReason);
}
