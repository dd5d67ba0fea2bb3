/** Writes the test vectors: keys, messages with their wrong variants, block transfers and tokens, as plain JSON. */
import { cut } from './blocks.ts';
import { CAST, curveOf, eui, type KeyName, keyLabel, PARTIES, type Party, point, scalar, secret } from './cast.ts';
import { type CurveName, deriveKey, gmac, ivOf, signature } from './crypto.ts';
import { generalSigning, type Header, macOf, withMac } from './message.ts';
import { be, big, counted, flip, join, type Octets, same, toText } from './octets.ts';
import { readMessage, sealedParts } from './reader.ts';
import { ALERTS } from './vector-alerts.ts';
import { finish, type VectorCase } from './vector-case.ts';
import { COMMANDS, TOKENS } from './vector-commands.ts';
import { RESPONSES } from './vector-responses.ts';

type Verdict = 'valid' | 'invalid' | 'absent';

/** A changed message and what a checker that holds every key must say of it. */
export interface Variant {
  readonly change: string;
  readonly hex: string;
  readonly mac: Verdict;
  readonly signature: Verdict;
}

export interface VectorMessage {
  readonly name: string;
  readonly category: string;
  readonly useCase: string;
  readonly form: string;
  readonly hex: string;
  readonly header: {
    readonly cra: number;
    readonly originatorCounter: string;
    readonly originator: string;
    readonly recipient: string;
    readonly messageCode: string;
    readonly supplementary: null | {
      readonly remoteParty: string;
      readonly counter: string | null;
      readonly originatorCounter: string | null;
      readonly certificate: string | null;
    };
    readonly dateTime: string | null;
  };
  readonly payload: string;
  readonly mac: Verdict;
  readonly signature: Verdict;
  readonly macBetween: readonly [Party, Party] | null;
  readonly signedBy: { readonly party: Party; readonly key: KeyName } | null;
  readonly sealed: null | {
    readonly between: readonly [Party, Party];
    readonly parts: readonly { readonly blob: string; readonly plaintext: string }[];
  };
  readonly variants: readonly Variant[];
}

export interface Vectors {
  readonly about: string;
  readonly parties: Readonly<
    Record<
      string,
      {
        readonly eui: string;
        readonly role: number | string;
        readonly keys: Readonly<
          Record<string, { readonly label: string; readonly curve: CurveName; readonly scalar: string; readonly point: string }>
        >;
      }
    >
  >;
  readonly messages: readonly VectorMessage[];
  readonly transfers: readonly {
    readonly message: string;
    readonly blockOctets: number;
    readonly window: number;
    readonly streaming: boolean;
    readonly blocks: readonly string[];
  }[];
  readonly tokens: readonly {
    readonly supplier: Party;
    readonly device: Party;
    readonly counter: string;
    readonly valueClass: 'pence' | 'pounds';
    readonly value: number;
    readonly utrn: string;
  }[];
}

const CASES: readonly VectorCase[] = [COMMANDS, RESPONSES, ALERTS].flat();

function headerJson(h: Header): VectorMessage['header'] {
  const s = h.supplementary;
  return {
    cra: h.flag,
    originatorCounter: h.counter.toString(),
    originator: toText(h.originator),
    recipient: toText(h.recipient),
    messageCode: `0x${toText(be(h.code, 2))}`,
    supplementary: s
      ? {
          remoteParty: toText(s.party),
          counter: s.counter?.toString() ?? null,
          originatorCounter: s.originatorCounter?.toString() ?? null,
          certificate: s.certificate ? toText(s.certificate) : null,
        }
      : null,
    dateTime: h.dateTime ? toText(h.dateTime) : null,
  };
}

/** Order of the curve, to turn s into n - s: the same signature, seen from the other side. */
const ORDER: Readonly<Record<CurveName, bigint>> = {
  'P-256': 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  'P-384': 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
};

function mirrored(rs: Octets, curve: CurveName): Octets {
  const half = rs.length / 2;
  return join(rs.slice(0, half), be(ORDER[curve] - big(rs.slice(half)), half));
}

/** A message whose octets are altered in one place. */
function alterations(c: VectorCase, message: Octets): Variant[] {
  const { payloadAt, inner, mac, signature: rs } = readMessage(message);
  const [macBad, signatureBad] = [c.mac ? 'invalid' : 'absent', c.sign ? 'invalid' : 'absent'] as const;
  const payloadBit = { change: 'one bit of the payload', hex: toText(flip(message, payloadAt + c.payload.length - 1)) };
  const counterAt = message.length - (mac ? 12 : 0) - inner.length + 10;
  const counterBit = { change: 'another originator counter', hex: toText(flip(message, counterAt, 6)) };
  const variants: Variant[] = [payloadBit, counterBit].map((v) => ({ ...v, mac: macBad, signature: signatureBad }));
  if (mac) {
    const signatureGood = c.sign ? 'valid' : 'absent';
    variants.push({ change: 'one bit of the MAC', hex: toText(flip(message, -1)), mac: 'invalid', signature: signatureGood });
  }
  if (c.sign && rs) {
    const changed = toText(flip(message, payloadAt + c.payload.length + 1, 3));
    variants.push({ change: 'one bit of the signature', hex: changed, mac: macBad, signature: 'invalid' });
    variants.push({ ...remade(c, mirrored(rs, curveOf(c.sign[1]))), change: 'n - s in place of s', signature: 'valid' });
    variants.push({ ...remade(c, new Uint8Array(rs.length)), change: 'a signature of zeros', signature: 'invalid' });
  }
  return variants;
}

