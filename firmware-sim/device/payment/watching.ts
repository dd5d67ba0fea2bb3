import type { Millis } from '../../kernel/time.ts';
import type { SupplySwitch } from '../life/supply-switch.ts';
import type { Account } from './account.ts';
import type { Books } from './books.ts';
import { emergencyOwed, isBelow, type Standing, standingOf } from './standing.ts';

/** When supply must not be disabled for want of credit: the non-disablement calendar. Times are the device's own. */
export interface NonDisablement {
  isActive(local: Millis): boolean;
  /** When the calendar has the next word after a moment. */
  next(local: Millis): Millis | undefined;
}

/** Events of credit (GBCS table 16.2). */
const EVENT = {
  lowCredit: 0x810d,
  emergencyCreditAvailable: 0x8119,
  emergencyCreditExhausted: 0x81aa,
  belowDisablement: 0x8f0f,
  disablementSuspended: 0x8f83,
} as const;

/** On which side of everything that is watched an account was last. */
interface Sides extends Standing {
  /** Supply stays on without credit, for the calendar. */
  readonly held: boolean;
  /** Supply goes off for want of credit. */
  readonly cut: boolean;
  readonly emergency: boolean;
  /** Some of the emergency credit has been used. */
  readonly owing: boolean;
}

const NAMES: readonly (keyof Sides)[] = ['low', 'available', 'exhausted', 'spent', 'held', 'cut', 'emergency', 'owing'];

/** Sides by the names of those an account is on. */
const sidesOf = (names: readonly string[]): Sides =>
  Object.fromEntries(NAMES.map((name) => [name, names.includes(name)])) as Readonly<Record<keyof Sides, boolean>>;

/** In credit mode nothing is watched. */
const NO_SIDES = sidesOf([]);

/** Alerts of a side that is entered, in the order in which they are raised. */
const ALERTS: readonly (readonly [side: keyof Sides, code: number])[] = [
  ['low', EVENT.lowCredit],
  ['available', EVENT.emergencyCreditAvailable],
  ['exhausted', EVENT.emergencyCreditExhausted],
  ['spent', EVENT.belowDisablement],
  ['held', EVENT.disablementSuspended],
];

/**
 * Watches an account against its thresholds (behaviour of SMETS 5.5, 5.6 Disablement): what is crossed is told once, and again only after it
 * has been left. Without credit supply is disabled, except during non-disablement periods, at whose end it is; and armed when there is
 * credit again.
 */
export class Watch {
  readonly #account: Account;
  readonly #supply: SupplySwitch;
  readonly #calendar: NonDisablement;
  #sides: Sides = NO_SIDES;

  constructor(account: Account, supply: SupplySwitch, calendar: NonDisablement) {
    this.#account = account;
    this.#supply = supply;
    this.#calendar = calendar;
  }

  /** Takes things as they stand. @param local the device's time; undefined while it does not know it */
  take(local: Millis | undefined, inclusive: boolean): void {
    this.#sides = this.#sidesAt(local, inclusive);
  }

  #sidesAt(local: Millis | undefined, inclusive: boolean): Sides {
    if (!this.#account.prepayment) return NO_SIDES;
    const standing = standingOf(this.#account, inclusive);
    const suspended = standing.spent && local !== undefined && this.#calendar.isActive(local);
    const { low, available, exhausted, spent } = standing;
    return {
      low,
      available,
      exhausted,
      spent,
      held: suspended && this.#account.connected,
      cut: spent && !suspended,
      emergency: this.#account.emergencyActive,
      owing: emergencyOwed(this.#account) > 0,
    };
  }

  /** When the calendar has the next word about supply that nothing pays for; the device's time. */
  calendarDue(local: Millis): Millis | undefined {
    return this.#sides.spent ? this.#calendar.next(local) : undefined;
  }

  /** Draws the consequences of where the account stands now. Called again it does nothing more. */
  evaluate(books: Books, local: Millis | undefined): void {
    const { creditThresholdsInclusive, emergencyCreditEndsWhenRepaid } = books.device.parameters;
    if (this.#isEmergencyOver(creditThresholdsInclusive, emergencyCreditEndsWhenRepaid)) {
      this.#account.setEmergencyActive(false, books.at);
    }
    const before = this.#sides;
    const after = this.#sidesAt(local, creditThresholdsInclusive);
    this.#sides = after;
    if (after === before) return;
    for (const [side, code] of ALERTS) if (after[side] && !before[side]) books.raise(code);
    if (after.cut && !before.cut) this.#supply.disable('credit', books.now, books.effects);
    if (before.spent && !after.spent && this.#supply.supply === 'disabled') {
      this.#supply.arm(after.emergency && !before.emergency ? 'emergency-credit' : 'top-up', books.now, books.effects);
    }
  }

  /** Emergency credit is over when nothing of it is owed and the balance has risen to the threshold below which it is offered. */
  #isEmergencyOver(inclusive: boolean, whenRepaid: boolean): boolean {
    const account = this.#account;
    if (!account.emergencyActive || emergencyOwed(account) > 0) return false;
    return (whenRepaid && this.#sides.owing) || !isBelow(account.balance('meterBalance'), account.emergencyThreshold, inclusive);
  }

  state(): string {
    return NAMES.filter((name) => this.#sides[name]).join(' ');
  }

  restore(state: string): void {
    this.#sides = sidesOf(state.split(' '));
  }
}
