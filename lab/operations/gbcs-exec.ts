import { DEVICE_CHOICES, DEVICE_TYPES } from '../devices/device-types.ts';
import { MISBEHAVIOUR_FORMS } from '../devices/misbehaviours.ts';
import { profilesOf } from '../devices/profiles.ts';
import { keystoreParameter } from './gbcs-decode.ts';
import { nullable, operation, parameters, type Shape } from './operation.ts';

export const deviceTypeParameter = {
  type: 'choice',
  choices: DEVICE_CHOICES,
  placeholder: 'TYPE',
  help: 'type of the devices; by default as devices.json in the keystore says, else the only target of the use case',
} as const;

/** The variants that some types of device have, by type. */
function variants(): string {
  const named = DEVICE_TYPES.map((type) => [type, profilesOf(type).slice(1)] as const).filter(([, others]) => others.length > 0);
  return named.map(([type, others]) => `for ${type} ${others.map(({ name }) => name).join(', ')}`).join('; ');
}

export const deviceProfileParameter = {
  type: 'text',
  placeholder: 'NAME',
  help: `variant of the devices: default (everything there is), ${variants()}; by default as devices.json says`,
} as const;

export const misbehaviourParameter = {
  type: 'text',
  repeatable: true,
  placeholder: 'NAME[=VALUE]',
  help: `a departure from correct behaviour (docs/misbehaviours.md): ${MISBEHAVIOUR_FORMS.join(', ')}`,
} as const;

export const gbcsExecParameters = parameters({
  files: {
    type: 'path-in',
    positional: true,
    repeatable: true,
    required: true,
    stdin: true,
    placeholder: 'COMMAND_FILE',
    help: 'commands as hex or base64, executed in this order',
  },
  keystore: { ...keystoreParameter, required: true },
  clone: {
    type: 'path-in',
    repeatable: true,
    placeholder: 'RESPONSE_FILE',
    help: 'captured response whose values the device takes over',
  },
  device: deviceTypeParameter,
  profile: deviceProfileParameter,
  state: { type: 'path-out', help: 'keep the devices in this file between runs; made when it is absent' },
  now: { type: 'time', help: "the devices' time (UTC); by default that of a clone, else 2015-01-01T00:00:00Z" },
  misbehaviour: misbehaviourParameter,
});

const hex: Shape = { type: 'string', help: 'hex' };

/** What became of one command, as `gbcs exec` prints it. */
export const execShape: Shape = {
  type: 'object',
  fields: {
    file: { type: 'string' },
    device: nullable({ type: 'string', help: 'EUI-64 of the recipient' }),
    outcome: { type: 'choice', choices: ['response', 'no-response', 'rejected'] },
    response: nullable(hex),
    alerts: { type: 'array', items: hex },
    responseSignature: { type: 'choice', choices: ['signed', 'no-key', 'not-required'] },
    reason: { type: 'string', optional: true, help: 'unless the outcome is response' },
  },
};

export const gbcsExec = operation({
  name: ['gbcs', 'exec'],
  group: 'messages',
  summary: 'let devices execute commands and answer them',
  description:
    "Makes a device for each command's recipient, with its keys and trust anchors from the keystore, lets it receive the commands in order, in virtual time, and prints one JSON line for each. A device whose private key the keystore lacks answers with shared secrets from the remote parties' private keys, and leaves out the signatures it would make (no-key). A clone made by none of the recipients is taken over by all of them. Refused commands are results, not errors: the exit code is 0.",
  examples: [
    {
      command: 'hanbench gbcs exec --keystore keys --clone captured-response.hex command.hex',
      help: 'a meter with the values of a captured response answers a command',
    },
    {
      command: 'hanbench gbcs exec --keystore keys --state home.state --now 2030-01-15T09:00:00Z first.hex second.hex',
      help: 'counters, values and pending commands are kept for the next run',
    },
  ],
  parameters: gbcsExecParameters,
  result: { kind: 'lines', shape: execShape },
  load: () => import('./gbcs-exec-run.ts'),
});
