import { describe, expect, it } from 'vitest';
import { decodeDer, encodeDer } from '../../../firmware-sim/codec/der.ts';
import { tlv } from '../../../firmware-sim/codec/der-tlv.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import { loadManagementClone } from '../../../firmware-sim/device/management/clone.ts';
import { usageFields } from '../../../firmware-sim/device/security/cell-identifier.ts';
import { ProvideCredentialsCommand, ProvideCredentialsResponse } from '../../../firmware-sim/gbcs/asn1/structures.ts';
import { REMOTE_PARTY_ROLES } from '../../../firmware-sim/gbcs/key-provider.ts';
import { type Bytes, NO_BYTES, toHex } from '../../../firmware-sim/kernel/bytes.ts';
import { type Eui64, eui64Bytes } from '../../../firmware-sim/kernel/eui64.ts';
import { partyOf } from '../../../lab/premises/credentials.ts';
import { NOW, pki, SECOND_SUPPLIER } from '../bench.ts';
import { managed, responseIn, signed, updatePayload } from '../security/managed.ts';

const COS = partyOf('transitionalCoS');
const OTHER_METER = '00-DB-12-34-56-78-90-B7' as Eui64;
const FOREIGN = '90-B3-D5-1F-30-77-00-00' as Eui64;
const FOREIGN_ID = new Uint8Array(8).fill(0x77);
const { supplier, networkOperator } = REMOTE_PARTY_ROLES;

/** A captured answer of another meter, for whatever command. */
const captured = (device: Device, messageCode: number, payload: Bytes, command?: Bytes): boolean =>
  loadManagementClone(
    device,
    {
      cra: 'response',
      originatorCounter: 1n,
      originator: OTHER_METER,
      recipient: COS,
      dateTime: undefined,
      messageCode,
      supplementary: undefined,
    },
    payload,
    command,
  );

interface Shown {
  readonly status: number;
  readonly sequence: bigint | undefined;
  readonly cells: readonly string[];
}

/** What CS02a, asked by the transitional CoS, says of a role. */
function shown(device: Device, role: number, counter: bigint): Shown | undefined {
  const authorisingCell = { remotePartyRole: REMOTE_PARTY_ROLES.transitionalCoS, ...usageFields('digitalSignature') };
  const payload = encodeDer(ProvideCredentialsCommand, { authorisingCell, rolesRequired: [role] });
  const message = signed(device, { messageCode: 0x0008, originator: COS, originatorCounter: counter, payload });
  const response = responseIn(device.receive(message, NOW));
  const [report] = response ? decodeDer(ProvideCredentialsResponse, response.payload) : [];
  return (
    report && {
      status: report.statusCode,
      sequence: report.currentSeqNumber,
      cells: (report.cells ?? []).map((cell) => `${toHex(cell.subjectUniqueId)} ${toHex(cell.subjectKeyId)}`),
    }
  );
}

const foreignReport = encodeDer(ProvideCredentialsResponse, [
  {
    remotePartyRole: supplier,
    statusCode: 0,
    currentSeqNumber: 123_456n,
    cells: (['digitalSignature', 'keyAgreement', 'prePaymentTopUp'] as const).map((use) => ({
      ...usageFields(use),
      subjectUniqueId: eui64Bytes(FOREIGN),
      subjectKeyId: FOREIGN_ID,
    })),
  },
  { remotePartyRole: networkOperator, statusCode: 5 },
]);

const handOver = (counter: bigint, uses: readonly ('digitalSignature' | 'keyAgreement' | 'prePaymentTopUp')[]): Bytes =>
  updatePayload({
    mode: 7,
    authorisingCell: { role: 'transitionalCoS', use: 'digitalSignature' },
    counter,
    otherFloor: { role: supplier, floor: 5n, topUp: 9n },
    replacements: uses.map((use) => ({
      certificate: pki.certificate(SECOND_SUPPLIER, use) ?? NO_BYTES,
      target: { role: 'supplier', use },
    })),
  });

describe('a report of credentials that was cloned', () => {
  const foreign = `${toHex(eui64Bytes(FOREIGN))} ${toHex(FOREIGN_ID)}`;

  it('is what CS02a gives, while nothing is authenticated with it', () => {
    const device = managed('ESME');
    expect(captured(device, 0x0008, foreignReport)).toBe(true);
    expect(shown(device, supplier, 50n)).toEqual({ status: 0, sequence: 123_456n, cells: [foreign, foreign, foreign] });
    expect(shown(device, networkOperator, 51n)).toEqual({ status: 5, sequence: undefined, cells: [] });
    expect(device.anchors.partyOf('supplier')).toBe(partyOf('supplier'));
  });

  it.each([
    ['every cell', ['digitalSignature', 'keyAgreement', 'prePaymentTopUp'], 3],
    ['one cell', ['digitalSignature'], 1],
  ] as const)('gives way where a CS02b after it replaces %s, as the next CS02a shows', (_, uses, replaced) => {
    const device = managed('ESME');
    const fresh = managed('ESME');
    captured(device, 0x0008, foreignReport);
    for (const one of [device, fresh]) {
      const update = { messageCode: 0x0107, originator: COS, originatorCounter: 60n, payload: handOver(60n, uses) };
      expect(responseIn(one.receive(signed(one, update), NOW))).toBeDefined();
    }
    const now = shown(device, supplier, 61n);
    const real = shown(fresh, supplier, 61n);
    expect(now?.cells).toEqual([...(real?.cells.slice(0, replaced) ?? []), ...[foreign, foreign, foreign].slice(replaced)]);
    expect(now?.cells[0]).toMatch(new RegExp(`^${toHex(eui64Bytes(SECOND_SUPPLIER))} `));
    expect([now?.status, now?.sequence]).toEqual([real?.status, real?.sequence]);
    const restored = managed('ESME', { state: device.state() });
    expect(shown(restored, supplier, 62n)).toEqual(now);
  });
});

describe('a captured answer of CS04', () => {
  const leave = tlv(4, eui64Bytes(OTHER_METER));

  it.each([0x000f, 0x0010])('%i: success was about a device in the log', (code) => {
    const device = managed('GSME');
    captured(device, code, Uint8Array.of(2, 1, 0), leave);
    expect(device.deviceLog.entries).toEqual([{ eui: OTHER_METER, type: 6 }]);
    captured(device, code, Uint8Array.of(2, 1, 0), leave);
    expect(device.deviceLog.entries).toHaveLength(1);
  });

  it.each([
    ['a refusal', Uint8Array.of(2, 1, 1), leave],
    ['no command', Uint8Array.of(2, 1, 0), undefined],
    ['a command that is none', Uint8Array.of(2, 1, 0), Uint8Array.of(4, 2, 1, 1)],
  ])('%s says nothing of the log', (_, payload, command) => {
    const device = managed('GSME');
    captured(device, 0x0010, payload, command);
    expect(device.deviceLog.entries).toEqual([]);
  });
});
