import { describe, expect, it } from 'vitest';
import { decodeDer } from '../../../firmware-sim/codec/der.ts';
import type { PrivateKey } from '../../../firmware-sim/crypto/keys.ts';
import { generalizedTime } from '../../../firmware-sim/device/clock.ts';
import { cosemDefaults } from '../../../firmware-sim/device/cosem/defaults.ts';
import { logSourceOf } from '../../../firmware-sim/device/cosem/log-source.ts';
import { readLog } from '../../../firmware-sim/device/cosem/logs.ts';
import { CosemStore } from '../../../firmware-sim/device/cosem/store.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import { UpdateCredentialsAlert, UpdateCredentialsResponse } from '../../../firmware-sim/gbcs/asn1/structures.ts';
import type { Certificate } from '../../../firmware-sim/gbcs/certificates/certificate.ts';
import { subjectKeyIdentifier } from '../../../firmware-sim/gbcs/certificates/check.ts';
import { issueCertificate } from '../../../firmware-sim/gbcs/certificates/issue.ts';
import { parseCertificate } from '../../../firmware-sim/gbcs/certificates/parse.ts';
import { authorityFields } from '../../../firmware-sim/gbcs/certificates/profile.ts';
import { TEST_PARTIES } from '../../../firmware-sim/gbcs/certificates/test-cast.ts';
import { type KeyUse, REMOTE_PARTY_ROLES } from '../../../firmware-sim/gbcs/key-provider.ts';
import { checkSignature } from '../../../firmware-sim/gbcs/protection.ts';
import { type Bytes, NO_BYTES } from '../../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../../firmware-sim/kernel/eui64.ts';
import { toSeconds2000 } from '../../../firmware-sim/kernel/time.ts';
import { partyOf } from '../../../lab/premises/credentials.ts';
import { activateFirmware } from '../../../lab/update/commands.ts';
import { BROKER, NOW, pki, refusals, SECOND_SUPPLIER, SUPPLIER, sent, suite } from '../bench.ts';
import { managed, responseIn, signed, type UpdateFields, updatePayload, withoutMac } from './managed.ts';

const COS = partyOf('transitionalCoS');
const DAY = 86_400_000;

const certificateOf = (eui: Eui64, use: KeyUse): Bytes => pki.certificate(eui, use) ?? NO_BYTES;

/** All three of a supplier's certificates into the supplier's cells. */
const handOver = (eui: Eui64): UpdateFields['replacements'] =>
  (['digitalSignature', 'keyAgreement', 'prePaymentTopUp'] as const).map((use) => ({
    certificate: certificateOf(eui, use),
    target: { role: 'supplier', use },
  }));

/** A certificate for a further key of a party of the cast. */
function renewed(eui: Eui64, use: KeyUse, seed: number): Bytes {
  const party = TEST_PARTIES.find((one) => one.eui === eui);
  const key = suite.generateKey('P-256', (count) => new Uint8Array(count).fill(seed));
  return party ? pki.issueOrganisation(party, use, key.publicKey) : NO_BYTES;
}

const change = (device: Device, fields: Partial<UpdateFields> & { counter: bigint }, code = 0x0107, originator = COS): Bytes =>
  signed(device, {
    messageCode: code,
    originator,
    originatorCounter: fields.counter,
    payload: updatePayload({
      mode: 7,
      authorisingCell: { role: 'transitionalCoS', use: 'digitalSignature' },
      otherFloor: { role: 2, floor: 5n, topUp: 9n },
      replacements: handOver(SECOND_SUPPLIER),
      ...fields,
    }),
  });

const statuses = (payload: Bytes | undefined): number[] =>
  decodeDer(UpdateCredentialsResponse, payload ?? NO_BYTES).executionOutcome?.replacementOutcomes.map((o) => o.statusCode) ?? [];

const activation = (device: Device, originator: Eui64, counter: bigint, at?: string): Bytes =>
  signed(device, {
    messageCode: 0x0012,
    originator,
    originatorCounter: counter,
    payload: activateFirmware(device.eui, new Uint8Array(32), at === undefined ? undefined : NOW + DAY).payload(counter),
  });

