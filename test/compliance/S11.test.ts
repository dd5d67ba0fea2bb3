import { describe, expect, it } from 'vitest';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { SIGNATURE_PROFILES, type SignatureProfile, seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import { decodeEnvelope, type Envelope, encodeEnvelope, signedPart } from '../../firmware-sim/gbcs/envelope.ts';
import { macEnvelope, macParties, sharedSecretOf } from '../../firmware-sim/gbcs/protection.ts';
import { type Bytes, fromHex, NO_BYTES, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { activateFirmware } from '../../lab/update/commands.ts';
import { NOW, pki, refusals, SUPPLIER, suite } from '../device/bench.ts';
import { managed, responseIn, signed } from '../device/security/managed.ts';

/** S11 (DP129): a device takes any valid P-256/SHA-256 signature, however its maker came by k, and takes no message twice. */
const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const PROFILES = SIGNATURE_PROFILES.filter((profile) => profile !== 'cnsa-p384');

/** A supplier's command with a signature of a profile, and its MAC over that. */
function commandUnder(
  profile: SignatureProfile,
  counter: bigint,
  change: (signature: Bytes) => Bytes = (signature) => signature,
): Bytes {
  const plain = decodeEnvelope(
    signed(managed('ESME'), {
      messageCode: 0x0012,
      originatorCounter: counter,
      payload: activateFirmware(managed('ESME').eui, new Uint8Array(32)).payload(counter),
    }),
  );
  const key = pki.privateKey(SUPPLIER, 'digitalSignature');
  const maker = createNodeSuite({ entropy: seededEntropy(`S11 ${counter}`, profile) });
  const signature = key ? change(maker.sign(profile, key, signedPart(plain))) : NO_BYTES;
  const envelope: Envelope = { ...plain, signature, mac: undefined };
  const z = sharedSecretOf(suite, pki, macParties(plain.header, pki)) ?? NO_BYTES;
  return encodeEnvelope(macEnvelope(suite, envelope, z));
}

/** The other signature that is valid with the same r: s and n - s verify alike. */
function mirrored(signature: Bytes): Bytes {
  const s = ORDER - BigInt(`0x${toHex(signature.subarray(32))}`);
  return Uint8Array.of(...signature.subarray(0, 32), ...fromHex(s.toString(16).padStart(64, '0')));
}

describe('S11 (DP129): CNSA variants of ECDSA', () => {
  it.each(PROFILES)('%s is accepted, with its s and with the mirrored one', (profile) => {
    const device = managed('ESME');
    expect(responseIn(device.receive(commandUnder(profile, 1n), NOW))).toBeDefined();
    expect(responseIn(device.receive(commandUnder(profile, 2n, mirrored), NOW))).toBeDefined();
  });

  it('r and s need not repeat, and a message is taken once whatever its signature', () => {
    const device = managed('ESME');
    const [one, other] = [commandUnder('ecdsa', 5n), commandUnder('deterministic', 5n)];
    expect(toHex(one)).not.toBe(toHex(other));
    expect(responseIn(device.receive(one, NOW))).toBeDefined();
    expect(refusals(device.receive(other, NOW))).toEqual(['replayed-counter']);
    expect(refusals(device.receive(one, NOW))).toEqual(['replayed-counter']);
  });

  it.each([
    ['r = 0', (signature: Bytes) => signature.map((octet, i) => (i < 32 ? 0 : octet))],
    ['s = 0', (signature: Bytes) => signature.map((octet, i) => (i < 32 ? octet : 0))],
    ['s = n', (signature: Bytes) => Uint8Array.of(...signature.subarray(0, 32), ...fromHex(ORDER.toString(16)))],
    ['96 octets', (signature: Bytes) => Uint8Array.of(...signature, ...signature.subarray(0, 32))],
  ])('%s is refused', (_, change) => {
    expect(refusals(managed('ESME').receive(commandUnder('deterministic', 1n, change), NOW))).toEqual(['bad-signature']);
  });
});
