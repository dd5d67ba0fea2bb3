import type { CosemKey } from './key.ts';

/*
 * What a household does at an electricity meter is kept beside the objects that the supplier writes; a command about one of them undoes it.
 */

/** The supplier's message, and that it has been read (ECS10). */
export const MESSAGE: CosemKey = '1/0-2:96.13.1.255/2';
export const MESSAGE_READ: CosemKey = '1/0-2:96.13.1.255/read';

/** Disables the privacy PIN (ECS14), and the PIN that was set at the meter. */
export const DISABLE_PIN: CosemKey = '1/0-0:94.44.3.1/2';
export const PRIVACY_PIN: CosemKey = '1/0-0:94.44.3.1/pin';

/** What is forgotten when a supplier writes an object. */
export const FORGETS: readonly (readonly [written: CosemKey, forgotten: CosemKey])[] = [
  [MESSAGE, MESSAGE_READ],
  [DISABLE_PIN, PRIVACY_PIN],
];
