import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Curve, PrivateKey, PublicKey } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import type { Certificate } from '../../firmware-sim/gbcs/certificates/certificate.ts';
import {
  DEFAULT_ACCESS_CONTROL_BROKER,
  type KeyProvider,
  type KeyUse,
  REMOTE_PARTY_ROLES,
} from '../../firmware-sim/gbcs/key-provider.ts';
import { equalBytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { type Eui64, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { systemEntropy } from '../crypto/native-suite.ts';
import { type CertifiedKey, fileError, parseKeyFileName, readCertificateFile, readPrivateKeyFile } from './key-files.ts';

/** What a keystore holds of one key of a party. */
export interface KeystoreEntry {
  readonly eui: Eui64;
  readonly use: KeyUse;
  /** Path of the certificate or bare public key, when there is one. */
  readonly certificateFile: string | undefined;
  /** Path of the private key, when there is one. */
  readonly privateKeyFile: string | undefined;
}

/**
 * A directory of `<eui>[-pp]-{ds,ka}.{pem,key}` files and `devices.json` as a source of keys. The name of a file decides whose
 * key it is. Every file is read when its key is first asked for, so that one nobody needs is never an error.
 *
 * All look-ups throw `UsageError` (exit code 2), with the file's name, for a file that is needed and cannot be used.
 */
export interface Keystore extends KeyProvider {
  readonly directory: string;
  /** What file names say; nothing is read. */
  entries(): readonly KeystoreEntry[];
  /** The certificate of a key; undefined when there is none or the file holds a bare public key. */
  certificate(eui: Eui64, use: KeyUse): Certificate | undefined;
  /** What is odd about files that were used: a certificate of another party, or for another use, than its name says. */
  readonly remarks: readonly string[];
  /** Type of a device by `devices.json`: `ESME`, `GSME`, `CHF`, ... */
  deviceType(eui: Eui64): string | undefined;
  /** Profile of a device by `devices.json`, which variant of its type it is: `single-element`, ... */
  deviceProfile(eui: Eui64): string | undefined;
}

const DEVICES_FILE = 'devices.json';

/** Key agreement is P-256 in every signature profile (GBCS 4.3.3). */
function checkCurve(file: string, use: KeyUse, curve: Curve): void {
  if (use === 'digitalSignature' || curve === 'P-256') return;
  throw new UsageError('wrong-curve', `key agreement needs a P-256 key, this one is ${curve}`, { file });
}

interface Held {
  readonly eui: Eui64;
  readonly use: KeyUse;
  certificateFile: string | undefined;
  privateKeyFile: string | undefined;
  certified: CertifiedKey | undefined;
  privateKey: PrivateKey | undefined;
}

function listDirectory(directory: string): Map<string, Held> {
  let names: string[];
  try {
    names = readdirSync(directory).sort();
  } catch (error) {
    return fileError(directory, error);
  }
  const held = new Map<string, Held>();
  for (const name of names) {
    const parsed = parseKeyFileName(name);
    if (!parsed) continue;
    const { eui, use, kind } = parsed;
    const id = `${eui} ${use}`;
    const empty = { certificateFile: undefined, privateKeyFile: undefined, certified: undefined, privateKey: undefined };
    const entry: Held = held.get(id) ?? { eui, use, ...empty };
    if (kind === 'certificate') entry.certificateFile = join(directory, name);
    else entry.privateKeyFile = join(directory, name);
    held.set(id, entry);
  }
  return held;
}

/** Where a certificate names another party or use than its file. The file name decides; the person is told. */
function misfits(file: string, held: Pick<Held, 'eui' | 'use'>, certificate: Certificate | undefined): string[] {
  if (!certificate) return [];
  const wanted = held.use === 'digitalSignature' ? 'digitalSignature' : 'keyAgreement';
  const remarks: string[] = [];
  if (certificate.eui && certificate.eui !== held.eui)
    remarks.push(`${file} is a certificate of ${certificate.eui}, not of ${held.eui}`);
  if (!certificate.keyUsage.includes(wanted))
    remarks.push(`${file} is a certificate for ${certificate.keyUsage.join(', ') || 'nothing'}, not for ${wanted}`);
  return remarks;
}

class DirectoryKeystore implements Keystore {
  readonly directory: string;
  readonly remarks: string[] = [];
  readonly #suite: CryptoSuite;
  readonly #held: ReadonlyMap<string, Held>;
  /** The same by party: keys are looked up for every message. */
  readonly #byParty = new Map<Eui64, Map<KeyUse, Held>>();
  #devices: ReadonlyMap<Eui64, ListedDevice> | undefined;
  #broker: Eui64 | undefined;

  constructor(directory: string, suite: CryptoSuite) {
    this.directory = directory;
    this.#suite = suite;
    this.#held = listDirectory(directory);
    for (const held of this.#held.values()) {
      const uses = this.#byParty.get(held.eui) ?? new Map<KeyUse, Held>();
      this.#byParty.set(held.eui, uses.set(held.use, held));
    }
  }

  get accessControlBroker(): Eui64 {
    this.#broker ??= this.#findBroker();
    return this.#broker;
  }

  entries(): readonly KeystoreEntry[] {
    return [...this.#held.values()].map(({ eui, use, certificateFile, privateKeyFile }) => ({
      eui,
      use,
      certificateFile,
      privateKeyFile,
    }));
  }

  #find(eui: Eui64, use: KeyUse): Held | undefined {
    return this.#byParty.get(eui)?.get(use);
  }

  publicKey(eui: Eui64, use: KeyUse): PublicKey | undefined {
    const held = this.#find(eui, use);
    if (!held) return undefined;
    return held.certificateFile ? this.#certified(held, held.certificateFile).key : this.privateKey(eui, use)?.publicKey;
  }

  certificate(eui: Eui64, use: KeyUse): Certificate | undefined {
    const held = this.#find(eui, use);
    return held?.certificateFile ? this.#certified(held, held.certificateFile).certificate : undefined;
  }

  privateKey(eui: Eui64, use: KeyUse): PrivateKey | undefined {
    const held = this.#find(eui, use);
    if (!held?.privateKeyFile) return undefined;
    held.privateKey ??= this.#fittingKey(held, held.privateKeyFile);
    return held.privateKey;
  }

  deviceType(eui: Eui64): string | undefined {
    return this.#listed(eui)?.type;
  }

  deviceProfile(eui: Eui64): string | undefined {
    return this.#listed(eui)?.profile;
  }

  #listed(eui: Eui64): ListedDevice | undefined {
    this.#devices ??= readDevices(join(this.directory, DEVICES_FILE));
    return this.#devices.get(eui);
  }

  #certified(held: Held, file: string): CertifiedKey {
    if (held.certified) return held.certified;
    const certified = readCertificateFile(file);
    checkCurve(file, held.use, certified.key.curve);
    held.certified = certified;
    this.remarks.push(...misfits(file, held, certified.certificate));
    return certified;
  }

  /** The private key under its certificate's handle; a certificate that cannot be read is not needed here. */
  #fittingKey(held: Held, file: string): PrivateKey {
    const key = readPrivateKeyFile(file, this.#suite);
    checkCurve(file, held.use, key.curve);
    const certificateFile = held.certificateFile;
    if (!certificateFile) return key;
    const certified = optional(() => this.#certified(held, certificateFile));
    if (!certified) return key;
    if (certified.key.curve !== key.curve || !equalBytes(certified.key.point, key.publicKey.point)) {
      throw new UsageError('key-misfit', `private key does not belong to the certificate in ${certificateFile}`, { file });
    }
    return { ...key, publicKey: certified.key };
  }

  /** The usual identifier when the keystore has a key for it; else the holder of an organisation certificate of role 04. */
  #findBroker(): Eui64 {
    const entries = [...this.#held.values()];
    if (entries.some(({ eui }) => eui === DEFAULT_ACCESS_CONTROL_BROKER)) return DEFAULT_ACCESS_CONTROL_BROKER;
    const devices = optional(() => readDevices(join(this.directory, DEVICES_FILE)));
    for (const held of entries) {
      const file = held.certificateFile;
      if (!file || devices?.has(held.eui)) continue;
      const certified = optional(() => this.#certified(held, file));
      if (certified?.certificate?.role === REMOTE_PARTY_ROLES.accessControlBroker) return held.eui;
    }
    return DEFAULT_ACCESS_CONTROL_BROKER;
  }
}

/** The value, or undefined where the file behind it cannot be used and is not needed. */
function optional<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError('bad-devices', `is not JSON: ${error.message}`, { file });
  }
}

