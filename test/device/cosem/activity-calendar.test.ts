import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActivityCalendar } from '../../../firmware-sim/device/cosem/activity-calendar.ts';
import { cosemDefaults } from '../../../firmware-sim/device/cosem/defaults.ts';
import { setPlain } from '../../../firmware-sim/device/cosem/numbers.ts';
import { CosemStore } from '../../../firmware-sim/device/cosem/store.ts';
import { holds } from '../../support/property.ts';
import { calendarTables, disagreements, type NaiveCalendar, naiveDay, switchesByMinute } from './naive-calendar.ts';

const CALENDAR = '20/0-0:13.0.0.255';
const SPECIAL_DAYS = '11/0-0:11.0.0.255/2';

function calendarOf(naive: NaiveCalendar): ActivityCalendar {
  const store = new CosemStore('ESME', cosemDefaults('ESME'));
  const { seasons, weeks, days, special } = calendarTables(naive);
  setPlain(store, `${CALENDAR}/3`, seasons);
  setPlain(store, `${CALENDAR}/4`, weeks);
  setPlain(store, `${CALENDAR}/5`, days);
  setPlain(store, SPECIAL_DAYS, special);
  return ActivityCalendar.of(store, CALENDAR, SPECIAL_DAYS);
}

const DAY = 86_400_000;

function naiveSwitches(calendar: NaiveCalendar): ReturnType<typeof switchesByMinute> {
  const days = new Map<number, NaiveCalendar['days'][number]>();
  return switchesByMinute(START, DAYS, (at) => {
    const day = Math.floor(at.getTime() / DAY);
    const actions = days.get(day) ?? naiveDay(calendar, at);
    days.set(day, actions);
    const due = actions.filter(({ hour, minute }) => hour === at.getUTCHours() && minute === at.getUTCMinutes());
    return due.map(({ selector }) => selector);
  });
}

const START = Date.UTC(2027, 11, 24);
const DAYS = 12;

const season = fc.record({
  start: fc.oneof(
    fc.record({
      year: fc.constantFrom(2026, 2027, 2028),
      month: fc.constantFrom(1, 6, 12),
      day: fc.integer({ min: 1, max: 31 }),
    }),
    fc.record({ month: fc.constantFrom(1, 2, 12), day: fc.integer({ min: 1, max: 29 }) }),
    fc.record({ month: fc.constantFrom(11, 12), day: fc.constantFrom('last' as const, 'second last' as const) }),
  ),
  week: fc.integer({ min: 1, max: 3 }),
});
const dayId = fc.integer({ min: 1, max: 4 });
const action = fc.record({
  hour: fc.integer({ min: 0, max: 23 }),
  minute: fc.constantFrom(0, 30),
  selector: fc.constantFrom(1, 2, 48, 101, 108, 201),
});
const calendars: fc.Arbitrary<NaiveCalendar> = fc.record({
  seasons: fc.array(season, { maxLength: 4 }),
  weeks: fc.array(fc.array(dayId, { minLength: 7, maxLength: 7 }), { minLength: 1, maxLength: 3 }),
  days: fc.array(fc.array(action, { maxLength: 5 }), { minLength: 1, maxLength: 4 }),
  special: fc.array(
    fc.record({
      date: fc.oneof(
        fc.record({ month: fc.constant(12), day: fc.integer({ min: 24, max: 31 }) }),
        fc.record({ year: fc.constant(2028), month: fc.constant(1), day: fc.integer({ min: 1, max: 4 }) }),
      ),
      dayId,
    }),
    { maxLength: 3 },
  ),
});

const EVERY_DAY = [1, 1, 1, 1, 1, 1, 1];

describe('an activity calendar', () => {
  it('switches when a model that looks at every minute does', () => {
    holds(
      fc.property(calendars, (naive) => {
        const calendar = calendarOf(naive);
        expect(disagreements(naiveSwitches(naive), calendar)).toEqual([]);
      }),
      40,
    );
  });

  it('switches nothing before its first season begins', () => {
    const calendar = calendarOf({
      seasons: [{ start: { year: 2030, month: 4, day: 1 }, week: 1 }],
      weeks: [EVERY_DAY],
      days: [[{ hour: 0, minute: 0, selector: 2 }]],
      special: [{ date: { month: 12, day: 25 }, dayId: 1 }],
    });
    expect(calendar.last(Date.UTC(2030, 2, 31, 23, 59))).toBeUndefined();
    expect(calendar.next(Date.UTC(2029, 6, 1))).toEqual({ selector: 2, at: Date.UTC(2030, 3, 1) });
    expect(calendar.last(Date.UTC(2136, 5, 1))?.selector).toBe(2);
    expect(calendar.next(Date.UTC(2136, 5, 1))).toBeUndefined();
  });

  it.each([
    ['the last Sunday of March', { month: 3, day: 'last', weekday: 7 }, Date.UTC(2028, 2, 26)],
    ['the second last Friday of a month', { month: 5, day: 'second last', weekday: 5 }, Date.UTC(2028, 4, 19)],
    ['the first Monday from the 30th of January', { month: 1, day: 30, weekday: 1 }, Date.UTC(2028, 0, 31)],
    ['the first Wednesday from the 29th of February', { month: 2, day: 29, weekday: 3 }, Date.UTC(2028, 2, 1)],
    ['a numbered day and its weekday', { year: 2028, month: 2, day: 29, weekday: 2 }, Date.UTC(2028, 1, 29)],
  ] as const)('knows %s', (_name, start, expected) => {
    const calendar = calendarOf({
      seasons: [
        { start: { month: 1, day: 1 }, week: 1 },
        { start, week: 2 },
      ],
      weeks: [[2, 2, 2, 2, 2, 2, 2], EVERY_DAY],
      days: [[{ hour: 0, minute: 0, selector: 7 }], []],
      special: [],
    });
    expect(calendar.next(Date.UTC(2028, 0, 1))).toEqual({ selector: 7, at: expected });
  });
});
