import { fileLines, operation, parameters, type Shape } from './operation.ts';

export const keystoreParameter = {
  type: 'directory',
  env: 'HANBENCH_KEYSTORE',
  help: 'keys and certificates: <eui>-ds.pem, <eui>-ka.key, ... as `hanbench pki new` writes them',
} as const;

export const messageFilesParameter = {
  type: 'path-in',
  positional: true,
  repeatable: true,
  required: true,
  stdin: true,
  help: 'messages as hex or base64',
} as const;

const verdict: Shape = { type: 'choice', choices: ['valid', 'invalid', 'absent', 'no-key'] };

export const messageShape: Shape = {
  type: 'object',
  fields: {
    file: { type: 'string' },
    form: { type: 'choice', choices: ['command', 'pre-command', 'response', 'alert', 'gbt-block'] },
    useCase: { type: 'string', help: 'GBCS use case, e.g. CS06' },
    variant: { type: 'string', optional: true },
    title: { type: 'string' },
    messageCode: { type: 'string', help: '0x and four hex digits' },
    cra: { type: 'choice', choices: ['command', 'response', 'alert'] },
    originator: { type: 'string', help: 'EUI-64, 90-B3-D5-...' },
    recipient: { type: 'string' },
    originatorCounter: { type: 'string', help: 'decimal, 64 bits' },
    supplementary: {
      type: 'object',
      optional: true,
      fields: { remoteParty: { type: 'string' }, counter: { type: 'string', optional: true } },
    },
    dateTime: { type: 'object', optional: true, fields: { iso: { type: 'string' }, status: { type: 'string' } } },
    mac: verdict,
    signature: verdict,
    payload: { type: 'any', help: 'docs/gbcs-json.md' },
    unnamed: { type: 'integer', help: 'values without a known name' },
    reencoded: { type: 'string', help: 'hex, from the decoded values alone' },
  },
};

export const gbcsDecodeParameters = parameters({
  files: messageFilesParameter,
  keystore: keystoreParameter,
  lines: { type: 'flag', help: 'each line of a file is a message' },
  strict: { type: 'flag', help: 'an invalid MAC or signature is a failure (exit code 1)' },
});

export const gbcsDecode = operation({
  name: ['gbcs', 'decode'],
  group: 'messages',
  summary: 'read messages: names, values, MAC and signature',
  description:
    'Without a keystore everything but protection is read. MAC and signature are cryptographic verdicts: an expired certificate does not change them. Encrypted parts are opened where the keystore has a key. With --json (or into a pipe) each message is one JSON object that `hanbench gbcs encode` turns back.',
  examples: [
    { command: 'hanbench gbcs decode --keystore keys command.hex', help: 'read one message' },
    { command: 'hanbench gbcs decode --lines --json log.txt', help: 'a message a line, for programs' },
    { command: 'hanbench gbcs decode m.hex | hanbench gbcs encode -', help: 'gives the same message back' },
  ],
  parameters: gbcsDecodeParameters,
  result: fileLines(messageShape),
  jsonWhenPiped: true,
  load: () => import('./gbcs-decode-run.ts'),
});
