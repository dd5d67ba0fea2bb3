import { captureShow } from './capture-show.ts';
import { catalogue } from './catalogue.ts';
import { deviceClone, deviceNew, deviceSet, deviceShow } from './device.ts';
import { gbcsDecode } from './gbcs-decode.ts';
import { gbcsEncode } from './gbcs-encode.ts';
import { gbcsExec } from './gbcs-exec.ts';
import { gbcsSign } from './gbcs-sign.ts';
import { gbcsUnnamed } from './gbcs-unnamed.ts';
import type { AnyOperation } from './operation.ts';
import { otaBuild } from './ota-build.ts';
import { otaInspect } from './ota-inspect.ts';
import { otaSign } from './ota-sign.ts';
import { otaVerify } from './ota-verify.ts';
import { pkiNew } from './pki-new.ts';
import { pkiShow } from './pki-show.ts';
import { simulate } from './simulate.ts';
import { update } from './update.ts';
import { utrnCheck, utrnMake } from './utrn.ts';

/** Every operation there is. Add one import and one line; the order within a group is the order in help. */
export const OPERATIONS: readonly AnyOperation[] = [
  // Run the main job
  update,
  simulate,
  // Read and write GBCS messages
  gbcsDecode,
  gbcsEncode,
  gbcsSign,
  gbcsExec,
  gbcsUnnamed,
  catalogue,
  utrnMake,
  utrnCheck,
  // Keep devices
  deviceNew,
  deviceShow,
  deviceSet,
  deviceClone,
  // Keys and certificates
  pkiNew,
  pkiShow,
  // Firmware images
  otaBuild,
  otaInspect,
  otaSign,
  otaVerify,
  // Captures of the air
  captureShow,
];
