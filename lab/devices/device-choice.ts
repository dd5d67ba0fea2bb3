import { useCasesOf } from '../../firmware-sim/gbcs/catalogue.ts';
import type { MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { DEVICE_CHOICES, DEVICE_TYPES, type DeviceType, deviceTypeNamed } from './device-types.ts';

/** Devices a command can be meant for, by the catalogue; all of them for a code that is not in it. */
function targetsOf(messageCode: number): readonly DeviceType[] {
  const named = new Set(useCasesOf(messageCode, 'command').flatMap((row) => row.devices));
  const found = DEVICE_TYPES.filter((type) => named.has(type));
  return found.length > 0 ? found : DEVICE_TYPES;
}

/**
 * What type of device a command's recipient is: as the person says, else by `devices.json`, else the only target of the use case.
 * @throws UsageError naming the choices
 */
export function deviceTypeFor(
  header: MessageHeader,
  file: string,
  keystore: Keystore,
  given: DeviceType | undefined,
): DeviceType {
  if (given) return given;
  const listed = keystore.deviceType(header.recipient);
  if (listed !== undefined) {
    const type = deviceTypeNamed(listed);
    if (type) return type;
    const choices = DEVICE_TYPES.join(', ');
    throw new UsageError(
      'bad-devices',
      `devices.json has ${header.recipient} as ${JSON.stringify(listed)}; there are ${choices}`,
    );
  }
  const targets = targetsOf(header.messageCode);
  const [only] = targets;
  if (only && targets.length === 1) return only;
  const code = `0x${header.messageCode.toString(16).padStart(4, '0')}`;
  const choices = (targets.length === DEVICE_TYPES.length ? DEVICE_CHOICES : targets.map((type) => type.toLowerCase())).join(
    ', ',
  );
  throw new UsageError(
    'unknown-device-type',
    `devices.json does not list ${header.recipient}, and message code ${code} may be for ${choices}; say which with --device`,
    { file },
  );
}
