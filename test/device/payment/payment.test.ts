import { describe, expect, it } from 'vitest';
import { setPlain } from '../../../firmware-sim/device/cosem/numbers.ts';
import type { DeviceSetup } from '../../../firmware-sim/device/setup.ts';
import type { ModelBalances, ModelSettings } from '../../second/payment-model.ts';
import {
  bookingsIn,
  codesIn,
  DAY,
  HOUR,
  live,
  MINUTE,
  NO_BALANCES,
  PLAIN_SETTINGS,
  type Prepaid,
  START,
  tokenFor,
} from './prepaid.ts';
import { PrepaidElectricity } from './prepaid-electricity.ts';
import { METERS, type MeterKind } from './prepaid-meters.ts';

type Changes = Partial<Omit<ModelSettings, 'gas'>>;

const made = (
  { make, gas }: MeterKind,
  settings: Changes,
  balances: Partial<ModelBalances>,
  parameters: DeviceSetup['parameters'] = {},
): Prepaid => make({ ...PLAIN_SETTINGS, ...settings, gas }, { ...NO_BALANCES, emergency: 500_000, ...balances }, { parameters });

const supplies = ({ effects }: Prepaid) =>
  effects.flatMap((effect) => (effect.kind === 'supply' ? [[effect.at - START, effect.to, effect.cause] as const] : []));

const times = (meter: Prepaid, code: number): readonly number[] =>
  codesIn(meter.effects).flatMap(([at, one]) => (one === code ? [at] : []));

/** A kilowatt costs 25 millipence in 3.6 seconds. */
const KILOWATT = { do: 'load', watts: 1_000 } as const;
const NO_EMERGENCY: Changes = { emergencyLimit: 0, low: 0 };

describe.each(METERS)('$name: thresholds', (kind) => {
  it('are crossed at their millisecond, whatever the steps', () => {
    for (const step of [1, 13_999, HOUR]) {
      const meter = made(kind, NO_EMERGENCY, { balance: 100 });
      meter.act(KILOWATT, 0);
      for (let at = step; at <= 30_000; at += step * 997) live(meter, at);
      live(meter, HOUR);
      // 101 millipence are one too many: 101 / 25000 of an hour.
      expect(supplies(meter)).toEqual([[14_544, 'disabled', 'credit']]);
      expect(meter.balances().balance).toBe(-1);
    }
  });

  it('are told once for each crossing, however often somebody looks', () => {
    const meter = made(kind, { emergencyLimit: 0, low: 50_000 }, { balance: 60_000 });
    for (let i = 0; i < 20; i++) meter.act({ do: 'adjust', amount: -1 }, i * 1_000);
    expect(codesIn(meter.effects)).toEqual([]);
    for (let i = 0; i < 3; i++) {
      meter.act({ do: 'adjust', amount: -10_000 }, (i + 1) * HOUR);
      meter.act({ do: 'adjust', amount: -1 }, (i + 1) * HOUR + MINUTE);
      meter.act({ do: 'adjust', amount: 10_001 }, (i + 1) * HOUR + 2 * MINUTE);
    }
    expect(times(meter, 0x810d)).toEqual([3_600, 7_200, 10_800]);
  });

  it('are not told for how things stood when the meter began to live', () => {
    const meter = made(kind, {}, { balance: -5_000 });
    meter.act({ do: 'adjust', amount: -1 }, HOUR);
    expect([codesIn(meter.effects), meter.supply]).toEqual([[], 'on']);
  });

  it('may count what stands at them as below', () => {
    const meter = made(kind, NO_EMERGENCY, { balance: 100 }, { creditThresholdsInclusive: true });
    meter.act(KILOWATT, 0);
    live(meter, HOUR);
    expect([supplies(meter), meter.balances().balance]).toEqual([[[14_400, 'disabled', 'credit']], 0]);
  });
});

