import { namedMoment } from '../../../firmware-sim/device/cosem/activations.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../../firmware-sim/device/effects.ts';
import type { ClockKeeper } from '../../../firmware-sim/device/life/clock-keeper.ts';
import type { LedgerEntry } from '../../../firmware-sim/device/payment/ledger.ts';
import { decodeEnvelope } from '../../../firmware-sim/gbcs/envelope.ts';
import { messageOf } from '../../../firmware-sim/gbcs/message.ts';
import { makeUtrn, type UtrnParties } from '../../../firmware-sim/gbcs/utrn.ts';
import { fromSeconds2000, type Millis } from '../../../firmware-sim/kernel/time.ts';
import type { ModelBalances, ModelSettings } from '../../second/payment-model.ts';
import { pki, SUPPLIER, suite } from '../bench.ts';

/** Midnight before a Monday; times of tests are milliseconds from here. */
export const START: Millis = Date.UTC(2030, 0, 14);

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** What happens to a meter from outside. */
export type Action =
  | { readonly do: 'load'; readonly watts: number }
  /** A new token; entered in the home when it says where. */
  | { readonly do: 'top-up'; readonly pence: number; readonly via?: 'keypad' | 'ppmid' }
  | { readonly do: 'adjust'; readonly amount: number }
  | { readonly do: 'reset' }
  | { readonly do: 'debt'; readonly which: 1 | 2 | 3; readonly amount: number }
  | { readonly do: 'emergency' }
  | { readonly do: 'mode'; readonly prepayment: boolean; readonly inEmergency?: boolean; readonly disabled?: boolean }
  | { readonly do: 'limit'; readonly amount: number }
  /** A hand at the meter switches supply on. */
  | { readonly do: 'enable' };

/** A meter in prepayment that is driven as the model is: both kinds of meter by their own commands. */
export interface Prepaid {
  readonly device: Device;
  readonly effects: DeviceEffect[];
  readonly supply: 'on' | 'off' | 'armed';
  readonly clock: ClockKeeper;
  balances(): ModelBalances;
  /** @returns what the meter answered, where the action has an answer */
  act(action: Action, at: Millis): number | boolean | undefined;
  /** Enters digits in the home. @returns the result code */
  enter(digits: string, via: 'keypad' | 'ppmid', at: Millis): number;
  /** Digits from the supplier. @returns whether they were accepted, and for gas how */
  send(digits: string, counter: number, at: Millis): number | boolean;
}

/** Lives until a moment. */
export function live(meter: Prepaid, at: Millis): void {
  meter.effects.push(...meter.device.poll(START + at));
}

export const utrnPartiesOf = (device: Device): UtrnParties => {
  const theirs = pki.privateKey(SUPPLIER, 'prePaymentTopUp');
  const own = pki.publicKey(device.eui, 'keyAgreement');
  if (!theirs || !own) throw new TypeError('the bench has keys for everyone');
  return { supplier: SUPPLIER, device: device.eui, z: suite.sharedSecret(theirs, own) };
};

/** A token of so many pence for a meter. */
export function tokenFor(device: Device, pence: number, counter: number): string {
  return makeUtrn(suite, utrnPartiesOf(device), { valueClass: 'pence', value: pence, counter });
}

/** Codes that were sent, logged or shown in the home, each once for its second, in order of time. */
export function codesIn(effects: readonly DeviceEffect[]): readonly (readonly [seconds: number, code: number])[] {
  const found = new Map<string, readonly [number, number]>();
  for (const effect of effects) {
    const one = codeOf(effect);
    if (one) found.set(one.join(' '), one);
  }
  return [...found.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

const secondsOf = (at: Millis): number => Math.floor((at - START) / 1_000);

function codeOf(effect: DeviceEffect): readonly [number, number] | undefined {
  if (effect.kind === 'log') return [secondsOf(effect.entry.at), effect.entry.code];
  if (effect.kind === 'home-event') return [secondsOf(effect.at), effect.code];
  if (effect.kind !== 'send' || effect.header.cra !== 'alert') return undefined;
  const { payload } = messageOf(decodeEnvelope(effect.message), effect.message);
  if (payload.kind === 'gbz-alert') return [secondsOf(fromSeconds2000(payload.time)), payload.alertCode];
  if (payload.kind !== 'dlms-data-notification') return undefined;
  const [code, time] = payload.body.children;
  const at = namedMoment(time?.value instanceof Uint8Array ? time.value : new Uint8Array(0));
  return at === undefined ? undefined : [secondsOf(at), Number(code?.value)];
}

/** Bookings among effects. */
export const bookingsIn = (effects: readonly DeviceEffect[]): readonly LedgerEntry[] =>
  effects.flatMap((effect) => (effect.kind === 'ledger' ? [effect.entry] : []));

export const NO_BALANCES: ModelBalances = {
  balance: 0,
  emergency: 0,
  accumulated: 0,
  debt1: 0,
  debt2: 0,
  paymentDebt: 0,
  bill: 0,
};

/** Prepayment at 25 pence for a kilowatt hour with five pounds of emergency credit; nothing else costs anything. */
export const PLAIN_SETTINGS: Omit<ModelSettings, 'gas'> = {
  prepayment: true,
  price: 25_000,
  standingCharge: 0,
  disablement: 0,
  low: 200_000,
  emergencyLimit: 500_000,
  emergencyThreshold: 100_000,
  suspendInEmergency: false,
  suspendDisabled: false,
  rates: [0, 0],
  hourly: [false, false],
  share: 0,
  cap: 0,
  maximumCredit: 25_000_000,
  maximumBalance: 100_000_000,
  friendly: [],
};
