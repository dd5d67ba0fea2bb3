import { CosemAccount } from '../../firmware-sim/device/cosem/account.ts';
import type { Device } from '../../firmware-sim/device/device.ts';
import { INTEGRITY_FAULTS, type IntegrityFault } from '../../firmware-sim/device/integrity.ts';
import type { HandOutcome } from '../../firmware-sim/device/life/by-hand.ts';
import type { Account } from '../../firmware-sim/device/payment/account.ts';
import { type HomeEntry, type HomeOutcome, TOKEN_RESULT } from '../../firmware-sim/device/payment/tokens.ts';
import { ZclAccount } from '../../firmware-sim/device/zcl/account.ts';
import { EsmeHand } from '../../firmware-sim/esme/hand.ts';
import { ELECTRICITY_TAMPERS, type ElectricityTamper } from '../../firmware-sim/esme/sensors.ts';
import { GAS_TAMPERS, type GasTamper } from '../../firmware-sim/gsme/gas-sensors.ts';
import { GsmeHand } from '../../firmware-sim/gsme/hand.ts';
import { gsmeLifeOf } from '../../firmware-sim/gsme/life.ts';
import { assert, UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { type DisplayFact, displayFacts } from '../devices/display-words.ts';
import { pounds } from './money.ts';
import type { MeterType, SimulatedMeter } from './simulated-meter.ts';
import type { OrderOutcome } from './simulation.ts';

/** The account of a meter. */
export function accountOf(device: Device): Account {
  if (device.cosem) return new CosemAccount(device);
  assert(device.zcl, `${device.eui} has an account`);
  return new ZclAccount(device.zcl);
}

const RESULT_WORDS: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(TOKEN_RESULT).map(([word, value]) => [value, word.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)]),
);

function tokenOutcome({ result, amount, effects }: HomeOutcome): OrderOutcome {
  const words = RESULT_WORDS[result] ?? String(result);
  if (amount === undefined) return { outcome: 'rejected', effects, detail: words };
  return { outcome: 'done', effects, detail: `${words}, ${pounds(amount)} GBP` };
}

const handOutcome = ({ done, effects }: HandOutcome): OrderOutcome => ({ outcome: done ? 'done' : 'rejected', effects });

/** What the home does to a meter: a hand at it, or a display that may command it. Each throws a `UsageError` for what a meter does not have. */
export interface Home {
  token(digits: string, via: HomeEntry, now: Millis): OrderOutcome;
  enable(via: HomeEntry, now: Millis): OrderOutcome;
  emergencyCredit(via: HomeEntry, now: Millis): OrderOutcome;
  tamper(what: string, open: boolean, now: Millis): OrderOutcome;
  pin(pin: string, now: Millis): OrderOutcome;
  readMessage(now: Millis): OrderOutcome;
  hub(connected: boolean, now: Millis): OrderOutcome;
  fault(what: string, now: Millis): OrderOutcome;
  battery(days: number, now: Millis): OrderOutcome;
  look(now: Millis): OrderOutcome;
}

const shown = (facts: readonly DisplayFact[]): string => facts.map(({ name, value }) => `${name} ${value}`).join('; ');

function named<T extends string>(known: Readonly<Record<T, unknown>>, word: string): T {
  const names = Object.keys(known) as T[];
  const found = names.find((one) => one === word);
  if (found !== undefined) return found;
  throw new UsageError('bad-command-file', `there is no ${JSON.stringify(word)}; there are ${names.join(', ')}`);
}

function notOn(what: string): never {
  throw new UsageError('bad-command-file', `this meter has no ${what}`);
}

const TAMPERS: Readonly<Record<MeterType, Readonly<Record<string, unknown>>>> = { ESME: ELECTRICITY_TAMPERS, GSME: GAS_TAMPERS };

/** What a home can do to one type of meter alone. Each throws a `UsageError` for the other. */
export const homeChecks = {
  tamper: (type: MeterType, what: string): void => void named(TAMPERS[type], what),
  fault: (_type: MeterType, what: string): void => void named(INTEGRITY_FAULTS, what),
  battery: (type: MeterType): void => {
    if (type !== 'GSME') notOn('battery to change');
  },
} as const;

function electricityHome(device: Device): Home {
  const hand = new EsmeHand(device);
  const use = (command: 'enable' | 'emergency-credit', via: HomeEntry, now: Millis): OrderOutcome =>
    handOutcome(via === 'ppmid' ? hand.ppmid(command, now) : hand.press(command, now));
  return {
    token: (digits, via, now) => tokenOutcome(hand.enterUtrn(digits, now, via)),
    enable: (via, now) => use('enable', via, now),
    emergencyCredit: (via, now) => use('emergency-credit', via, now),
    tamper: (what, open, now) => {
      const tamper: ElectricityTamper = named(ELECTRICITY_TAMPERS, what);
      return handOutcome(hand.tamper(tamper, open ? 'open' : 'closed', now));
    },
    pin: (pin, now) => handOutcome(hand.enterPin(pin, now)),
    readMessage: (now) => handOutcome(hand.acknowledgeMessage(now)),
    hub: (connected, now) => handOutcome(hand.hub(connected ? 'connected' : 'disconnected', now)),
    fault: (what, now) => {
      const fault: IntegrityFault = named(INTEGRITY_FAULTS, what);
      return handOutcome(hand.fault(fault, now));
    },
    battery: () => notOn('battery to change'),
    look: (now) => ({ outcome: 'done', effects: [], detail: shown(displayFacts(hand.look(now))) }),
  };
}

function gasHome(device: Device): Home {
  const hand = new GsmeHand(device);
  return {
    token: (digits, via, now) => tokenOutcome(gsmeLifeOf(device).enterUtrn(digits, via, now)),
    enable: (_via, now) => handOutcome(hand.press('enable', now)),
    emergencyCredit: (_via, now) => handOutcome(hand.press('emergency-credit', now)),
    tamper: (what, open, now) => {
      const tamper: GasTamper = named(GAS_TAMPERS, what);
      return handOutcome(hand.tamper(tamper, open ? 'open' : 'closed', now));
    },
    pin: (pin, now) => handOutcome(hand.enterPin(pin, now)),
    readMessage: (now) => handOutcome(hand.acknowledgeMessage(now)),
    hub: (connected, now) => {
      const { clock } = gsmeLifeOf(device);
      if (connected) clock.hubFound(now);
      else clock.hubLost(now);
      return { outcome: 'done', effects: [] };
    },
    fault: (what, now) => {
      const fault: IntegrityFault = named(INTEGRITY_FAULTS, what);
      return handOutcome(hand.fault(fault, now));
    },
    battery: (days, now) => handOutcome(hand.changeBattery(days, now)),
    look: (now) => ({ outcome: 'done', effects: [], detail: shown(displayFacts(hand.look(now))) }),
  };
}

/** The home around a meter. */
export function homeOf({ type, device }: SimulatedMeter): Home {
  return type === 'ESME' ? electricityHome(device) : gasHome(device);
}
