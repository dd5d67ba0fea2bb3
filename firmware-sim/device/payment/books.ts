import type { Millis } from '../../kernel/time.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import type { Account } from './account.ts';
import type { BalanceName, Ledger, LedgerCause } from './ledger.ts';

/** An account whose balances change by bookings. */
export interface Bookkeeping {
  readonly account: Account;
  /** Adds millipence to a balance as far as its object can show them. */
  book(balance: BalanceName, amount: number, cause: LedgerCause): void;
}

/** Changes a balance. @returns the change that there was */
function change(account: Account, balance: BalanceName, amount: number): number {
  const before = account.balance(balance);
  if (amount !== 0) account.setBalance(balance, before + amount);
  return account.balance(balance) - before;
}

/** Bookings of something that happens at a moment: each one is an effect. */
export class Books implements Bookkeeping {
  readonly account: Account;
  readonly device: Device;
  readonly now: Millis;
  readonly effects: DeviceEffect[];

  constructor(account: Account, device: Device, now: Millis, effects: DeviceEffect[]) {
    this.account = account;
    this.device = device;
    this.now = now;
    this.effects = effects;
  }

  /** The device's time. */
  get at(): Millis {
    return this.device.localTime(this.now);
  }

  book(balance: BalanceName, amount: number, cause: LedgerCause): void {
    const booked = change(this.account, balance, amount);
    if (booked !== 0) this.device.ledger.book({ at: this.now, balance, amount: booked, cause }, this.effects);
  }

  /** Makes a balance what it is to be. */
  set(balance: BalanceName, millipence: number, cause: LedgerCause): void {
    this.book(balance, millipence - this.account.balance(balance), cause);
  }

  /** Says that something has happened, as the table of alerts has it. */
  raise(code: number): void {
    this.effects.push(...this.device.alert(code, this.now));
  }
}

/** Bookings of what falls due while time passes: they count at once and become effects later (`Ledger.flush`). */
export class RunningBooks implements Bookkeeping {
  readonly account: Account;
  readonly #ledger: Ledger;

  constructor(account: Account, ledger: Ledger) {
    this.account = account;
    this.#ledger = ledger;
  }

  book(balance: BalanceName, amount: number, cause: LedgerCause): void {
    const booked = change(this.account, balance, amount);
    if (booked !== 0) this.#ledger.defer(balance, booked, cause);
  }
}
