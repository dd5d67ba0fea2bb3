import { SIGNATURE_PROFILES } from '../../firmware-sim/crypto/suite.ts';
import { keystoreParameter } from './gbcs-decode.ts';
import { fileLines, operation, parameters } from './operation.ts';

/** How signatures are made. */
export const profileParameter = {
  type: 'choice',
  choices: SIGNATURE_PROFILES,
  placeholder: 'PROFILE',
  help: `signature profile: ${SIGNATURE_PROFILES.join(', ')}; by default what fits the key (the cnsa ones interpret MP129, whose text is not public)`,
} as const;

export const gbcsEncodeParameters = parameters({
  files: {
    type: 'path-in',
    positional: true,
    repeatable: true,
    required: true,
    stdin: true,
    help: 'lines as `hanbench gbcs decode --json` writes them',
  },
  keystore: keystoreParameter,
  profile: profileParameter,
});

export const gbcsEncode = operation({
  name: ['gbcs', 'encode'],
  group: 'messages',
  summary: 'write messages from decoded lines, edited at will',
  description:
    'Lengths, lists and protection follow from the values. A line that nobody edited gives the same message back, octet for octet. An edited one is encrypted, signed and MACed anew as far as the keystore has the keys; what is left as it was is said on standard error. Remove `protection` to have a hand-written line protected from scratch.',
  examples: [
    { command: 'hanbench gbcs decode m.hex | hanbench gbcs encode -', help: 'the same message again' },
    { command: 'hanbench gbcs encode --keystore keys edited.json', help: 'sign and MAC what was edited' },
  ],
  parameters: gbcsEncodeParameters,
  result: fileLines({ type: 'object', fields: { file: { type: 'string' }, message: { type: 'string', help: 'hex' } } }),
  load: () => import('./gbcs-encode-run.ts'),
});
