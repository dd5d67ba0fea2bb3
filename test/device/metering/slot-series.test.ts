import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Forecast, SlotSeries } from '../../../firmware-sim/device/metering/slot-series.ts';
import { holds } from '../../support/property.ts';

const UNIT = 3_600_000;
const EVERY = 1_800;
const SLOT_MS = EVERY * 1000;

/** Two flows that change every minute, as any function of the minute will do. */
const rateOf = (minute: number, field: number): number => ((minute * 7919 + field * 104_729) % 977) * (field + 1);

function flowed(from: number, to: number, field: number): number {
  let sum = 0;
  for (let at = from; at < to; ) {
    const end = Math.min(to, (Math.floor(at / 60_000) + 1) * 60_000);
    sum += rateOf(Math.floor(at / 60_000), field) * (end - at);
    at = end;
  }
  return sum;
}

const FORECAST: Forecast = {
  fields: 2,
  unit: UNIT,
  from(start) {
    let at = start;
    return {
      to(end) {
        const from = at;
        at = end;
        return [flowed(from, end, 0), flowed(from, end, 1)];
      },
    };
  },
};

type Row = readonly [time: number, first: number, second: number];

/** What happens in a slot besides what is forecast. */
type Slot =
  | { readonly kind: 'ordinary' | 'gap' | 'off' }
  | { readonly kind: 'set'; readonly to: number }
  | { readonly kind: 'clock'; readonly bySeconds: number };

const slot: fc.Arbitrary<Slot> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({ kind: 'ordinary' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'gap' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'off' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('set' as const), to: fc.nat(5_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('clock' as const), bySeconds: fc.integer({ min: -4_000, max: 4_000 }) }),
  },
);

/** Lets registers count in slot after slot, and keeps every row plainly besides. */
function history(
  slots: readonly Slot[],
  fractions: readonly [number, number],
): { readonly series: SlotSeries; readonly rows: Row[] } {
  const series = new SlotSeries(FORECAST, 1_000_000);
  const rows: Row[] = [];
  const counted = [...fractions];
  let [start, end, time] = [0, SLOT_MS, EVERY];
  for (const one of slots) {
    if (one.kind === 'clock') {
      const shift = Math.max(SLOT_MS / 30 - (end - start), -one.bySeconds * 1000);
      end += shift;
    }
    const before = counted.map((sum) => Math.floor(sum / UNIT));
    if (one.kind !== 'off') for (const field of [0, 1]) counted[field] = (counted[field] as number) + flowed(start, end, field);
    let values = counted.map((sum, field) => Math.floor(sum / UNIT) - (before[field] as number));
    if (one.kind === 'set') values = [one.to, values[1] as number];
    if (one.kind !== 'gap') {
      series.add({ time, every: EVERY, start, end }, values);
      rows.push([time, values[0] as number, values[1] as number]);
    }
    start = end;
    end += SLOT_MS;
    time += EVERY;
  }
  return { series, rows };
}

function read(series: SlotSeries, from: number, to: number, skip = 0): Row[] {
  const rows: Row[] = [];
  series.visit(from, to, skip, (time, [first = 0, second = 0]) => rows.push([time, first, second]));
  return rows;
}

const fraction = fc.nat(UNIT - 1);
const slots = fc.array(slot, { maxLength: 120 });

describe('a series of rows that follow from what flows', () => {
  it('reads like rows that were kept, whatever happened and in whatever range', () => {
    holds(
      fc.property(slots, fraction, fraction, fc.nat(150), fc.nat(150), fc.nat(130), (list, a, b, from, to, skip) => {
        const { series, rows } = history(list, [a, b]);
        expect(series.count).toBe(rows.length);
        expect(read(series, 0, Number.MAX_SAFE_INTEGER)).toEqual(rows);
        const range = [from * EVERY + 1, to * EVERY + 1] as const;
        expect(read(series, ...range, skip)).toEqual(rows.slice(skip).filter(([time]) => time >= range[0] && time <= range[1]));
      }),
    );
  });

  it('goes on from its state as if it had never been away', () => {
    holds(
      fc.property(slots, fraction, fraction, (list, a, b) => {
        const { series, rows } = history(list, [a, b]);
        const other = new SlotSeries(FORECAST, 1_000_000);
        other.restore(series.state());
        expect([other.state(), read(other, 0, Number.MAX_SAFE_INTEGER)]).toEqual([series.state(), rows]);
      }),
      30,
    );
  });

  it('keeps next to nothing of a register that counts what flows', () => {
    const ordinary = Array.from({ length: 8_000 }, (): Slot => ({ kind: 'ordinary' }));
    const { series, rows } = history(ordinary, [1_234_567, 3_000_000]);
    expect(read(series, 0, Number.MAX_SAFE_INTEGER)).toEqual(rows);
    const { closed, open, fits } = series.state();
    expect(closed.length + open.length + fits.length).toBeLessThan(50);
  });

  it('keeps one number for a time in which a register stands still', () => {
    const off = Array.from({ length: 500 }, (): Slot => ({ kind: 'off' }));
    expect(history(off, [0, 0]).series.state().closed).toEqual([]);
  });

  it('forgets whole runs that nobody needs', () => {
    const series = new SlotSeries(FORECAST, 100);
    for (let i = 0; i < 300; i++) series.add({ time: (i + 1) * EVERY, every: EVERY, start: 0, end: 1 }, [i, i]);
    expect([series.count, read(series, 0, Number.MAX_SAFE_INTEGER)[0]?.[1]]).toEqual([101, 199]);
  });
});
