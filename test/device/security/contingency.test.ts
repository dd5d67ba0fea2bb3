import { describe, expect, it } from 'vitest';
import { decodeDer } from '../../../firmware-sim/codec/der.ts';
import { tlv } from '../../../firmware-sim/codec/der-tlv.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import { cellNameOf } from '../../../firmware-sim/device/security/cell-identifier.ts';
import { WRAPPED_CONTINGENCY_KEY } from '../../../firmware-sim/device/security/contingency.ts';
import type { DeviceSetup } from '../../../firmware-sim/device/setup.ts';
import type { CellName } from '../../../firmware-sim/device/trust-anchors.ts';
import { UpdateCredentialsAlert, UpdateCredentialsResponse } from '../../../firmware-sim/gbcs/asn1/structures.ts';
import { issueCertificate } from '../../../firmware-sim/gbcs/certificates/issue.ts';
import { encodePublicKeyInfo } from '../../../firmware-sim/gbcs/certificates/key-der.ts';
import { createTestPki } from '../../../firmware-sim/gbcs/certificates/test-pki.ts';
import { decodeEnvelope, encodeEnvelope } from '../../../firmware-sim/gbcs/envelope.ts';
import { checkSignature, signEnvelope } from '../../../firmware-sim/gbcs/protection.ts';
import { type Bytes, NO_BYTES, toHex } from '../../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../../firmware-sim/kernel/eui64.ts';
import { partyOf } from '../../../lab/premises/credentials.ts';
import { readReferenceData } from '../../support/corpus.ts';
import { skipReason } from '../../support/shared.ts';
import { NOW, pki, refusals, SUPPLIER, sent, suite } from '../bench.ts';
import { fullCells, managed, responseIn, type UpdateFields, updatePayload } from './managed.ts';

/** Recipient of the two responses of RTDS 4.5.0. */
const CONTINGENCY = '70-B3-D5-1F-30-00-17-FF' as Eui64;
const ROOT: CellName = { role: 'root', use: 'keyCertSign' };
const SUPPLIER_SIGNS: CellName = { role: 'supplier', use: 'digitalSignature' };
const DAY = 86_400_000;

const fixedKey = (fill: number) => suite.generateKey('P-256', (count) => new Uint8Array(count).fill(fill));
const contingency = fixedKey(21);
const nextContingency = fixedKey(22);
const symmetricKey = new Uint8Array(16).fill(0x5a);
const nextSymmetricKey = new Uint8Array(16).fill(0x5b);

/** An ApexContingencyKey: algorithm, and the wrapped key. */
function wrapped(key = contingency, under: Bytes = symmetricKey): Bytes {
  const sealed = suite.seal(under, new Uint8Array(12), NO_BYTES, encodePublicKeyInfo(key.publicKey));
  return tlv(0x30, tlv(0x30, tlv(0x06, Uint8Array.of(0x2a, 0x03))), tlv(0x04, sealed));
}

/** The organisation side after the catastrophe: everybody has new keys, and the root one that nothing old vouches for. */
const rebuilt = createTestPki(suite, { seed: 'after the catastrophe' });
const { organisationRoot, organisationIssuer } = rebuilt.authorities;

function newRoot(): Bytes {
  const { certificate, key } = organisationRoot;
  const sign = (tbs: Bytes) => suite.sign('deterministic', key, tbs);
  const keyIdentifier = certificate.subjectKeyIdentifier ?? NO_BYTES;
  const value = wrapped(nextContingency, nextSymmetricKey);
  const extensions = [
    ...certificate.extensions,
    { kind: 'other', critical: false, oid: WRAPPED_CONTINGENCY_KEY, value } as const,
  ];
  return issueCertificate(
    { name: certificate.subject, keyIdentifier, algorithm: 'ecdsa-with-SHA256', sign },
    { ...certificate, extensions },
  );
}

const certificateFor = ({ role, use }: CellName, from = rebuilt): Bytes => {
  if (use === 'keyCertSign') return newRoot();
  return from.certificate(partyOf(role), use) ?? NO_BYTES;
};
const replacement = (target: CellName, from = rebuilt) => ({ certificate: certificateFor(target, from), target });

