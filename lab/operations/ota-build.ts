import { operation, parameters } from './operation.ts';
import { headerParameters, oneImage, signingParameters } from './ota-parameters.ts';

export const otaBuildParameters = parameters({
  file: {
    type: 'path-in',
    positional: true,
    required: true,
    stdin: true,
    help: 'bare manufacturer image, or a finished file to change',
  },
  out: { type: 'path-out', required: true, short: 'o', help: 'the OTA file to write' },
  ...headerParameters,
  ...signingParameters,
  unsigned: { type: 'flag', help: 'drop the signature of a finished file' },
  force: { type: 'flag', help: 'write over a file that is there' },
});

export const otaBuild = operation({
  name: ['ota', 'build'],
  group: 'images',
  summary: 'make an OTA upgrade file of a manufacturer image',
  description:
    'A new file needs --manufacturer-code and --file-version. Of a finished file, only the fields that are given change, and its signature stays: it does not cover the header. With --key, or --keystore and --supplier, the image is signed as well.',
  examples: [
    {
      command: 'hanbench ota build app.bin --manufacturer-code 0x121d --file-version 0x00010203 -o app.ota',
      help: 'an unsigned file',
    },
    {
      command: 'hanbench ota build app.ota --file-version 0x00010204 -o other.ota',
      help: 'the same image and signature under another version, for a negative test',
    },
  ],
  parameters: otaBuildParameters,
  result: oneImage,
  load: () => import('./ota-build-run.ts'),
});
