import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PrivateKey, type PublicKey, publicKeyFromPoint } from '../../firmware-sim/crypto/keys.ts';
import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import type { KeyProvider } from '../../firmware-sim/gbcs/key-provider.ts';
import { fromHex } from '../../firmware-sim/kernel/bytes.ts';
import { type Eui64, eui64Hex, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Vectors } from '../second/vectors.ts';
import { REPOSITORY } from './shared.ts';

/** Where the messages of the second implementation are kept. */
export const VECTOR_FILE = join(REPOSITORY, 'test', 'vectors', 'messages.json');

/** The messages, keys, block transfers and tokens that the second implementation made. */
export const readVectors = (): Vectors => JSON.parse(readFileSync(VECTOR_FILE, 'utf8')) as Vectors;

function cached<T>(cache: Map<string, T>, name: string, make: () => T): T {
  const value = cache.get(name) ?? make();
  cache.set(name, value);
  return value;
}

/**
 * The keys of the vector file as the product wants them. Give it a message's `signedBy.key`, which says with which of its
 * signing keys the originator signed; `ds` is P-256, `ds-p384` is P-384.
 */
export function vectorKeys(vectors: Vectors, suite: CryptoSuite): (signingKey?: string) => KeyProvider {
  const publicKeys = new Map<string, PublicKey>();
  const privateKeys = new Map<string, PrivateKey>();
  const partyOf = (eui: Eui64): string | undefined =>
    Object.keys(vectors.parties).find((name) => vectors.parties[name]?.eui === eui64Hex(eui));
  return (signingKey = 'ds') => {
    const nameOf = { digitalSignature: signingKey, keyAgreement: 'ka', prePaymentTopUp: 'pp-ka' } as const;
    const find = (eui: Eui64, use: keyof typeof nameOf) => {
      const party = partyOf(eui);
      const key = party && vectors.parties[party]?.keys[nameOf[use]];
      return key ? { ...key, name: `${party} ${nameOf[use]}` } : undefined;
    };
    return {
      accessControlBroker: parseEui64(vectors.parties.acb?.eui ?? ''),
      publicKey(eui, use) {
        const key = find(eui, use);
        return key && cached(publicKeys, key.name, () => publicKeyFromPoint(fromHex(key.point)));
      },
      privateKey(eui, use) {
        const key = find(eui, use);
        return key && cached(privateKeys, key.name, () => suite.privateKey(key.curve, fromHex(key.scalar)));
      },
    };
  };
}
