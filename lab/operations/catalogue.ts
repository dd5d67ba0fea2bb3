import { operation, parameters } from './operation.ts';

export const catalogueParameters = parameters({
  codes: {
    type: 'text',
    positional: true,
    repeatable: true,
    placeholder: 'USE_CASE',
    help: 'use cases or message codes, e.g. CS06 or 0x0012; all without any',
  },
  device: {
    type: 'choice',
    choices: ['ESME', 'GSME', 'CHF', 'GPF', 'PPMID', 'HCALCS', 'SAPC'],
    placeholder: 'DEVICE',
    help: 'only use cases of a device: ESME, GSME, CHF, GPF, PPMID, HCALCS, SAPC',
  },
  markdown: { type: 'flag', help: 'the whole catalogue as the document docs/use-cases.md' },
});

export const catalogue = operation({
  name: ['catalogue'],
  group: 'messages',
  summary: 'list the use cases: message codes, devices, and how they are implemented and verified',
  parameters: catalogueParameters,
  result: {
    kind: 'lines',
    shape: {
      type: 'object',
      fields: {
        code: { type: 'string' },
        title: { type: 'string' },
        payload: { type: 'string' },
        command: { type: 'array', items: { type: 'string' } },
        response: { type: 'array', items: { type: 'string' } },
        alert: { type: 'array', items: { type: 'string' } },
        devices: { type: 'array', items: { type: 'string' }, help: 'that execute it; of an alert, that send it' },
        category: { type: 'string', optional: true },
        roles: { type: 'array', items: { type: 'string' }, help: 'remote party roles that may use it' },
        implemented: { type: 'string', help: 'by what' },
        verified: { type: 'string', help: 'against what' },
      },
    },
  },
  jsonWhenPiped: true,
  load: () => import('./catalogue-run.ts'),
});
