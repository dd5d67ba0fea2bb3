import { describe, expect, it } from 'vitest';
import { Device } from '../../../firmware-sim/device/device.ts';
import { managementUseCases } from '../../../firmware-sim/device/management/use-cases.ts';
import { type SupportedUseCase, supported, useCaseTable } from '../../../firmware-sim/device/use-case.ts';
import { CATALOGUE } from '../../../firmware-sim/gbcs/catalogue.ts';
import { decodeEnvelope } from '../../../firmware-sim/gbcs/envelope.ts';
import { NO_BYTES } from '../../../firmware-sim/kernel/bytes.ts';
import { readReferenceData } from '../../support/corpus.ts';
import { skipReason } from '../../support/shared.ts';
import { RTDS_TIME, referenceDevice, referenceKeystore, typeOf } from '../management/reference-bench.ts';

const reference = readReferenceData();
const commands = reference?.messages.filter(({ kind }) => kind === 'command') ?? [];

/** Rows for every command there is, which answer nothing: only what comes before execution is looked at. */
const others: SupportedUseCase[] = CATALOGUE.filter((row) => row.command.length === 1 && row.payload !== 'ASN.1').map((row) =>
  supported(row.code, () => NO_BYTES),
);

describe.skipIf(!reference)(`admission of the reference commands (${reference ? commands.length : skipReason})`, () => {
  it('lets every command through whose MAC can be checked', () => {
    if (!reference) return;
    const keystore = referenceKeystore(reference.keystore);
    const failed: string[] = [];
    for (const { id, mac } of commands) {
      const octets = reference.octets(id);
      const eui = decodeEnvelope(octets).header.recipient;
      const type = typeOf(keystore, eui);
      const made = referenceDevice(keystore, eui);
      const rows = [...others, ...managementUseCases(type)];
      const device = new Device(
        { ...made.profile, useCases: useCaseTable(...rows) },
        {
          suite: made.suite,
          identity: { eui, certificates: { keyAgreement: keystore.certificate(eui, 'keyAgreement')?.der } },
          cells: made.anchors.cells,
          firmware: made.firmware.active,
          signatureProfile: 'deterministic',
          lentKeys: keystore,
          certificateValidity: false,
          pathWithoutRoot: 'accept',
        },
      );
      const effects = device.receive(octets, RTDS_TIME);
      const refused = effects
        .filter((e) => e.kind === 'rejected')
        .map((e) => (e.kind === 'rejected' ? `${e.reason} ${e.detail}` : ''));
      if (refused.length > 0 || !effects.some((e) => e.kind === 'accepted'))
        failed.push(`${id} ${mac} ${type}: ${refused.join()}`);
    }
    expect(failed.filter((line) => !line.includes(' no-key '))).toEqual([]);
    expect(failed.length).toBeLessThan(3);
  });
});
