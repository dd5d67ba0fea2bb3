import type { AnyOperation } from './operation.ts';
import { otaBuild } from './ota-build.ts';
import { otaInspect } from './ota-inspect.ts';
import { otaSign } from './ota-sign.ts';
import { otaVerify } from './ota-verify.ts';

/** Every operation there is. Add one import and one line; the order within a group is the order in help. */
export const OPERATIONS: readonly AnyOperation[] = [
  // Firmware images
  otaBuild,
  otaInspect,
  otaSign,
  otaVerify,
];
