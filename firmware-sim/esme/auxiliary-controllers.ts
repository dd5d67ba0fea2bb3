import {
  type AuxiliaryControl,
  CONTROLLERS,
  type Direction,
  kindOf,
  LEVEL_MAX,
  levelOf,
  type Order,
  OUTCOME,
  orderOf,
  type Period,
  reportSelector,
  revertSelector,
  setLevel,
} from '../device/cosem/auxiliary.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import { type OperationalState, operationalUpdate } from '../device/cosem/operational-update.ts';
import { randomisedOffsetMs } from '../device/cosem/randomised-offset.ts';
import type { CosemStore } from '../device/cosem/store.ts';
import { earliest } from '../device/deadline.ts';
import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { Millis } from '../kernel/time.ts';
import { AuxiliaryCalendar } from './auxiliary-calendar.ts';
import { noteAuxiliary } from './auxiliary-log.ts';
import { AuxiliaryOrders, keyOf, type Part } from './auxiliary-orders.ts';
import { Boost } from './boost.ts';

/** A controller did not take the state it was told (GBCS table 16.2). */
const FAILED = 0x811a;

/**
 * What a controller obeys: a selector of the supplier or the calendar, the boost button, the wait after power was away, only a limit; or
 * nothing any more, and then it is off.
 */
interface Obeyed {
  readonly by: number | 'boost' | 'start' | 'limit' | 'nothing';
  readonly level: number;
}

const NOTHING: Obeyed = { by: 'nothing', level: 0 };

interface Kept {
  readonly orders?: OrganState;
  readonly obeyed: Readonly<Record<string, Obeyed>>;
  readonly startsAt?: Millis;
  readonly boost?: OrganState;
}

/**
 * The auxiliary controllers of an electricity meter (SMETS 5.26 ALCS, HCALCS and APC). Each one obeys what the supplier has commanded, for as
 * long as it says; else the boost button; else its calendar; and never beyond a limit. What it is told is shown and logged. When power
 * is back they stay off until the randomised offset is over.
 */
export class AuxiliaryControllers implements Organ, AuxiliaryControl {
  readonly name = 'auxiliary';
  readonly concerns = /^(?:1\/0-0:94\.44\.(?:0|6|7)\.|10\/0-0:12\.0\.2\.|11\/0-0:11\.0\.3\.|70\/0-[1-5]:)/;
  readonly boost: Boost;
  readonly #device: Device;
  readonly #calendar: AuxiliaryCalendar;
  readonly #orders = new AuxiliaryOrders();
  /** What each one was told last. */
  readonly #obeyed = new Map<string, Obeyed>();
  /** Until when they wait after power was away. */
  #startsAt: Millis | undefined;
  /** When there is something to do next, as long as nothing comes from outside. */
  #due: { readonly at: Millis | undefined } | undefined;

  constructor(device: Device) {
    this.#device = device;
    this.#calendar = new AuxiliaryCalendar(device);
    this.boost = new Boost(device);
  }

  get #store(): CosemStore {
    return objectsOf(this.#device);
  }

  /** Levels there are: what each controller puts out, and what a proportional one takes in. */
  get #parts(): readonly Part[] {
    return CONTROLLERS.flatMap((n) => this.#partsOf(n));
  }

  #partsOf(n: number): readonly Part[] {
    const kind = kindOf(this.#store, n);
    if (kind === 'none') return [];
    const out: Part = { n, direction: 'outputState' };
    return kind === 'proportional' ? [out, { n, direction: 'inputState' }] : [out];
  }

  begin(now: Millis): void {
    for (const part of this.#parts) {
      const order = this.#order(part, now);
      if (order) this.#obeyed.set(keyOf(part), order);
    }
  }

