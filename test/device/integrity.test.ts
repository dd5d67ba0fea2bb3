import { describe, expect, it } from 'vitest';
import { operationalUpdate } from '../../firmware-sim/device/cosem/operational-update.ts';
import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import { INTEGRITY_FAULTS, type IntegrityFault, integrityFault } from '../../firmware-sim/device/integrity.ts';
import { Esme } from '../../firmware-sim/esme/esme.ts';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { decodeGbzAlert } from '../../firmware-sim/gbcs/gbz.ts';
import { checkMac, checkSignature } from '../../firmware-sim/gbcs/protection.ts';
import { Gsme } from '../../firmware-sim/gsme/gsme.ts';
import { NO_BYTES, toHex } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { deviceIdentity, partyOf, trustAnchorCells } from '../../lab/premises/credentials.ts';
import { readReferenceData } from '../support/corpus.ts';
import { skipReason } from '../support/shared.ts';
import { deviceSetup, NOW, pki, SUPPLIER, sent, suite } from './bench.ts';
import { RTDS_TIME } from './management/reference-bench.ts';
import { managed } from './security/managed.ts';

const reference = readReferenceData();
const GSME = '00-DB-12-34-56-78-90-A1' as Eui64;

/** Alerts caused as in the reference data, with the counter the reference device was at. */
const CAUSES: Readonly<Record<string, () => DeviceEffect[]>> = {
  'MIIWA-DLMS': () => integrityFault(managed('ESME', { originatorCounter: 0x7d0n - 2n }), 'unexpectedReset', RTDS_TIME),
  'MIIWA-ZigBee': () => integrityFault(managed('GSME'), 'unexpectedReset', RTDS_TIME),
  ECS200: () =>
    operationalUpdate(managed('ESME', { originatorCounter: 0x7d3n - 1n }), { outputPercent: 100, inputPercent: 0 }, RTDS_TIME),
};

describe('what a meter notices about itself and its controllers', () => {
  for (const [useCase, cause] of Object.entries(CAUSES)) {
    it(`${useCase} is as in the reference data`, (context) => {
      const id = reference?.messages.find((one) => one.kind === 'alert' && one.useCase === useCase)?.id;
      const octets = id === undefined ? context.skip(skipReason) : (reference?.octets(id) ?? NO_BYTES);
      const theirs = decodeEnvelope(octets);
      const ours = sent(cause()).at(-1);
      expect(toHex(ours?.payload ?? NO_BYTES)).toBe(toHex(theirs.payload));
      expect(ours?.header.messageCode).toBe(theirs.header.messageCode);
      expect(ours?.header.supplementary).toEqual(theirs.header.supplementary);
      expect([ours?.mac === undefined, ours?.signature?.length]).toEqual([theirs.mac === undefined, theirs.signature?.length]);
    });
  }

  it.each(Object.entries(INTEGRITY_FAULTS))('a gas meter says why it warns: %s', (fault, { reason, event }) => {
    const alerts = sent(integrityFault(managed('GSME'), fault as IntegrityFault, NOW));
    const warning = alerts.at(-1) ?? expect.fail('no warning');
    expect(alerts).toHaveLength(event === undefined ? 1 : 2);
    expect(warning.header).toMatchObject({ messageCode: 0x00f2, recipient: SUPPLIER });
    expect(checkMac(suite, warning, pki)).toBe('valid');
    const { alertCode, content } = decodeGbzAlert(warning.payload, 0x00f2);
    expect([alertCode, content && 'fields' in content && content.fields.map(({ value }) => value)]).toEqual([0x81a0, [reason]]);
  });

  it('an operational update is the supplier’s, on behalf of the load controller, and signed', () => {
    const [alert] = sent(operationalUpdate(managed('ESME'), { outputPercent: 5, inputPercent: 7, otherData: 'a "b"' }, NOW));
    expect(alert?.header).toMatchObject({
      messageCode: 0x0123,
      recipient: SUPPLIER,
      supplementary: { remoteParty: partyOf('loadController') },
    });
    expect(alert && checkSignature(suite, alert, pki)).toBe('valid');
    expect(Buffer.from(alert?.payload ?? NO_BYTES).toString('latin1')).toContain(
      '{"outputState":"5","inputState":"7","other-data":"a \\"b\\""}',
    );
  });
});

describe('a meter that is reset for no reason it knows', () => {
  const codes = (effects: readonly { readonly kind: string; readonly entry?: unknown }[]): unknown[] =>
    effects.flatMap((effect) => (effect.kind === 'log' ? [(effect.entry as { code: number }).code] : []));

  it('an electricity meter says so once it runs again, and reports no outage', () => {
    const ota = { manufacturerCode: 1, imageType: 2, hardwareVersion: 3 };
    const esme = new Esme({ ...deviceSetup(), ota, startedAt: NOW });
    esme.linkChanged(true, NOW);
    expect(codes(esme.reset(NOW + 1_000))).toEqual([]);
    expect([esme.listening, esme.feedOn]).toEqual([false, true]);
    expect(codes(esme.reset(NOW + 2_000))).toEqual([]);
    const effects = [NOW + 46_000, NOW + 60_000, NOW + 600_000].flatMap((at) => esme.poll(at));
    expect(codes(effects)).toEqual([0x81b2, 0x81a0]);
    expect(esme.listening).toBe(true);
  });

  it('a gas meter says so at once', () => {
    const setup = { suite, signatureProfile: 'deterministic', firmware: { version: 7, hash: new Uint8Array(32) } } as const;
    const identity = deviceIdentity(GSME, pki);
    const gsme = new Gsme({ ...setup, identity, cells: trustAnchorCells('GSME', pki), firstWakeAt: NOW });
    const effects = gsme.reset(NOW);
    expect(codes(effects)).toEqual([0x81b2, 0x81a0]);
    expect(effects.filter(({ kind }) => kind === 'queued')).toHaveLength(2);
  });
});
