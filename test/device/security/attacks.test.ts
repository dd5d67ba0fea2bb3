import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDer } from '../../../firmware-sim/codec/der.ts';
import type { DeviceType } from '../../../firmware-sim/device/security/cell-table.ts';
import { KeyUsageCommand } from '../../../firmware-sim/gbcs/asn1/structures.ts';
import { decodeEnvelope, encodeEnvelope } from '../../../firmware-sim/gbcs/envelope.ts';
import type { KeyProvider } from '../../../firmware-sim/gbcs/key-provider.ts';
import { macEnvelope, macParties, sharedSecretOf, signEnvelope } from '../../../firmware-sim/gbcs/protection.ts';
import { type Bytes, NO_BYTES } from '../../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../../firmware-sim/kernel/eui64.ts';
import { partyOf } from '../../../lab/premises/credentials.ts';
import { readReferenceData } from '../../support/corpus.ts';
import { skipReason } from '../../support/shared.ts';
import { BROKER, command, NOW, pki, refusals, SECOND_SUPPLIER, SUPPLIER, sent, suite } from '../bench.ts';
import { RTDS_TIME, referenceDevice, referenceKeystore } from '../management/reference-bench.ts';
import { EUIS, managed, responseIn, signed } from './managed.ts';

const reference = readReferenceData();
const attacked = reference?.messages.filter(({ kind, payloadKind }) => kind === 'command' && payloadKind === 'asn1') ?? [];

describe.skipIf(!reference)(`attacks with the reference commands (${reference ? attacked.length : skipReason})`, () => {
  it('no command with a changed bit, cut short, or for another device gets a response', () => {
    if (!reference) return;
    const keystore = referenceKeystore(reference.keystore);
    for (const { id } of attacked) {
      const octets = reference.octets(id);
      const { recipient } = decodeEnvelope(octets).header;
      const device = referenceDevice(keystore, recipient);
      const before = device.anchors.snapshot();
      for (let i = 0; i < octets.length; i += 1 + Math.floor(octets.length / 40)) {
        expect(
          responseIn(device.receive(octets.with(i, (octets[i] ?? 0) ^ (1 << (i & 7))), RTDS_TIME)),
          `${id} ${i}`,
        ).toBeUndefined();
        expect(responseIn(device.receive(octets.subarray(0, i), RTDS_TIME)), `${id} cut at ${i}`).toBeUndefined();
      }
      const other = referenceDevice(keystore, (recipient === EUIS.ESME ? EUIS.GSME : EUIS.ESME) as Eui64);
      expect(refusals(other.receive(octets, RTDS_TIME))).toEqual(['not-for-this-device']);
      expect(device.anchors.snapshot()).toEqual(before);
    }
  });
});

/** All but contingency, whose key nobody of the cast holds (contingency.test.ts). */
const ASN1_CODES: readonly (readonly [DeviceType, number])[] = (
  ['ESME', 'GSME', 'CHF', 'GPF', 'PPMID', 'HCALCS', 'SAPC'] as const
).flatMap((type) =>
  [...managed(type).profile.useCases.values()]
    .filter(({ disclosedSigner }) => disclosedSigner === undefined)
    .map(({ messageCode }) => [type, messageCode] as const),
);

/** A command of whoever may send it, protected as its row asks for, with any payload. */
function authentic(type: DeviceType, messageCode: number, payload: Bytes, originatorCounter: bigint): Bytes {
  const row = managed(type).profile.useCases.get(messageCode);
  const originator = partyOf(row?.roles[0] ?? 'supplier');
  const header = {
    cra: 'command',
    originatorCounter,
    originator,
    recipient: EUIS[type],
    dateTime: undefined,
    messageCode,
    supplementary: undefined,
  } as const;
  const plain = { header, payload, signature: undefined, mac: undefined };
  const form = row?.forms[0];
  const key = pki.privateKey(originator, 'digitalSignature');
  const signedOne = form !== 'maced' && key ? signEnvelope(suite, plain, key, 'deterministic') : plain;
  const z = sharedSecretOf(suite, pki, macParties(header, pki)) ?? NO_BYTES;
  return encodeEnvelope(form === 'signed' ? signedOne : macEnvelope(suite, signedOne, z));
}

it('every use case has somebody who may use it', () => {
  const idle = ASN1_CODES.filter(([type, code]) => {
    const device = managed(type);
    const roles = device.profile.useCases.get(code)?.roles ?? [];
    return !roles.some((role) => device.anchors.partyOf(role) !== undefined);
  });
  expect(idle).toEqual([]);
});

