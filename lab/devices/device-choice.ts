import { useCasesOf } from '../../firmware-sim/gbcs/catalogue.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { DEVICE_CHOICES, DEVICE_TYPES, type DeviceType, deviceTypeNamed } from './device-types.ts';

/** Devices a command can be meant for, by the catalogue; all of them for a code that is not in it. */
function targetsOf(messageCode: number): readonly DeviceType[] {
  const named = new Set(useCasesOf(messageCode, 'command').flatMap((row) => row.devices));
  const found = DEVICE_TYPES.filter((type) => named.has(type));
  return found.length > 0 ? found : DEVICE_TYPES;
}

/** What `devices.json` has a device as. @throws UsageError for a type there is none of */
export function listedTypeOf(keystore: Keystore, eui: Eui64): DeviceType | undefined {
  const listed = keystore.deviceType(eui);
  const type = listed === undefined ? undefined : deviceTypeNamed(listed);
  if (type || listed === undefined) return type;
  const choices = DEVICE_TYPES.join(', ');
  throw new UsageError('bad-devices', `devices.json has ${eui} as ${JSON.stringify(listed)}; there are ${choices}`);
}

/** A message to or from a device. */
export interface MessageOfDevice {
  readonly eui: Eui64;
  readonly messageCode: number;
  readonly file: string;
}

/**
 * What type of device a message's device is: as the person says, else by `devices.json`, else the only target of the use case.
 * @throws UsageError naming the choices
 */
export function deviceTypeFor(
  { eui, messageCode, file }: MessageOfDevice,
  keystore: Keystore,
  given: DeviceType | undefined,
): DeviceType {
  if (given) return given;
  const listed = listedTypeOf(keystore, eui);
  if (listed) return listed;
  const targets = targetsOf(messageCode);
  const [only] = targets;
  if (only && targets.length === 1) return only;
  const code = `0x${messageCode.toString(16).padStart(4, '0')}`;
  const choices = (targets.length === DEVICE_TYPES.length ? DEVICE_CHOICES : targets.map((type) => type.toLowerCase())).join(
    ', ',
  );
  throw new UsageError(
    'unknown-device-type',
    `devices.json does not list ${eui}, and message code ${code} may be for ${choices}; say which with --device`,
    { file },
  );
}