const device = (changes: Partial<DeviceSetup> = {}): Device => {
  const cells = fullCells('ESME').map((cell) => (cell.role === 'root' ? { ...cell, contingency: wrapped() } : cell));
  return managed('ESME', { cells, ...changes });
};

interface Sent extends Partial<UpdateFields> {
  readonly counter?: bigint;
  readonly signer?: typeof contingency;
}

/** A command from nobody in a trust anchor cell, signed and without MAC. */
function contingencyCommand({ counter = 1n, signer = contingency, ...fields }: Sent = {}): Bytes {
  const payload = updatePayload({
    mode: 9,
    symmetricKey,
    authorisingCell: ROOT,
    counter,
    newFloor: 0n,
    replacements: [replacement(ROOT), replacement(SUPPLIER_SIGNS)],
    path: [organisationIssuer.certificate.der],
    ...fields,
  });
  const header = {
    cra: 'command',
    originatorCounter: counter,
    originator: CONTINGENCY,
    recipient: device().eui,
    dateTime: undefined,
    messageCode: 0x0109,
    supplementary: undefined,
  } as const;
  return encodeEnvelope(signEnvelope(suite, { header, payload, signature: undefined, mac: undefined }, signer, 'deterministic'));
}

const outcomes = (payload: Bytes | undefined) =>
  decodeDer(UpdateCredentialsResponse, payload ?? NO_BYTES).executionOutcome?.replacementOutcomes ?? [];
const statuses = (payload: Bytes | undefined): number[] => outcomes(payload).map(({ statusCode }) => statusCode);

describe('CS02b any by contingency (GBCS 13.3)', () => {
  it('takes a root that nothing vouches for, and everybody under it, by a signature alone', () => {
    const meter = device();
    const response = responseIn(meter.receive(contingencyCommand(), NOW));
    expect(statuses(response?.payload)).toEqual([0, 0]);
    expect(response?.header).toMatchObject({ recipient: CONTINGENCY, messageCode: 0x0109 });
    expect(response?.mac).toBeUndefined();
    expect(response && checkSignature(suite, response, pki)).toBe('valid');
    expect(meter.anchors.cell(ROOT)?.key.point).toEqual(organisationRoot.key.publicKey.point);
    expect(meter.anchors.cell(SUPPLIER_SIGNS)?.key.point).toEqual(rebuilt.publicKey(SUPPLIER, 'digitalSignature')?.point);
  });

  it('is over once the root is replaced: the old key opens nothing any more, that of the new root does', () => {
    const meter = device();
    meter.receive(contingencyCommand(), NOW);
    const replacements = [replacement(SUPPLIER_SIGNS)];
    expect(refusals(meter.receive(contingencyCommand({ counter: 2n, replacements }), NOW))).toEqual(['bad-signature']);
    const restored = device({ state: meter.state() });
    const next = { counter: 3n, replacements, signer: nextContingency, symmetricKey: nextSymmetricKey };
    expect(statuses(responseIn(restored.receive(contingencyCommand(next), NOW))?.payload)).toEqual([0]);
    expect(refusals(restored.receive(contingencyCommand(next), NOW))).toEqual(['replayed-counter']);
  });

  it('without a new root, certificates end at the one that is there', () => {
    const replacements = [replacement(SUPPLIER_SIGNS), replacement({ role: 'supplier', use: 'keyAgreement' }, pki)];
    const path = [organisationIssuer.certificate.der, pki.authorities.organisationIssuer.certificate.der];
    const command = contingencyCommand({ replacements, path });
    expect(statuses(responseIn(device().receive(command, NOW))?.payload)).toEqual([10, 0]);
  });

  it('a new root that does not sign itself is refused, and what hangs on it too', () => {
    const flipped = newRoot();
    flipped.set([(flipped.at(-1) ?? 0) ^ 1], flipped.length - 1);
    const replacements = [{ certificate: flipped, target: ROOT }, replacement(SUPPLIER_SIGNS)];
    expect(statuses(responseIn(device().receive(contingencyCommand({ replacements }), NOW))?.payload)).toEqual([5, 10]);
  });

  it.each([
    ['the wrong symmetric key', { symmetricKey: nextSymmetricKey }, 'bad-signature'],
    ['a symmetric key of the wrong length', { symmetricKey: new Uint8Array(15) }, 'bad-signature'],
    ["another party's signature", { signer: nextContingency }, 'bad-signature'],
    ["another mode than the message code's", { mode: 8 }, 'bad-payload'],
    ["another role's cell", { authorisingCell: SUPPLIER_SIGNS }, 'bad-payload'],
  ] as const)('refuses %s, and changes nothing', (_, wrong, reason) => {
    const meter = device();
    const before = meter.anchors.snapshot();
    expect(refusals(meter.receive(contingencyCommand(wrong), NOW))).toEqual([reason]);
    expect(meter.anchors.snapshot()).toEqual(before);
  });

  it('refuses everything when the root carries no contingency key, or its wrapping is unknown', () => {
    expect(refusals(managed('ESME').receive(contingencyCommand(), NOW))).toEqual(['bad-signature']);
    const unknown = device({ unwrapContingency: () => undefined });
    expect(refusals(unknown.receive(contingencyCommand(), NOW))).toEqual(['bad-signature']);
  });

  it('opens the key as the device is told to', () => {
    const told = device({ unwrapContingency: () => nextContingency.publicKey });
    expect(statuses(responseIn(told.receive(contingencyCommand({ signer: nextContingency }), NOW))?.payload)).toEqual([0, 0]);
  });

  it('waits for its time and reports to whoever sent it', () => {
    const meter = device();
    const response = responseIn(meter.receive(contingencyCommand({ at: '20300116090000Z' }), NOW));
    expect(response?.payload).toEqual(Uint8Array.of(0x30, 2, 5, 0));
    const [first] = sent(meter.poll(NOW + DAY)).filter(({ header }) => header.messageCode === 0x00cb);
    expect(first?.header.recipient).toBe(CONTINGENCY);
    expect(decodeDer(UpdateCredentialsAlert, first?.payload ?? NO_BYTES).alertCode).toBe(0x8f66);
  });
});

