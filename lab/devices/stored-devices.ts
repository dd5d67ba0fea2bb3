import type { DeviceState } from '../../firmware-sim/device/state.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { type Eui64, eui64Hex, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import type { LoadStretch } from '../loads/kept-load.ts';
import type { Plain } from '../state/cbor.ts';
import { type DeviceType, deviceTypeNamed } from './device-types.ts';

/** A device as a state file keeps it. */
export interface StoredDevice {
  readonly type: DeviceType;
  /** Name of its variant. */
  readonly profile: string;
  /** When it was made: values it shares with others of its variant are those of that time. */
  readonly madeAt: Millis;
  readonly state: DeviceState;
  /** What a meter has measured while it lived, oldest first. */
  readonly loads?: readonly LoadStretch[];
}

/** Version of the content of state files: raised whenever an older one cannot be taken back as it is. */
const VERSION = 1;

type PlainRecord = Readonly<Record<string, Plain | undefined>>;

function record(value: Plain | undefined): PlainRecord {
  const isRecord = typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && !Array.isArray(value);
  if (!isRecord) throw new ProtocolFault('bad-state', 'holds no devices');
  return value as PlainRecord;
}

/** Devices as plain data for a state file. */
export function benchState(devices: ReadonlyMap<Eui64, StoredDevice>): Plain {
  const entries = [...devices].map(([eui, device]): [string, Plain] => [eui64Hex(eui), device as unknown as Plain]);
  return { version: VERSION, devices: Object.fromEntries(entries) };
}

function storedDevice(eui: string, value: Plain | undefined): StoredDevice {
  const { type, profile, madeAt, state, loads } = record(value);
  const known = typeof type === 'string' ? deviceTypeNamed(type) : undefined;
  if (!known || typeof profile !== 'string' || typeof madeAt !== 'number') {
    throw new ProtocolFault('bad-state', `has ${eui} without a type, profile or time`);
  }
  const kept = Array.isArray(loads) ? { loads: loads as unknown as readonly LoadStretch[] } : {};
  return { type: known, profile, madeAt, state: record(state) as unknown as DeviceState, ...kept };
}

/**
 * Inverse of `benchState`; nothing is no device.
 * @throws UsageError `bad-state` for the content of another version
 */
export function storedDevices(content: Plain | undefined): ReadonlyMap<Eui64, StoredDevice> {
  if (content === undefined) return new Map();
  try {
    const { version, devices } = record(content);
    if (version !== VERSION)
      throw new ProtocolFault('bad-state', `is of version ${String(version)}, this program has ${VERSION}`);
    return new Map(Object.entries(record(devices)).map(([eui, value]) => [parseEui64(eui), storedDevice(eui, value)]));
  } catch (error) {
    if (error instanceof ProtocolFault) throw new UsageError('bad-state', `the state ${error.message}`);
    throw error;
  }
}
