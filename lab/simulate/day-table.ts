import { type Millis, toIso } from '../../firmware-sim/kernel/time.ts';
import type { Day, Happening, LedgerTotal } from './day.ts';
import { codeText } from './day-json.ts';
import { pounds } from './money.ts';
import type { Reading, Unit, Values } from './readings.ts';
import type { Totals } from './totals.ts';

/** How the unit of a reading is written, and what a number is in it. */
const UNITS: Readonly<Record<Unit, { readonly unit: string; readonly text: (value: number) => string }>> = {
  energy: { unit: 'kWh', text: (wh) => (wh / 1000).toFixed(3) },
  reactive: { unit: 'kvarh', text: (varh) => (varh / 1000).toFixed(3) },
  volume: { unit: 'm3', text: (litres) => (litres / 1000).toFixed(3) },
  money: { unit: 'GBP', text: pounds },
  price: { unit: 'GBP/kWh', text: pounds },
  number: { unit: '', text: String },
};

/** A value as people read it, with its unit. */
export function shown({ unit }: Reading, value: number): string {
  const { unit: word, text } = UNITS[unit];
  return word === '' ? text(value) : `${text(value)} ${word}`;
}

/** Growth of registers, balances and prices; what is seldom looked at has no column of its own. */
const COLUMNS: ReadonlySet<string> = new Set([
  'importWh',
  'secondaryWh',
  'exportWh',
  'volumeLitres',
  'meterBalanceMillipence',
  'accumulatedDebtMillipence',
  'priceMillipencePerKwh',
]);
const DAY_MS: Millis = 86_400_000;
const DAY_WIDTH = 10;
const COLUMN_WIDTH_MIN = 11;
const GAP = 2;

/** The time of a day; the midnight it ends with is its last moment. */
const clock = (at: Millis, dayEnd: Millis): string => (at === dayEnd && at % DAY_MS === 0 ? '24:00:00' : toIso(at).slice(11, 19));

function times({ first, last }: { readonly first: Millis; readonly last: Millis }, dayEnd: Millis): string {
  return first === last ? clock(first, dayEnd) : `${clock(first, dayEnd)} to ${clock(last, dayEnd)}`;
}

/** What was done with a code: `logged 3 times, sent`. */
function counts({ logged, sent, shown: displayed }: Happening): string {
  const parts = [
    [logged, 'logged'],
    [sent, 'sent'],
    [displayed, 'shown'],
  ] as const;
  return parts.flatMap(([count, word]) => (count === 0 ? [] : [count === 1 ? word : `${word} ${count} times`])).join(', ');
}

function happeningLine(one: Happening, dayEnd: Millis): string {
  return `${times(one, dayEnd)}  ${codeText(one.code)} ${one.name} (${counts(one)})`;
}

const words = (name: string): string => name.replace(/[A-Z]|\d+/g, (part) => ` ${part.toLowerCase()}`).replace(/[- ]+/g, ' ');

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `booked: meter balance -1.25 GBP consumption, ...` */
export function ledgerWords(ledger: readonly LedgerTotal[]): string {
  return ledger.map(({ balance, cause, millipence }) => `${words(balance)} ${pounds(millipence)} ${words(cause)}`).join(', ');
}

/** Prints days for people: a row each, and below it what happened. */
export class DayTable {
  readonly #columns: readonly (Reading & { readonly width: number })[];

  constructor(readings: readonly Reading[], start: Values) {
    const shownAsColumn = readings.filter(({ name }) => COLUMNS.has(name) && start[name] !== undefined);
    this.#columns = shownAsColumn.map((one) => ({ ...one, width: GAP + Math.max(COLUMN_WIDTH_MIN, one.title.length) }));
  }

  /** Two lines: what the columns are, and their units. */
  head(): readonly string[] {
    const titles = this.#columns.map(({ title, width }) => title.padStart(width)).join('');
    const units = this.#columns.map(({ unit, width }) => UNITS[unit].unit.padStart(width)).join('');
    return [`${'day'.padEnd(DAY_WIDTH)}${titles}  supply`, `${' '.repeat(DAY_WIDTH)}${units}`];
  }

  rows(day: Day): readonly string[] {
    const cells = this.#columns.map(({ name, unit, kind, width }) => {
      const value = (kind === 'register' ? day.growth : day.values)[name];
      return (value === undefined ? '' : UNITS[unit].text(value)).padStart(width);
    });
    const row = `${toIso(day.from).slice(0, 10).padEnd(DAY_WIDTH)}${cells.join('')}  ${day.supply}`;
    return [row, ...this.#notes(day).map((note) => `    ${note}`)];
  }

  #notes(day: Day): readonly string[] {
    const supply = day.supplyChanges.map((change) => {
      const often = change.count > 1 ? `, ${change.count} times` : '';
      return {
        at: change.first,
        text: `${times(change, day.to)}  supply ${change.from} to ${change.to}: ${words(change.cause)}${often}`,
      };
    });
    const commands = day.commands.map(({ at, text, outcome, detail }) => {
      return { at, text: `${clock(at, day.to)}  > ${text}: ${outcome}${detail === undefined ? '' : ` (${detail})`}` };
    });
    const happenings = day.happenings.map((one) => ({ at: one.first, text: happeningLine(one, day.to) }));
    // Sorting is stable: a command stands before its consequences at the same moment.
    const inOrder = [...commands, ...supply, ...happenings].sort((a, b) => a.at - b.at).map(({ text }) => text);
    return day.ledger.length > 0 ? [...inOrder, `booked: ${ledgerWords(day.ledger)}`] : inOrder;
  }
}

/** What the whole simulation came to, for people. */
export function totalsLines(readings: readonly Reading[], totals: Totals): readonly string[] {
  const { start, end } = totals;
  const lines = readings.flatMap((reading): string[] => {
    const [before, after] = [start[reading.name], end[reading.name]];
    if (before === undefined || after === undefined || (before === after && reading.kind !== 'register')) return [];
    if (before === after) return [];
    const change = reading.kind === 'setting' ? '' : ` (${after > before ? '+' : ''}${UNITS[reading.unit].text(after - before)})`;
    return [`  ${reading.title.padEnd(20)} ${shown(reading, before)} to ${shown(reading, after)}${change}`];
  });
  const happenings = totals.happenings.map((one) => `  ${codeText(one.code)} ${one.name}: ${counts(one)}`);
  const booked = totals.ledger.map(({ balance, cause, millipence, bookings }) => {
    return `  ${words(balance)} ${pounds(millipence)} GBP ${words(cause)} (${counted(bookings, 'booking')})`;
  });
  return [
    `${counted(totals.days, 'day')}, ${toIso(totals.from)} to ${toIso(totals.to)}`,
    ...lines,
    ...(booked.length > 0 ? ['booked', ...booked] : []),
    ...(happenings.length > 0 ? ['events and alerts', ...happenings] : []),
    ...(totals.commands > 0 ? [`${counted(totals.commands, 'command')}, ${totals.rejected} rejected`] : []),
  ];
}
