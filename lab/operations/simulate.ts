import { readingsOf } from '../simulate/readings.ts';
import { keystoreParameter } from './gbcs-decode.ts';
import { operation, parameters, type Shape } from './operation.ts';

export const simulateParameters = parameters({
  profile: {
    type: 'text',
    placeholder: 'NAME',
    help: 'variant of the meter (docs/simulate.md); its name tells an electricity from a gas meter (default: default, an ESME)',
  },
  device: { type: 'choice', choices: ['esme', 'gsme'], help: 'type of the meter, where the profile does not tell it' },
  parameter: {
    type: 'text',
    repeatable: true,
    placeholder: 'NAME=VALUE',
    help: 'how the meter behaves where the specification is not public (docs/simulate.md), as clockDriftMsPerDay=500',
  },
  load: {
    type: 'text',
    placeholder: 'FILE|NAME',
    help: 'what is measured: none, constant:WATTS, household, prosumer, twin, polyphase; for gas none, gas-constant:M3_PER_H, gas-household; or a CSV file (default: household, gas-household)',
  },
  from: { type: 'time', required: true, help: 'start (UTC)' },
  to: { type: 'time', required: true, help: 'end (UTC)' },
  commands: { type: 'path-in', stdin: true, help: 'what is done to the meter and when, a line each (docs/simulate.md)' },
  keystore: { ...keystoreParameter, help: 'keys of the meter and of remote parties (default: a test PKI made from the seed)' },
  eui: { type: 'eui', help: 'the meter (default: 00-DB-12-34-56-78-90-A0, for gas -A1)' },
  state: { type: 'path-out', help: 'take the meter from this state file where it has it, and keep it there afterwards' },
  csv: { type: 'path-out', help: 'write a table with a row for each day' },
  plot: { type: 'path-out', help: 'write a page (HTML) that draws load, registers, balances, voltage and events' },
});

const integer: Shape = { type: 'integer' };
const text: Shape = { type: 'string' };

/** Readings of both kinds of meter; a meter has those of its kind. */
function valuesShape(help: string): Shape {
  const names = new Set([...readingsOf('ESME'), ...readingsOf('GSME')].map(({ name }) => name));
  return { type: 'object', help, fields: Object.fromEntries([...names].map((name) => [name, { ...integer, optional: true }])) };
}

const happeningShape: Shape = {
  type: 'object',
  help: 'everything with one alert or event code',
  fields: {
    code: text,
    name: text,
    first: text,
    last: text,
    logged: { ...integer, help: 'entries in logs' },
    sent: { ...integer, help: 'alert messages' },
    shown: { ...integer, help: 'events for displays in the home' },
  },
};

const ledgerShape: Shape = {
  type: 'object',
  help: 'what a balance changed by for one cause',
  fields: { balance: text, cause: text, millipence: integer, bookings: integer },
};

const supplyChangeShape: Shape = {
  type: 'object',
  fields: { from: text, to: text, cause: text, first: text, last: text, count: integer },
};

const commandShape: Shape = {
  type: 'object',
  fields: {
    at: text,
    line: { ...integer, help: 'of the command file' },
    text,
    outcome: { type: 'choice', choices: ['done', 'response', 'no-response', 'rejected'] },
    detail: { ...text, optional: true },
  },
};

const dayShape: Shape = {
  type: 'object',
  fields: {
    kind: { type: 'choice', choices: ['day'] },
    day: text,
    from: text,
    to: text,
    values: valuesShape('what the meter holds at the end of the day'),
    growth: valuesShape('how much more than at its start'),
    supply: { type: 'choice', choices: ['enabled', 'armed', 'disabled', 'unknown'] },
    supplyChanges: { type: 'array', items: supplyChangeShape },
    events: { type: 'array', items: happeningShape },
    ledger: { type: 'array', items: ledgerShape },
    commands: { type: 'array', items: commandShape },
  },
};

const summaryShape: Shape = {
  type: 'object',
  fields: {
    kind: { type: 'choice', choices: ['summary'] },
    device: text,
    type: { type: 'choice', choices: ['ESME', 'GSME'] },
    profile: text,
    load: text,
    seed: text,
    from: text,
    to: text,
    days: integer,
    start: valuesShape('what the meter held at the start'),
    end: valuesShape('what it holds at the end'),
    supply: text,
    events: { type: 'array', items: happeningShape },
    ledger: { type: 'array', items: ledgerShape },
    commands: integer,
    rejected: { ...integer, help: 'commands that were refused' },
  },
};

export const simulate = operation({
  name: ['simulate'],
  group: 'job',
  summary: 'let a meter live through time under a load, and say what happened day by day',
  description:
    'Runs one electricity or gas meter in virtual time, as fast as it goes: registers, tariffs, payment, logs, alerts, supply. What is done to it meanwhile (commands, top-ups, a hand at the meter, mains) comes from a command file. docs/simulate.md describes load and command files. The same seed and inputs give the same output.',
  examples: [
    { command: 'hanbench simulate --from 2030-01-01 --to 2030-02-01', help: 'an electricity meter in an average home, a month' },
    {
      command: 'hanbench simulate --profile single-element --load halfhours.csv --from 2030-01-01 --to 2031-01-01 --csv days.csv',
      help: 'your own half-hourly readings for a year, as a table',
    },
    {
      command: 'hanbench simulate --load prosumer --from 2030-06-01 --to 2030-06-08 --commands week.txt --plot week.html',
      help: 'a week with solar panels and your own commands, as a page to look at',
    },
    {
      command: 'hanbench simulate --device gsme --load gas-household --from 2030-01-01 --to 2030-01-08 --json',
      help: 'a gas meter for a week; one JSON line a day and a summary',
    },
  ],
  parameters: simulateParameters,
  result: { kind: 'lines', shape: { type: 'one-of', shapes: [dayShape, summaryShape] } },
  load: () => import('./simulate-run.ts'),
});