describe.each(METERS)('$name: emergency credit', (kind) => {
  const lent = (parameters: DeviceSetup['parameters'] = {}): Prepaid => {
    const meter = made(kind, { low: 0 }, { balance: 50_000 }, parameters);
    meter.act({ do: 'emergency' }, MINUTE);
    meter.act(KILOWATT, 2 * MINUTE);
    live(meter, 10 * HOUR);
    meter.act({ do: 'load', watts: 0 }, 10 * HOUR);
    return meter;
  };

  it('stays in use until the balance has risen to where it was offered', () => {
    const meter = lent();
    meter.act({ do: 'top-up', pence: 250 }, 11 * HOUR);
    expect(meter.balances()).toMatchObject({ emergency: 500_000, balance: 50_834 });
    meter.act({ do: 'adjust', amount: 49_166 }, 12 * HOUR);
    expect(times(meter, 0x8119)).toEqual([]);
    meter.act({ do: 'adjust', amount: -1 }, 13 * HOUR);
    expect(times(meter, 0x8119)).toEqual([13 * 3_600]);
  });

  it('may be over as soon as it is repaid, and is on offer at once while the balance is low', () => {
    const meter = lent({ emergencyCreditEndsWhenRepaid: true });
    meter.act({ do: 'top-up', pence: 250 }, 11 * HOUR);
    expect(times(meter, 0x8119)).toEqual([11 * 3_600]);
    expect(meter.act({ do: 'emergency' }, 12 * HOUR)).toBe(true);
  });

  it('that is owed stays owed in credit mode, or comes out of the balance there', () => {
    const kept = lent();
    kept.act({ do: 'mode', prepayment: false }, 11 * HOUR);
    expect(kept.balances()).toMatchObject({ balance: 0, emergency: 300_834 });
    const charged = lent({ creditModeTakesEmergencyOwed: true });
    charged.act({ do: 'mode', prepayment: false }, 11 * HOUR);
    expect(charged.balances()).toMatchObject({ balance: -199_166, emergency: 500_000 });
    expect(bookingsIn(charged.effects).filter(({ cause }) => cause === 'mode-changed')).toHaveLength(2);
  });

  it('arms a supply that is off, and says that it did (8168)', () => {
    const meter = made(kind, { low: 0 }, { balance: 10 });
    meter.act(KILOWATT, 0);
    live(meter, HOUR);
    expect([meter.supply, meter.act({ do: 'emergency' }, 2 * HOUR), meter.supply]).toEqual(['off', true, 'armed']);
    expect(times(meter, 0x8168)).toEqual([7_200]);
    expect(supplies(meter).at(-1)).toEqual([2 * HOUR, 'armed', 'emergency-credit']);
  });
});

