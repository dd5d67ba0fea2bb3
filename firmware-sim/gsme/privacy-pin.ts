import { octetsIn } from '../device/zcl/plain.ts';
import type { ZclStore } from '../device/zcl/store.ts';
import { toAscii } from '../kernel/bytes.ts';

/**
 * Whether somebody may use what the privacy PIN protects: everybody may while none is set, which is also what the supplier's command
 * does that disables it (GCS11).
 */
export function pinAllows(store: ZclStore, pin: string | undefined): boolean {
  const set = toAscii(octetsIn(store.record('privacyPin'), 'Password'));
  return set === '' || set === pin;
}
