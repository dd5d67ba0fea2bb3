import { keystoreParameter } from './gbcs-decode.ts';
import { deviceProfileParameter, deviceTypeParameter } from './gbcs-exec.ts';
import { operation, parameters, type Shape } from './operation.ts';

const stateParameter = {
  type: 'path-out',
  required: true,
  help: 'state file of the devices, as `gbcs exec --state` keeps it',
} as const;
const deviceParameter = { type: 'eui', positional: true, placeholder: 'EUI', help: 'a device of the state' } as const;

export const deviceNewParameters = parameters({
  devices: { type: 'eui', positional: true, repeatable: true, required: true, placeholder: 'EUI', help: 'devices to make' },
  keystore: { ...keystoreParameter, required: true },
  state: { ...stateParameter, help: 'state file to keep them in; made when it is absent' },
  device: deviceTypeParameter,
  profile: deviceProfileParameter,
  now: { type: 'time', help: 'when they are made (UTC); by default 2015-01-01T00:00:00Z' },
});

const madeShape: Shape = {
  type: 'object',
  fields: {
    device: { type: 'string' },
    type: { type: 'string' },
    profile: { type: 'string' },
    cells: { type: 'integer', help: 'trust anchor cells that are filled' },
  },
};

export const deviceNew = operation({
  name: ['device', 'new'],
  group: 'devices',
  summary: 'make devices and keep them in a state file',
  description: 'Keys and trust anchors come from the keystore, as for `gbcs exec`.',
  parameters: deviceNewParameters,
  result: { kind: 'lines', shape: madeShape },
  load: () => import('./device-new-run.ts'),
});

/** Parts of a device, as `device show` names them (`PARTS` of what prints them). */
const SHOWN_PARTS = [
  ...['live', 'display', 'ledger', 'life'],
  ...['objects', 'cells', 'keys', 'counters', 'clock', 'firmware', 'pending', 'device-log', 'logs'],
] as const;

export const deviceShowParameters = parameters({
  device: { ...deviceParameter, help: 'a device of the state; all without' },
  state: stateParameter,
  part: {
    type: 'choice',
    choices: SHOWN_PARTS,
    placeholder: 'PART',
    help: `only one part: ${SHOWN_PARTS.join(', ')}`,
  },
  own: { type: 'flag', help: 'of the objects only those that are not as its type starts with' },
});

export const factShape: Shape = {
  type: 'object',
  fields: {
    device: { type: 'string' },
    part: { type: 'string' },
    key: { type: 'string', help: 'what `device set` takes, for objects and the clock' },
    name: { type: 'string' },
    value: { type: 'string' },
    own: { type: 'boolean', optional: true, help: 'an object that is not as its type starts with' },
  },
};

export const deviceShow = operation({
  name: ['device', 'show'],
  group: 'devices',
  summary: 'show what kept devices measure, display and hold, in plain words',
  description:
    'A meter shows its registers and balances, what a household sees on it, what was booked on each balance, and what its life keeps, as of the time up to which it has lived (`hanbench simulate --state`).',
  parameters: deviceShowParameters,
  result: { kind: 'lines', shape: factShape },
  jsonWhenPiped: true,
  load: () => import('./device-show-run.ts'),
});

export const deviceSetParameters = parameters({
  device: { ...deviceParameter, required: true },
  key: {
    type: 'text',
    positional: true,
    required: true,
    help: 'an object as `device show` names it, clock.status or clock.offset',
  },
  value: { type: 'text', positional: true, required: true, help: 'number, text, octets in hex, or JSON for a value with parts' },
  state: stateParameter,
});

export const deviceSet = operation({
  name: ['device', 'set'],
  group: 'devices',
  summary: 'change a value of a kept device',
  examples: [
    {
      command: 'hanbench device set --state home.state 00-DB-12-34-56-78-90-A0 clock.status unreliable',
      help: 'the meter no longer trusts its clock',
    },
  ],
  parameters: deviceSetParameters,
  result: { kind: 'lines', shape: factShape },
  load: () => import('./device-set-run.ts'),
});

export const deviceCloneParameters = parameters({
  directory: { type: 'directory', positional: true, required: true, help: 'captured responses, one a file, in it or below it' },
  keystore: { ...keystoreParameter, required: true },
  state: { ...stateParameter, help: 'state file to keep the devices in; made when it is absent' },
  device: deviceTypeParameter,
  profile: deviceProfileParameter,
  now: { type: 'time', help: 'when new devices are made (UTC); by default the time in their responses' },
});

export const deviceClone = operation({
  name: ['device', 'clone'],
  group: 'devices',
  summary: 'make devices with the values of captured responses',
  description:
    'Every response below the directory goes into the device that made it; encrypted parts are opened with the keystore. What it says then: how many values were taken, and which objects are still as their type starts with.',
  parameters: deviceCloneParameters,
  result: {
    kind: 'lines',
    shape: {
      type: 'object',
      fields: {
        device: { type: 'string' },
        type: { type: 'string' },
        profile: { type: 'string' },
        responses: { type: 'integer', help: 'captured responses that went in' },
        own: { type: 'array', items: { type: 'string' }, help: 'objects that now have values of their own' },
        default: { type: 'array', items: { type: 'string' }, help: 'objects that are still as the type starts with' },
      },
    },
  },
  load: () => import('./device-clone-run.ts'),
});
