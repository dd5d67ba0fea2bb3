import type { PrivateKey, PublicKey } from '../../crypto/keys.ts';
import type { CryptoSuite } from '../../crypto/suite.ts';
import { parseCertificate } from '../../gbcs/certificates/parse.ts';
import type { KeyProvider, KeyUse } from '../../gbcs/key-provider.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import type { Eui64 } from '../../kernel/eui64.ts';

/** What a device's own key pairs are for. */
export type OwnUse = 'digitalSignature' | 'keyAgreement';

/**
 * A device's own identity, key pairs and certificates. Without a private key the device cannot sign, and agrees on keys only
 * where the other end's private key is lent; its certificate then says what its public key is.
 */
export interface DeviceIdentity {
  readonly eui: Eui64;
  readonly signing?: PrivateKey | undefined;
  readonly agreement?: PrivateKey | undefined;
  /** Who has the private keys above, asked when one is first needed: a fleet of devices that rest holds no keys. */
  readonly keys?: Pick<KeyProvider, 'privateKey'>;
  /** DER of the device certificates, which CS02e reads. */
  readonly certificates?: { readonly [use in OwnUse]?: Bytes | undefined };
}

interface KeyPair {
  readonly private: PrivateKey | undefined;
  readonly public: PublicKey | undefined;
  readonly certificate: Bytes | undefined;
}

/** A device's own keys as plain data. */
export type OwnKeysState = { readonly [use in OwnUse]?: OwnKeyState };

export interface OwnKeyState {
  /** Private scalar, absent where it is not held. */
  readonly scalar?: Bytes;
  readonly certificate?: Bytes;
  /** Scalar of the pair that CS02c made and CS02d has not confirmed. */
  readonly pending?: Bytes;
}

const USES: readonly OwnUse[] = ['digitalSignature', 'keyAgreement'];

type KeyPairs = Readonly<Record<OwnUse, KeyPair>>;
type PendingKeys = { readonly [use in OwnUse]?: PrivateKey };

/** Shared by all devices that await no certificate. */
const NONE_PENDING: PendingKeys = {};

/** The device's current key pairs and certificates, and the pairs that wait for their certificate (GBCS 13: CS02c to CS02e). */
export class OwnKeys {
  readonly eui: Eui64;
  #pairs: KeyPairs | undefined;
  readonly #source: DeviceIdentity['keys'];
  #pending: PendingKeys = NONE_PENDING;

  /** @throws ProtocolFault when a certificate of the identity is none */
  constructor({ eui, signing, agreement, certificates, keys }: DeviceIdentity) {
    this.eui = eui;
    this.#source = keys;
    if (keys && certificates === undefined) return;
    this.#pairs = {
      digitalSignature: pairOf(signing ?? keys?.privateKey(eui, 'digitalSignature'), certificates?.digitalSignature),
      keyAgreement: pairOf(agreement ?? keys?.privateKey(eui, 'keyAgreement'), certificates?.keyAgreement),
    };
  }

  get #current(): KeyPairs {
    this.#pairs ??= {
      digitalSignature: pairOf(this.#source?.privateKey(this.eui, 'digitalSignature'), undefined),
      keyAgreement: pairOf(this.#source?.privateKey(this.eui, 'keyAgreement'), undefined),
    };
    return this.#pairs;
  }

  privateKey(use: KeyUse): PrivateKey | undefined {
    return use === 'prePaymentTopUp' ? this.#current.keyAgreement.private : this.#current[use].private;
  }

  publicKey(use: KeyUse): PublicKey | undefined {
    return use === 'prePaymentTopUp' ? this.#current.keyAgreement.public : this.#current[use].public;
  }

  /** DER of the certificate in use. */
  certificate(use: OwnUse): Bytes | undefined {
    return this.#current[use].certificate;
  }

  /** The new pair that waits for its certificate. */
  pending(use: OwnUse): PrivateKey | undefined {
    return this.#pending[use];
  }

  /** Keeps a new pair until its certificate comes; the live one stays in use. */
  await(use: OwnUse, key: PrivateKey): void {
    this.#pending = { ...this.#pending, [use]: key };
  }

  /** Puts a certificate into use, and the pending pair with it when it is the one certified. */
  install(use: OwnUse, certificate: Bytes, key: PrivateKey | undefined): void {
    this.#pairs = { ...this.#current, [use]: pairOf(key ?? this.#current[use].private, certificate) };
    const { [use]: _installed, ...others } = this.#pending;
    this.#pending = others;
  }

  state(): OwnKeysState {
    const out: { [use in OwnUse]?: OwnKeyState } = {};
    for (const use of USES) {
      const { private: key, certificate } = this.#current[use];
      const pending = this.#pending[use];
      out[use] = {
        ...(key && { scalar: key.scalar }),
        ...(certificate && { certificate }),
        ...(pending && { pending: pending.scalar }),
      };
    }
    return out;
  }

  /** Takes a state back. @throws ProtocolFault when it holds no keys */
  restore(suite: CryptoSuite, state: OwnKeysState): void {
    const keyOf = (scalar: Bytes | undefined): PrivateKey | undefined =>
      scalar && suite.privateKey(scalar.length === 48 ? 'P-384' : 'P-256', scalar);
    const pairs = USES.map((use) => [use, pairOf(keyOf(state[use]?.scalar), state[use]?.certificate)] as const);
    this.#pairs = Object.fromEntries(pairs) as Record<OwnUse, KeyPair>;
    this.#pending = NONE_PENDING;
    for (const use of USES) {
      const pending = keyOf(state[use]?.pending);
      if (pending) this.await(use, pending);
    }
  }
}

function pairOf(key: PrivateKey | undefined, certificate: Bytes | undefined): KeyPair {
  const known = key?.publicKey ?? (certificate && parseCertificate(certificate).publicKey);
  return { private: key, public: known, certificate };
}
