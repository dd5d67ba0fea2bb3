import { Element } from '../../codec/element.ts';
import { dlms } from '../../gbcs/dlms-apdu.ts';
import { type Bytes, equalBytes } from '../../kernel/bytes.ts';
import type { Millis } from '../../kernel/time.ts';
import { dlmsDateTime } from '../clock.ts';
import { deviceLogChanged } from '../management/hub-alerts.ts';
import { type Access, DONE, type Outcome, RESULT, refusedWith } from './access.ts';
import { withValue } from './numbers.ts';
import type { CosemKey, CosemStore } from './store.ts';

/*
 * The hub's ZigBee network control object (class 104): device log, communications store and their backups (GBCS mapping table,
 * CCS01 to CCS07).
 */

const DEVICE_LOG = '104/0-0:30.3.0.255/4';
const CURRENT_BACKUP = '104/0-0:30.3.0.255/m4';
const HISTORIC_BACKUP = '104/0-0:30.3.1.255/m4';
/** Devices a log or backup holds (GBCS mapping table). */
const DEVICES_MAX = 16;
/** Devices whose keys are kept after they were taken out; the oldest gives way (GBCS mapping table, CCS02). */
const HISTORIC_MAX = 15;
/** Status bits of a device that is joined (RTDS 4.5.0 CCS06). */
const JOINED = Uint8Array.of(0xc8);
const STATUS_BITS = 8;
/** Octets of a link key's hash. */
const HASH_OCTETS = 16;

const euiOf = (row: Element): Bytes | undefined => {
  const value = row.children[0]?.value;
  return value instanceof Uint8Array ? value : undefined;
};

const isOf = (row: Element, eui: Bytes): boolean => equalBytes(euiOf(row) ?? new Uint8Array(0), eui);

const rowsOf = (store: CosemStore, key: CosemKey): readonly Element[] => store.get(key)?.children ?? [];

/** Devices of a backup: its third field. */
const backedUp = (store: CosemStore, key: CosemKey): readonly Element[] => rowsOf(store, key)[2]?.children ?? [];

function setRows(store: CosemStore, key: CosemKey, rows: readonly Element[]): void {
  const array = store.get(key);
  if (array) store.set(key, withValue(array, rows));
}

function setBackedUp(store: CosemStore, key: CosemKey, devices: readonly Element[]): void {
  const backup = store.get(key);
  const [time, pan, list] = backup?.children ?? [];
  if (backup && time && pan && list) store.set(key, withValue(backup, [time, pan, withValue(list, devices)]));
}

/** A device that has just been allowed and has not been heard yet. */
function newLogRow(eui: Bytes): Element {
  const number = (type: string, value: number): Element => dlms(type, value);
  const quality = [-128, -128, -128].map((value) => number('integer', value));
  const links = [0, 0, 0].map((value) => number('unsigned', value));
  const counts = [0, 0, 0, 0, 0].map((value) => number('unsigned', value));
  const never = dlms('octet-string', new Uint8Array(12).fill(0xff));
  return dlms('structure', [
    dlms('octet-string', eui),
    new Element('status', 'bit-string', JOINED, undefined, true, { bits: STATUS_BITS }),
    ...quality,
    ...links,
    never,
    ...counts,
  ]);
}

const backupRow = (eui: Bytes, hash: Bytes): Element =>
  dlms('structure', [dlms('octet-string', eui), dlms('octet-string', hash)]);

/** register_device: the device may join; its link key is kept as a hash. */
export function registerDevice({ store, item, device, now, effects }: Access): Outcome {
  const [eui, , linkKey] = item.data.children;
  if (!(eui?.value instanceof Uint8Array) || !(linkKey?.value instanceof Uint8Array)) return refusedWith(RESULT.typeUnmatched);
  const identifier = eui.value;
  const others = rowsOf(store, DEVICE_LOG).filter((row) => !isOf(row, identifier));
  if (others.length >= DEVICES_MAX) return refusedWith(RESULT.otherReason);
  setRows(store, DEVICE_LOG, [...others, newLogRow(identifier)]);
  const hash = device.suite.sha256(linkKey.value).subarray(0, HASH_OCTETS);
  const known = backedUp(store, CURRENT_BACKUP).filter((row) => !isOf(row, identifier));
  setBackedUp(store, CURRENT_BACKUP, [...known, backupRow(identifier, hash)]);
  effects.push(...deviceLogChanged(device, now));
  return DONE;
}

/** unregister_device: out of the log, and from the current backup into the historic one. */
export function unregisterDevice({ store, item, device, now, effects }: Access): Outcome {
  const eui = item.data.value;
  if (!(eui instanceof Uint8Array)) return refusedWith(RESULT.typeUnmatched);
  const rows = rowsOf(store, DEVICE_LOG);
  const left = rows.filter((row) => !isOf(row, eui));
  if (left.length === rows.length) return refusedWith(RESULT.otherReason);
  setRows(store, DEVICE_LOG, left);
  const gone = backedUp(store, CURRENT_BACKUP).filter((row) => isOf(row, eui));
  setBackedUp(
    store,
    CURRENT_BACKUP,
    backedUp(store, CURRENT_BACKUP).filter((row) => !isOf(row, eui)),
  );
  const historic = backedUp(store, HISTORIC_BACKUP).filter((row) => !isOf(row, eui));
  setBackedUp(store, HISTORIC_BACKUP, [...historic, ...gone].slice(-HISTORIC_MAX));
  effects.push(...deviceLogChanged(device, now));
  return DONE;
}

/** A backup with the time it is given out. */
function backupOf(store: CosemStore, key: CosemKey, at: Millis): Element | undefined {
  const backup = store.get(key);
  const [time, ...rest] = backup?.children ?? [];
  return backup && time && withValue(backup, [withValue(time, dlmsDateTime(at)), ...rest]);
}

/** backup_PAN: the network's identifier and devices, as of now. */
export function backupNetwork({ store, key, source }: Access): Outcome {
  const data = backupOf(store, `${key.slice(0, key.lastIndexOf('/'))}/m4`, source.at);
  return data ? { result: RESULT.success, data } : refusedWith(RESULT.objectUndefined);
}

/** restore_PAN: the devices of a backup are allowed again, in place of those that are. */
export function restoreNetwork({ store, item, device, now, effects }: Access): Outcome {
  const [pan, devices] = item.data.children;
  const backup = store.get(CURRENT_BACKUP);
  const [time, ownPan, list] = backup?.children ?? [];
  if (!pan || !devices || !backup || !time || !ownPan || !list) return refusedWith(RESULT.typeUnmatched);
  const old = rowsOf(store, DEVICE_LOG);
  const rows = devices.children.map((row) => {
    const eui = euiOf(row) ?? new Uint8Array(0);
    return old.find((one) => isOf(one, eui)) ?? newLogRow(eui);
  });
  setRows(store, DEVICE_LOG, rows);
  store.set(CURRENT_BACKUP, withValue(backup, [time, withValue(ownPan, pan.value), withValue(list, devices.children)]));
  effects.push(...deviceLogChanged(device, now));
  return DONE;
}
