import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosemDefaults } from '../../../firmware-sim/device/cosem/defaults.ts';
import { setPlain } from '../../../firmware-sim/device/cosem/numbers.ts';
import { Schedule } from '../../../firmware-sim/device/cosem/schedule.ts';
import { CosemStore } from '../../../firmware-sim/device/cosem/store.ts';
import type { Plain } from '../../../firmware-sim/device/cosem/value.ts';
import { holds } from '../../support/property.ts';
import { disagreements, hex, type NaiveDate, naiveMatches, switchesByMinute } from './naive-calendar.ts';

const ENTRIES = '10/0-0:12.0.1.255/2';
const SPECIAL_DAYS = '11/0-0:11.0.2.255/2';
const NON_DISABLEMENT = '00000a006aff';
const DAY = 86_400_000;
const ANY: NaiveDate = {};

interface NaiveEntry {
  readonly index: number;
  readonly enabled: boolean;
  readonly selector: number;
  readonly hour: number;
  readonly minute: number;
  readonly weekdays: readonly boolean[];
  readonly specialDays: readonly boolean[];
  readonly begin: NaiveDate;
  readonly end: NaiveDate;
}

interface NaiveSpecialDay {
  readonly date: NaiveDate;
  readonly dayId: number;
}

const bits = (flags: readonly boolean[]): string => flags.map((flag) => (flag ? '1' : '0')).join('');
const two = (n: number): string => n.toString(16).padStart(2, '0');

function scheduleOf(entries: readonly NaiveEntry[], specialDays: readonly NaiveSpecialDay[]): Schedule {
  const store = new CosemStore('ESME', cosemDefaults('ESME'));
  const rows = entries.map(
    ({ index, enabled, selector, hour, minute, weekdays, specialDays: special, begin, end }): Plain => [
      index,
      enabled,
      NON_DISABLEMENT,
      selector,
      `${two(hour)}${two(minute)}0000`,
      0xffff,
      bits(weekdays),
      bits(special),
      hex(begin),
      hex(end),
    ],
  );
  setPlain(store, ENTRIES, rows);
  setPlain(
    store,
    SPECIAL_DAYS,
    specialDays.map(({ date, dayId }, i): Plain => [i + 1, hex(date), dayId]),
  );
  return Schedule.of(store, ENTRIES, SPECIAL_DAYS);
}

const entry = (fields: Partial<NaiveEntry>): NaiveEntry => ({
  index: 1,
  enabled: true,
  selector: 32,
  hour: 0,
  minute: 0,
  weekdays: Array.from({ length: 7 }, () => true),
  specialDays: Array.from({ length: 20 }, () => false),
  begin: ANY,
  end: ANY,
  ...fields,
});

const numbered = (day: NaiveDate['day'], open: number): number => (typeof day === 'number' ? day : open);

/** Begin and end as numbers yyyymmdd; what is open is as far away as it can be. */
const isIn = ({ begin, end }: NaiveEntry, at: Date): boolean => {
  const number = (year: number, month: number, day: number): number => year * 10_000 + month * 100 + day;
  const today = number(at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate());
  const first = begin.year === undefined ? 0 : number(begin.year, begin.month ?? 1, numbered(begin.day, 1));
  const last = end.year === undefined ? Number.POSITIVE_INFINITY : number(end.year, end.month ?? 12, numbered(end.day, 31));
  return today >= first && today <= last;
};

/** What a schedule executes in one minute, straight from the Blue Book's words. */
function naiveAt(entries: readonly NaiveEntry[], specialDays: readonly NaiveSpecialDay[], at: Date): readonly number[] {
  const special = specialDays.find(({ date }) => naiveMatches(date, at));
  const due = entries.filter((one) => {
    if (!one.enabled || one.hour !== at.getUTCHours() || one.minute !== at.getUTCMinutes() || !isIn(one, at)) return false;
    return special ? one.specialDays[special.dayId - 1] === true : one.weekdays[(at.getUTCDay() + 6) % 7] === true;
  });
  return [...due].sort((a, b) => a.index - b.index).map(({ selector }) => selector);
}

const START = Date.UTC(2028, 1, 24);
const DAYS = 9;

