import { keystoreParameter, messageFilesParameter } from './gbcs-decode.ts';
import { profileParameter } from './gbcs-encode.ts';
import { fileLines, operation, parameters } from './operation.ts';

export const gbcsSignParameters = parameters({
  files: { ...messageFilesParameter, help: 'pre-commands as hex or base64' },
  keystore: { ...keystoreParameter, required: true },
  lines: { type: 'flag', help: 'each line of a file is a message' },
  profile: profileParameter,
  category: {
    type: 'choice',
    choices: ['auto', 'critical', 'non-critical', 'signed-only'],
    default: 'auto',
    placeholder: 'CATEGORY',
    help: 'critical: signature and MAC; non-critical: MAC only; signed-only: no MAC; auto: as the use case has it',
  },
});

export const gbcsSign = operation({
  name: ['gbcs', 'sign'],
  group: 'messages',
  summary: 'make commands of pre-commands: signature, then MAC',
  description:
    "The originator's digital-signature key signs, and the Access Control Broker's key agreement with the device makes the MAC. Pre-commands may end after the payload or with the null signature.",
  examples: [{ command: 'hanbench gbcs sign --keystore keys precommand.hex > command.hex', help: 'a command ready to send' }],
  parameters: gbcsSignParameters,
  result: fileLines({
    type: 'object',
    fields: {
      file: { type: 'string' },
      useCase: { type: 'string' },
      category: { type: 'string' },
      message: { type: 'string', help: 'hex' },
    },
  }),
  load: () => import('./gbcs-sign-run.ts'),
});
