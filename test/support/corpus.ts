import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, fromHex } from '../../firmware-sim/kernel/bytes.ts';
import { rtdsDirectory } from './shared.ts';
import { readVectors } from './vectors.ts';

/** What a manifest of the reference data says of one message. */
export interface ManifestMessage {
  readonly id: string;
  readonly kind: 'command' | 'precommand' | 'response' | 'alert';
  readonly cra: string;
  readonly useCase: string;
  readonly outcome: string;
  readonly messageCode: string;
  readonly originator: string;
  readonly recipient: string;
  readonly originatorCounter: string;
  readonly headerDateTime: unknown;
  readonly supplementary: unknown;
  readonly payloadKind: string;
  readonly hasMacHeader: boolean;
  readonly signed: boolean;
  readonly mac: string;
  readonly signature: string;
  readonly encryptedParts: number;
  readonly deviceType?: string | null;
}

/** A command with its pre-command and its answers, by message id. */
export interface ManifestPair {
  readonly command: string;
  readonly precommand?: string | null;
  readonly response?: string | null;
  readonly alerts?: readonly string[];
}

/** The reference data in one folder: manifests, messages and keystore. */
export interface ReferenceData {
  readonly keystore: string;
  readonly messages: readonly ManifestMessage[];
  readonly pairs: readonly ManifestPair[];
  octets(id: string): Bytes;
  /** Path of a message's file. */
  file(id: string): string;
}

/** Folders of a data set that hold `<use case>/<message>.HEX`. */
function messageFolder(root: string): string {
  const found = readdirSync(root, { withFileTypes: true }).find((entry) => entry.isDirectory() && /^RTDS/i.test(entry.name));
  return join(root, found?.name ?? '');
}

/** Reads every manifest of the reference data (`manifest*.json`); undefined where there is none. */
export function readReferenceData(): ReferenceData | undefined {
  const root = rtdsDirectory();
  const manifests = root ? readdirSync(root).filter((name) => /^manifest.*\.json$/.test(name)) : [];
  if (!root || manifests.length === 0) return undefined;
  const folder = messageFolder(root);
  const read = manifests.map(
    (name) => JSON.parse(readFileSync(join(root, name), 'utf8')) as { messages: ManifestMessage[]; pairs?: ManifestPair[] },
  );
  const file = (id: string): string => join(folder, id);
  return {
    keystore: join(root, 'keystore'),
    messages: read.flatMap((manifest) => manifest.messages),
    pairs: read.flatMap((manifest) => manifest.pairs ?? []),
    octets: (id) => fromHex(readFileSync(file(id), 'utf8')),
    file,
  };
}

/** Every message and block of the vector file, and the reference data where it is present. */
export function readCorpus(): readonly Bytes[] {
  const vectors = readVectors();
  const own = [...vectors.messages.map((m) => m.hex), ...vectors.transfers.flatMap((t) => t.blocks)].map(fromHex);
  const reference = readReferenceData();
  return reference ? [...own, ...reference.messages.map((m) => reference.octets(m.id))] : own;
}
