import { INTEGRITY_FAULTS } from '../../firmware-sim/device/integrity.ts';
import type { HomeEntry } from '../../firmware-sim/device/payment/tokens.ts';
import { GAS_TAMPERS } from '../../firmware-sim/gsme/gas-sensors.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { civilFromIso, fromCivil, type Millis } from '../../firmware-sim/kernel/time.ts';
import { checkValue, setValue } from '../devices/edit-state.ts';
import { homeChecks } from './at-home.ts';
import { type Deed, type OrderSources, sendDeed } from './order-messages.ts';
import { type OrderLine, orderLines, wrongOrder } from './order-words.ts';
import type { OrderWorld } from './order-world.ts';
import type { Order, OrderOutcome } from './simulation.ts';
import { tokenValue } from './supplier.ts';

/**
 * A kind of order: how it is written, and what its words mean; undefined when they are not right. What can be known before anything
 * happens is checked here.
 */
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

/** `via keypad`, `via ppmid`, or nothing for the keypad. */
function viaHome(words: readonly string[]): HomeEntry | undefined {
  const [via, way, ...rest] = words;
  if (via === undefined) return 'keypad';
  return via === 'via' && rest.length === 0 ? homeEntry(way) : undefined;
}

function homeEntry(word: string | undefined): HomeEntry | undefined {
  return word === 'keypad' || word === 'ppmid' ? word : undefined;
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
      tokenValue(value);
      if (entry === undefined) return (world, now) => world.deliver(world.supplier.topUp(value, now), now);
      return ({ home, supplier }, now) => home.token(supplier.token(value).utrn, entry, now);
    },
  },
  utrn: {
    form: 'utrn DIGITS [via keypad|ppmid]',
    help: 'somebody enters a token at home',
    read: ({ words: [, digits, ...rest] }) => {
      const entry = viaHome(rest);
      return digits === undefined || entry === undefined ? undefined : ({ home }, now) => home.token(digits, entry, now);
    },
  },
  'emergency-credit': {
    form: 'emergency-credit [via keypad|ppmid]',
    help: 'somebody asks for emergency credit',
    read: ({ words: [, ...rest] }) => {
      const entry = viaHome(rest);
      return entry && (({ home }, now) => home.emergencyCredit(entry, now));
    },
  },
  press: {
    form: 'press enable [via keypad|ppmid]',
    help: 'somebody switches an armed supply on',
    read: ({ words: [, button, ...rest] }) => {
      const entry = button === 'enable' ? viaHome(rest) : undefined;
      return entry && (({ home }, now) => home.enable(entry, now));
    },
  },
  pin: {
    form: 'pin DIGITS',
    help: 'somebody enters the privacy PIN',
    read: ({ words: [, digits, ...rest] }) =>
      digits !== undefined && rest.length === 0 ? ({ home }, now) => home.pin(digits, now) : undefined,
  },
  look: {
    form: 'look',
    help: 'somebody reads the display of the meter',
    read: ({ words }) => (words.length === 1 ? ({ home }, now) => home.look(now) : undefined),
  },
  message: {
    form: 'message read',
    help: "somebody says that the supplier's message has been read",
    read: ({ words: [, what, ...rest] }) =>
      what === 'read' && rest.length === 0 ? ({ home }, now) => home.readMessage(now) : undefined,
  },
  tamper: {
    form: 'tamper KIND open|closed',
    help: `a cover is opened, a magnet held to the meter; KIND is ${Object.keys(GAS_TAMPERS).join(', ')}`,
    read: ({ words: [, kind, state, ...rest] }, { meter }) => {
      if (kind === undefined || (state !== 'open' && state !== 'closed') || rest.length > 0) return undefined;
      homeChecks.tamper(meter.type, kind);
      return ({ home }, now) => home.tamper(kind, state === 'open', now);
    },
  },
  fault: {
    form: 'fault KIND',
    help: `the meter finds a fault in itself; KIND is ${Object.keys(INTEGRITY_FAULTS).join(', ')}`,
    read: ({ words: [, kind, ...rest] }, { meter }) => {
      if (kind === undefined || rest.length > 0) return undefined;
      homeChecks.fault(meter.type, kind);
      return ({ home }, now) => home.fault(kind, now);
    },
  },
  battery: {
    form: 'battery DAYS',
    help: 'a gas meter gets a battery with so many days of life; 0 takes it out',
    read: ({ words: [, days = '', ...rest] }, { meter }) => {
      if (!/^\d{1,5}$/.test(days) || rest.length > 0) return undefined;
      homeChecks.battery(meter.type);
      return ({ home }, now) => home.battery(Number(days), now);
    },
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
    read: ({ words: [, key, ...value] }, { meter }) => {
      if (key === undefined || value.length === 0) return undefined;
      checkValue(meter.device, meter.type, key, value.join(' '));
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
  hub: {
    form: 'hub on|off',
    help: 'the hub is there to ask for the time, or not',
    read: (line) => switched(line, ({ home }, on, now) => home.hub(on, now)),
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
