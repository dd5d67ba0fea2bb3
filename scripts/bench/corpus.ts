import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Curve, PrivateKey } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { decodeEnvelope, type Envelope } from '../../firmware-sim/gbcs/envelope.ts';
import { DEFAULT_ACCESS_CONTROL_BROKER, type KeyProvider, type KeyUse } from '../../firmware-sim/gbcs/key-provider.ts';
import { type Bytes, fromHex } from '../../firmware-sim/kernel/bytes.ts';
import { parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { systemEntropy } from '../../lab/crypto/native-suite.ts';
import { loadKeystore } from '../../lab/keystore/keystore.ts';

/** A message of the mix, and its envelope. */
export interface Sample {
  readonly bytes: Bytes;
  readonly envelope: Envelope;
}

export interface Corpus {
  readonly name: string;
  readonly samples: readonly Sample[];
  readonly keys: KeyProvider;
}

function sample(hex: string): Sample {
  const bytes = fromHex(hex);
  return { bytes, envelope: decodeEnvelope(bytes) };
}

/** The Reference Test Data Set beside the project or where HANBENCH_RTDS says. */
function referenceData(directory: string): Corpus | undefined {
  const manifest = existsSync(directory) ? readdirSync(directory).find((name) => /^manifest.*\.json$/.test(name)) : undefined;
  const release = existsSync(directory) ? readdirSync(directory).find((name) => name.startsWith('RTDS-')) : undefined;
  if (!manifest || !release) return undefined;
  const { messages } = JSON.parse(readFileSync(join(directory, manifest), 'utf8')) as { messages: { id: string }[] };
  const samples = messages.map(({ id }) => sample(readFileSync(join(directory, release, id), 'utf8')));
  return {
    name: `Reference Test Data Set, ${samples.length} messages`,
    samples,
    keys: loadKeystore(join(directory, 'keystore')),
  };
}

interface VectorFile {
  readonly parties: Readonly<
    Record<
      string,
      { readonly eui: string; readonly keys: Readonly<Record<string, { readonly curve: Curve; readonly scalar: string }>> }
    >
  >;
  readonly messages: readonly { readonly hex: string; readonly signedBy?: { readonly key: string } | null }[];
}

const KEY_NAMES: Readonly<Record<string, KeyUse>> = { ds: 'digitalSignature', ka: 'keyAgreement', 'pp-ka': 'prePaymentTopUp' };

/** The project's own vectors, for a machine without the Reference Test Data Set; P-256 signatures only. */
function ownVectors(file: string): Corpus {
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as VectorFile;
  const suite = createNodeSuite({ entropy: systemEntropy });
  const held = new Map<string, PrivateKey>();
  for (const party of Object.values(vectors.parties)) {
    for (const [name, key] of Object.entries(party.keys)) {
      const use = KEY_NAMES[name];
      if (use) held.set(`${parseEui64(party.eui)} ${use}`, suite.privateKey(key.curve, fromHex(key.scalar)));
    }
  }
  const keys: KeyProvider = {
    publicKey: (eui, use) => held.get(`${eui} ${use}`)?.publicKey,
    privateKey: (eui, use) => held.get(`${eui} ${use}`),
    accessControlBroker: parseEui64(vectors.parties.acb?.eui ?? DEFAULT_ACCESS_CONTROL_BROKER),
  };
  const plain = vectors.messages.filter((message) => message.signedBy?.key !== 'ds-p384');
  return { name: `test/vectors/messages.json, ${plain.length} messages`, samples: plain.map(({ hex }) => sample(hex)), keys };
}

/** The messages to measure over, the likeliest mix there is. */
export function benchCorpus(): Corpus {
  return referenceData(process.env.HANBENCH_RTDS ?? '../shared/rtds') ?? ownVectors('test/vectors/messages.json');
}
