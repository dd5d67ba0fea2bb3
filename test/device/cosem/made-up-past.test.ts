import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosemDefaults } from '../../../firmware-sim/device/cosem/defaults.ts';
import { readLog } from '../../../firmware-sim/device/cosem/logs.ts';
import { setPlain } from '../../../firmware-sim/device/cosem/numbers.ts';
import { CosemStore } from '../../../firmware-sim/device/cosem/store.ts';
import { EventLog } from '../../../firmware-sim/device/event-log.ts';
import { toSeconds2000 } from '../../../firmware-sim/kernel/time.ts';
import { holds } from '../../support/property.ts';
import { NOW, plainOf } from './calls.ts';

const AT = toSeconds2000(NOW);
const DAY = 86_400;

type Rows = number[][];

/** A meter with registers of its own, whose import is split between two rates and what no rate has. */
function meter(name: string, registers: readonly number[], rates: readonly number[] = []) {
  const store = new CosemStore('ESME', cosemDefaults('ESME'));
  const [active = 0, secondary = 0, exported = 0, reactive = 0] = registers;
  setPlain(store, '1/0-0:94.44.34.10/2', [active, [0, 30], reactive, [0, 32], secondary]);
  setPlain(store, '1/0-0:94.44.34.1/2', [rates, [secondary]]);
  setPlain(store, '3/1-0:2.8.0.255/2', exported);
  const logs = { security: new EventLog(), event: new EventLog(), power: new EventLog() };
  const source = { store, logs, at: NOW, name };
  return (obis: string): Rows => plainOf(readLog(source, `7/0-0:${obis}.255/2`)) as Rows;
}

const sum = (rows: Rows, column: number, after: number, upTo: number): number =>
  rows.filter(([time = 0]) => time > after && time <= upTo).reduce((total, row) => total + (row[column] ?? 0), 0);

const wattHours = fc.integer({ min: 0, max: 400_000 });
const registers = fc.tuple(wattHours, wattHours, wattHours, wattHours);

describe('the made-up past of a meter', () => {
  it('adds up: days are their half hours, registers the one before and what came since', () => {
    holds(
      fc.property(fc.string(), registers, (name, [active, secondary, exported, reactive]) => {
        const read = meter(name, [active, secondary, exported, reactive]);
        const [imports, exports, reactives] = [read('99.1.0'), read('99.1.1'), read('99.1.2')];
        for (const [time = 0, wh = 0] of read('99.1.3').slice(-60)) {
          expect(sum(imports, 1, time - DAY, time) + sum(imports, 2, time - DAY, time)).toBe(wh);
        }
        for (const [time = 0, first, second] of read('98.1.9')) {
          expect([first, second]).toEqual([active - sum(imports, 1, time, AT), secondary - sum(imports, 2, time, AT)]);
        }
        for (const [time = 0, wh] of read('98.1.10')) expect(wh).toBe(exported - sum(exports, 1, time, AT));
        expect(sum(reactives, 1, 0, AT)).toBeLessThanOrEqual(reactive);
      }),
      4,
    );
  });

  it('never goes below zero: a new meter has counted nothing', () => {
    const read = meter('new', [0, 0, 0, 0]);
    expect(read('99.1.0').every(([, a, b]) => a === 0 && b === 0)).toBe(true);
    const young = meter('young', [40_000, 0, 0, 0], [40_000]);
    const days = young('98.1.9').map(([, wh]) => wh ?? 0);
    expect([days[0], days.at(-1)]).toEqual([0, 40_000]);
    expect(days.every((wh, i) => wh >= (days[i - 1] ?? 0))).toBe(true);
  });

  it('splits what was imported among the rates, which only grow', () => {
    const read = meter('rates', [9_000_001, 0, 0, 0], [0, 6_000_000, 3_000_001, 0]);
    const rates = read('98.1.9').map((row) => (row as unknown as number[][])[3] ?? []);
    read('98.1.9').forEach(([, wh], i) => {
      expect(rates[i]?.reduce((total, rate) => total + rate, 0)).toBe(wh);
      expect(rates[i]?.every((rate, j) => rate >= (rates[i - 1]?.[j] ?? 0))).toBe(true);
    });
    expect(rates.at(-1)?.slice(0, 4)).toEqual([0, 6_000_000, 3_000_001, 0]);
  });

  it('is a device of its own each', () => {
    expect(meter('one', [9_000_000])('99.1.0')).not.toEqual(meter('other', [9_000_000])('99.1.0'));
    expect(meter('one', [9_000_000])('99.1.0')).toEqual(meter('one', [9_000_000])('99.1.0'));
  });
});
