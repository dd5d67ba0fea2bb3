import { SIGNATURE_PROFILES } from '../../firmware-sim/crypto/suite.ts';
import { operation, parameters } from './operation.ts';

export const pkiNewParameters = parameters({
  out: { type: 'directory', required: true, short: 'o', help: 'keystore directory to write' },
  device: {
    type: 'text',
    repeatable: true,
    placeholder: 'TYPE=EUI',
    help: 'a device, ESME=00-DB-12-34-56-78-90-B0; given once or more, only these (default: one of every type, 00-DB-12-34-56-78-90-A0 to -A6)',
  },
  profile: {
    type: 'choice',
    choices: SIGNATURE_PROFILES,
    default: 'deterministic',
    placeholder: 'NAME',
    help: 'signature profile the keys are for; cnsa-p384 gives P-384 signing keys and interprets modification MP129, whose text is not public',
  },
  notBefore: { type: 'time', help: 'start of every certificate (2025-01-01T00:00:00Z)' },
  force: { type: 'flag', help: 'write into a directory that holds files, replacing those of the same name' },
});

export const pkiNew = operation({
  name: ['pki', 'new'],
  group: 'keys',
  summary: 'make a complete test PKI as a keystore directory',
  description:
    'Roots and issuing authorities, the remote parties of the Reference Test Data Set with keys of their own (two suppliers, network operator, access control broker, transitional change of supplier, WAN provider, recovery, load controller), and devices. The same --seed gives the same octets. Test keys: they protect nothing.',
  examples: [
    { command: 'hanbench pki new --seed 7 --out keys', help: 'the usual cast' },
    {
      command: 'hanbench pki new --out keys --device ESME=00db1234567890b0 --device CHF=00db1234567890b2',
      help: 'devices of your own',
    },
  ],
  parameters: pkiNewParameters,
  result: {
    kind: 'one',
    shape: {
      type: 'object',
      fields: {
        directory: { type: 'string' },
        seed: { type: 'string' },
        profile: { type: 'choice', choices: SIGNATURE_PROFILES },
        certificates: { type: 'integer', help: 'each with its private key; authorities not counted' },
        accessControlBroker: { type: 'string' },
        parties: {
          type: 'array',
          items: {
            type: 'object',
            fields: {
              eui: { type: 'string' },
              role: { type: 'string' },
              name: { type: 'string' },
              uses: { type: 'array', items: { type: 'string' } },
            },
          },
        },
        devices: { type: 'array', items: { type: 'object', fields: { eui: { type: 'string' }, type: { type: 'string' } } } },
      },
    },
  },
  load: () => import('./pki-new-run.ts'),
});
