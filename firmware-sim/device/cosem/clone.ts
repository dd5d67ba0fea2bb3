import { Element } from '../../codec/element.ts';
import { obisText } from '../../dictionary/cosem-obis.ts';
import type { AccessRow } from '../../dictionary/use-case.ts';
import { protectedAccess } from '../../gbcs/catalogue.ts';
import { type AccessRequest, type AccessResult, NULL_DATA } from '../../gbcs/dlms-apdu.ts';
import type { WholeMessage } from '../../gbcs/message.ts';
import { type CosemKey, cosemKey } from './key.ts';
import { isWhole } from './parts.ts';
import { isLive } from './reads.ts';
import type { CosemStore } from './store.ts';

/** COSEM data protection: its method answers with attributes of other objects. */
const DATA_PROTECTION = 30;

/** A key and the value that a response has for it. */
type Found = readonly [key: CosemKey, value: Element];

function accessOf(result: AccessResult, index: number, request: AccessRequest | undefined): AccessRow | undefined {
  const item = request?.items[index];
  return item ? [item.operation, item.classId, obisText(item.obis), item.member] : result.access;
}

/** The opened plaintext inside a class 30 answer. */
function plaintextOf(element: Element): Element | undefined {
  if (element.extras?.plaintext) return element.extras.plaintext;
  for (const child of element.children) {
    const found = plaintextOf(child);
    if (found) return found;
  }
  return undefined;
}

/** Attributes that a class 30 answer holds, as the use case lists them. */
function protectedValues(data: Element, messageCode: number): Found[] {
  const values = plaintextOf(data)?.children ?? [];
  const rows = protectedAccess(messageCode).find((list) => list.length === values.length) ?? [];
  return rows.flatMap(([, classId, obis, member], i): Found[] => {
    const value = values[i];
    return value ? [[cosemKey(classId, obis, member), value]] : [];
  });
}

function valuesOf(result: AccessResult, access: AccessRow, messageCode: number): Found[] {
  const [operation, classId, obis, member] = access;
  if (result.result !== 0 || result.data.type === NULL_DATA.type) return [];
  if (classId === DATA_PROTECTION) return protectedValues(result.data, messageCode);
  if (operation === 'action') return [[`${classId}/${obis}/m${member}`, result.data]];
  return [[cosemKey(classId, obis, member), result.data]];
}

/** A captured value replaces one of its own kind; one that holds other attributes needs all their fields. */
function canHold(store: CosemStore, key: CosemKey, value: Element): boolean {
  const old = store.get(key);
  if (!old) return true;
  return old.type === value.type && (!isWhole(key) || old.children.length === value.children.length);
}

/** A value that shares no memory with the message it came in. */
function detached(element: Element): Element {
  const { value } = element;
  if (value instanceof Uint8Array) {
    return new Element(element.name, element.type, value.slice(), element.meta, element.named, element.extras);
  }
  if (!Array.isArray(value)) return element;
  return new Element(element.name, element.type, element.children.map(detached), element.meta, element.named, element.extras);
}

/**
 * Puts the values of a captured response into a device's objects: what it read successfully, encrypted parts as far as they have
 * been opened. What the device is by itself (time, clock status, firmware version, identifier) stays; see `clonedLive`.
 * @param request the command it answers, where it is known; else its use case's list of accesses says what was read
 * @returns keys that took a value
 */
export function loadClone(store: CosemStore, response: WholeMessage, request?: AccessRequest): readonly CosemKey[] {
  const found = clonedValues(response, request).filter(([key, value]) => !isLive(key) && canHold(store, key, value));
  for (const [key, value] of found) store.set(key, detached(value));
  return found.map(([key]) => key);
}

/** Values of a response that belong to the device itself and not to its objects, by key (`FIRMWARE_VERSION`, `DEVICE_TIME`). */
export function clonedLive(response: WholeMessage, request?: AccessRequest): ReadonlyMap<CosemKey, Element> {
  return new Map(clonedValues(response, request).filter(([key]) => isLive(key)));
}

function clonedValues({ payload, header }: WholeMessage, request: AccessRequest | undefined): Found[] {
  if (payload.kind !== 'dlms-access-response') return [];
  return payload.results.flatMap((result, i) => {
    const access = accessOf(result, i, request);
    return access ? valuesOf(result, access, header.messageCode) : [];
  });
}
