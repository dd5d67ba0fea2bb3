import fc from 'fast-check';
import { expect, it } from 'vitest';
import { executePendingCosem } from '../../../firmware-sim/device/cosem/future.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import { CATALOGUE } from '../../../firmware-sim/gbcs/catalogue.ts';
import { decodeAccessResponse, encodeAccessRequest } from '../../../firmware-sim/gbcs/dlms-apdu.ts';
import type { MessageHeader } from '../../../firmware-sim/gbcs/header.ts';
import { type Bytes, NO_BYTES } from '../../../firmware-sim/kernel/bytes.ts';
import { holds, unlessRefused } from '../../support/property.ts';
import { ESME, SUPPLIER } from '../bench.ts';
import { deviceOf, itemOf, NOW, ROWS } from './calls.ts';

const rows = [...(ROWS.get('ESME')?.values() ?? []), ...(ROWS.get('CHF')?.values() ?? [])];

/** A request of a use case with defaults as values, arguments zero. */
function requestOf(device: Device, name: string): Bytes {
  const [access = []] = CATALOGUE.find((row) => row.code === name)?.access ?? [];
  const items = access.map(([operation, classId, obis, member]) => {
    const key = `${classId}/${obis}/${member}`;
    const data = operation === 'set' ? device.cosem?.get(key) : undefined;
    const ranged = operation === 'get-with-selection';
    return itemOf({ operation, key, ...(data && { data }), ...(ranged && { range: [0, 0xffffffff] }) });
  });
  return encodeAccessRequest({ kind: 'dlms-access-request', invokeId: 1, dateTime: NO_BYTES, items });
}

it('answers, or refuses as the peer’s fault, whatever octets come as a command; a broken answer never leaves', () => {
  const mutation = fc.tuple(
    fc.constantFrom(...rows),
    fc.array(fc.tuple(fc.nat(4_000), fc.nat(255)), { maxLength: 4 }),
    fc.nat(20),
  );
  let answered = 0;
  holds(
    fc.property(mutation, ([row, changes, cut]) => {
      const device = deviceOf(ROWS.get('ESME')?.get(row.name) === row ? 'ESME' : 'CHF');
      const whole = requestOf(device, row.name);
      const payload = whole.slice(0, cut === 0 ? Math.max(1, whole.length - 1) : whole.length);
      for (const [at, value] of changes) payload[at % payload.length] = value;
      const header: MessageHeader = {
        cra: 'command',
        originatorCounter: 1n,
        originator: SUPPLIER,
        recipient: ESME,
        dateTime: undefined,
        messageCode: row.messageCode,
        supplementary: undefined,
      };
      const command = { header, payload, role: 'supplier', form: 'maced' } as const;
      const result = unlessRefused(() =>
        row.execute({ device, command, now: NOW, effects: [], response: { ...header, cra: 'response' } }),
      );
      if (!(result instanceof Uint8Array)) return;
      answered++;
      expect(decodeAccessResponse(result).results.length).toBeGreaterThanOrEqual(0);
      for (const pending of device.futureDated.commands) executePendingCosem({ device, pending, now: pending.at, effects: [] });
      device.cosem?.restore(device.cosem.snapshot());
    }),
    400,
  );
  expect(answered).toBeGreaterThan(50);
});
