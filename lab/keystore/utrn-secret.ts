import type { PrivateKey, PublicKey } from '../../firmware-sim/crypto/keys.ts';
import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import type { KeyUse } from '../../firmware-sim/gbcs/key-provider.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { readCertificateFile, readPrivateKeyFile } from './key-files.ts';
import { type Keystore, loadKeystore } from './keystore.ts';

/** Where the keys behind a token are, as a person says it. */
export interface UtrnKeyPlaces {
  readonly supplier: Eui64;
  readonly device: Eui64;
  readonly keystore: string | undefined;
  readonly supplierKey: string | undefined;
  readonly deviceKey: string | undefined;
}

interface End {
  readonly name: string;
  readonly option: string;
  readonly privateKey: PrivateKey | undefined;
  readonly publicKey: PublicKey | undefined;
}

function endOfFile(suite: CryptoSuite, name: string, option: string, file: string): End {
  if (file.toLowerCase().endsWith('.pem')) {
    return { name, option, privateKey: undefined, publicKey: readCertificateFile(file).key };
  }
  const privateKey = readPrivateKeyFile(file, suite);
  return { name, option, privateKey, publicKey: privateKey.publicKey };
}

function endOfKeystore(name: string, option: string, store: Keystore, eui: Eui64, use: KeyUse): End {
  return { name, option, privateKey: store.privateKey(eui, use), publicKey: store.publicKey(eui, use) };
}

/**
 * The shared secret of a supplier's prepayment key and a device's key-agreement key, from whichever private key is held.
 * @throws UsageError exit code 2, naming the key that is missing and where it was looked for
 */
export function utrnSecret(suite: CryptoSuite, places: UtrnKeyPlaces): Bytes {
  const { supplier, device, keystore, supplierKey, deviceKey } = places;
  const store = keystore === undefined ? undefined : loadKeystore(keystore, suite);
  const end = (name: string, option: string, file: string | undefined, eui: Eui64, use: KeyUse): End => {
    if (file !== undefined) return endOfFile(suite, name, option, file);
    if (store) return endOfKeystore(name, option, store, eui, use);
    throw new UsageError('missing-value', `--keystore DIR or ${option} FILE is needed: ${name}`);
  };
  const ends = [
    end(`the prepayment key of ${supplier}`, '--supplier-key', supplierKey, supplier, 'prePaymentTopUp'),
    end(`the key-agreement key of ${device}`, '--device-key', deviceKey, device, 'keyAgreement'),
  ] as const;
  const place = keystore === undefined ? {} : { file: keystore };
  for (const { name, option, publicKey } of ends) {
    if (!publicKey) throw new UsageError('no-key', `holds no certificate for ${name}; ${option} FILE gives one`, place);
  }
  return agree(suite, ends) ?? noPrivateKey(ends, place);
}

function agree(suite: CryptoSuite, [a, b]: readonly [End, End]): Bytes | undefined {
  try {
    if (a.privateKey && b.publicKey) return suite.sharedSecret(a.privateKey, b.publicKey);
    if (b.privateKey && a.publicKey) return suite.sharedSecret(b.privateKey, a.publicKey);
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    throw new UsageError(error.kind, `${a.name} and ${b.name} do not fit each other: ${error.message}`);
  }
  return undefined;
}

function noPrivateKey([a, b]: readonly [End, End], place: { readonly file?: string }): never {
  throw new UsageError('no-key', `there is no private key for ${a.name}, nor for ${b.name}; one of them is needed`, place);
}