  /** Time begins to pass: from now on they are where they belong. */
  start(now: Millis): void {
    this.#due = undefined;
    for (const part of this.#parts) {
      const order = this.#order(part, now);
      if (!order) continue;
      this.#obeyed.set(keyOf(part), order);
      if (levelOf(this.#store, part.n, part.direction) !== order.level)
        setLevel(this.#store, part.n, part.direction, order.level);
    }
  }

  deadline(): Millis | undefined {
    const now = this.#device.life?.livedTo;
    if (now === undefined) return undefined;
    this.#due ??= { at: this.#next(now) };
    return this.#due.at;
  }

  #next(now: Millis): Millis | undefined {
    const { offsetMs } = this.#device.clock;
    const ahead = this.#orders.moments.map((local) => local - offsetMs).filter((at) => at > now);
    const calendar = this.#parts.map(({ n, direction }) => this.#calendar.next(n, direction, now));
    return earliest(this.#startsAt, this.boost.until, ...ahead, ...calendar);
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    if (this.#due && (this.#due.at ?? Number.POSITIVE_INFINITY) > now) return;
    if (this.#startsAt !== undefined && this.#startsAt <= now) this.#startsAt = undefined;
    if (this.boost.until !== undefined && this.boost.until <= now) this.boost.stop(now);
    this.#refresh(now, effects);
  }

  /** On a bench calendars do not run: controllers do there what commands say. */
  settle(now: Millis, effects: DeviceEffect[]): void {
    if (this.#device.life?.livedTo !== undefined) this.#refresh(now, effects);
  }

  clockMoved(): void {
    this.#due = undefined;
  }

  powerUp(now: Millis, effects: DeviceEffect[]): void {
    this.#due = undefined;
    const wait = randomisedOffsetMs(this.#store);
    this.#startsAt = wait > 0 ? now + wait : undefined;
    this.act(now, effects);
  }

  command(order: Order, selector: number, period: Period, now: Millis, effects: DeviceEffect[]): void {
    if (order.level === undefined) {
      for (const direction of ['outputState', 'inputState'] as const) this.#orders.revert({ n: order.n, direction });
      noteAuxiliary(this.#device, order.n, selector, OUTCOME.done, now);
      for (const part of this.#partsOf(order.n)) this.#obey(part, now, effects, false);
      return;
    }
    this.#orders.command(order, { ...period, selector, level: order.level });
    // The same order once more is told once more.
    if (this.#orders.commanded(order, this.#device.localTime(now))) this.#obeyed.delete(keyOf(order));
    this.#refresh(now, effects, order.n);
  }

  limit(
    order: Order & { readonly level: number },
    selector: number,
    period: Period,
    now: Millis,
    effects: DeviceEffect[],
  ): number {
    this.#orders.limit(order, { ...period, level: order.level, before: levelOf(this.#store, order.n, order.direction) });
    noteAuxiliary(this.#device, order.n, selector, OUTCOME.done, now);
    this.#refresh(now, effects, order.n);
    return Math.min(order.level, levelOf(this.#store, order.n, order.direction));
  }

  unlimit(n: number, direction: Direction, now: Millis, effects: DeviceEffect[]): number {
    this.#endLimit({ n, direction });
    this.#refresh(now, effects, n);
    return levelOf(this.#store, n, direction);
  }

  /** One that obeys nobody goes back to where it was before. */
  #endLimit(part: Part, overdueAt?: Millis): void {
    const limit = this.#orders.unlimit(part, overdueAt);
    if (!limit || this.#obeyed.get(keyOf(part))?.by !== 'limit') return;
    this.#obeyed.delete(keyOf(part));
    setLevel(this.#store, part.n, part.direction, limit.before);
  }

  /** Somebody presses the boost button. @returns false where there is nothing to boost, or not for so long */
  startBoost(minutes: number, now: Millis): boolean {
    const boosted = this.#parts.filter(({ n, direction }) => direction === 'outputState' && this.boost.controls(n));
    const all = boosted.every(({ n }) => this.#calendarLevel({ n, direction: 'outputState' }, now) === LEVEL_MAX);
    return !all && this.boost.start(minutes, now);
  }

  /** A controller on the home area network says whether it has done what it was told (HECS01). @returns false for another kind */
  reported(n: number, succeeded: boolean, now: Millis, effects: DeviceEffect[]): boolean {
    if (kindOf(this.#store, n) !== 'home-switch') return false;
    noteAuxiliary(this.#device, n, reportSelector(n), succeeded ? OUTCOME.done : OUTCOME.failed, now);
    if (!succeeded) effects.push(...this.#device.alert(FAILED, now));
    return true;
  }

  /**
   * The device behind a proportional controller says where it stands, whatever it was told: that is shown, and told when it is news (ECS200).
   * It stays there until it is told something else. @returns false for another kind of controller
   */
  updated(n: number, state: OperationalState, now: Millis, effects: DeviceEffect[]): boolean {
    if (kindOf(this.#store, n) !== 'proportional') return false;
    const levels = [
      ['outputState', state.outputPercent],
      ['inputState', state.inputPercent],
    ] as const;
    const moved = levels.filter(([direction, level]) => levelOf(this.#store, n, direction) !== level);
    for (const [direction, level] of moved) setLevel(this.#store, n, direction, level);
    if (moved.length > 0 || state.otherData !== undefined) effects.push(...operationalUpdate(this.#device, state, now));
    return true;
  }

  /** Brings every controller to where it belongs now, or one alone. */
  #refresh(now: Millis, effects: DeviceEffect[], only?: number): void {
    this.#due = undefined;
    const local = this.#device.localTime(now);
    for (const part of only === undefined ? this.#parts : this.#partsOf(only)) {
      this.#endLimit(part, local);
      const over = this.#orders.overdue(part, local);
      if (over) this.#orders.revert(part);
      const reverts = over !== undefined && this.#obeyed.get(keyOf(part))?.by === over.selector;
      if (reverts) noteAuxiliary(this.#device, part.n, revertSelector(part.n), OUTCOME.done, now);
      this.#obey(part, now, effects, !reverts);
    }
  }

  /** What a controller obeys now, its limit included. */
  #order(part: Part, now: Millis): Obeyed | undefined {
    const local = this.#device.localTime(now);
    const order = this.#unlimited(part, now, local);
    const limit = this.#orders.limited(part, local);
    if (!limit) return order;
    const { by, level } = order ?? { by: 'limit', level: limit.before };
    return { by, level: Math.min(level, limit.level) };
  }

  #unlimited(part: Part, now: Millis, local: Millis): Obeyed | undefined {
    if (this.#startsAt !== undefined) return { by: 'start', level: 0 };
    const command = this.#orders.commanded(part, local);
    if (command) return { by: command.selector, level: command.level };
    const boosted = this.boost.until !== undefined && part.direction === 'outputState' && this.boost.controls(part.n);
    if (boosted) return { by: 'boost', level: LEVEL_MAX };
    const by = this.#calendar.selector(part.n, part.direction, now);
    const level = by === undefined ? undefined : orderOf(by)?.level;
    if (by !== undefined && level !== undefined) return { by, level };
    const before = this.#obeyed.get(keyOf(part));
    return before && before.by !== 'limit' ? NOTHING : undefined;
  }

  #calendarLevel({ n, direction }: Part, now: Millis): number | undefined {
    const selector = this.#calendar.selector(n, direction, now);
    return selector === undefined ? undefined : orderOf(selector)?.level;
  }

  /** @param logs whether a new order of the supplier or the calendar goes into the log */
  #obey(part: Part, now: Millis, effects: DeviceEffect[], logs: boolean): void {
    const { n, direction } = part;
    const order = this.#order(part, now);
    const before = this.#obeyed.get(keyOf(part));
    if (!order || (before?.by === order.by && before.level === order.level)) return;
    this.#obeyed.set(keyOf(part), order);
    const moves = levelOf(this.#store, n, direction) !== order.level;
    const stuck = moves && kindOf(this.#store, n) === 'switch' && this.#device.misbehaviours.has('auxiliary-stuck');
    if (!stuck) setLevel(this.#store, n, direction, order.level);
    const told = before?.by !== order.by && typeof order.by === 'number';
    if (told && logs) noteAuxiliary(this.#device, n, Number(order.by), this.#outcomeOf(n, stuck), now);
    if (stuck) effects.push(...this.#device.alert(FAILED, now));
  }

  #outcomeOf(n: number, stuck: boolean): number {
    if (kindOf(this.#store, n) === 'home-switch') return OUTCOME.unknown;
    return stuck ? OUTCOME.failed : OUTCOME.done;
  }

  state(): OrganState | undefined {
    const [orders, boost] = [this.#orders.state(), this.boost.state()];
    const kept: Kept = {
      obeyed: Object.fromEntries(this.#obeyed),
      ...(orders !== undefined && { orders }),
      ...(this.#startsAt !== undefined && { startsAt: this.#startsAt }),
      ...(boost !== undefined && { boost }),
    };
    const used = this.#obeyed.size > 0 || orders !== undefined || boost !== undefined || this.#startsAt !== undefined;
    return used ? (kept as unknown as OrganState) : undefined;
  }

  restore(state: OrganState | undefined): void {
    const { orders, obeyed = {}, startsAt, boost } = (state ?? {}) as unknown as Partial<Kept>;
    this.#obeyed.clear();
    for (const [key, by] of Object.entries(obeyed)) this.#obeyed.set(key, by);
    this.#orders.restore(orders);
    this.boost.restore(boost);
    this.#startsAt = startsAt;
    this.#due = undefined;
  }
}
