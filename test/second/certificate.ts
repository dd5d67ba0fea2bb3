/** Organisation certificates as SMKI shapes them (profile seen in RTDS 4.5.0): enough to be carried inside a command. */
import { CAST, eui, type KeyName, keyLabel, type Party, point, scalar } from './cast.ts';
import { digest, keyIdentifier, signatureDer } from './crypto.ts';
import { ascii, hex, join, type Octets } from './octets.ts';
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

/** A P-256 certificate of a remote party, issued by the issuing authority of the cast. */
export function certificate(party: Party, key: KeyName): Octets {
  const serial = digest(ascii(keyLabel(party, key))).slice(0, 16);
  serial[0] = 0x40 | ((serial[0] as number) & 0x3f);
  const role = String(CAST[party].role).padStart(2, '0');
  const tbs = sequence(
    der(0xa0, '020102'),
    der(0x02, serial),
    ECDSA_SHA256,
    sequence(name('55040b', der(0x13, ascii('07'))), name('550403', der(0x13, ascii('Z1')))),
    sequence(der(0x17, ascii('250101000000Z')), der(0x17, ascii('350101000000Z'))),
    sequence(name('55040b', der(0x0c, ascii(role))), name('55042d', der(0x03, '00', eui(party)))),
    sequence(P256, der(0x03, '00', point(party, key))),
    der(
      0xa3,
      sequence(
        extension('551d0f', true, keyUsage(key)),
        extension('551d0e', false, der(0x04, keyIdentifier(point(party, key)))),
        extension('551d20', true, sequence(sequence(der(0x06, POLICY)))),
        extension('551d23', false, sequence(der(0x80, keyIdentifier(point('issuingAuthority', 'ds'))))),
      ),
    ),
  );
  return sequence(tbs, ECDSA_SHA256, der(0x03, '00', signatureDer(scalar('issuingAuthority', 'ds'), tbs)));
}

/** Bytes of a certificate's subject key identifier. */
export const identifierOf = (party: Party, key: KeyName): Octets => join(keyIdentifier(point(party, key)));