const reference = readReferenceData();
const responses =
  reference?.messages.filter(({ useCase, kind }) => useCase === 'CS02bAnyByContingency' && kind === 'response') ?? [];

describe.skipIf(!reference)(`its responses in the reference data (${reference ? responses.length : skipReason})`, () => {
  it.each(responses.map(({ id }) => [id.split('/')[1] ?? id, id] as const))('%s: same structure', (_, id) => {
    const expected = decodeEnvelope(reference?.octets(id) ?? NO_BYTES);
    const wanted = decodeDer(UpdateCredentialsResponse, expected.payload).executionOutcome;
    const otherFloors = (wanted?.seqNumberChanges ?? []).slice(1).map(({ remotePartyRole, floorSeqNumber, specialistFloor }) => ({
      role: remotePartyRole,
      floor: floorSeqNumber,
      topUp: specialistFloor?.[0]?.seqNumber,
    }));
    const replacements = (wanted?.replacementOutcomes ?? []).flatMap(({ affectedCell, statusCode }) => {
      const target = cellNameOf(affectedCell);
      return target ? [replacement(target, statusCode === 0 ? rebuilt : pki)] : [];
    });
    const counter = expected.header.originatorCounter;
    const response = responseIn(device().receive(contingencyCommand({ counter, otherFloors, replacements }), NOW));
    const made = decodeDer(UpdateCredentialsResponse, response?.payload ?? NO_BYTES).executionOutcome;
    const bare = (payload: Bytes | undefined) =>
      outcomes(payload).map(({ affectedCell, statusCode }) => ({ affectedCell, statusCode }));
    expect(bare(response?.payload)).toEqual(bare(expected.payload));
    expect(made?.seqNumberChanges).toEqual(wanted?.seqNumberChanges);
    expect(response?.payload.length).toBe(expected.payload.length);
    expect(toHex(response?.payload.subarray(0, 12) ?? NO_BYTES)).toBe(toHex(expected.payload.subarray(0, 12)));
    expect(response?.header).toMatchObject({ recipient: expected.header.recipient, cra: 'response', messageCode: 0x0109 });
    expect(response?.header.dateTime).toHaveLength(12);
  });
});
