/**
 * The parties of the test vectors and their keys. A private scalar is SHA-256 (P-384: SHA-384) of
 * `hanbench test vectors: <party> <key>`, so that anyone can make them again; they protect nothing.
 */
import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { agree, type CurveName, pointOf } from './crypto.ts';
import type { Signer } from './message.ts';
import { ascii, hex, type Octets } from './octets.ts';

export type KeyName = 'ds' | 'ka' | 'pp-ka' | 'ds-p384';

interface Member {
  /** 16 hex digits, from a locally administered range. */
  readonly eui: string;
  /** GBCS remote party role number, or the device type. */
  readonly role: number | string;
  readonly keys: readonly KeyName[];
}

const member = (eui: string, role: number | string, ...keys: readonly KeyName[]): Member => ({ eui, role, keys });

/** Remote party roles: 0 root, 1 recovery, 2 supplier, 3 network operator, 4 access control broker, 5 transitional CoS, 7 issuing authority, 8 load controller. */
export const CAST = {
  root: member('0000000000000000', 0, 'ds'),
  issuingAuthority: member('0248420000007000', 7, 'ds'),
  recovery: member('0248420000001000', 1, 'ds'),
  acb: member('0248420000004000', 4, 'ds', 'ka'),
  transitionalCos: member('0248420000005000', 5, 'ds'),
  supplier: member('0248420000002001', 2, 'ds', 'ka', 'pp-ka', 'ds-p384'),
  otherSupplier: member('0248420000002002', 2, 'ds', 'ka'),
  networkOperator: member('0248420000003001', 3, 'ds', 'ka'),
  loadController: member('0248420000008001', 8, 'ds', 'ka'),
  esme: member('02484200000000e1', 'ESME', 'ds', 'ka', 'ds-p384'),
  gsme: member('02484200000000e2', 'GSME', 'ds', 'ka'),
  chf: member('02484200000000e3', 'CHF', 'ds', 'ka'),
  gpf: member('02484200000000e4', 'GPF', 'ds', 'ka'),
  ppmid: member('02484200000000e5', 'PPMID', 'ds', 'ka'),
} as const;

export type Party = keyof typeof CAST;

export const PARTIES = Object.keys(CAST) as Party[];

export const eui = (party: Party): Octets => hex(CAST[party].eui);

export const curveOf = (key: KeyName): CurveName => (key === 'ds-p384' ? 'P-384' : 'P-256');

export const keyLabel = (party: Party, key: KeyName): string => `hanbench test vectors: ${party} ${key}`;

const points = new Map<string, Octets>();
const secrets = new Map<string, Octets>();

function once(cache: Map<string, Octets>, name: string, make: () => Octets): Octets {
  const known = cache.get(name) ?? make();
  cache.set(name, known);
  return known;
}

export const scalar = (party: Party, key: KeyName): Octets =>
  (curveOf(key) === 'P-384' ? sha384 : sha256)(ascii(keyLabel(party, key)));

export const point = (party: Party, key: KeyName): Octets =>
  once(points, keyLabel(party, key), () => pointOf(curveOf(key), scalar(party, key)));

/** Key agreement secret of two parties. */
export const secret = (a: Party, b: Party): Octets => once(secrets, `${a} ${b}`, () => agree(scalar(a, 'ka'), point(b, 'ka')));

export const signer = (party: Party, key: KeyName): Signer => ({ curve: curveOf(key), scalar: scalar(party, key) });