/** What `devices.json` says of a device. */
interface ListedDevice {
  readonly type: string;
  readonly profile: string | undefined;
}

/** `{ "00DB1234567890A0": { "type": "ESME", "profile": "twin-element" } }`, the profile if it has one; an absent file names no device. */
function readDevices(file: string): ReadonlyMap<Eui64, ListedDevice> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    return fileError(file, error);
  }
  const read = parseJson(file, text);
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    throw new UsageError('bad-devices', 'is no object of EUI-64 to { "type": "ESME" }', { file });
  }
  return new Map(Object.entries(read).map(([name, value]) => deviceEntry(file, name, value)));
}

function deviceEntry(file: string, name: string, value: unknown): [Eui64, ListedDevice] {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (typeof type !== 'string') throw new UsageError('bad-devices', `${name} has no { "type": "ESME" }`, { file });
  const profile = typeof value === 'object' && value !== null && 'profile' in value ? value.profile : undefined;
  if (profile !== undefined && typeof profile !== 'string') {
    throw new UsageError('bad-devices', `${name} has a profile that is no text`, { file });
  }
  try {
    return [parseEui64(name), { type, profile }];
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    throw new UsageError('bad-devices', error.message, { file });
  }
}

/**
 * Opens a keystore directory; only its listing is read now.
 * @param suite derives public keys of private ones
 * @throws UsageError `unreadable-path` when the directory cannot be listed
 */
export function loadKeystore(directory: string, suite: CryptoSuite = createNodeSuite({ entropy: systemEntropy })): Keystore {
  return new DirectoryKeystore(directory, suite);
}
