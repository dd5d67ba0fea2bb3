import type { Curve, PrivateKey, PublicKey } from '../../crypto/keys.ts';
import { createNodeSuite } from '../../crypto/node-suite.ts';
import { type CryptoSuite, profileCurve, type SignatureProfile } from '../../crypto/suite.ts';
import { type Bytes, fromAscii, toHex } from '../../kernel/bytes.ts';
import { UsageError } from '../../kernel/errors.ts';
import { type Eui64, eui64Bytes } from '../../kernel/eui64.ts';
import { type RandomSource, randomFor } from '../../kernel/random.ts';
import { fromCivil, type Millis, toCivil } from '../../kernel/time.ts';
import { DEFAULT_ACCESS_CONTROL_BROKER, type KeyProvider, type KeyUse, REMOTE_PARTY_ROLES } from '../key-provider.ts';
import { algorithmFor } from './build.ts';
import type { Certificate } from './certificate.ts';
import { subjectKeyIdentifier } from './check.ts';
import { createDeviceIssuer, type DeviceIssuer, type Issuer, issueCertificate, serialNumber } from './issue.ts';
import { parseCertificate } from './parse.ts';
import {
  authorityFields,
  authorityName,
  type CertificatePolicies,
  type EndEntityUse,
  organisationFields,
  RTDS_POLICIES,
} from './profile.ts';
import { type CertifiedDeviceType, TEST_DEVICES, TEST_PARTIES, type TestDevice, type TestParty } from './test-cast.ts';

/** What a test PKI may be told; all but the seed has a default. */
export interface TestPkiOptions {
  /** Every key, serial number and signature follows from it. */
  readonly seed: number | string;
  /** `cnsa-p384` gives authorities and digital-signature keys P-384; key agreement stays P-256. Default `deterministic`. */
  readonly signatureProfile?: SignatureProfile;
  readonly parties?: readonly TestParty[];
  readonly devices?: readonly TestDevice[];
  /** Start of every validity. Default 2025-01-01. */
  readonly notBefore?: Millis;
  /** Years an organisation certificate lasts. Default 10, as in RTDS 4.5.0. */
  readonly organisationYears?: number;
  /** Years an authority's certificate lasts. Default 25, as in RTDS 4.5.0. */
  readonly authorityYears?: number;
  readonly policies?: CertificatePolicies;
}

/** A root or an issuing authority. */
export interface TestAuthority {
  readonly certificate: Certificate;
  readonly key: PrivateKey;
}

/** The four authorities: organisations and devices have a root each (OU 00) and an issuing authority each (OU 07). */
export interface TestAuthorities {
  readonly organisationRoot: TestAuthority;
  readonly organisationIssuer: TestAuthority;
  readonly deviceRoot: TestAuthority;
  readonly deviceIssuer: TestAuthority;
}

/** A key holder of the PKI and what its keys are for. */
export interface TestHolder {
  readonly eui: Eui64;
  readonly uses: readonly KeyUse[];
  readonly party: TestParty | undefined;
  readonly deviceType: CertifiedDeviceType | undefined;
}

/**
 * A complete PKI whose every octet follows from its seed. Keys are derived on first use; certificates are made when asked for
 * and not kept, so that a fleet of devices costs little until it is used.
 */
export interface TestPki extends KeyProvider {
  readonly authorities: TestAuthorities;
  /** All holders, parties first. */
  holders(): IterableIterator<TestHolder>;
  deviceType(eui: Eui64): CertifiedDeviceType | undefined;
  /** Adds a device. @throws UsageError `duplicate-eui` */
  addDevice(device: TestDevice): void;
  /** DER of a holder's certificate; undefined when it has no key for that use. */
  certificate(eui: Eui64, use: KeyUse): Bytes | undefined;
  /** A certificate for a further key of a device, as a certificate signing request leads to (GBCS CS02c, CS02d). */
  issueDevice(eui: Eui64, use: EndEntityUse, key: PublicKey): Bytes;
  /** A certificate for a further key of an organisation, as a replacement of credentials carries (GBCS CS02b). */
  issueOrganisation(party: TestParty, use: KeyUse, key: PublicKey): Bytes;
}

const DEFAULT_NOT_BEFORE = fromCivil({ year: 2025, month: 1, day: 1, hour: 0, minute: 0, second: 0 });
const DEVICE_USES: readonly KeyUse[] = ['digitalSignature', 'keyAgreement'];

