import type { ZclRecord, ZclState } from './store.ts';

/** A calendar without the commands around it. */
export interface CalendarShape {
  readonly type: number;
  readonly seasons: readonly (readonly [date: string, week: number])[];
  readonly weeks: readonly (readonly number[])[];
  /** Schedule entries of each day profile: minute and what begins. */
  readonly days: readonly (readonly (readonly [number, number])[])[];
  readonly specialDays: readonly (readonly [date: string, day: number])[];
}

/** Four day profiles, one per price tier; winter and summer weeks. Dates are `yymmddww` in hex, year from 1900. */
export const DEFAULT_TARIFF: CalendarShape = {
  type: 0,
  seasons: [
    ['ff0a01ff', 1],
    ['ff0401ff', 2],
  ],
  weeks: [
    [1, 1, 1, 1, 1, 2, 2],
    [3, 3, 3, 3, 3, 4, 4],
  ],
  days: [[[0, 1]], [[0, 2]], [[0, 3]], [[0, 4]]],
  specialDays: [
    ['ff0c19ff', 2],
    ['ff0c1aff', 2],
  ],
};

/** Supply is not disabled at night and, at weekends, before late morning. */
export const DEFAULT_NON_DISABLEMENT: CalendarShape = {
  type: 3,
  seasons: [
    ['ff0401ff', 2],
    ['ff0a01ff', 1],
  ],
  weeks: [
    [1, 1, 1, 1, 1, 3, 3],
    [2, 2, 2, 2, 2, 4, 4],
  ],
  days: [480, 420, 660, 600].map((morning) => [
    [0, 1],
    [morning, 0],
    [1080, 1],
  ]),
  specialDays: [
    ['ff0c19ff', 3],
    ['ff0101ff', 3],
  ],
};

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const dateOf = (hex: string): Uint8Array => Uint8Array.from([0, 2, 4, 6].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)));

/** A calendar as the commands that would have published it. @param issued ZCL UTCTime */
export function publishedCalendar(kind: 'tariff' | 'nonDisablement', shape: CalendarShape, issued: number): ZclState['records'] {
  const head = { 'Provider ID': 0, 'Issuer Event ID': issued, 'Issuer Calendar ID': issued };
  const whole = { 'Command Index': 0, 'Total Number of Commands': 1 };
  const published: ZclRecord = {
    ...head,
    'Start Time': 0,
    'Calendar Type': shape.type,
    'Calendar Time Reference': 0,
    'Calendar Name': new Uint8Array(0),
    'Number of Seasons': shape.seasons.length,
    'Number of Week Profiles': shape.weeks.length,
    'Number of Day Profiles': shape.days.length,
  };
  return {
    [`${kind}.calendar`]: [published],
    [`${kind}.days`]: shape.days.map((entries, i) => ({
      ...head,
      'Day ID': i + 1,
      'Total Number of Schedule Entries': entries.length,
      ...whole,
      'Calendar Type': shape.type,
      'Day Schedule Entries': entries.map(([at, value]) => ({
        'Start Time': at,
        'Price Tier | Friendly Credit Enable': value,
      })),
    })),
    [`${kind}.weeks`]: shape.weeks.map((days, i) => ({
      ...head,
      'Week ID': i + 1,
      ...Object.fromEntries(days.map((day, d) => [`Day ID Ref ${WEEKDAYS[d]}`, day])),
    })),
    [`${kind}.seasons`]: [
      {
        ...head,
        ...whole,
        'Season Entry': shape.seasons.map(([date, week]) => ({ 'Season Start Date': dateOf(date), 'Week ID Ref': week })),
      },
    ],
    [`${kind}.specialDays`]: [
      {
        ...head,
        'Start Time': 0,
        'Calendar Type': shape.type,
        'Total Number of SpecialDays': shape.specialDays.length,
        ...whole,
        'Special Day Entry': shape.specialDays.map(([date, day]) => ({ 'Special Day Date': dateOf(date), 'Day ID Ref': day })),
      },
    ],
  };
}