describe('payloads that only an authentic party could send', () => {
  it('never throw, whatever they hold', () => {
    const devices = new Map(ASN1_CODES.map(([type]) => [type, managed(type)]));
    let counter = 1n;
    const check = ([type, code]: readonly [DeviceType, number], payload: Uint8Array): void => {
      counter += 1n;
      const device = devices.get(type);
      const effects = device?.receive(authentic(type, code, payload, counter), NOW) ?? [];
      expect(effects.some(({ kind }) => kind === 'accepted')).toBe(true);
    };
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.uint8Array({ maxLength: 40 }).map((inner) => Uint8Array.of(0x30, inner.length, ...inner)),
    );
    fc.assert(fc.property(fc.constantFrom(...ASN1_CODES), octets, check), { numRuns: 300, seed: 5 });
  });

  it('are answered or refused when they are the reference payloads with octets changed', (context) => {
    if (!reference) context.skip(skipReason);
    const payloads = attacked
      .map(({ id }) => decodeEnvelope(reference?.octets(id) ?? NO_BYTES))
      .map(({ header, payload }) => ({ code: header.messageCode, payload: payload.slice() }));
    const devices = new Map(ASN1_CODES.map(([type]) => [type, managed(type)]));
    let counter = 1n;
    const check = (pick: number, at: number, octet: number): void => {
      counter += 1n;
      const { code, payload } = payloads[pick % payloads.length] ?? { code: 0, payload: NO_BYTES };
      const type = ASN1_CODES.find(([, known]) => known === code)?.[0] ?? 'ESME';
      const changed = payload.length > 0 ? payload.with(at % payload.length, octet) : payload;
      devices.get(type)?.receive(authentic(type, code, changed, counter), NOW);
    };
    fc.assert(fc.property(fc.nat(), fc.nat(), fc.nat({ max: 255 }), check), { numRuns: 400, seed: 6 });
    for (const [type, device] of devices) expect(managed(type, { state: device.state() }).state()).toEqual(device.state());
  });
});

describe('what a device says and does not say', () => {
  it('answers a code it does not support with ECS100, to the broker for a party it does not know', () => {
    const device = managed('SAPC');
    const supplementary = { remoteParty: SECOND_SUPPLIER, counter: 5n };
    const message = signed(device, {
      messageCode: 0x0097,
      originator: BROKER,
      signer: undefined,
      payload: NO_BYTES,
      supplementary,
    });
    const [alert] = sent(device.receive(message, NOW));
    expect(alert?.header).toMatchObject({ cra: 'alert', messageCode: 0x0120, recipient: BROKER, supplementary });
  });

  it('reports unusual numbers of malformed messages once they are unusual', () => {
    const device = managed('ESME');
    const effects = Array.from({ length: 12 }, () => device.receive(Uint8Array.of(0xdd, 0), NOW)).flat();
    expect(sent(effects)).toHaveLength(2);
    expect(device.logs.security.entries.map(({ code }) => code)).toEqual([0x8f60, 0x8f60]);
  });

  it('sends no more alerts an hour than its limit, logs them all, and sends again an hour later', () => {
    const device = managed('ESME', { securityAlertsPerHour: 3 });
    const forged = command({ recipient: device.eui, originator: SECOND_SUPPLIER, payload: NO_BYTES });
    const effects = Array.from({ length: 20 }, () => device.receive(forged, NOW)).flat();
    expect(sent(effects)).toHaveLength(3);
    expect(device.logs.security.entries).toHaveLength(20);
    expect(sent(device.receive(forged, NOW + 3_600_001))).toHaveLength(1);
  });

  it('without private keys leaves signatures out and says so; MACs come from the keys that are lent', () => {
    const eui = EUIS.ESME;
    const certificates = {
      digitalSignature: pki.certificate(eui, 'digitalSignature'),
      keyAgreement: pki.certificate(eui, 'keyAgreement'),
    };
    const device = managed('ESME', { identity: { eui, certificates }, lentKeys: lentKeys(eui) });
    const message = signed(device, { messageCode: 0x000c, payload: encodeDer(KeyUsageCommand, { keyUsage: '1' }) });
    const effects = device.receive(message, NOW);
    expect(effects).toContainEqual(
      expect.objectContaining({ kind: 'send', responseSignature: 'no-key', responseMac: 'not-required' }),
    );
    expect(responseIn(effects)?.signature).toEqual(NO_BYTES);
    expect(refusals(managed('ESME', { identity: { eui, certificates } }).receive(message, NOW))).toEqual(['bad-mac']);
  });

  it('keeps to a certificate that is the supplementary party’s, for key agreement', () => {
    const device = managed('PPMID');
    const ask = (certificate: Bytes | undefined): string[] => {
      const supplementary = { remoteParty: SUPPLIER, counter: 5n, ...(certificate && { certificate }) };
      return refusals(
        device.receive(
          signed(device, {
            messageCode: 0x0129,
            originator: BROKER,
            signer: undefined,
            payload: Uint8Array.of(5, 0),
            supplementary,
          }),
          NOW,
        ),
      );
    };
    expect(ask(pki.certificate(SUPPLIER, 'keyAgreement'))).toEqual([]);
    expect(ask(pki.certificate(SUPPLIER, 'digitalSignature'))).toEqual(['malformed']);
    expect(ask(pki.certificate(SECOND_SUPPLIER, 'keyAgreement'))).toEqual(['malformed']);
  });

  it('names its own counter in an answer that may be encrypted for an unknown party', () => {
    const device = managed('PPMID', { originatorCounter: 40n });
    const certificate = pki.certificate(SUPPLIER, 'keyAgreement') ?? NO_BYTES;
    const supplementary = { remoteParty: SUPPLIER, counter: 5n, certificate };
    const message = signed(device, {
      messageCode: 0x0129,
      originator: BROKER,
      signer: undefined,
      payload: Uint8Array.of(5, 0),
      supplementary,
    });
    expect(responseIn(device.receive(message, NOW))?.header.supplementary).toEqual({
      remoteParty: SUPPLIER,
      counter: 5n,
      originatorCounter: 41n,
    });
  });
});

/** The keys of everyone but the device. */
function lentKeys(eui: Eui64): KeyProvider {
  return {
    accessControlBroker: pki.accessControlBroker,
    publicKey: (one, use) => pki.publicKey(one, use),
    privateKey: (one, use) => (one === eui ? undefined : pki.privateKey(one, use)),
  };
}
