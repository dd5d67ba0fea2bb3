import type { Millis } from '../../kernel/time.ts';
import { earliest } from '../deadline.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import type { Organ, OrganState } from '../life/organ.ts';
import type { SupplySwitch } from '../life/supply-switch.ts';
import type { Account, ChargeKind } from './account.ts';
import { Accrual, costOf, type Flow, millisecondsUntil } from './accrual.ts';
import { Books, RunningBooks } from './books.ts';
import { charge } from './charging.ts';
import { Collection } from './collecting.ts';
import type { ConsumptionCharger, Element, SpendingRate, UnitPrice } from './spending.ts';
import { marginOf } from './standing.ts';
import { type NonDisablement, Watch } from './watching.ts';

const HALF_HOUR_MS: Millis = 1_800_000;
/** A clock that is set by more than a day is not corrected but another: money falls due from then on (widest window of ECS70). */
const CORRECTION_MS_MAX: Millis = 86_400_000;
/** Further ahead than any device lives (limit of the language's dates). */
const NEVER_MS = 8_640_000_000_000_000n;

const KINDS: Readonly<Record<Element, ChargeKind>> = { primary: 'consumption', secondary: 'secondary-consumption' };

/** What the payment of a meter stands on. */
export interface PaymentParts {
  readonly account: Account;
  readonly supply: SupplySwitch;
  readonly calendar: NonDisablement;
  /** Whoever counts energy; it tells this organ what was consumed before time passes here. */
  readonly rate: SpendingRate;
}

/**
 * The money of a meter as time passes: consumption is charged as it happens, standing charge and time debts when they fall due, and
 * every threshold is crossed at its millisecond. Put it after the organ that counts energy and before the logs.
 */
export class Payment implements Organ, ConsumptionCharger {
  readonly name = 'payment';
  readonly concerns =
    /^(?:11[1-5]\/|9000\/|70\/0-0:|10\/0-0:12\.0\.1\.|11\/0-0:11\.0\.2\.|21\/0-0:16\.0\.1\.|1\/0-0:94\.44\.34\.30\/)/;
  readonly #device: Device;
  readonly #account: Account;
  readonly #rate: SpendingRate;
  readonly #running: RunningBooks;
  readonly #collection: Collection;
  readonly #watch: Watch;
  readonly #accruals: Readonly<Record<Element, Accrual>> = { primary: new Accrual(), secondary: new Accrual() };
  #livedTo: Millis = 0;
  /** Up to when, by the device's clock, everything that falls due by the clock has been collected; undefined while it does not know the time. */
  #collectedTo: Millis | undefined;

  constructor(device: Device, { account, supply, calendar, rate }: PaymentParts) {
    this.#device = device;
    this.#account = account;
    this.#rate = rate;
    this.#running = new RunningBooks(account, device.ledger);
    this.#collection = new Collection(account, device.parameters);
    this.#watch = new Watch(account, supply, calendar);
  }

  /** What has been charged for consumption in all, without standing charge and debts. Millipence. */
  get costOfConsumption(): number {
    return this.#device.ledger.charged('consumption') + this.#device.ledger.charged('secondary-consumption');
  }

