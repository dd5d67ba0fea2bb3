import { type Millis, toIso } from '../../firmware-sim/kernel/time.ts';
import type { Json } from '../operations/operation.ts';
import type { Day, Happening, LedgerTotal, SupplyChange } from './day.ts';
import type { Values } from './readings.ts';
import type { Totals } from './totals.ts';

/** A code as the alert tables write it. */
export function codeText(code: number): string {
  return `0x${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

const span = (one: { readonly first: Millis; readonly last: Millis }) => ({ first: toIso(one.first), last: toIso(one.last) });

function happeningJson(one: Happening): Json {
  const { code, name, logged, sent, shown } = one;
  return { code: codeText(code), name, ...span(one), logged, sent, shown };
}

function supplyChangeJson(one: SupplyChange): Json {
  const { from, to, cause, count } = one;
  return { from, to, cause, ...span(one), count };
}

function ledgerJson({ balance, cause, millipence, bookings }: LedgerTotal): Json {
  return { balance, cause, millipence, bookings };
}

/** A day as one line of JSON. */
export function dayJson(day: Day): Json {
  return {
    kind: 'day',
    day: toIso(day.from).slice(0, 10),
    from: toIso(day.from),
    to: toIso(day.to),
    values: day.values,
    growth: day.growth,
    supply: day.supply,
    supplyChanges: day.supplyChanges.map(supplyChangeJson),
    events: day.happenings.map(happeningJson),
    ledger: day.ledger.map(ledgerJson),
    commands: day.commands.map(({ at, text, line, outcome, detail }) => ({
      at: toIso(at),
      line,
      text,
      outcome,
      ...(detail !== undefined && { detail }),
    })),
  };
}

/** What a simulation came to as the last line of JSON. @param what the meter, its load and the seed */
export function totalsJson(what: Readonly<Record<string, string>>, totals: Totals): Json {
  const { from, to, days, start, end, supply, happenings, ledger, commands, rejected } = totals;
  return {
    kind: 'summary',
    ...what,
    from: toIso(from),
    to: toIso(to),
    days,
    start,
    end,
    supply,
    events: happenings.map(happeningJson),
    ledger: ledger.map(ledgerJson),
    commands,
    rejected,
  };
}

/** A table of days with one row each; commas nowhere but between cells. */
export class DayCsv {
  readonly #names: readonly string[];
  readonly #lines: string[];

  /** @param names of the readings, in the order of columns */
  constructor(names: readonly string[]) {
    this.#names = names;
    const growth = names.map((name) => `${name}Growth`);
    this.#lines = [['day', ...names, ...growth, 'supply', 'logged', 'alerts', 'commands'].join(',')];
  }

  add({ from, values, growth, supply, happenings, commands }: Day): void {
    const cells = (of: Values): (number | string)[] => this.#names.map((name) => of[name] ?? '');
    const sum = (part: 'logged' | 'sent'): number => happenings.reduce((total, one) => total + one[part], 0);
    const day = toIso(from).slice(0, 10);
    this.#lines.push([day, ...cells(values), ...cells(growth), supply, sum('logged'), sum('sent'), commands.length].join(','));
  }

  get text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}
