import type { ModelBalances, ModelSettings } from '../../second/payment-model.ts';
import { type Action, DAY, HOUR, MINUTE } from './prepaid.ts';

/** What a meter is set up with, and what happens to it. */
export interface History {
  readonly name: string;
  readonly settings: Partial<ModelSettings>;
  readonly balances: Partial<ModelBalances>;
  readonly actions: readonly (readonly [at: number, action: Action])[];
  readonly days: number;
}

const load = (watts: number): Action => ({ do: 'load', watts });
const topUp = (pence: number, via?: 'keypad' | 'ppmid'): Action => ({ do: 'top-up', pence, ...(via && { via }) });
const adjust = (amount: number): Action => ({ do: 'adjust', amount });
const debt = (which: 1 | 2 | 3, amount: number): Action => ({ do: 'debt', which, amount });
const emergency: Action = { do: 'emergency' };
const enable: Action = { do: 'enable' };
const mode = (prepayment: boolean, inEmergency = false, disabled = false): Action => ({
  do: 'mode',
  prepayment,
  inEmergency,
  disabled,
});

/** Ten histories of prepayment, for both kinds of meter. */
export const HISTORIES: readonly History[] = [
  {
    name: 'flat use until supply is disabled, a top-up, a hand at the meter',
    settings: { standingCharge: 24_321, emergencyLimit: 0 },
    balances: { balance: 1_234_567 },
    actions: [
      [0, load(777)],
      [3 * DAY + 5 * HOUR, load(0)],
      [3 * DAY + 6 * HOUR, load(1_333)],
      [5 * DAY, topUp(150)],
      [5 * DAY + HOUR, enable],
      [5 * DAY + 3 * HOUR, topUp(2_000, 'keypad')],
    ],
    days: 9,
  },
  {
    name: 'emergency credit is refused, activated, used up, paid back and used again',
    settings: { standingCharge: 10_000, low: 150_000, disablement: -20_000 },
    balances: { balance: 300_000, emergency: 500_000 },
    actions: [
      [0, load(450)],
      [HOUR, emergency],
      [DAY + 2 * HOUR, emergency],
      [DAY + 3 * HOUR, emergency],
      [5 * DAY, topUp(300)],
      [5 * DAY, enable],
      [6 * DAY + 7 * MINUTE, topUp(2_500, 'ppmid')],
      [6 * DAY + 8 * MINUTE, enable],
      [7 * DAY, load(3_000)],
      [10 * DAY, emergency],
      [10 * DAY, enable],
    ],
    days: 13,
  },
  {
    name: 'a top-up pays payment debt, accumulated debt, the shortfall and emergency credit, each in its turn',
    settings: {
      share: 2_000,
      cap: 500_000,
      suspendInEmergency: true,
      standingCharge: 30_000,
      rates: [2_000, 0],
      hourly: [true, false],
    },
    balances: { balance: 50_000, emergency: 500_000, paymentDebt: 900_000, debt1: 400_000 },
    actions: [
      [0, load(300)],
      [HOUR, emergency],
      [2 * DAY, load(2_000)],
      [4 * DAY, topUp(100)],
      [4 * DAY + 1, topUp(1_000)],
      [4 * DAY + 2, topUp(2_000)],
      [4 * DAY + HOUR, enable],
      [12 * DAY, topUp(4_000)],
      [12 * DAY + HOUR, enable],
    ],
    days: 14,
  },
  {
    name: 'debts are suspended in emergency credit, and not while supply is off',
    settings: { suspendInEmergency: true, standingCharge: 20_000, rates: [500, 15_000], hourly: [true, false] },
    balances: { balance: 80_000, emergency: 500_000, debt1: 60_000, debt2: 100_000 },
    actions: [
      [0, load(150)],
      [2 * HOUR, emergency],
      [6 * DAY, load(4_000)],
      [8 * DAY, topUp(1_000)],
      [8 * DAY, enable],
    ],
    days: 10,
  },
  {
    name: 'debts are suspended while supply is off, and not in emergency credit',
    settings: { suspendDisabled: true, standingCharge: 20_000, rates: [500, 15_000], hourly: [true, false] },
    balances: { balance: 80_000, emergency: 500_000, debt1: 160_000, debt2: 100_000 },
    actions: [
      [0, load(150)],
      [2 * HOUR, emergency],
      [4 * DAY, load(6_000)],
      [6 * DAY, topUp(1_000)],
      [6 * DAY + 12 * HOUR, enable],
    ],
    days: 8,
  },
  {
    name: 'time debts by the hour and by the day until nothing is owed',
    settings: { rates: [777, 12_345], hourly: [true, false], standingCharge: 1 },
    balances: { balance: 2_000_000, emergency: 500_000, debt1: 20_001, debt2: 30_000 },
    actions: [
      [30 * MINUTE, load(77)],
      [DAY + 30 * MINUTE, debt(1, 5_000)],
      [2 * DAY, debt(2, -100)],
      [2 * DAY + HOUR, debt(2, -9_000_000)],
    ],
    days: 4,
  },
  {
    name: 'the cap on payment debt over a rolling week of many top-ups',
    settings: { share: 5_000, cap: 400_000 },
    balances: { balance: 9_000_000, emergency: 500_000, paymentDebt: 5_000_000 },
    actions: [
      [0, load(500)],
      ...Array.from({ length: 36 }, (_, i): readonly [number, Action] => [i * 9 * HOUR + 17, topUp(90 + i)]),
      [14 * DAY, debt(3, -4_000_000)],
      [14 * DAY + 1, topUp(900)],
    ],
    days: 15,
  },
  {
    name: 'credit runs out in the night, and supply stays on until the morning',
    settings: { friendly: [[1_080, 600]], standingCharge: 15_000, emergencyLimit: 0 },
    balances: { balance: 400_000 },
    actions: [
      [0, load(600)],
      [2 * DAY + 12 * HOUR, topUp(500)],
      [2 * DAY + 13 * HOUR, enable],
      [3 * DAY + 20 * HOUR, adjust(-2_000_000)],
      [3 * DAY + 21 * HOUR, topUp(3_000)],
      [6 * DAY, adjust(-20_000_000)],
    ],
    days: 7,
  },
  {
    name: 'from prepayment to credit mode and back',
    settings: { standingCharge: 25_000, rates: [100, 1_000], hourly: [true, false] },
    balances: { balance: 150_000, emergency: 500_000, debt1: 90_000, debt2: 90_000 },
    actions: [
      [0, load(500)],
      [9 * HOUR, emergency],
      [DAY + 3 * HOUR, mode(false)],
      [DAY + 4 * HOUR, topUp(500)],
      [3 * DAY, adjust(40_000)],
      [4 * DAY + 7 * MINUTE, mode(true, true, true)],
      [4 * DAY + 8 * MINUTE, topUp(6_000)],
      [4 * DAY + 9 * MINUTE, enable],
      [6 * DAY, mode(true, false, false)],
    ],
    days: 8,
  },
  {
    name: 'adjustments, resets and another limit while emergency credit is owed',
    settings: { standingCharge: 9_999, maximumCredit: 1_500_000, maximumBalance: 2_000_000 },
    balances: { balance: 60_000, emergency: 500_000, accumulated: 70_000 },
    actions: [
      [0, load(900)],
      [1, emergency],
      [HOUR, { do: 'limit', amount: 700_000 }],
      [9 * HOUR, { do: 'limit', amount: 100_000 }],
      [10 * HOUR, adjust(30_000)],
      [11 * HOUR, adjust(-1_000)],
      [12 * HOUR, { do: 'reset' }],
      [12 * HOUR + 1, topUp(1_501)],
      [12 * HOUR + 2, topUp(1_500)],
      [12 * HOUR + 3, topUp(1_400)],
      [12 * HOUR + 4, enable],
      [2 * DAY, adjust(-3_000_000)],
      [2 * DAY + HOUR, { do: 'reset' }],
    ],
    days: 3,
  },
];
