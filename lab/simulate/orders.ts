import { dirname, isAbsolute, join } from 'node:path';
import type { SupplySwitch } from '../../firmware-sim/device/life/supply-switch.ts';
import type { HomeEntry } from '../../firmware-sim/device/payment/tokens.ts';
import { esmeLifeOf } from '../../firmware-sim/esme/life.ts';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { type FromJson, messageFromJson } from '../../firmware-sim/gbcs/message-json.ts';
import { gsmeLifeOf } from '../../firmware-sim/gsme/life.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { civilFromIso, fromCivil, type Millis } from '../../firmware-sim/kernel/time.ts';
import { setValue } from '../devices/edit-state.ts';
import { jsonLines } from '../messages/message-lines.ts';
import { messageOctets } from '../messages/message-text.ts';
import { rewriteMessage } from '../messages/rewrite-message.ts';
import { categoryOf, signPreCommand } from '../messages/sign-precommand.ts';
import { askForEmergencyCredit, pressEnable, typeToken } from './at-home.ts';
import { type OrderLine, orderLines, wrongOrder } from './order-words.ts';
import type { OrderWorld } from './order-world.ts';
import type { MeterLoad, SimulatedMeter } from './simulated-meter.ts';
import type { Order, OrderOutcome } from './simulation.ts';

/** What an order does to the meter. */
type Deed = (world: OrderWorld, now: Millis) => OrderOutcome;

/** What reading an order may need. */
export interface OrderSources {
  /** The command file; other files are named as seen from it. */
  readonly file: string;
  readonly readFile: (path: string) => Promise<Bytes>;
  readonly readLoad: (text: string) => Promise<MeterLoad>;
}

/** A kind of order: how it is written, and what its words mean; undefined when they are not right. */
interface Verb {
  readonly form: string;
  readonly help: string;
  readonly read: (line: OrderLine, sources: OrderSources) => Deed | Promise<Deed> | undefined;
}

const MILLIPENCE_PER_POUND = 100_000;

/** Pounds with up to five decimals in millipence; undefined for anything else. */
function millipence(text: string | undefined): number | undefined {
  if (text === undefined || !/^-?\d{1,5}(?:\.\d{1,5})?$/.test(text)) return undefined;
  return Math.round(Number(text) * MILLIPENCE_PER_POUND);
}

const done = (effects: OrderOutcome['effects']): OrderOutcome => ({ outcome: 'done', effects });

function supplyOf({ type, device }: SimulatedMeter): SupplySwitch {
  return type === 'ESME' ? esmeLifeOf(device).supply : gsmeLifeOf(device).valve;
}

function homeEntry(word: string | undefined): HomeEntry | undefined {
  return word === 'keypad' || word === 'ppmid' ? word : undefined;
}

/** A message as text goes as it is; a pre-command is signed and gets its MAC. */
function textDeed(octets: Bytes): Deed {
  const bytes = messageOctets(octets);
  const { header, mac, signature } = decodeEnvelope(bytes);
  const bare = header.cra === 'command' && !mac && (signature?.length ?? 0) === 0;
  return (world, now) => world.deliver(bare ? protectedBy(world, bytes) : bytes, now);
}

function protectedBy({ meter: { device, keys } }: OrderWorld, preCommand: Bytes): Bytes {
  const { messageCode } = decodeEnvelope(preCommand).header;
  return signPreCommand(device.suite, keys, preCommand, undefined, categoryOf(messageCode));
}

/** A command of a JSON line without its protection, under another counter. @throws UsageError, ProtocolFault */
function preCommandOf(value: unknown, originatorCounter?: bigint): FromJson {
  if (typeof value !== 'object' || value === null) throw new UsageError('bad-json', 'holds no message');
  const { protection: _protection, ...rest } = value as Readonly<Record<string, unknown>>;
  const counter = originatorCounter === undefined ? {} : { originatorCounter: String(originatorCounter) };
  return messageFromJson({ ...rest, ...counter, form: 'pre-command', mac: 'absent', signature: 'absent' });
}

