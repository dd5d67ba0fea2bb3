/**
 * The second implementation is only worth something if it is right by itself: it reproduces the worked values and the whole
 * reference data set before anything is compared with it. The product is not touched here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join as path } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  agree,
  decrypt,
  deriveKey,
  digest,
  gmac,
  ivOf,
  keyIdentifier,
  otherInfo,
  pointOf,
  signatureHolds,
} from '../second/crypto.ts';
import { Keystore } from '../second/keystore.ts';
import { generalSigning, macAad, preCommand, withMac } from '../second/message.ts';
import { ascii, hex, join, type Octets, toText } from '../second/octets.ts';
import { type Message, macVerdict, opened, readMessage, sealedParts, signatureVerdict } from '../second/reader.ts';
import { checkDigit, makeUtrn, restoreCounter } from '../second/utrn.ts';
import { needShared } from '../support/shared.ts';

interface Worked {
  readonly id: number;
  readonly kind: string;
  readonly input: Record<string, string>;
  readonly output: Record<string, string | number>;
}

interface Manifest {
  readonly messages: readonly {
    readonly id: string;
    readonly kind: string;
    readonly mac: string;
    readonly signature: string;
    readonly macParties: readonly string[] | null;
    readonly encryptedParts: number;
  }[];
}

const json = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;
const at = (v: Worked, name: string): Octets => hex(v.input[name] ?? '');
const point = (xy: Octets): Octets => join('04', xy);
const PLAIN_EUI = (eui: string): string => eui.replaceAll('-', '').toLowerCase();

/** How each kind of worked value is recomputed: the names are those of its `output`. */
const RECOMPUTE: Record<string, (v: Worked) => Record<string, unknown>> = {
  ecdh: (v) => ({ Z: toText(agree(at(v, 'remotePrivateD'), point(at(v, 'devicePublicXY')))) }),
  mac: (v) => {
    const message = readMessage(at(v, 'message'));
    const z = agree(at(v, 'remotePrivateD'), point(at(v, 'devicePublicXY')));
    const key = deriveKey(z, message.header);
    const [iv, aad] = [ivOf(message.header.originator), macAad(message.inner)];
    const mac = toText(gmac(key, iv, aad).slice(0, 12));
    expect(toText(message.mac ?? new Uint8Array())).toBe(mac);
    const texts = { Z: toText(z), otherInfo: toText(otherInfo(message.header)), key: toText(key) };
    return { ...texts, iv: toText(iv), aad: toText(aad), mac };
  },
  signature: (v) => {
    const message = readMessage(at(v, 'message'));
    expect(signatureVerdict(message, 'P-256', point(at(v, 'signerPublicXY')))).toBe('valid');
    const covered = toText(message.covered);
    return { toBeSigned: covered, sha256: toText(digest(message.covered)), signatureRS: toText(message.signature ?? hex('')) };
  },
  precommand: (v) => {
    const message = readMessage(at(v, 'precommand'));
    const { toBeSigned, commandAfterSigningAndMac } = v.output;
    const command = readMessage(hex(String(commandAfterSigningAndMac)));
    expect(toText(command.covered)).toBe(toBeSigned);
    return { ...v.output, toBeSigned: toText(message.covered), sha256: toText(digest(message.covered)) };
  },
  decrypt: (v) => {
    const input = { originator: at(v, 'device'), flag: 4, counter: BigInt(`0x${v.input.counter}`), recipient: at(v, 'party') };
    const key = deriveKey(at(v, 'Z'), input);
    const plain = decrypt(key, ivOf(input.originator), hex('31'), at(v, 'blobWithSecurityHeader').slice(5));
    const texts = { otherInfo: toText(otherInfo(input)), key: toText(key), iv: toText(ivOf(input.originator)), aad: '31' };
    return { ...texts, plaintext: toText(plain ?? hex('')) };
  },
  subjectKeyIdentifier: (v) => ({ ...v.output, ski: toText(keyIdentifier(at(v, 'uncompressedPoint'))) }),
  checkDigit: (v) => ({ digit: Number(checkDigit(v.input.digits ?? '')) }),
  counterReconstruction: (v) => ({
    utrnCounter: Number(restoreCounter(BigInt(v.input.highestCached ?? 0), BigInt(v.input.truncated10 ?? 0))),
  }),
  ecdsaVariant: (v) => {
    const curve = v.output.hash === 'sha384' ? 'P-384' : 'P-256';
    const message = v.input.messageAscii ? ascii(v.input.messageAscii) : at(v, 'message');
    const rs = hex(String(v.output.signatureRS));
    expect(signatureHolds(curve, pointOf(curve, at(v, 'privateD')), message, rs)).toBe(true);
    return v.output;
  },
};

