import { octetsIn } from '../device/zcl/plain.ts';
import type { ZclStore } from '../device/zcl/store.ts';
import { fromAscii, toAscii } from '../kernel/bytes.ts';

/** A privacy PIN has four digits (SMETS 4.4 Privacy PIN). */
const PIN = /^\d{4}$/;

/** The PIN that a household has set; undefined while there is none, which the supplier's command also brings about (GCS11). */
export function pinOf(store: ZclStore): string | undefined {
  const pin = toAscii(octetsIn(store.record('privacyPin'), 'Password'));
  return pin === '' ? undefined : pin;
}

/** Sets the PIN, or takes it away with an empty one. @returns whether it is one */
export function setPin(store: ZclStore, pin: string): boolean {
  if (pin !== '' && !PIN.test(pin)) return false;
  store.setRecords('privacyPin', pin === '' ? [] : [{ Password: fromAscii(pin) }]);
  return true;
}
