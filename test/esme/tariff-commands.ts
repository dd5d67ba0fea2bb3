import type { Plain } from '../../firmware-sim/device/cosem/value.ts';
import type { Step } from '../device/cosem/calls.ts';
import { calendarTables } from '../device/cosem/naive-calendar.ts';
import type { PlainTariff } from '../second/tariff-model.ts';

/** When a command takes effect: at once. */
export const AT_ONCE = '0000000000000000008000ff';

const octet = (n: number): string => n.toString(16).padStart(2, '0');

/** A COSEM date-time of a moment. */
export function dateTime(at: number): string {
  const date = new Date(at);
  const year = date.getUTCFullYear().toString(16).padStart(4, '0');
  const [month, day] = [date.getUTCMonth() + 1, date.getUTCDate()];
  const [hour, minute, second] = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  return `${year}${octet(month)}${octet(day)}ff${[hour, minute, second].map(octet).join('')}008000ff`;
}

/** All 80 prices in the order of the wire (structures of ECS01a). */
const PRIMARY_PRICES: readonly (readonly [index: string, name: string])[] = [
  ...Array.from({ length: 48 }, (_, i) => [octet(i + 1), `tou ${i + 1}`] as const),
  ...[1, 2, 3, 4].flatMap((block) =>
    [1, 2, 3, 4, 5, 6, 7, 8].map((column) => [`${' abcd'[block]}${column}`, `block ${block} column ${column}`] as const),
  ),
];

const set = (key: string, data: Plain): Step => ({ operation: 'set', key, data });

/** Thresholds as they are written: at least one, and unused ones are all ones. */
const thresholdsOf = (values: readonly number[] = []): Plain => (values.length > 0 ? values : [0xffff_ffff]);

/** ECS01a: a whole tariff of the primary element. */
export function primaryTariff({ calendar, thresholds, prices }: PlainTariff, when = AT_ONCE): Step[] {
  const { seasons, weeks, days, special } = calendarTables(calendar);
  const charges = PRIMARY_PRICES.map(([index, name]): Plain => [index, prices[name] ?? 0]);
  return [
    set('20/0-0:13.0.0.255/7', seasons),
    set('20/0-0:13.0.0.255/8', weeks),
    set('20/0-0:13.0.0.255/9', days),
    set('11/0-1:11.0.0.255/2', special),
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((column) => set(`21/0-0:16.1.1${column}.255/2`, thresholdsOf(thresholds[column]))),
    set('9000/0-0:94.44.2.0/4', true),
    set('113/0-0:19.20.4.255/6', [[0, -5], [0, '000000000000', 0], [['', 20_000]]]),
    set('113/0-0:19.20.0.255/6', [[3, -5], [3, '0100010800ff', 2], charges]),
    set('20/0-0:13.0.0.255/10', when),
    set('9000/0-0:94.44.128.29/6', when),
    set('9000/0-0:94.44.2.0/6', when),
    set('113/0-0:19.20.4.255/7', when),
    set('113/0-0:19.20.0.255/7', when),
    set('9000/0-0:63.1.1.255/6', when),
  ];
}

/** ECS01c: a whole tariff of the secondary element. */
export function secondaryTariff({ calendar, prices }: PlainTariff, when = AT_ONCE): Step[] {
  const { seasons, weeks, days, special } = calendarTables(calendar);
  const charges = [1, 2, 3, 4].map((n): Plain => [octet(n), prices[`secondary ${n}`] ?? 0]);
  return [
    set('113/0-0:19.20.5.255/6', [[3, -5], [3, '0114010800ff', 2], charges]),
    set('20/0-0:13.0.1.255/7', seasons),
    set('20/0-0:13.0.1.255/8', weeks),
    set('20/0-0:13.0.1.255/9', days),
    set('11/0-1:11.0.1.255/2', special),
    set('20/0-0:13.0.1.255/10', when),
    set('113/0-0:19.20.5.255/7', when),
    set('9000/0-0:94.44.128.30/6', when),
  ];
}

/** The values that a tariff's command makes active. */
export function tariffValues(tariff: PlainTariff): Readonly<Record<string, Plain>> {
  const written = primaryTariff(tariff).map(({ key, data }) => [key, data as Plain] as const);
  return Object.fromEntries(
    written.flatMap(([key, data]): [string, Plain][] => {
      const attribute = key.slice(key.lastIndexOf('/') + 1);
      if (key.startsWith('20/'))
        return Number(attribute) < 10 ? [[key.replace(/\d+$/, String(Number(attribute) - 4)), data]] : [];
      if (key.startsWith('113/')) return attribute === '6' ? [[key.replace(/6$/, '5'), data]] : [];
      return [[key.replace('11/0-1', '11/0-0').replace('0-0:16.1', '0-0:16.0'), data]];
    }),
  );
}
