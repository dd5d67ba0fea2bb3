import { keystoreParameter } from './gbcs-decode.ts';
import { operation, parameters } from './operation.ts';

export const gbcsUnnamedParameters = parameters({
  files: {
    type: 'path-in',
    positional: true,
    repeatable: true,
    stdin: true,
    help: 'messages as hex or base64; without any, what the dictionaries do not know',
  },
  keystore: keystoreParameter,
  lines: { type: 'flag', help: 'each line of a file is a message' },
});

export const gbcsUnnamed = operation({
  name: ['gbcs', 'unnamed'],
  group: 'messages',
  summary: 'list values that have no known name yet',
  description:
    'With messages: the paths of their unnamed values, by use case. Without: the use cases whose structures the dictionaries do not name.',
  parameters: gbcsUnnamedParameters,
  result: {
    kind: 'lines',
    shape: { type: 'object', fields: { useCase: { type: 'string' }, path: { type: 'string' }, count: { type: 'integer' } } },
  },
  jsonWhenPiped: true,
  load: () => import('./gbcs-unnamed-run.ts'),
});
