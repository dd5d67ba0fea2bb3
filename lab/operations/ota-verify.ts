import { fileLines, operation, parameters } from './operation.ts';

export const otaVerifyParameters = parameters({
  files: { type: 'path-in', positional: true, repeatable: true, required: true, stdin: true, help: 'OTA files' },
  certificate: { type: 'path-in', help: 'certificate or public key of the signer, PEM' },
  keystore: { type: 'directory', env: 'HANBENCH_KEYSTORE', help: 'keystore directory that holds the signer’s certificate' },
  supplier: { type: 'eui', help: 'the signer in the keystore' },
  hash: { type: 'text', placeholder: 'HEX', help: 'also check that the image has this SHA-256, as CS06 would carry it' },
});

export const otaVerify = operation({
  name: ['ota', 'verify'],
  group: 'images',
  summary: 'check the signature and the hash of an image, as a meter does',
  description: 'Give --certificate, or --keystore and --supplier. Exit code 1 when a check fails or a file is no image.',
  examples: [
    {
      command: 'hanbench ota verify app.ota --keystore keys --supplier 90-B3-D5-1F-30-01-00-00',
      help: 'against a certificate of a keystore',
    },
    { command: 'hanbench ota verify app.ota --certificate supplier.pem', help: 'against a certificate file' },
  ],
  parameters: otaVerifyParameters,
  result: fileLines({
    type: 'object',
    fields: {
      file: { type: 'string' },
      signature: { type: 'choice', choices: ['valid', 'invalid', 'absent'] },
      hash: { type: 'choice', choices: ['match', 'mismatch'], optional: true },
      sha256: { type: 'string', help: 'of the manufacturer image, hex' },
      signer: { type: 'string', help: 'whose key it was checked with' },
    },
  }),
  jsonWhenPiped: true,
  load: () => import('./ota-verify-run.ts'),
});
