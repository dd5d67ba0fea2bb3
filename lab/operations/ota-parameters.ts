import { SIGNATURE_PROFILES } from '../../firmware-sim/crypto/suite.ts';
import { parameters, type ResultShape, type Shape } from './operation.ts';

/** Header fields of an image, the same for every command that writes one. */
export const headerParameters = parameters({
  manufacturerCode: { type: 'integer', minimum: 0, maximum: 0xffff, help: 'ZigBee manufacturer code, e.g. 0x121d' },
  imageType: { type: 'integer', minimum: 0, maximum: 0xffff, help: 'image type, the manufacturer’s own number (new file: 0)' },
  fileVersion: { type: 'integer', minimum: 0, maximum: 0xffffffff, help: 'firmware version, 4 octets, e.g. 0x00010203' },
  stackVersion: { type: 'integer', minimum: 0, maximum: 0xffff, help: 'ZigBee stack version (new file: 2, ZigBee PRO)' },
  headerString: { type: 'text', help: 'up to 32 characters for people (new file: empty)' },
  hardwareMin: { type: 'integer', minimum: 0, maximum: 0xffff, help: 'lowest hardware version the image runs on' },
  hardwareMax: { type: 'integer', minimum: 0, maximum: 0xffff, help: 'highest hardware version the image runs on' },
});

/** Who signs, and how. */
export const signingParameters = parameters({
  key: { type: 'path-in', help: 'private key of the signer, PEM' },
  keystore: { type: 'directory', env: 'HANBENCH_KEYSTORE', help: 'keystore directory that holds the signer’s key' },
  supplier: { type: 'eui', help: 'the signer in the keystore' },
  profile: {
    type: 'choice',
    choices: SIGNATURE_PROFILES,
    placeholder: 'NAME',
    help: 'signature profile; the cnsa ones interpret modification MP129, whose text is not public (by the key’s curve: deterministic or cnsa-p384)',
  },
});

const headerShape: Shape = {
  type: 'object',
  fields: {
    manufacturerCode: { type: 'string', help: '0x hex, 2 octets' },
    imageType: { type: 'string', help: '0x hex, 2 octets' },
    fileVersion: { type: 'string', help: '0x hex, 4 octets' },
    stackVersion: { type: 'string', help: '0x hex, 2 octets' },
    headerString: { type: 'string' },
    securityCredentialVersion: { type: 'integer', optional: true },
    destination: { type: 'string', optional: true, help: 'EUI-64 of the one device the file is for' },
    hardwareVersions: {
      type: 'object',
      optional: true,
      fields: { minimum: { type: 'string', help: '0x hex' }, maximum: { type: 'string', help: '0x hex' } },
    },
  },
};

/** What `ota build`, `ota inspect` and `ota sign` say about an image. */
export const imageShape: Shape = {
  type: 'object',
  fields: {
    file: { type: 'string' },
    form: { type: 'choice', choices: ['ota-file', 'manufacturer-image'] },
    size: { type: 'integer', help: 'octets of the whole file' },
    header: { ...headerShape, optional: true },
    headerLength: { type: 'integer', optional: true },
    manufacturerImage: {
      type: 'object',
      fields: {
        offset: { type: 'integer' },
        size: { type: 'integer' },
        sha256: { type: 'string', help: 'the hash that CS06 carries, hex' },
      },
    },
    signature: { type: 'string', optional: true, help: 'r || s, hex' },
    notes: { type: 'array', items: { type: 'string' } },
  },
};

export const oneImage: ResultShape = { kind: 'one', shape: imageShape };
