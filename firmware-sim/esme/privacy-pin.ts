import { PRIVACY_PIN } from '../device/cosem/household.ts';
import type { CosemStore } from '../device/cosem/store.ts';
import { dlms } from '../gbcs/dlms-apdu.ts';

/** A privacy PIN has four digits (SMETS 5.4 Privacy PIN). */
const PIN = /^\d{4}$/;

/** The PIN that a household has set; undefined while there is none, which the supplier's command also brings about (ECS14). */
export function pinOf(store: CosemStore): string | undefined {
  const pin = store.get(PRIVACY_PIN)?.value;
  return typeof pin === 'string' ? pin : undefined;
}

/** Sets the PIN, or takes it away with an empty one. @returns whether it is one */
export function setPin(store: CosemStore, pin: string): boolean {
  if (pin === '') store.forget(PRIVACY_PIN);
  else if (PIN.test(pin)) store.set(PRIVACY_PIN, dlms('visible-string', pin));
  else return false;
  return true;
}
