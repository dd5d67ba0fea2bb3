import { operation, parameters } from './operation.ts';
import { headerParameters, oneImage, signingParameters } from './ota-parameters.ts';

export const otaSignParameters = parameters({
  file: {
    type: 'path-in',
    positional: true,
    required: true,
    stdin: true,
    help: 'OTA file, signed or not, or a bare manufacturer image',
  },
  out: { type: 'path-out', required: true, short: 'o', help: 'the signed OTA file to write; may be FILE itself' },
  ...signingParameters,
  ...headerParameters,
});

export const otaSign = operation({
  name: ['ota', 'sign'],
  group: 'images',
  summary: 'sign the manufacturer image inside an OTA file as a supplier',
  description:
    'The signature covers the manufacturer image only. An earlier signature is replaced. A bare manufacturer image also needs the header options of ota build.',
  examples: [
    {
      command: 'hanbench ota sign app.ota --keystore keys --supplier 90-B3-D5-1F-30-01-00-00 -o app-signed.ota',
      help: 'with a key of a keystore',
    },
    { command: 'hanbench ota sign app.ota --key supplier.key -o app.ota', help: 'with a key file, in place' },
  ],
  parameters: otaSignParameters,
  result: oneImage,
  load: () => import('./ota-sign-run.ts'),
});
