import { describe, expect, it } from 'vitest';
import { ALERT } from '../../firmware-sim/device/alerts.ts';
import type { Device } from '../../firmware-sim/device/device.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { partyOf } from '../../lab/premises/credentials.ts';
import { logged, NOW, pki, refusals, SECOND_SUPPLIER, SUPPLIER, sent } from '../device/bench.ts';
import { managed, responseIn, signed, updatePayload } from '../device/security/managed.ts';

/**
 * S04 (DP072), the device's part: after a change of supplier without SR6.23 the meter goes on reporting to the supplier in its cells,
 * and answers it, until the credentials are replaced.
 */
const DAY = 86_400_000;
const DAYS = 78;
const ALERTS_A_DAY = 3;
const COS = partyOf('transitionalCoS');

/** One day of a meter that has something to say three times, and is read once by a party. */
function day(device: Device, number: number, reader: Eui64): { recipients: Eui64[]; read: boolean; refused: string[] } {
  const now = NOW + number * DAY;
  const alerts = [ALERT.clockNotAdjusted, ALERT.firmwareFailedAtPowerOn, ALERT.contentIntegrityFailed].flatMap((code) =>
    sent(device.alert(code, now)),
  );
  const read = signed(device, { messageCode: 0x0013, originator: reader, signer: undefined, payload: Uint8Array.of(5, 0) });
  const effects = device.receive(read, now);
  return {
    recipients: alerts.map(({ header }) => header.recipient),
    read: responseIn(effects) !== undefined,
    refused: refusals(effects),
  };
}

function changeOfSupplier(device: Device, counter: bigint, now: number) {
  const uses = ['digitalSignature', 'keyAgreement', 'prePaymentTopUp'] as const;
  const payload = updatePayload({
    mode: 7,
    authorisingCell: { role: 'transitionalCoS', use: 'digitalSignature' },
    counter,
    otherFloor: { role: 2, floor: 0n, topUp: 0n },
    replacements: uses.map((use) => ({
      certificate: pki.certificate(SECOND_SUPPLIER, use) ?? new Uint8Array(0),
      target: { role: 'supplier', use },
    })),
  });
  return device.receive(signed(device, { messageCode: 0x0107, originator: COS, originatorCounter: counter, payload }), now);
}

describe.each(['ESME', 'GSME'] as const)('S04 (DP072): alerts after a change of supplier, %s', (type) => {
  it('go to the old supplier until SR6.23 succeeds, then to the new one alone', () => {
    const device = managed(type);
    const before = Array.from({ length: DAYS }, (_, i) => day(device, i, SUPPLIER));
    expect(before.flatMap(({ recipients }) => recipients)).toEqual(new Array(DAYS * ALERTS_A_DAY).fill(SUPPLIER));
    expect(before.filter(({ read }) => read)).toHaveLength(DAYS);
    expect(day(device, DAYS, SECOND_SUPPLIER)).toMatchObject({ read: false, refused: ['unknown-originator'] });

    const effects = changeOfSupplier(device, 1n, NOW + DAYS * DAY);
    expect(responseIn(effects)?.header.recipient).toBe(COS);
    expect(logged(effects)).toContain(ALERT.credentialsUpdated);

    const after = Array.from({ length: DAYS }, (_, i) => day(device, DAYS + 1 + i, SECOND_SUPPLIER));
    expect(after.flatMap(({ recipients }) => recipients)).toEqual(new Array(DAYS * ALERTS_A_DAY).fill(SECOND_SUPPLIER));
    expect(after.filter(({ read }) => read)).toHaveLength(DAYS);
    expect(day(device, 3 * DAYS, SUPPLIER)).toMatchObject({ read: false, refused: ['unknown-originator'] });
  });

  it('stay with the old supplier when SR6.23 fails', () => {
    const device = managed(type, { cells: managed(type).anchors.cells.filter(({ role }) => role !== 'root') });
    const effects = changeOfSupplier(device, 1n, NOW);
    expect(responseIn(effects)).toBeDefined();
    expect(logged(effects)).not.toContain(ALERT.credentialsUpdated);
    expect(day(device, 1, SUPPLIER)).toMatchObject({ recipients: [SUPPLIER, SUPPLIER, SUPPLIER], read: true });
  });
});
