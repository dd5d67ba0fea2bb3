import { Element } from '../../codec/element.ts';
import { dlms } from '../../gbcs/dlms-apdu.ts';
import { type Bytes, equalBytes, NO_BYTES } from '../../kernel/bytes.ts';
import { type Eui64, eui64At, eui64Bytes } from '../../kernel/eui64.ts';
import type { Millis } from '../../kernel/time.ts';
import { dlmsDateTime } from '../clock.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import type { BackedUpDevice } from '../management/device-log.ts';
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
/** The hash of a link key that there is not yet (GBCS CS14). */
const NO_HASH: Bytes = NO_BYTES;

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

function backedUpDevice(row: Element): BackedUpDevice {
  const hash = row.children[1]?.value;
  return { eui: eui64At(euiOf(row) ?? new Uint8Array(8)), keyHash: hash instanceof Uint8Array ? hash : NO_HASH };
}

const backupRow = (eui: Bytes, hash: Bytes): Element =>
  dlms('structure', [dlms('octet-string', eui), dlms('octet-string', hash)]);

/**
 * register_device: the device may join with its install code. One that is in the log already keeps the key it has. Its hash comes into the
 * backup when hub and device have agreed on a link key.
 */
export function registerDevice({ store, item, device, now, effects }: Access): Outcome {
  const [eui, , installCode] = item.data.children;
  if (!(eui?.value instanceof Uint8Array) || !(installCode?.value instanceof Uint8Array))
    return refusedWith(RESULT.typeUnmatched);
  const identifier = eui.value;
  const rows = rowsOf(store, DEVICE_LOG);
  const { network } = device.han;
  if (rows.some((row) => isOf(row, identifier))) {
    network?.admit(eui64At(identifier), undefined);
    return DONE;
  }
  if (rows.length >= DEVICES_MAX) return refusedWith(RESULT.otherReason);
  setRows(store, DEVICE_LOG, [...rows, newLogRow(identifier)]);
  const known = backedUp(store, CURRENT_BACKUP).filter((row) => !isOf(row, identifier));
  setBackedUp(store, CURRENT_BACKUP, [...known, backupRow(identifier, NO_HASH)]);
  network?.admit(eui64At(identifier), installCode.value);
  effects.push(...deviceLogChanged(device, now));
  return DONE;
}

/**
 * Hub and a device of its log have agreed on a link key: its hash goes into the backup, and the backup to the broker (CS14).
 * @returns nothing for a device that is not in the log, or whose hash is the same
 */
export function linkKeyAgreed(device: Device, eui: Eui64, hash: Bytes, now: Millis): DeviceEffect[] {
  const { cosem: store } = device;
  const identifier = eui64Bytes(eui);
  const devices = store ? backedUp(store, CURRENT_BACKUP) : [];
  const known = devices.find((row) => isOf(row, identifier))?.children[1]?.value;
  if (!store || !(known instanceof Uint8Array) || equalBytes(known, hash)) return [];
  setBackedUp(
    store,
    CURRENT_BACKUP,
    devices.map((row) => (isOf(row, identifier) ? backupRow(identifier, hash) : row)),
  );
  return deviceLogChanged(device, now);
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
  device.han.network?.remove(eui64At(eui));
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
  if (pan.value instanceof Uint8Array) device.han.network?.restore(pan.value, devices.children.map(backedUpDevice));
  effects.push(...deviceLogChanged(device, now));
  return DONE;
}
