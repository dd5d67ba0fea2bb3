import type { Element } from '../../firmware-sim/codec/element.ts';
import { elementFromJson } from '../../firmware-sim/codec/element-from-json.ts';
import { elementToJson } from '../../firmware-sim/codec/element-json.ts';
import { attributeOf } from '../../firmware-sim/device/cosem/key.ts';
import type { CosemStore } from '../../firmware-sim/device/cosem/store.ts';
import { fits } from '../../firmware-sim/device/cosem/value.ts';
import type { Device } from '../../firmware-sim/device/device.ts';
import type { DeviceState } from '../../firmware-sim/device/state.ts';
import type { ZclAttribute, ZclStore } from '../../firmware-sim/device/zcl/store.ts';
import { fromHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { DeviceType } from './device-types.ts';
import { cosemStoreOf, zclStoreOf } from './kinds.ts';
import { profileNamed } from './profiles.ts';
import type { StoredDevice } from './stored-devices.ts';

/** The object stores of a stored device. */
export interface Stores {
  readonly cosem: CosemStore | undefined;
  readonly zcl: ZclStore | undefined;
}

/** Builds the objects of a stored device, without keys. */
export function storesOf({ type, profile, madeAt, state }: StoredDevice): Stores {
  const variant = profileNamed(type, profile);
  const cosem = cosemStoreOf(type, variant);
  const zcl = zclStoreOf(type, variant, madeAt);
  if (state.cosem) cosem?.restore(state.cosem);
  if (state.zcl) zcl?.restore(state.zcl);
  return { cosem, zcl };
}

function badValue(key: string, wanted: string, text: string): UsageError {
  return new UsageError('bad-value', `${key} takes ${wanted}, not ${JSON.stringify(text)}`);
}

/** JSON where the text is some, else the text itself. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** What an object is to hold; what a snapshot cannot hold is refused where it is set. */
function cosemValue(store: CosemStore, key: string, text: string): Element {
  const current = store.get(key);
  if (!current) throw new UsageError('unknown-object', `there is no object ${key}; \`hanbench device show\` lists them`);
  const { meaning: _meaning, raw: _raw, decrypted: _decrypted, ...json } = elementToJson(current);
  const element = elementFromJson({ ...json, value: jsonOrText(text) }, key);
  const type = attributeOf(key)?.type;
  if (type !== undefined && !fits(type, element)) throw badValue(key, 'a value of its type', text);
  return element;
}

/** A value that cannot be written is the person's mistake. */
function cosemEdit(key: string, edit: () => void): void {
  try {
    edit();
  } catch (error) {
    const wrong = error instanceof ProtocolFault || (error instanceof UsageError && error.exitCode === 1);
    if (wrong) throw new UsageError('bad-value', error.message.startsWith(key) ? error.message : `${key}: ${error.message}`);
    throw error;
  }
}

function zclValue(key: string, { value }: ZclAttribute, text: string): ZclAttribute['value'] {
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (!/^-?(?:0x[0-9a-f]+|\d+)$/i.test(text)) throw badValue(key, 'a whole number', text);
    return typeof value === 'bigint' ? BigInt(text) : Number(text);
  }
  if (typeof value === 'boolean') {
    if (text !== 'true' && text !== 'false') throw badValue(key, 'true or false', text);
    return text === 'true';
  }
  if (typeof value === 'string') return text;
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw badValue(key, 'octets in hex', text);
  return fromHex(text);
}

function zclNumbers(key: string): readonly [cluster: number, attribute: number] {
  const [cluster = 0, attribute = 0] = key.split('/').map((half) => Number.parseInt(half, 16));
  return [cluster, attribute];
}

function zclAttribute(store: ZclStore, key: string, text: string): ZclAttribute {
  const [cluster, attribute] = zclNumbers(key);
  const current = store.attribute(cluster, attribute);
  if (!current) throw new UsageError('unknown-object', `there is no attribute ${key}; \`hanbench device show\` lists them`);
  return { type: current.type, value: zclValue(key, current, text) };
}

const CLOCK_STATUSES = ['reliable', 'invalid', 'unreliable'] as const;

function setClock(clock: DeviceState['clock'], key: string, text: string): DeviceState['clock'] {
  if (key === 'clock.offset') {
    if (!/^-?\d+$/.test(text)) throw badValue(key, 'whole seconds', text);
    return { ...clock, offsetMs: Number(text) * 1000 };
  }
  const status = CLOCK_STATUSES.find((one) => one === text);
  if (!status) throw badValue(key, CLOCK_STATUSES.join(', '), text);
  return { ...clock, status };
}

function isClockKey(key: string): boolean {
  return key === 'clock.status' || key === 'clock.offset';
}

const COSEM_KEY = /^\d+\/.+\/\d+$/;
const ZCL_KEY = /^[0-9a-f]{4}\/[0-9a-f]{4}$/i;

function unknownObject(type: DeviceType, key: string): never {
  throw new UsageError(
    'unknown-object',
    `${key} is nothing that can be set on this ${type}; \`hanbench device show\` lists objects`,
  );
}

/** Changes an object in a device's stores. @throws UsageError for a key the device does not have or a value that does not fit */
function setObject({ cosem, zcl }: Stores, type: DeviceType, key: string, text: string): void {
  if (cosem && COSEM_KEY.test(key)) {
    cosemEdit(key, () => {
      cosem.set(key, cosemValue(cosem, key, text));
      cosem.snapshot();
    });
  } else if (zcl && ZCL_KEY.test(key)) {
    const [cluster, attribute] = zclNumbers(key);
    zcl.setAttribute(cluster, attribute, zclAttribute(zcl, key.toLowerCase(), text));
  } else unknownObject(type, key);
}

/** Finds out whether a value may be set, and changes nothing. @throws UsageError as `setValue` */
export function checkValue({ clock, cosem, zcl }: Device, type: DeviceType, key: string, text: string): void {
  if (isClockKey(key)) setClock(clock, key, text);
  else if (cosem && COSEM_KEY.test(key)) cosemEdit(key, () => cosemValue(cosem, key, text));
  else if (zcl && ZCL_KEY.test(key)) zclAttribute(zcl, key.toLowerCase(), text);
  else unknownObject(type, key);
}

/**
 * Changes one value of a device: an object by its key as `device show` prints it, `clock.status` or `clock.offset`.
 * @param text JSON, or the value as people write it; a value with parts is given whole, as `gbcs decode` prints it
 * @throws UsageError for a key the device does not have or a value that does not fit
 */
export function setValue(device: Device, type: DeviceType, key: string, text: string): void {
  if (isClockKey(key)) device.clock = setClock(device.clock, key, text);
  else setObject({ cosem: device.cosem, zcl: device.zcl }, type, key, text);
}

/** The same for a stored device. @throws UsageError */
export function withValue(stored: StoredDevice, key: string, text: string): StoredDevice {
  const { state, type } = stored;
  if (isClockKey(key)) return { ...stored, state: { ...state, clock: setClock(state.clock, key, text) } };
  const { cosem, zcl } = storesOf(stored);
  setObject({ cosem, zcl }, type, key, text);
  const objects = { ...(cosem && { cosem: cosem.snapshot() }), ...(zcl && { zcl: zcl.snapshot() }) };
  return { ...stored, state: { ...state, ...objects } };
}