/** Common names; `ZA` and `Z1` are those of RTDS 4.5.0's organisation authorities, the device side follows suit. */
const AUTHORITY_NAMES = { organisationRoot: 'ZA', organisationIssuer: 'Z1', deviceRoot: 'DA', deviceIssuer: 'D1' } as const;

/** The last second of a period of whole years. */
function yearsAfter(from: Millis, years: number): Millis {
  const start = toCivil(from);
  return fromCivil({ ...start, year: start.year + years }) - 1000;
}

/** ECDSA with P-384 has no deterministic profile: k follows from the seed and the octets that are signed. */
function seededSigner(suite: CryptoSuite, seed: string, key: PrivateKey): (tbs: Bytes) => Bytes {
  if (key.curve === 'P-256') return (tbs) => suite.sign('deterministic', key, tbs);
  let source: RandomSource = randomFor(seed, 'certificate signature');
  const seeded = createNodeSuite({ entropy: (count) => source.bytes(count), keyCacheSize: 2, secretCacheSize: 0 });
  return (tbs) => {
    source = randomFor(seed, `certificate signature ${toHex(suite.sha256(tbs))}`);
    return seeded.sign('cnsa-p384', key, tbs);
  };
}

const endEntityUse = (use: KeyUse): EndEntityUse => (use === 'digitalSignature' ? 'digitalSignature' : 'keyAgreement');

interface AuthorityPlan {
  readonly name: keyof typeof AUTHORITY_NAMES;
  readonly policy: string;
  readonly issuer: TestAuthority | undefined;
}

class Pki implements TestPki {
  readonly accessControlBroker: Eui64;
  readonly authorities: TestAuthorities;
  readonly #suite: CryptoSuite;
  readonly #seed: string;
  readonly #signingCurve: Curve;
  readonly #policies: CertificatePolicies;
  readonly #notBefore: Millis;
  readonly #organisationNotAfter: Millis;
  readonly #organisationIssuer: Issuer;
  readonly #deviceIssuer: DeviceIssuer;
  readonly #holders = new Map<Eui64, TestHolder>();
  readonly #keys = new Map<string, PrivateKey>();