  consumed(element: Element, units: bigint, price: UnitPrice): void {
    const due = this.#accruals[element].add(costOf(units, price, this.#rate.unitsPerKwh));
    if (due !== 0) charge(this.#running, KINDS[element], due);
  }

  begin(now: Millis): void {
    this.#livedTo = now;
    this.#collectedTo = this.#local(now);
    this.#device.ledger.open((name) => this.#account.balance(name));
    this.#watch.take(this.#local(now), this.#device.parameters.creditThresholdsInclusive);
  }

  deadline(): Millis | undefined {
    const now = this.#livedTo;
    const flows = this.#flows(now);
    const { offsetMs } = this.#device.clock;
    const runtime = (local: Millis | undefined): Millis | undefined => (local === undefined ? undefined : local - offsetMs);
    const books = flows.length > 0 || this.#device.ledger.hasPending;
    const collectedTo = this.#local(now) === undefined ? undefined : this.#collectedTo;
    return earliest(
      this.#crossing(now, flows),
      collectedTo === undefined ? undefined : runtime(this.#collection.next(collectedTo)),
      books ? runtime(nextHalfHour(now + offsetMs)) : undefined,
      runtime(this.#watch.calendarDue(now + offsetMs)),
    );
  }

  #flows(now: Millis): readonly Flow[] {
    const { unitsPerKwh } = this.#rate;
    return this.#rate.spending(now).map(({ element, unitsPerMs, price }) => ({
      carried: this.#accruals[element].carried,
      perMs: costOf(unitsPerMs, price, unitsPerKwh),
    }));
  }

  /** When consumption takes the account past the next threshold. */
  #crossing(now: Millis, flows: readonly Flow[]): Millis | undefined {
    const margin = flows.length > 0 ? marginOf(this.#account, this.#device.parameters.creditThresholdsInclusive) : undefined;
    const ahead = margin === undefined ? undefined : millisecondsUntil(flows, margin);
    return ahead === undefined || ahead > NEVER_MS ? undefined : now + Number(ahead);
  }

  pass(_from: Millis, to: Millis): void {
    this.#livedTo = to;
    // Nothing fell due in between; what falls due at this very moment is collected by `act`.
    const local = this.#local(to);
    if (local !== undefined && this.#collectedTo !== undefined) this.#collectedTo = Math.max(this.#collectedTo, local - 1);
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    const books = this.#books(now, effects);
    this.#collect(books);
    if (this.#device.localTime(now) % HALF_HOUR_MS === 0) this.#device.ledger.flush(now, effects);
    this.#watch.evaluate(books, this.#local(now));
  }

  settle(now: Millis, effects: DeviceEffect[]): void {
    this.#followClock(now);
    this.#device.ledger.reconcile((name) => this.#account.balance(name), now, effects);
    this.#watch.evaluate(this.#books(now, effects), this.#local(now));
  }

  /** A device that learns the time, or forgets it, collects nothing for what lies between. */
  #followClock(now: Millis): void {
    const local = this.#local(now);
    if ((local === undefined) !== (this.#collectedTo === undefined)) this.#collectedTo = local;
  }

  clockMoved(now: Millis, beforeMs: Millis, afterMs: Millis): void {
    const corrected = Math.abs(afterMs - beforeMs) <= CORRECTION_MS_MAX;
    if (!corrected || this.#collectedTo === undefined) this.#collectedTo = this.#local(now);
  }

  /** What fell due by the clock while there was no power is collected now; consumption there was none. */
  powerUp(now: Millis, effects: DeviceEffect[]): void {
    this.#livedTo = Math.max(this.#livedTo, now);
    this.act(now, effects);
  }

  #collect(books: Books): void {
    this.#followClock(books.now);
    const local = this.#local(books.now);
    const after = this.#collectedTo;
    if (local === undefined || after === undefined || local <= after) return;
    this.#collection.collect(books, after, local);
    this.#collectedTo = local;
  }

  #books(now: Millis, effects: DeviceEffect[]): Books {
    return new Books(this.#account, this.#device, now, effects);
  }

  /** The device's time; undefined while it does not know it. */
  #local(now: Millis): Millis | undefined {
    return this.#device.clock.status === 'invalid' ? undefined : this.#device.localTime(now);
  }

  state(): OrganState {
    return {
      livedTo: this.#livedTo,
      collectedTo: this.#collectedTo,
      primary: this.#accruals.primary.state(),
      secondary: this.#accruals.secondary.state(),
      collection: this.#collection.state(),
      sides: this.#watch.state(),
    };
  }

  restore(state: OrganState | undefined): void {
    const kept = (state ?? {}) as { readonly [key: string]: OrganState | undefined };
    this.#livedTo = Number(kept.livedTo ?? 0);
    this.#collectedTo = typeof kept.collectedTo === 'number' ? kept.collectedTo : undefined;
    this.#accruals.primary.restore(kept.primary);
    this.#accruals.secondary.restore(kept.secondary);
    this.#collection.restore(kept.collection);
    this.#watch.restore(String(kept.sides ?? ''));
  }
}

const nextHalfHour = (local: Millis): Millis => (Math.floor(local / HALF_HOUR_MS) + 1) * HALF_HOUR_MS;
