/** Organisation certificates as SMKI shapes them (profile seen in RTDS 4.5.0): enough to be carried inside a command. */
import { CAST, eui, type KeyName, keyLabel, type Party, point, scalar } from './cast.ts';
import { digest, keyIdentifier, signatureDer } from './crypto.ts';
import { ascii, hex, type Octets } from './octets.ts';
import { der, sequence } from './payloads.ts';

const ECDSA_SHA256 = sequence(der(0x06, '2a8648ce3d040302'));
const P256 = sequence(der(0x06, '2a8648ce3d0201'), der(0x06, '2a8648ce3d030107'));
/** Certificate policy 1.2.826.0.1.8641679.1.2.1.4 */
const POLICY = '2a863a0001848fb90f01020104';
const KEY_USAGE: Readonly<Record<KeyName, string>> = {
  ds: '03020780',
  ka: '03020308',
  'pp-ka': '03020308',
  'ds-p384': '03020780',
};

/** KeyUsage BIT STRING of a key. */
export const keyUsage = (key: KeyName): Octets => hex(KEY_USAGE[key]);

const name = (attribute: string, value: Octets): Octets => der(0x31, sequence(der(0x06, attribute), value));
const extension = (id: string, critical: boolean, value: Octets): Octets =>
  sequence(der(0x06, id), critical ? '0101ff' : '', der(0x04, value));

/** Distinguished name of an authority: its role and its common name. */
const authority = (role: string, commonName: string): Octets =>
  sequence(name('55040b', der(0x13, ascii(role))), name('550403', der(0x13, ascii(commonName))));

const ROOT_NAME = authority('00', 'ZA');
const ISSUING_NAME = authority('07', 'Z1');

const keyId = (party: Party, key: KeyName): Octets => keyIdentifier(point(party, key));
const usageExtension = (usage: Octets): Octets => extension('551d0f', true, usage);
const subjectKeyExtension = (party: Party, key: KeyName): Octets => extension('551d0e', false, der(0x04, keyId(party, key)));
const policyExtension = extension('551d20', true, sequence(sequence(der(0x06, POLICY))));
const issuerKeyExtension = (issuer: Party): Octets => extension('551d23', false, sequence(der(0x80, keyId(issuer, 'ds'))));

interface Subject {
  readonly party: Party;
  readonly key: KeyName;
  readonly issuer: Party;
  readonly issuerName: Octets;
  readonly name: Octets;
  readonly extensions: readonly Octets[];
}

function issue({ party, key, issuer, issuerName, name: subject, extensions }: Subject): Octets {
  const serial = digest(ascii(keyLabel(party, key))).slice(0, 16);
  serial[0] = 0x40 | ((serial[0] as number) & 0x3f);
  const tbs = sequence(
    ...[der(0xa0, '020102'), der(0x02, serial), ECDSA_SHA256, issuerName],
    sequence(der(0x17, ascii('250101000000Z')), der(0x17, ascii('350101000000Z'))),
    ...[subject, sequence(P256, der(0x03, '00', point(party, key))), der(0xa3, sequence(...extensions))],
  );
  return sequence(tbs, ECDSA_SHA256, der(0x03, '00', signatureDer(scalar(issuer, 'ds'), tbs)));
}

/** A P-256 certificate of a remote party, issued by the issuing authority of the cast. */
export function certificate(party: Party, key: KeyName): Octets {
  const role = String(CAST[party].role).padStart(2, '0');
  return issue({
    ...{ party, key, issuer: 'issuingAuthority', issuerName: ISSUING_NAME },
    name: sequence(name('55040b', der(0x0c, ascii(role))), name('55042d', der(0x03, '00', eui(party)))),
    extensions: [
      usageExtension(keyUsage(key)),
      subjectKeyExtension(party, key),
      policyExtension,
      issuerKeyExtension('issuingAuthority'),
    ],
  });
}

/** The issuing authority's own certificate, which a CS02b command carries so that a device can reach its root. */
export function issuingCertificate(): Octets {
  return issue({
    ...{ party: 'issuingAuthority', key: 'ds', issuer: 'root', issuerName: ROOT_NAME, name: ISSUING_NAME },
    extensions: [
      usageExtension(hex('03020106')),
      extension('551d13', true, sequence('0101ff', '020100')),
      policyExtension,
      subjectKeyExtension('issuingAuthority', 'ds'),
      issuerKeyExtension('root'),
    ],
  });
}

/** Bytes of a certificate's subject key identifier. */
export const identifierOf = keyId;
