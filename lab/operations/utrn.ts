import { operation, parameters } from './operation.ts';

const keyParameters = parameters({
  keystore: { type: 'directory', env: 'HANBENCH_KEYSTORE', help: 'keystore with the keys of supplier and device' },
  supplier: { type: 'eui', required: true, help: 'the supplier, whose prepayment key (-pp-ka) makes the token' },
  device: { type: 'eui', required: true, help: 'the ESME or GSME the token is for' },
  supplierKey: { type: 'path-in', help: 'the supplier’s prepayment key instead of the keystore’s (.key, or .pem to check)' },
  deviceKey: { type: 'path-in', help: 'the device’s key-agreement certificate or key instead of the keystore’s' },
});

export const utrnMakeParameters = parameters({
  ...keyParameters,
  pence: { type: 'integer', minimum: 0, maximum: 8191, help: 'value in pence' },
  pounds: { type: 'integer', minimum: 0, maximum: 8191, help: 'value in whole pounds' },
  counter: {
    type: 'integer',
    required: true,
    minimum: 0,
    maximum: 0xffffffff,
    help: 'UTRN counter: the upper 32 bits of the originator counter, never used before for this device',
  },
});

export const utrnMake = operation({
  name: ['gbcs', 'utrn', 'make'],
  group: 'messages',
  summary: 'make a prepayment token (UTRN) of 20 digits',
  examples: [
    {
      command:
        'hanbench gbcs utrn make --keystore keys --supplier 90b3d51f30010000 --device 00db1234567890a0 --pounds 10 --counter 3',
      help: 'ten pounds',
    },
  ],
  parameters: utrnMakeParameters,
  result: {
    kind: 'one',
    shape: {
      type: 'object',
      fields: {
        utrn: { type: 'string', help: '20 digits' },
        supplier: { type: 'string' },
        device: { type: 'string' },
        valueClass: { type: 'choice', choices: ['pence', 'pounds'] },
        value: { type: 'integer' },
        counter: { type: 'integer' },
        originatorCounter: { type: 'string', help: 'decimal; the top-up command carries it too' },
      },
    },
  },
  load: () => import('./utrn-make-run.ts'),
});

export const utrnCheckParameters = parameters({
  utrn: { type: 'text', positional: true, required: true, help: '20 digits; spaces and hyphens between them are skipped' },
  ...keyParameters,
  supplier: { type: 'eui', help: 'the supplier; without it only the form is checked' },
  device: { type: 'eui', help: 'the ESME or GSME; without it only the form is checked' },
  highestCounter: {
    type: 'integer',
    minimum: 0,
    maximum: 0xffffffff,
    default: 512,
    help: 'highest UTRN counter the device has seen; the token’s whole counter is the one nearest to it',
  },
});

export const utrnCheck = operation({
  name: ['gbcs', 'utrn', 'check'],
  group: 'messages',
  summary: 'check a prepayment token: digits, value, counter, authenticity',
  description:
    'Exit code 1 when the digits are no token or the token is not authentic. Without --supplier and --device the form is checked and authenticity is no-key.',
  examples: [
    {
      command:
        'hanbench gbcs utrn check 73946144332040217315 --keystore keys --supplier 90b3d51f30010000 --device 00db1234567890a0',
      help: 'as the meter does it',
    },
  ],
  parameters: utrnCheckParameters,
  result: {
    kind: 'one',
    shape: {
      type: 'object',
      fields: {
        utrn: { type: 'string' },
        form: { type: 'choice', choices: ['good', 'bad-format', 'bad-check-digit'] },
        authentic: { type: 'choice', choices: ['valid', 'invalid', 'no-key'] },
        message: { type: 'string', optional: true, help: 'what is wrong' },
        valueClass: { type: 'choice', choices: ['pence', 'pounds'], optional: true },
        value: { type: 'integer', optional: true },
        counter: { type: 'integer', optional: true, help: 'the whole UTRN counter, nearest to --highest-counter' },
        originatorCounter: { type: 'string', optional: true, help: 'decimal' },
      },
    },
  },
  jsonWhenPiped: true,
  load: () => import('./utrn-check-run.ts'),
});
