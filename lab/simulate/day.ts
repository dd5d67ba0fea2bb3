import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import { BALANCES, LEDGER_CAUSES, type Ledger, type LedgerEntry } from '../../firmware-sim/device/payment/ledger.ts';
import { ALERT_NAMES } from '../../firmware-sim/dictionary/alert-names.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { alertCodeOf } from './alert-code.ts';
import type { Values } from './readings.ts';

/** Everything with one alert or event code in a day; a flapping condition is one line with counts. */
export interface Happening {
  readonly code: number;
  readonly name: string;
  readonly first: Millis;
  readonly last: Millis;
  /** Entries in logs. */
  readonly logged: number;
  /** Alert messages sent. */
  readonly sent: number;
  /** Events for displays in the home. */
  readonly shown: number;
}

/** Movements of the load switch or valve of one kind. */
export interface SupplyChange {
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  readonly first: Millis;
  readonly last: Millis;
  readonly count: number;
}

/** What a balance changed by for one cause. */
export interface LedgerTotal {
  readonly balance: LedgerEntry['balance'];
  readonly cause: LedgerEntry['cause'];
  readonly millipence: number;
  /** Bookings that were given out; consumption counts at once and is given out every half hour. */
  readonly bookings: number;
}

/** What became of a command of the person's file. */
export interface CommandReport {
  readonly at: Millis;
  /** As the file has it. */
  readonly text: string;
  readonly line: number;
  readonly outcome: 'done' | 'response' | 'no-response' | 'rejected';
  readonly detail: string | undefined;
}

/** A day of a meter, midnight to midnight UTC; the first and the last may be shorter. */
export interface Day {
  readonly from: Millis;
  readonly to: Millis;
  /** What the objects hold at its end. */
  readonly values: Values;
  /** What they hold more than at its start. */
  readonly growth: Values;
  readonly supply: string;
  readonly supplyChanges: readonly SupplyChange[];
  readonly happenings: readonly Happening[];
  readonly ledger: readonly LedgerTotal[];
  readonly commands: readonly CommandReport[];
}

type LedgerAccount = Pick<LedgerTotal, 'balance' | 'cause'>;

const ACCOUNTS: readonly LedgerAccount[] = BALANCES.flatMap((balance) => LEDGER_CAUSES.map((cause) => ({ balance, cause })));

const accountName = ({ balance, cause }: LedgerAccount): string => `${balance} ${cause}`;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Gathers what a meter does into totals, so that a day stays small whatever happens in it. */
export class DayRecord {
  readonly #happenings = new Map<number, Mutable<Happening>>();
  readonly #supply = new Map<string, Mutable<SupplyChange>>();
  readonly #ledger: Ledger;
  /** Sums of the ledger when the day began. */
  readonly #sums: readonly number[];
  readonly #bookings = new Map<string, number>();
  readonly commands: CommandReport[] = [];

  /** @param ledger the meter's, at the start of the day */
  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#sums = ACCOUNTS.map(({ balance, cause }) => ledger.total(balance, cause));
  }

  /** Takes what happened at a moment. */
  add(effects: readonly DeviceEffect[], at: Millis): void {
    for (const effect of effects) {
      if (effect.kind === 'log') this.#happening(effect.entry.code, at).logged++;
      else if (effect.kind === 'home-event') this.#happening(effect.code, effect.at).shown++;
      else if (effect.kind === 'supply') this.#moved(effect);
      else if (effect.kind === 'ledger') this.#booked(effect.entry);
      else if (effect.kind === 'send' && effect.header.cra === 'alert') this.#happening(alertCodeOf(effect.message), at).sent++;
    }
  }

  #happening(code: number, at: Millis): Mutable<Happening> {
    const known = this.#happenings.get(code);
    if (known) {
      known.last = at;
      return known;
    }
    const made = { code, name: ALERT_NAMES.get(code) ?? '', first: at, last: at, logged: 0, sent: 0, shown: 0 };
    this.#happenings.set(code, made);
    return made;
  }

  #moved({ from, to, cause, at }: Extract<DeviceEffect, { kind: 'supply' }>): void {
    const key = `${from} ${to} ${cause}`;
    const known = this.#supply.get(key);
    if (!known) this.#supply.set(key, { from, to, cause, first: at, last: at, count: 1 });
    else {
      known.last = at;
      known.count++;
    }
  }

  #booked(entry: LedgerEntry): void {
    const account = accountName(entry);
    this.#bookings.set(account, (this.#bookings.get(account) ?? 0) + 1);
  }

  /** What has been counted in the day, with what has not been given out as a booking yet: it adds up to what the balances grew by. */
  get #totals(): readonly LedgerTotal[] {
    return ACCOUNTS.flatMap((account, i) => {
      const millipence = this.#ledger.total(account.balance, account.cause) - (this.#sums[i] ?? 0);
      const bookings = this.#bookings.get(accountName(account)) ?? 0;
      return millipence === 0 && bookings === 0 ? [] : [{ ...account, millipence, bookings }];
    });
  }

  /** The day, with what the meter holds at its end. */
  finish(from: Millis, to: Millis, before: Values, values: Values, supply: string): Day {
    const growth = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value - (before[name] ?? value)]));
    return {
      from,
      to,
      values,
      growth,
      supply,
      supplyChanges: [...this.#supply.values()],
      happenings: [...this.#happenings.values()],
      ledger: this.#totals,
      commands: this.commands,
    };
  }
}