const fullDate = fc.record({
  year: fc.constant(2028),
  month: fc.constantFrom(2, 3),
  day: fc.integer({ min: 1, max: 29 }),
});
const bound = fc.oneof(fc.constant(ANY), fullDate, fc.record({ year: fc.integer({ min: 2027, max: 2029 }) }));
const specialDate = fc.oneof(
  fullDate,
  fc.record({ month: fc.constantFrom(2, 3), day: fc.integer({ min: 1, max: 29 }) }),
  fc.record({ day: fc.constant('last' as const) }),
  fc.record({ month: fc.constant(2), day: fc.constant('second last' as const) }),
  fc.record({ weekday: fc.integer({ min: 1, max: 7 }) }),
);
const entries = fc.array(
  fc.record({
    enabled: fc.boolean(),
    selector: fc.integer({ min: 1, max: 6 }),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.constantFrom(0, 30, 59),
    weekdays: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
    specialDays: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
    begin: bound,
    end: bound,
  }),
  { maxLength: 6 },
);
const specialDays = fc.array(fc.record({ date: specialDate, dayId: fc.integer({ min: 1, max: 20 }) }), { maxLength: 3 });

describe('a schedule', () => {
  it('switches when a model that looks at every minute does', () => {
    holds(
      fc.property(entries, specialDays, (random, special) => {
        const table = random.map((one, i): NaiveEntry => ({ ...one, index: random.length - i }));
        const schedule = scheduleOf(table, special);
        const naive = switchesByMinute(START, DAYS, (at) => naiveAt(table, special, at));
        expect(disagreements(naive, schedule)).toEqual([]);
      }),
      40,
    );
  });

  it('fires on every date between 000001FFFF and FFFFFFFFFF (MP131)', () => {
    const schedule = scheduleOf([entry({ hour: 16, begin: { year: 0, month: 1 } })], []);
    for (const at of [Date.UTC(2015, 0, 1, 12), Date.UTC(2028, 1, 29, 12), Date.UTC(2099, 11, 31, 12)]) {
      expect(schedule.next(at)).toEqual({ selector: 32, at: at + 4 * 3_600_000 });
      expect(schedule.last(at)?.at).toBe(at - 20 * 3_600_000);
    }
  });

  it('keeps to a season that passes over the new year', () => {
    const schedule = scheduleOf([entry({ begin: { month: 11, day: 1 }, end: { month: 2, day: 'last' } })], []);
    expect(schedule.next(Date.UTC(2027, 6, 1))?.at).toBe(Date.UTC(2027, 10, 1));
    expect(schedule.next(Date.UTC(2028, 1, 28))?.at).toBe(Date.UTC(2028, 1, 29));
    expect(schedule.next(Date.UTC(2028, 1, 29))?.at).toBe(Date.UTC(2028, 10, 1));
    expect(schedule.last(Date.UTC(2027, 6, 1))?.at).toBe(Date.UTC(2027, 1, 28));
  });

  it('finds the switches of some selectors alone', () => {
    const schedule = scheduleOf([entry({ selector: 0x101, hour: 5 }), entry({ index: 2, selector: 0x201, hour: 6 })], []);
    const second = (selector: number): boolean => selector >> 8 === 2;
    expect(schedule.last(DAY * 20_000 + 7 * 3_600_000, second)).toEqual({ selector: 0x201, at: DAY * 20_000 + 6 * 3_600_000 });
    expect(schedule.next(DAY * 20_000 + 7 * 3_600_000, second)?.at).toBe(DAY * 20_001 + 6 * 3_600_000);
    expect(schedule.next(DAY * 20_000, () => false)).toBeUndefined();
  });

  it('is one object as long as its tables stay the same', () => {
    const store = new CosemStore('ESME', cosemDefaults('ESME'));
    const first = Schedule.of(store, ENTRIES, SPECIAL_DAYS);
    expect(Schedule.of(new CosemStore('ESME', cosemDefaults('ESME')), ENTRIES, SPECIAL_DAYS)).toBe(first);
    setPlain(store, SPECIAL_DAYS, []);
    expect(Schedule.of(store, ENTRIES, SPECIAL_DAYS)).not.toBe(first);
    expect(Schedule.of(store, ENTRIES)).not.toBe(first);
  });
});