  constructor(suite: CryptoSuite, options: TestPkiOptions) {
    this.#suite = suite;
    this.#seed = String(options.seed);
    this.#signingCurve = profileCurve(options.signatureProfile ?? 'deterministic');
    this.#policies = options.policies ?? RTDS_POLICIES;
    this.#notBefore = options.notBefore ?? DEFAULT_NOT_BEFORE;
    this.#organisationNotAfter = yearsAfter(this.#notBefore, options.organisationYears ?? 10);
    this.authorities = this.#makeAuthorities(yearsAfter(this.#notBefore, options.authorityYears ?? 25));
    this.#organisationIssuer = this.#issuerOf(this.authorities.organisationIssuer);
    const issuer = this.#issuerOf(this.authorities.deviceIssuer);
    this.#deviceIssuer = createDeviceIssuer(suite, {
      issuer,
      policies: this.#policies,
      notBefore: this.#notBefore,
      seed: this.#seed,
    });
    const parties = options.parties ?? TEST_PARTIES;
    for (const party of parties) this.#add({ eui: party.eui, uses: party.uses, party, deviceType: undefined });
    for (const device of options.devices ?? TEST_DEVICES) this.addDevice(device);
    this.accessControlBroker = parties.find((p) => p.role === 'accessControlBroker')?.eui ?? DEFAULT_ACCESS_CONTROL_BROKER;
  }

  holders(): IterableIterator<TestHolder> {
    return this.#holders.values();
  }

  deviceType(eui: Eui64): CertifiedDeviceType | undefined {
    return this.#holders.get(eui)?.deviceType;
  }

  addDevice({ eui, type }: TestDevice): void {
    this.#add({ eui, uses: DEVICE_USES, party: undefined, deviceType: type });
  }

  publicKey(eui: Eui64, use: KeyUse): PublicKey | undefined {
    return this.privateKey(eui, use)?.publicKey;
  }

  privateKey(eui: Eui64, use: KeyUse): PrivateKey | undefined {
    if (!this.#holders.get(eui)?.uses.includes(use)) return undefined;
    const curve = use === 'digitalSignature' ? this.#signingCurve : 'P-256';
    return this.#key(`${eui} ${use}`, curve);
  }

  certificate(eui: Eui64, use: KeyUse): Bytes | undefined {
    const key = this.publicKey(eui, use);
    if (!key) return undefined;
    const party = this.#holders.get(eui)?.party;
    return party ? this.issueOrganisation(party, use, key) : this.issueDevice(eui, endEntityUse(use), key);
  }

  issueDevice(eui: Eui64, use: EndEntityUse, key: PublicKey): Bytes {
    return this.#deviceIssuer.issue(eui, use, key);
  }

  issueOrganisation(party: TestParty, use: KeyUse, key: PublicKey): Bytes {
    const subject = {
      serial: serialNumber(this.#suite, this.#seed, eui64Bytes(party.eui), key),
      publicKey: key,
      keyIdentifier: subjectKeyIdentifier(this.#suite, key),
      notBefore: this.#notBefore,
    };
    const organisation = {
      eui: party.eui,
      role: REMOTE_PARTY_ROLES[party.role],
      commonName: use === 'digitalSignature' ? party.commonName : undefined,
      notAfter: this.#organisationNotAfter,
    };
    const fields = organisationFields(this.#organisationIssuer, subject, organisation, endEntityUse(use), this.#policies);
    return issueCertificate(this.#organisationIssuer, fields);
  }

  #add(holder: TestHolder): void {
    if (this.#holders.has(holder.eui)) throw new UsageError('duplicate-eui', `${holder.eui} is already in the test PKI`);
    this.#holders.set(holder.eui, holder);
  }

  #key(name: string, curve: Curve): PrivateKey {
    const held = this.#keys.get(name);
    if (held) return held;
    const source = randomFor(this.#seed, `key ${name} ${curve}`);
    const key = this.#suite.generateKey(curve, (count) => source.bytes(count));
    this.#keys.set(name, key);
    return key;
  }

  #issuerOf({ certificate, key }: TestAuthority): Issuer {
    return {
      name: certificate.subject,
      keyIdentifier: subjectKeyIdentifier(this.#suite, key.publicKey),
      algorithm: algorithmFor(key.curve),
      sign: seededSigner(this.#suite, this.#seed, key),
    };
  }

  #makeAuthorities(notAfter: Millis): TestAuthorities {
    const make = (plan: AuthorityPlan): TestAuthority => this.#makeAuthority(plan, notAfter);
    const { organisation, device } = this.#policies;
    const organisationRoot = make({ name: 'organisationRoot', policy: organisation, issuer: undefined });
    const deviceRoot = make({ name: 'deviceRoot', policy: device, issuer: undefined });
    return {
      organisationRoot,
      organisationIssuer: make({ name: 'organisationIssuer', policy: organisation, issuer: organisationRoot }),
      deviceRoot,
      deviceIssuer: make({ name: 'deviceIssuer', policy: device, issuer: deviceRoot }),
    };
  }

  #makeAuthority({ name, policy, issuer }: AuthorityPlan, notAfter: Millis): TestAuthority {
    const key = this.#key(name, this.#signingCurve);
    const keyIdentifier = subjectKeyIdentifier(this.#suite, key.publicKey);
    const role = issuer ? REMOTE_PARTY_ROLES.issuingAuthority : REMOTE_PARTY_ROLES.root;
    const subjectName = authorityName(role, AUTHORITY_NAMES[name]);
    const own = {
      name: subjectName,
      keyIdentifier,
      algorithm: algorithmFor(key.curve),
      sign: seededSigner(this.#suite, this.#seed, key),
    };
    const signer = issuer ? this.#issuerOf(issuer) : own;
    const serial = serialNumber(this.#suite, this.#seed, fromAscii(name), key.publicKey);
    const subject = { serial, publicKey: key.publicKey, keyIdentifier, notBefore: this.#notBefore };
    const fields = authorityFields(signer, subject, { name: subjectName, pathLength: issuer ? 0 : undefined, policy, notAfter });
    return { certificate: parseCertificate(issueCertificate(signer, fields)), key };
  }
}

/**
 * A test PKI: the authorities, RTDS 4.5.0's cast of remote parties with keys of their own, and devices.
 * Same seed and options, same octets.
 * @throws UsageError `duplicate-eui`
 */
export function createTestPki(suite: CryptoSuite, options: TestPkiOptions): TestPki {
  return new Pki(suite, options);
}
