import type { Millis } from '../../firmware-sim/kernel/time.ts';
import type { Day, Happening, LedgerTotal } from './day.ts';
import type { Values } from './readings.ts';

/** What a whole simulation came to. */
export interface Totals {
  readonly from: Millis;
  readonly to: Millis;
  readonly days: number;
  readonly start: Values;
  readonly end: Values;
  readonly supply: string;
  readonly happenings: readonly Happening[];
  readonly ledger: readonly LedgerTotal[];
  readonly commands: number;
  /** Commands that were refused. */
  readonly rejected: number;
}

/** Adds up days. */
export class TotalsRecord {
  readonly #happenings = new Map<number, Happening>();
  readonly #ledger = new Map<string, LedgerTotal>();
  readonly #start: Values;
  readonly #from: Millis;
  #days = 0;
  #commands = 0;
  #rejected = 0;
  #last: Day | undefined;

  constructor(from: Millis, start: Values) {
    this.#from = from;
    this.#start = start;
  }

  add(day: Day): void {
    this.#days++;
    this.#last = day;
    this.#commands += day.commands.length;
    this.#rejected += day.commands.filter(({ outcome }) => outcome === 'rejected').length;
    for (const one of day.happenings) {
      const known = this.#happenings.get(one.code);
      const sum = (part: 'logged' | 'sent' | 'shown'): number => (known?.[part] ?? 0) + one[part];
      const counts = { logged: sum('logged'), sent: sum('sent'), shown: sum('shown') };
      this.#happenings.set(one.code, { ...one, ...counts, first: known?.first ?? one.first });
    }
    for (const one of day.ledger) {
      const key = `${one.balance} ${one.cause}`;
      const known = this.#ledger.get(key);
      const millipence = (known?.millipence ?? 0) + one.millipence;
      this.#ledger.set(key, { ...one, millipence, bookings: (known?.bookings ?? 0) + one.bookings });
    }
  }

  /** @param supply how it stood at the start, for a simulation without days */
  finish(supply: string): Totals {
    return {
      from: this.#from,
      to: this.#last?.to ?? this.#from,
      days: this.#days,
      start: this.#start,
      end: this.#last?.values ?? this.#start,
      supply: this.#last?.supply ?? supply,
      happenings: [...this.#happenings.values()].sort((a, b) => a.first - b.first),
      ledger: [...this.#ledger.values()],
      commands: this.#commands,
      rejected: this.#rejected,
    };
  }
}