describe('CS02b supplier by transitional CoS: change of supplier (GBCS 13.3)', () => {
  it('hands every cell over; the old supplier is unknown from then on, the new one counts from its floor', () => {
    const device = managed('ESME');
    device.receive(activation(device, SUPPLIER, 700n), NOW);
    const effects = device.receive(change(device, { counter: 40n }), NOW);
    const response = responseIn(effects);
    expect(statuses(response?.payload)).toEqual([0, 0, 0]);
    expect(response && checkSignature(suite, response, pki)).toBe('valid');
    expect(response?.header.recipient).toBe(COS);
    expect(device.anchors.partyOf('supplier')).toBe(SECOND_SUPPLIER);
    expect(refusals(device.receive(activation(device, SUPPLIER, 900n), NOW))).toEqual(['unknown-originator']);
    expect(refusals(device.receive(activation(device, SECOND_SUPPLIER, 5n), NOW))).toEqual(['replayed-counter']);
    expect(responseIn(device.receive(activation(device, SECOND_SUPPLIER, 6n), NOW))).toBeDefined();
    expect(device.counters.topUpFloor('supplier')).toBe(9n);
  });

  it('drops what the old supplier had pending', () => {
    const device = managed('ESME');
    expect(responseIn(device.receive(activation(device, SUPPLIER, 700n, 'later'), NOW))).toBeDefined();
    expect(device.futureDated.commands).toHaveLength(1);
    device.receive(change(device, { counter: 40n }), NOW);
    expect(device.futureDated.commands).toEqual([]);
    expect(device.poll(NOW + 2 * DAY)).toEqual([]);
  });

  it('puts what the registers hold into the billing data log; new keys of the same supplier do not', () => {
    const cosem = new CosemStore('ESME', cosemDefaults('ESME'));
    const device = managed('ESME', { cosem });
    const newest = () => {
      const row = readLog(logSourceOf(device, cosem, NOW), '7/0-0:98.1.2.255/2')?.children.at(-1);
      return row?.children.slice(0, 2).map(({ value }) => value);
    };
    const renewal = [
      { certificate: renewed(SUPPLIER, 'keyAgreement', 8), target: { role: 'supplier', use: 'keyAgreement' } },
    ] as const;
    device.receive(change(device, { counter: 39n, replacements: renewal }), NOW);
    expect(newest()?.[0]).not.toBe(toSeconds2000(NOW));
    device.receive(change(device, { counter: 40n }), NOW);
    expect(newest()).toEqual([toSeconds2000(NOW), 10_300_000]);
  });

  it('sends its later alerts to the new supplier', () => {
    const device = managed('ESME');
    device.receive(change(device, { counter: 40n }), NOW);
    const [alert] = sent(device.receive(activation(device, SUPPLIER, 900n), NOW));
    expect(alert?.header.recipient).toBe(SECOND_SUPPLIER);
  });

  it('waits for its time, survives a clock jump, and then reports to the transitional CoS when it was executed', () => {
    const device = managed('ESME');
    const response = responseIn(device.receive(change(device, { counter: 40n, at: '20300116090000Z' }), NOW));
    expect(response?.payload).toEqual(Uint8Array.of(0x30, 2, 5, 0));
    expect(device.anchors.partyOf('supplier')).toBe(SUPPLIER);
    const restored = managed('ESME', { state: device.state() });
    const [alert, ...others] = sent(restored.poll(NOW + 90 * DAY));
    expect(others).toEqual([]);
    expect(alert?.header).toMatchObject({ recipient: COS, messageCode: 0x00cb });
    expect(decodeDer(UpdateCredentialsAlert, alert?.payload ?? NO_BYTES)).toMatchObject({
      alertCode: 0x8f66,
      executionDateTime: generalizedTime(NOW + 90 * DAY),
    });
    expect(restored.anchors.partyOf('supplier')).toBe(SECOND_SUPPLIER);
    expect(restored.poll(NOW + 91 * DAY)).toEqual([]);
  });

  it('is cancelled, and replaced by a newer one', () => {
    const device = managed('ESME');
    device.receive(change(device, { counter: 40n, at: '20300116090000Z' }), NOW);
    device.receive(change(device, { counter: 41n, at: '20300117090000Z' }), NOW);
    expect(device.futureDated.commands.map(({ originatorCounter }) => originatorCounter)).toEqual([41n]);
    device.receive(change(device, { counter: 42n, at: '99991231235959Z' }), NOW);
    expect(device.futureDated.commands).toEqual([]);
  });
});