describe('second implementation against the worked values', () => {
  test('every value of vectors.json', (context) => {
    const all = json<{ vectors: Worked[] }>(needShared(context, 'spec/vectors.json')).vectors;
    expect(all).toHaveLength(40);
    for (const v of all.filter((entry) => entry.kind !== 'utrn')) {
      const recompute = RECOMPUTE[v.kind];
      expect(recompute, `worked value ${v.id} of kind ${v.kind}`).toBeDefined();
      expect(recompute?.(v), `worked value ${v.id}`).toEqual(v.output);
    }
  });

  test('every token of vectors.json', (context) => {
    const folder = needShared(context, 'rtds/keystore');
    const tokens = json<{ vectors: Worked[] }>(needShared(context, 'spec/vectors.json')).vectors.filter((v) => v.kind === 'utrn');
    expect(tokens).toHaveLength(3);
    const keys = new Keystore(folder);
    for (const { input, output } of tokens) {
      const [supplier, device] = [input.supplier ?? '', input.device ?? ''];
      const token = { supplier: hex(supplier), device: hex(device), counter: BigInt(input.originatorCounter ?? 0) >> 32n };
      const scalar = keys.scalar(supplier, 'pp-ka') ?? hex('');
      const made = makeUtrn(
        { ...token, pounds: Number(input.valueClass) === 1, value: Number(input.value) },
        scalar,
        keys.point(device, 'ka') ?? hex(''),
      );
      expect(made).toBe(output.utrn);
    }
  });
});

type Entry = Manifest['messages'][number];

/** One file of the reference data with what the manifest says of it. */
interface Sample {
  readonly entry: Entry;
  readonly octets: Octets;
  readonly message: Message;
}

/** The inner part made anew from what was read. */
function rebuild({ header, payload, signature }: Message): Octets {
  if (!signature) return preCommand(header, payload, false);
  if (signature.length === 0) return generalSigning(header, payload, undefined);
  return join(preCommand(header, payload, false), signature.length, signature);
}

/** MAC verdict with the keys at hand; a MAC that can be checked is also made anew. */
function checkMac({ entry, octets, message }: Sample, keys: Keystore): string {
  if (!message.mac) return 'absent';
  const [a, b] = (entry.macParties ?? []).map(PLAIN_EUI) as [string, string];
  const remote = keys.scalar(a, 'ka') ? a : b;
  const z = keys.secret(remote, remote === a ? b : a);
  if (!z) return 'no-key';
  expect(toText(withMac(message.header, message.inner, z)), entry.id).toBe(toText(octets));
  return macVerdict(message, z);
}

function checkSignature({ message }: Sample, keys: Keystore): string {
  const signer = keys.point(toText(message.header.originator), 'ds');
  return signatureVerdict(message, 'P-256', signer ?? hex(''));
}

function openAll({ entry, message }: Sample, keys: Keystore): number {
  const blobs = message.header.flag === 1 ? [] : sealedParts(message.payload);
  const party = toText(message.header.supplementary?.party ?? message.header.recipient);
  for (const blob of blobs) {
    const z = keys.secret(party, toText(message.header.originator));
    expect(opened(message.header, z ?? hex(''), blob), entry.id).toBeDefined();
  }
  return blobs.length;
}

describe('second implementation against the reference data set', () => {
  test('every message: rebuilt byte for byte, MAC, signature and encrypted parts as the manifest says', {
    timeout: 60_000,
  }, (context) => {
    const root = needShared(context, 'rtds');
    const keys = new Keystore(path(root, 'keystore'));
    const [manifest] = readdirSync(root).filter((name) => /^manifest-.*\.json$/.test(name));
    const entries = json<Manifest>(path(root, manifest ?? '')).messages;
    const verdicts = { mac: 0, signature: 0, opened: 0 };
    for (const entry of entries) {
      const octets = hex(readFileSync(path(root, 'RTDS-4.5.0', entry.id), 'utf8'));
      const sample = { entry, octets, message: readMessage(octets) };
      expect(toText(rebuild(sample.message)), entry.id).toBe(toText(sample.message.inner));
      expect(checkMac(sample, keys), entry.id).toBe(entry.mac);
      expect(checkSignature(sample, keys), entry.id).toBe(entry.signature);
      expect(openAll(sample, keys), entry.id).toBe(entry.encryptedParts);
      verdicts.mac += entry.mac === 'valid' ? 1 : 0;
      verdicts.signature += entry.signature === 'valid' ? 1 : 0;
      verdicts.opened += entry.encryptedParts;
    }
    expect(Math.min(verdicts.mac, verdicts.signature, verdicts.opened)).toBeGreaterThan(30);
  });
});