/** The message with another signature in it; its MAC, where it has one, is made to fit. */
function remade(c: VectorCase, rs: Octets): { hex: string; mac: Verdict } {
  const unsigned = generalSigning(c.header, c.payload, undefined);
  const inner = join(unsigned.slice(0, -1), counted(rs));
  if (!c.mac) return { hex: toText(inner), mac: 'absent' };
  return { hex: toText(withMac(c.header, inner, secret(...c.mac))), mac: 'valid' };
}

/** The rule that each of these breaks is easy to get wrong and invisible in a round trip. */
function wrongRules(c: VectorCase): Variant[] {
  const variants: Variant[] = [];
  if (c.mac && c.form === 'command' && c.useCase !== 'PCS01') {
    const inner = generalSigning(c.header, c.payload, c.sign && { curve: curveOf(c.sign[1]), scalar: scalar(...c.sign) });
    const z = secret(...c.mac);
    const key = deriveKey(z, c.header);
    const signatureGood = c.sign ? 'valid' : 'absent';
    const put = (change: string, mac: Octets): void => {
      const framed = withMac(c.header, inner, z);
      variants.push({ change, hex: toText(join(framed.slice(0, -12), mac)), mac: 'invalid', signature: signatureGood });
    };
    put(
      'MAC over additional data without the five empty fields',
      gmac(key, ivOf(c.header.originator), join('11', inner)).slice(0, 12),
    );
    put('MAC key derived with the encryption flag', macWithFlag4(c.header, inner, z));
    if (c.mac[0] === 'acb' && same(c.header.originator, eui('supplier'))) {
      put("MAC with the supplier's key in place of the ACB's", macOf(c.header, inner, secret('supplier', c.mac[1])));
    }
  }
  if (c.sign) {
    const covered = generalSigning(c.header, c.payload, undefined).slice(0, -1);
    const rs = signature(curveOf(c.sign[1]), scalar(...c.sign), covered);
    variants.push({ ...remade(c, rs), change: 'signature over the DF tag too', signature: 'invalid' });
  }
  return variants;
}

function macWithFlag4(h: Header, inner: Octets, z: Octets): Octets {
  const key = deriveKey(z, { originator: h.originator, flag: 4, counter: h.counter, recipient: h.recipient });
  return gmac(key, ivOf(h.originator), join('11 00 00 00 00 00', inner)).slice(0, 12);
}

function messageJson(c: VectorCase): VectorMessage {
  const message = finish(c);
  const blobs = c.sealed ? sealedParts(c.payload) : [];
  return {
    ...{ name: c.name, category: c.category, useCase: c.useCase, form: c.form, hex: toText(message) },
    ...{ header: headerJson(c.header), payload: toText(c.payload) },
    ...{ mac: c.mac ? 'valid' : 'absent', signature: c.sign ? 'valid' : 'absent' },
    macBetween: c.mac ?? null,
    signedBy: c.sign ? { party: c.sign[0], key: c.sign[1] } : null,
    sealed: c.sealed
      ? {
          between: c.sealed.between,
          parts: c.sealed.plaintexts.map((plain, i) => ({ blob: toText(blobs[i] ?? join()), plaintext: toText(plain) })),
        }
      : null,
    variants: c.form === 'pre-command' ? [] : [...alterations(c, message), ...wrongRules(c)],
  };
}

const ABOUT =
  'GBCS messages made by the second implementation (test/second) with its own test keys; nothing here protects anything. ' +
  "Private scalars are SHA-256 (P-384: SHA-384) of each key's label. Signatures are deterministic (RFC 6979), never low-S. " +
  'Made by: HANBENCH_WRITE_VECTORS=1 npx vitest run test/gbcs/second-implementation.test.ts';

function partiesJson(): Vectors['parties'] {
  const keysOf = (party: Party) =>
    Object.fromEntries(
      CAST[party].keys.map((key) => [
        key,
        {
          ...{ label: keyLabel(party, key), curve: curveOf(key) },
          ...{ scalar: toText(scalar(party, key)), point: toText(point(party, key)) },
        },
      ]),
    );
  return Object.fromEntries(
    PARTIES.map((party) => [party, { eui: CAST[party].eui, role: CAST[party].role, keys: keysOf(party) }]),
  );
}

/** Two long messages in blocks: one streamed in a window, one with a block each acknowledged. */
function transfersJson(): Vectors['transfers'] {
  return [
    { name: 'cs02b-change-of-supplier-command', blockOctets: 400, window: 6, streaming: true },
    { name: 'ecs21b-acb-command', blockOctets: 128, window: 1, streaming: false },
  ].flatMap(({ name, blockOctets, window, streaming }) =>
    CASES.filter((c) => c.name === name).map((c) => ({
      ...{ message: name, blockOctets, window, streaming },
      blocks: cut(c.header, finish(c), blockOctets, window, streaming).map(toText),
    })),
  );
}

/** Everything `test/vectors/messages.json` holds. */
export function makeVectors(): Vectors {
  return {
    about: ABOUT,
    parties: partiesJson(),
    messages: CASES.map(messageJson),
    transfers: transfersJson(),
    tokens: TOKENS.map(({ device, token, utrn }) => ({
      ...{ supplier: 'supplier', device, counter: token.counter.toString() },
      ...{ valueClass: token.pounds ? 'pounds' : 'pence', value: token.value, utrn },
    })),
  };
}