describe.each(METERS)('$name: what falls due by the clock', (kind) => {
  const due = { standingCharge: 1_000, rates: [7, 500] as [number, number], hourly: [true, false] as [boolean, boolean] };
  const owing = { balance: 1_000_000, debt1: 100_000, debt2: 100_000 };
  const charged = (meter: Prepaid): number => 1_000_000 - meter.balances().balance;
  const setClock = (meter: Prepaid, at: number, offsetMs: number, status: 'reliable' | 'invalid' = 'reliable'): void => {
    live(meter, at);
    meter.device.clock = { offsetMs, status };
    meter.device.life?.settle(START + at, meter.effects);
  };

  it('is collected at the end of its period', () => {
    const meter = made(kind, due, owing);
    live(meter, HOUR - 1);
    expect(charged(meter)).toBe(0);
    live(meter, HOUR);
    expect(charged(meter)).toBe(7);
    live(meter, 2 * DAY);
    expect(charged(meter)).toBe(48 * 7 + 2 * 1_500);
    const causes = bookingsIn(meter.effects).filter(({ at, balance }) => at === START + DAY && balance === 'meterBalance');
    expect(causes.map(({ cause, amount }) => [cause, amount])).toEqual([
      ['standing-charge', -1_000],
      ['time-debt-1', -7],
      ['time-debt-2', -500],
    ]);
  });

  it('may be collected at another minute of the day', () => {
    const meter = made(kind, { standingCharge: 1_000 }, owing, { standingChargeMinute: 90 });
    live(meter, 90 * MINUTE - 1);
    expect(charged(meter)).toBe(0);
    live(meter, DAY + 90 * MINUTE);
    expect(charged(meter)).toBe(2_000);
  });

  it('is collected once when the clock is put over midnight and back', () => {
    const meter = made(kind, { standingCharge: 1_000 }, owing);
    setClock(meter, DAY - 20_000, 30_000);
    live(meter, DAY - 19_000);
    expect(charged(meter)).toBe(1_000);
    setClock(meter, DAY - 15_000, -30_000);
    live(meter, DAY + HOUR);
    expect(charged(meter)).toBe(1_000);
    live(meter, 2 * DAY + 30_000);
    expect(charged(meter)).toBe(2_000);
  });

  it('is not collected for days that another clock leaves out, nor given back for those it repeats', () => {
    const meter = made(kind, { standingCharge: 1_000 }, owing);
    setClock(meter, HOUR, 40 * DAY);
    live(meter, DAY);
    expect(charged(meter)).toBe(1_000);
    setClock(meter, DAY + HOUR, 0);
    live(meter, 2 * DAY);
    expect(charged(meter)).toBe(2_000);
  });

  it('is not collected while the meter does not know the time', () => {
    const meter = made(kind, due, owing);
    setClock(meter, HOUR / 2, 0, 'invalid');
    live(meter, 5 * DAY + HOUR / 2);
    expect(charged(meter)).toBe(0);
    setClock(meter, 5 * DAY + HOUR / 2, 0);
    live(meter, 5 * DAY + HOUR);
    expect(charged(meter)).toBe(7);
  });

  it('leaves the standing charge alone too while supply is off, where the profile says so', () => {
    const off = (parameters: DeviceSetup['parameters']): Prepaid => {
      const meter = made(kind, { ...due, suspendDisabled: true, emergencyLimit: 0 }, { ...owing, balance: 0 }, parameters);
      meter.act(KILOWATT, 0);
      live(meter, DAY);
      return meter;
    };
    expect(off({}).balances().balance).toBe(-1 - 1_000);
    expect(off({ suspendDebtDisabledCoversStandingCharge: true }).balances().balance).toBe(-1);
  });
});

describe.each(METERS)('$name: cost', (kind) => {
  it('of consumption is kept apart from everything else', () => {
    const meter = made(kind, { standingCharge: 900, rates: [70, 0] }, { balance: 100_000, debt1: 500 });
    meter.act({ do: 'load', watts: 333 }, 0);
    meter.act({ do: 'top-up', pence: 100 }, 12 * HOUR);
    live(meter, 24 * HOUR);
    const { ledger } = meter.device;
    expect(ledger.charged('consumption')).toBe(Math.floor((24 * 333 * 25_000) / 1_000));
    expect([ledger.charged('standing-charge'), ledger.charged('time-debt-1')]).toEqual([900, 70]);
  });

  it('is booked by the half hour, and before anything else', () => {
    const meter = made(kind, NO_EMERGENCY, { balance: 1_000_000 });
    meter.act(KILOWATT, 0);
    meter.act({ do: 'adjust', amount: 5 }, 45 * MINUTE);
    live(meter, HOUR);
    expect(bookingsIn(meter.effects).map(({ at, amount, cause }) => [(at - START) / MINUTE, amount, cause])).toEqual([
      [30, -12_500, 'consumption'],
      [45, -6_250, 'consumption'],
      [45, 5, 'adjustment'],
      [60, -6_250, 'consumption'],
    ]);
  });
});