describe('each cell succeeds or fails for itself', () => {
  const one = (certificate: Bytes, use: KeyUse = 'digitalSignature') => [
    { certificate, target: { role: 'supplier' as const, use } },
  ];
  const status = (replacements: UpdateFields['replacements'], path?: readonly Bytes[], now = NOW): number[] => {
    const device = managed('ESME');
    const before = device.anchors.snapshot();
    const result = statuses(
      responseIn(device.receive(change(device, { counter: 1n, replacements, ...(path && { path }) }), now))?.payload,
    );
    if (result.every((code) => code !== 0)) expect(device.anchors.snapshot()).toEqual(before);
    return result;
  };
  const good = certificateOf(SECOND_SUPPLIER, 'digitalSignature');
  const flipped = good.with(good.length - 3, (good.at(-3) ?? 0) ^ 1);

  it.each([
    ['a good one', one(good), undefined, [0]],
    ['a certificate whose signature is wrong', one(flipped), undefined, [5]],
    ['the other key usage', one(good, 'keyAgreement'), undefined, [5]],
    ['a certificate of another role', one(certificateOf(partyOf('networkOperator'), 'digitalSignature')), undefined, [5]],
    ["a device's certificate", one(certificateOf('00-DB-12-34-56-78-90-A0' as Eui64, 'digitalSignature')), undefined, [5]],
    ['no path', one(good), [], [10]],
    ['the path of another authority', one(good), [pki.authorities.deviceIssuer.certificate.der], [10]],
    [
      'a cell of a role the mode does not cover',
      [{ certificate: good, target: { role: 'networkOperator' as const, use: 'digitalSignature' as const } }],
      undefined,
      [127],
    ],
    [
      'a cell the device does not have',
      [{ certificate: good, target: { role: 'wanProvider' as const, use: 'digitalSignature' as const } }],
      undefined,
      [25],
    ],
    ['good and bad beside each other', [...one(good), ...one(flipped, 'keyAgreement')], undefined, [0, 5]],
  ] as const)('%s', (_, replacements, path, expected) => {
    expect(status(replacements, path)).toEqual(expected);
  });

  it('an expired certificate, unless validity is not to be checked', () => {
    const later = Date.UTC(2050, 0, 1);
    expect(status(one(good), undefined, later)).toEqual([5]);
    const device = managed('ESME', { certificateValidity: false });
    const message = change(device, { counter: 1n, replacements: one(good) });
    expect(statuses(responseIn(device.receive(message, later))?.payload)).toEqual([0]);
  });

  it('raises 0x8F67 for a future-dated command with a failed cell', () => {
    const device = managed('ESME');
    device.receive(
      change(device, { counter: 1n, replacements: [...one(good), ...one(flipped, 'keyAgreement')], at: '20300116090000Z' }),
      NOW,
    );
    const [alert] = sent(device.poll(NOW + 2 * DAY));
    expect(decodeDer(UpdateCredentialsAlert, alert?.payload ?? NO_BYTES).alertCode).toBe(0x8f67);
  });
});

