import { obisBytes } from '../../firmware-sim/dictionary/cosem-obis.ts';
import { encodeAccessRequest, invokeIdOf, NULL_DATA } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { type Bytes, NO_BYTES } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { command, SUPPLIER } from '../device/bench.ts';

/** A read of COSEM attributes, `class/OBIS/number`. */
export function readCommand(
  messageCode: number,
  objects: readonly string[],
  counter = 1_000n,
  originator: Eui64 = SUPPLIER,
): Bytes {
  const items = objects.map((key) => {
    const [classId = '', obis = '', member = ''] = key.split('/');
    return {
      operation: 'get' as const,
      classId: Number(classId),
      obis: obisBytes(obis) ?? NO_BYTES,
      member: Number(member),
      data: NULL_DATA,
    };
  });
  const invokeId = invokeIdOf(counter);
  const payload = encodeAccessRequest({ kind: 'dlms-access-request', invokeId, dateTime: NO_BYTES, items });
  return command({ messageCode, originatorCounter: counter, originator, payload });
}
