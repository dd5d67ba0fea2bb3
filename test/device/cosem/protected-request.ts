import type { Element } from '../../../firmware-sim/codec/element.ts';
import { obisBytes } from '../../../firmware-sim/dictionary/cosem-obis.ts';
import { dlms } from '../../../firmware-sim/gbcs/dlms-apdu.ts';
import { fromHex, NO_BYTES } from '../../../firmware-sim/kernel/bytes.ts';

const octets = (value: Uint8Array): Element => dlms('octet-string', value);
/** No restriction. */
export const ALL = dlms('structure', [dlms('enum', 0), dlms('null-data', null)]);

/** Restriction to a range of COSEM date-times, in hex. */
export const between = (from: string, to: string): Element =>
  dlms('structure', [dlms('enum', 1), dlms('structure', [octets(fromHex(from)), octets(fromHex(to))])]);

/** One attribute that is asked for. */
export const object = (classId: number, obis: string, restriction = ALL, index = 0): Element =>
  dlms('structure', [
    dlms('long-unsigned', classId),
    octets(obisBytes(obis) ?? NO_BYTES),
    dlms('integer', 2),
    dlms('long-unsigned', index),
    restriction,
  ]);

/** Argument of get_protected_attributes, its keys left to the device (structures of ECS19). */
export function request(objects: readonly Element[], blocks = 1): Element {
  const agreed = dlms('structure', [octets(new Uint8Array(1)), octets(NO_BYTES)]);
  const options = dlms('structure', [
    ...[9, 8, 8, 0].map((size) => octets(new Uint8Array(size))),
    dlms('structure', [dlms('enum', 2), agreed]),
  ]);
  const block = dlms('structure', [dlms('enum', 2), options]);
  return dlms('structure', [dlms('array', objects), dlms('array', Array(blocks).fill(block))]);
}