/** A command as `gbcs decode --json` prints it is made anew: with a counter that has not been used, signature and MAC. */
function jsonDeed(path: string, octets: Bytes): Deed {
  const [line, ...more] = jsonLines(path, octets);
  if (!line || more.length > 0) throw new UsageError('bad-json', 'is to hold one message', { file: path });
  if (line.value instanceof UsageError) throw line.value;
  const { header } = preCommandOf(line.value).message;
  return (world, now) => {
    const { device, keys } = world.meter;
    const from = preCommandOf(line.value, world.supplier.counterFor(header.originatorCounter));
    const { bytes } = rewriteMessage(from, { suite: device.suite, keys, profile: undefined });
    return world.deliver(protectedBy(world, bytes), now);
  };
}

async function sendDeed(path: string, { file, readFile }: OrderSources): Promise<Deed> {
  const from = isAbsolute(path) || file === '-' ? path : join(dirname(file), path);
  const octets = await readFile(from);
  return path.toLowerCase().endsWith('.json') ? jsonDeed(from, octets) : textDeed(octets);
}

/** Everything an order may be, in the order that help shows. */
const VERBS: Readonly<Record<string, Verb>> = {
  send: {
    form: 'send FILE',
    help: 'a remote party sends a message: hex, or JSON as gbcs decode prints it, which is given a new counter and protected',
    read: ({ words: [, path, ...rest] }, sources) =>
      path !== undefined && rest.length === 0 ? sendDeed(path, sources) : undefined,
  },
  topup: {
    form: 'topup POUNDS [via remote|keypad|ppmid]',
    help: 'the supplier makes a token and sends it, or somebody enters it at home',
    read: ({ words: [, amount, via, way = 'remote', ...rest] }) => {
      const value = millipence(amount);
      const entry = homeEntry(way);
      const well = rest.length === 0 && (via === 'via' || via === undefined) && (entry !== undefined || way === 'remote');
      if (value === undefined || !well) return undefined;
      if (entry === undefined) return (world, now) => world.deliver(world.supplier.topUp(value, now), now);
      return ({ meter, supplier }, now) => typeToken(meter.device, supplier.token(value).utrn, entry, now);
    },
  },
  utrn: {
    form: 'utrn DIGITS [via keypad|ppmid]',
    help: 'somebody enters a token at home',
    read: ({ words: [, digits, via = 'via', way = 'keypad', ...rest] }) => {
      const entry = homeEntry(way);
      if (digits === undefined || via !== 'via' || entry === undefined || rest.length > 0) return undefined;
      return ({ meter }, now) => typeToken(meter.device, digits, entry, now);
    },
  },
  'emergency-credit': {
    form: 'emergency-credit',
    help: 'somebody asks the meter for emergency credit',
    read: ({ words }) => (words.length === 1 ? ({ meter }, now) => askForEmergencyCredit(meter.device, now) : undefined),
  },
  press: {
    form: 'press enable',
    help: 'somebody switches an armed supply on',
    read: ({ words: [, button, ...rest] }) =>
      button === 'enable' && rest.length === 0 ? ({ meter }, now) => pressEnable(meter.device, supplyOf(meter), now) : undefined,
  },
  adjust: {
    form: 'adjust balance POUNDS',
    help: 'the supplier adds to the meter balance, or takes from it',
    read: ({ words: [, what, amount, ...rest] }) => {
      const value = millipence(amount);
      if (what !== 'balance' || value === undefined || rest.length > 0) return undefined;
      return (world, now) => world.deliver(world.supplier.adjustBalance(value, now), now);
    },
  },
  set: {
    form: 'set KEY VALUE',
    help: 'a value of the meter is changed, as hanbench device set does it',
    read: ({ words: [, key, ...value] }) => {
      if (key === undefined || value.length === 0) return undefined;
      return (world, now) => {
        setValue(world.meter.device, world.meter.type, key, value.join(' '));
        return done(world.settle(now));
      };
    },
  },
  clock: {
    form: 'clock set TIME, or clock shift SECONDS',
    help: "the meter's clock is set, or put ahead by so much (below zero: back)",
    read: ({ words: [, how, what = '', ...rest] }) => {
      const civil = civilFromIso(what);
      const shift = /^-?\d{1,9}$/.test(what) ? Number(what) * 1000 : undefined;
      if (rest.length > 0) return undefined;
      if (how === 'set' && civil) return (world, now) => setClock(world, fromCivil(civil) - now, now);
      if (how !== 'shift' || shift === undefined) return undefined;
      return (world, now) => setClock(world, world.meter.device.clock.offsetMs + shift, now);
    },
  },
  mains: {
    form: 'mains on|off',
    help: 'mains comes or goes (electricity meters)',
    read: (line) => switched(line, (world, on, now) => world.setMains(on, now)),
  },
  wan: {
    form: 'wan on|off',
    help: 'the wide area network comes or goes; commands wait for it',
    read: (line) => switched(line, (world, on, now) => world.setWan(on, now)),
  },
  load: {
    form: 'load FILE|NAME',
    help: 'another load from now on',
    read: ({ words: [, text, ...rest] }, { readLoad }) => {
      if (text === undefined || rest.length > 0) return undefined;
      return readLoad(text).then(
        (load): Deed =>
          (world, now) =>
            world.setLoad(load, now),
      );
    },
  },
};

