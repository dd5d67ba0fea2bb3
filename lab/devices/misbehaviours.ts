import type { ObjectFaults } from '../../firmware-sim/device/device.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';

function wrong(text: string): UsageError {
  const forms =
    'object-fault=CLASS/OBIS/MEMBER:RESULT, object-fault=CLUSTER/COMMAND:RESULT (in hex), object-fault=USE_CASE:RESULT';
  return new UsageError('bad-misbehaviour', `${JSON.stringify(text)} is no misbehaviour; there is ${forms}`);
}

/**
 * What can be made to fail: an attribute or method of a COSEM object; a command of a ZCL cluster (`#2`: only the second of a
 * message) or an attribute; joining and unjoining; reading or replacing credentials of a role; a use case with an ASN.1 payload.
 */
const FAULT_KEYS = [
  /^\d+\/\d+-\d+:\d+\.\d+\.\d+(?:\.\d+)?\/\d+$/,
  /^(?:0x)?[0-9a-f]{4}\/(?:0x)?(?:[0-9a-f]{2}(?:#\d+)?|[0-9a-f]{4})$/i,
  /^(?:un)?join$/,
  /^credentials?\/[\w.]+$/,
  /^[A-Z]{2,4}\d{2}\w*$/,
];

/**
 * Misbehaviours as people write them: `object-fault=3/1-0:1.8.0.255/2:2` makes that access fail with result 2 (hardware fault).
 * @throws UsageError `bad-misbehaviour`
 */
export function objectFaults(texts: readonly string[]): ObjectFaults {
  const faults = new Map<string, number>();
  for (const text of texts) {
    const [, key, result] = /^object-fault=(.+):((?:0x[0-9a-f]{1,2})|\d{1,3})$/i.exec(text) ?? [];
    const code = Number(result);
    if (key === undefined || !FAULT_KEYS.some((form) => form.test(key)) || code > 255) throw wrong(text);
    faults.set(key, code);
  }
  return faults;
}