describe('the account of an electricity meter', () => {
  const electricity = METERS.find(({ gas }) => !gas) ?? expect.unreachable('there are electricity meters');

  it('pays for both elements, each with a cause of its own', () => {
    const meter = new PrepaidElectricity({ ...PLAIN_SETTINGS, gas: false }, { ...NO_BALANCES, balance: 5_000_000 });
    const { cosem } = meter.device;
    const list = ['0000131400ff', '0000131405ff'].map((charge) => ['0000130a00ff', charge, '111']);
    if (cosem) setPlain(cosem, '111/0-0:19.0.0.255/11', list);
    meter.load({ importWatts: 100, secondaryWatts: 2_000 }, 0);
    live(meter, 10 * HOUR);
    expect(meter.balances().balance).toBe(5_000_000 - 25_000 - 250_000);
    const { ledger } = meter.device;
    expect([ledger.charged('consumption'), ledger.charged('secondary-consumption')]).toEqual([25_000, 250_000]);
    expect(meter.payment.costOfConsumption).toBe(275_000);
  });

  it('is charged after an outage for every period that ended meanwhile, and for no consumption', () => {
    const settings: Changes = { standingCharge: 1_000, rates: [7, 500], hourly: [true, false] };
    const meter = new PrepaidElectricity(
      { ...PLAIN_SETTINGS, ...settings, gas: false },
      { ...NO_BALANCES, balance: 1_000_000, debt1: 100_000, debt2: 100_000 },
    );
    meter.load({ importWatts: 1_000, volts: [0, 0, 0] }, 30 * MINUTE);
    live(meter, 3 * DAY + 10 * MINUTE);
    expect(meter.balances()).toMatchObject({ balance: 1_000_000, debt1: 100_000 });
    const token = tokenFor(meter.device, 100, 3);
    expect(meter.enter(token, 'keypad', 3 * DAY + 15 * MINUTE)).toBe(3);
    meter.load({}, 3 * DAY + 20 * MINUTE);
    live(meter, 3 * DAY + 50 * MINUTE);
    expect(meter.balances()).toMatchObject({ balance: 1_000_000 - 3 * 1_500 - 72 * 7, debt1: 100_000 - 72 * 7 });
    expect(bookingsIn(meter.effects).filter(({ at }) => at < START + 3 * DAY)).toEqual([]);
  });

  it('lets a supplier switch supply on without credit, until a night of non-disablement is over', () => {
    const meter = made(electricity, { ...NO_EMERGENCY, friendly: [[1_080, 480]] }, { balance: 5 });
    meter.act(KILOWATT, 12 * HOUR);
    live(meter, 13 * HOUR);
    expect(meter.supply).toBe('off');
    meter.device.life?.settle(START + 13 * HOUR, meter.effects);
    if (!(meter instanceof PrepaidElectricity)) return expect.unreachable('it is an electricity meter');
    meter.script(51, 14 * HOUR);
    live(meter, DAY + 8 * HOUR - 1);
    expect(meter.supply).toBe('on');
    live(meter, DAY + 8 * HOUR);
    expect(meter.supply).toBe('off');
    expect(times(meter, 0x8f83)).toEqual([18 * 3_600]);
  });

  it('does not arm a supply that the supplier has disabled', () => {
    const meter = made(electricity, NO_EMERGENCY, { balance: 5 });
    meter.act(KILOWATT, 12 * HOUR);
    live(meter, 13 * HOUR);
    if (!(meter instanceof PrepaidElectricity)) return expect.unreachable('it is an electricity meter');
    meter.script(52, 14 * HOUR);
    expect(meter.act({ do: 'top-up', pence: 100 }, 15 * HOUR)).toBe(0x11);
    expect(meter.supply).toBe('off');
  });

  it('changes mode at the moment a future-dated command names, and is judged then', () => {
    const meter = made(electricity, { low: 0, prepayment: false }, { balance: -400_000 });
    if (!(meter instanceof PrepaidElectricity)) return expect.unreachable('it is an electricity meter');
    meter.changeMode({ do: 'mode', prepayment: true }, HOUR, 5 * HOUR);
    live(meter, 5 * HOUR - 1);
    expect([meter.supply, supplies(meter)]).toEqual(['on', []]);
    live(meter, 9 * HOUR);
    expect(supplies(meter)).toEqual([[5 * HOUR, 'disabled', 'credit']]);
    expect([0x8119, 0x8f0f, 0x8f66].map((code) => times(meter, code))).toEqual([[5 * 3_600], [5 * 3_600], [5 * 3_600]]);
  });
});
