import { fileLines, operation, parameters } from './operation.ts';
import { imageShape } from './ota-parameters.ts';

export const otaInspectParameters = parameters({
  files: {
    type: 'path-in',
    positional: true,
    repeatable: true,
    required: true,
    stdin: true,
    help: 'OTA files or bare manufacturer images',
  },
});

export const otaInspect = operation({
  name: ['ota', 'inspect'],
  group: 'images',
  summary: 'show header, hash and signature of an image',
  description: 'The hash is the one that CS06 carries: SHA-256 over the manufacturer image, without header and signature.',
  examples: [{ command: 'hanbench ota inspect --json app.ota', help: 'for programs' }],
  parameters: otaInspectParameters,
  result: fileLines(imageShape),
  jsonWhenPiped: true,
  load: () => import('./ota-inspect-run.ts'),
});