describe('who may authorise', () => {
  it.each([
    ['another mode than the message code says', { mode: 2 }],
    ['a sequence number that is not the counter', { counter: 2n }],
    ["another role's cell", { authorisingCell: { role: 'supplier', use: 'digitalSignature' } }],
    ['no cell', { authorisingCell: undefined }],
  ] as const)('refuses %s', (_, wrong) => {
    const device = managed('ESME');
    const before = device.anchors.snapshot();
    const base = { mode: 7, authorisingCell: { role: 'transitionalCoS', use: 'digitalSignature' }, counter: 1n } as const;
    const payload = updatePayload({ ...base, replacements: handOver(SECOND_SUPPLIER), ...wrong });
    const message = signed(device, { messageCode: 0x0107, originator: COS, originatorCounter: 1n, payload });
    expect(refusals(device.receive(message, NOW))).toEqual(['bad-payload']);
    expect(device.anchors.snapshot()).toEqual(before);
  });

  it('takes a renewal from the supplier itself; no counter goes back', () => {
    const device = managed('ESME');
    device.receive(activation(device, SUPPLIER, 700n), NOW);
    const certificate = renewed(SUPPLIER, 'keyAgreement', 3);
    const fields = {
      mode: 2,
      authorisingCell: { role: 'supplier', use: 'digitalSignature' },
      counter: 701n,
      newFloor: 0n,
      replacements: [{ certificate, target: { role: 'supplier', use: 'keyAgreement' } }],
    } as const;
    const message = signed(device, { messageCode: 0x0102, originatorCounter: 701n, payload: updatePayload(fields) });
    expect(statuses(responseIn(device.receive(message, NOW))?.payload)).toEqual([0]);
    expect(device.anchors.cell({ role: 'supplier', use: 'keyAgreement' })?.key.point).toEqual(
      parseCertificate(certificate).publicKey.point,
    );
    expect(refusals(device.receive(message, NOW))).toEqual(['replayed-counter']);
    expect(refusals(device.receive(activation(device, SUPPLIER, 700n), NOW))).toEqual(['replayed-counter']);
  });

  it('takes the broker replacing its own key by MAC alone, answered with a signature', () => {
    const device = managed('GSME');
    const certificate = renewed(BROKER, 'keyAgreement', 4);
    const target = { role: 'accessControlBroker', use: 'keyAgreement' } as const;
    const payload = updatePayload({ mode: 4, counter: 9n, newFloor: 0n, replacements: [{ certificate, target }] });
    const changes = { messageCode: 0x0104, originator: BROKER, originatorCounter: 9n, payload };
    const response = responseIn(device.receive(signed(device, { ...changes, signer: undefined }), NOW));
    expect(statuses(response?.payload)).toEqual([0]);
    expect(response?.mac).toBeUndefined();
    expect(response && checkSignature(suite, response, pki)).toBe('valid');
    expect(refusals(managed('CHF').receive(signed(managed('CHF'), { ...changes, signer: undefined }), NOW))).toEqual([
      'bad-signature',
    ]);
  });

  it('CS02bAnyExceptAbnormalRootByRecovery: takes recovery by signature alone, and a root only when the old one vouches for it', () => {
    const device = managed('ESME');
    const recovery = partyOf('recovery');
    const root = pki.authorities.deviceRoot.certificate.der;
    const replacements = [
      ...handOver(SECOND_SUPPLIER),
      { certificate: root, target: { role: 'root' as const, use: 'keyCertSign' as const } },
    ];
    const cell = { role: 'recovery', use: 'digitalSignature' } as const;
    const payload = updatePayload({ mode: 8, authorisingCell: cell, counter: 3n, replacements });
    const whole = signed(device, { messageCode: 0x0108, originator: recovery, originatorCounter: 3n, payload });
    expect(refusals(device.receive(whole, NOW))).toEqual(['bad-signature']);
    expect(statuses(responseIn(device.receive(withoutMac(whole), NOW))?.payload)).toEqual([0, 0, 0, 10]);
    expect(REMOTE_PARTY_ROLES.recovery).toBe(1);
  });

  it('takes a new root that the old one vouches for, and then trusts what the new one has issued', () => {
    const device = managed('ESME');
    const { organisationRoot: old } = pki.authorities;
    const key = suite.generateKey('P-256', (count) => new Uint8Array(count).fill(11));
    const newRoot = rootCertificate(key, key, old.certificate);
    const link = rootCertificate(key, old.key, old.certificate);
    const target = { role: 'root', use: 'keyCertSign' } as const;
    const cell = { role: 'supplier', use: 'digitalSignature' } as const;
    const attempt = (counter: bigint, path: readonly Bytes[]): number[] => {
      const payload = updatePayload({
        mode: 0,
        authorisingCell: cell,
        counter,
        path,
        replacements: [{ certificate: newRoot, target }],
      });
      const message = signed(device, { messageCode: 0x0100, originatorCounter: counter, payload });
      return statuses(responseIn(device.receive(message, NOW))?.payload);
    };
    expect(attempt(1n, [])).toEqual([10]);
    expect(attempt(2n, [newRoot])).toEqual([10]);
    expect(device.anchors.cell(target)?.key.point).toEqual(old.key.publicKey.point);
    expect(attempt(3n, [link])).toEqual([0]);
    expect(device.anchors.cell(target)?.key.point).toEqual(key.publicKey.point);
    expect(statuses(responseIn(device.receive(change(device, { counter: 4n }), NOW))?.payload)).toEqual([10, 10, 10]);
  });
});

/** A root certificate for a key, signed by itself or by the root before it. */
function rootCertificate(key: PrivateKey, signer: PrivateKey, like: Certificate): Bytes {
  const keyIdentifier = subjectKeyIdentifier(suite, key.publicKey);
  const issuer = {
    name: like.subject,
    keyIdentifier: subjectKeyIdentifier(suite, signer.publicKey),
    algorithm: 'ecdsa-with-SHA256' as const,
    sign: (tbs: Bytes) => suite.sign('deterministic', signer, tbs),
  };
  const subject = {
    serial: new Uint8Array(16).fill(0x41),
    publicKey: key.publicKey,
    keyIdentifier,
    notBefore: like.notBefore.at,
  };
  const policy = like.policies[0] ?? '';
  const fields = authorityFields(issuer, subject, {
    name: like.subject,
    pathLength: undefined,
    policy,
    notAfter: like.notAfter.at,
  });
  return issueCertificate(issuer, fields);
}