function switched({ words: [, word, ...rest] }: OrderLine, act: (world: OrderWorld, on: boolean, now: Millis) => OrderOutcome) {
  const known = (word === 'on' || word === 'off') && rest.length === 0;
  return known ? (world: OrderWorld, now: Millis) => act(world, word === 'on', now) : undefined;
}

function setClock(world: OrderWorld, offsetMs: Millis, now: Millis): OrderOutcome {
  const { device } = world.meter;
  device.clock = { ...device.clock, offsetMs };
  return done(world.settle(now));
}

/** How orders are written and what they do, for help and documents. */
export const ORDER_FORMS: readonly Pick<Verb, 'form' | 'help'>[] = Object.values(VERBS);

/** A mistake that shows only when an order is carried out, or in a file it names, is one of its line. */
function atLine(error: unknown, { place, text }: OrderLine): never {
  if (error instanceof UsageError) {
    const file = error.place.file === undefined ? '' : `${error.place.file}: `;
    throw new UsageError(error.kind, `${JSON.stringify(text)}: ${file}${error.message}`, place);
  }
  if (error instanceof ProtocolFault) throw new UsageError(error.kind, `${JSON.stringify(text)}: ${error.message}`, place);
  throw error;
}

async function deedOf(line: OrderLine, sources: OrderSources): Promise<Deed> {
  const [word = ''] = line.words;
  const verb = Object.hasOwn(VERBS, word) ? VERBS[word] : undefined;
  if (!verb) {
    const known = Object.keys(VERBS).join(', ');
    throw new UsageError(
      'bad-command-file',
      `${JSON.stringify(word)} is nothing that can be done; there are ${known}`,
      line.place,
    );
  }
  try {
    const deed = await verb.read(line, sources);
    if (deed) return deed;
  } catch (error) {
    atLine(error, line);
  }
  throw wrongOrder(line, verb.form);
}

/**
 * The orders of a command file (docs/simulate.md), in order of time.
 * @throws UsageError naming file, line and what would be right
 */
export async function readOrders(text: string, sources: OrderSources): Promise<readonly ((world: OrderWorld) => Order)[]> {
  const orders: ((world: OrderWorld) => Order)[] = [];
  for (const line of orderLines(sources.file, text)) {
    const deed = await deedOf(line, sources);
    orders.push((world) => ({
      at: line.at,
      text: line.text,
      line: line.place.line,
      carryOut: (now) => obey(deed, line, world, now),
    }));
  }
  return orders;
}

function obey(deed: Deed, line: OrderLine, world: OrderWorld, now: Millis): OrderOutcome {
  try {
    return deed(world, now);
  } catch (error) {
    return atLine(error, line);
  }
}
