import { fileLines, operation, parameters } from './operation.ts';

export const pkiShowParameters = parameters({
  files: {
    type: 'path-in',
    positional: true,
    repeatable: true,
    required: true,
    stdin: true,
    help: 'certificates: PEM (several a file too), DER, or hex of DER',
  },
  issuer: { type: 'path-in', help: 'certificate of the issuer, to check signature, names and key identifiers' },
  at: { type: 'time', help: 'check the validity at this time (without it, dates are shown and not judged)' },
  strict: { type: 'flag', help: 'a finding is a failure (exit code 1)' },
});

export const pkiShow = operation({
  name: ['pki', 'show'],
  group: 'keys',
  summary: 'read certificates: every field, and what departs from the SMKI profile',
  description:
    'Findings cover the layout of the SMKI profile and the rule for subject key identifiers; with --issuer also the signature, with --at the validity. P-384 keys belong to signature profile cnsa-p384, an interpretation of modification MP129, whose text is not public; they are not a finding.',
  examples: [
    { command: 'hanbench pki show keys/90b3d51f30010000-ds.pem', help: 'one certificate, for people' },
    {
      command: 'hanbench pki show --issuer keys/authorities/device-issuing.pem keys/00db*.pem --strict',
      help: 'check devices against their issuer',
    },
  ],
  parameters: pkiShowParameters,
  result: fileLines({
    type: 'object',
    fields: {
      file: { type: 'string' },
      kind: { type: 'choice', choices: ['device', 'organisation', 'authority', 'public-key'] },
      eui: { type: 'string', optional: true, help: 'Entity Identifier of the holder' },
      role: {
        type: 'object',
        optional: true,
        fields: { code: { type: 'integer' }, name: { type: 'string', optional: true } },
      },
      commonName: { type: 'string', optional: true },
      version: { type: 'integer', optional: true },
      serial: { type: 'string', optional: true, help: 'hex' },
      signatureAlgorithm: { type: 'string', optional: true },
      issuer: { type: 'string', optional: true },
      subject: { type: 'string', optional: true },
      notBefore: { type: 'string', optional: true },
      notAfter: { type: 'string', optional: true },
      publicKey: {
        type: 'object',
        fields: {
          curve: { type: 'choice', choices: ['P-256', 'P-384'] },
          point: { type: 'string', help: 'hex, uncompressed' },
        },
      },
      keyUsage: { type: 'array', items: { type: 'string' }, optional: true },
      subjectKeyIdentifier: { type: 'string', optional: true },
      subjectKeyIdentifierOfKey: { type: 'string', help: 'what the public key gives' },
      authorityKeyIdentifier: { type: 'string', optional: true },
      policies: { type: 'array', items: { type: 'string' }, optional: true },
      hardwareType: { type: 'string', optional: true },
      basicConstraints: {
        type: 'object',
        optional: true,
        fields: { ca: { type: 'boolean' }, pathLength: { type: 'integer', optional: true } },
      },
      extensions: {
        type: 'array',
        optional: true,
        items: { type: 'object', fields: { name: { type: 'string' }, critical: { type: 'boolean' } } },
      },
      sha256: { type: 'string', optional: true, help: 'fingerprint' },
      signature: { type: 'choice', choices: ['valid', 'invalid', 'no-key'], optional: true },
      findings: {
        type: 'array',
        optional: true,
        items: {
          type: 'object',
          fields: { kind: { type: 'string' }, message: { type: 'string' }, clause: { type: 'string' } },
        },
      },
    },
  }),
  jsonWhenPiped: true,
  load: () => import('./pki-show-run.ts'),
});
