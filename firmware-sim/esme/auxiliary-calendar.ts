import { type Direction, orderOf } from '../device/cosem/auxiliary.ts';
import type { Switch } from '../device/cosem/daily-switches.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import { randomisedOffsetMs } from '../device/cosem/randomised-offset.ts';
import { Schedule } from '../device/cosem/schedule.ts';
import type { CosemKey } from '../device/cosem/store.ts';
import type { Device } from '../device/device.ts';
import type { Millis } from '../kernel/time.ts';

/** The calendar of auxiliary controllers and its special days (structures of ECS46d). */
const ENTRIES: CosemKey = '10/0-0:12.0.2.255/2';
const SPECIAL_DAYS: CosemKey = '11/0-0:11.0.3.255/2';
/** Field of an entry that says what it does. */
const SELECTOR = 3;

/** What is known of a controller's calendar from one of its switches on, in the time the calendar is written in. */
interface Between {
  readonly schedule: Schedule;
  readonly from: Millis;
  /** Up to when that is known to hold: the moment looked at, until the next switch has been looked for. */
  to: Millis;
  readonly last: Switch | undefined;
  next?: { readonly at: Switch | undefined };
}

/**
 * What the calendar says of each controller. A switch happens as much later than it is written as the meter's randomised offset
 * (SMETS 5.7 Randomised Offset).
 */
export class AuxiliaryCalendar {
  readonly #device: Device;
  readonly #known = new Map<string, Between>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** The selector that is in force; undefined while nothing is, and while the meter does not know the time. */
  selector(n: number, direction: Direction, now: Millis): number | undefined {
    return this.#around(n, direction, now)?.last?.selector;
  }

  /** When the calendar has something else to say of a controller, in the runtime's time. */
  next(n: number, direction: Direction, now: Millis): Millis | undefined {
    const between = this.#around(n, direction, now);
    if (!between) return undefined;
    between.next ??= { at: this.#nextSwitch(between, n, direction, now) };
    const { at: next } = between.next;
    between.to = next?.at ?? Number.POSITIVE_INFINITY;
    return next && next.at + this.#offsetMs - this.#device.clock.offsetMs;
  }

  #nextSwitch({ schedule }: Between, n: number, direction: Direction, now: Millis): Switch | undefined {
    const means = meaning(n, direction);
    return this.#mentions(means) ? schedule.next(this.#at(now), means) : undefined;
  }

  /** Whoever is not in the calendar at all would be looked for through all its days. */
  #mentions(means: (selector: number) => boolean): boolean {
    const entries = objectsOf(this.#device).get(ENTRIES)?.children ?? [];
    return entries.some(({ children }) => means(Number(children[SELECTOR]?.value)));
  }

  /** Now, in the time the calendar is written in. */
  #at(now: Millis): Millis {
    return this.#device.localTime(now) - this.#offsetMs;
  }

  get #offsetMs(): Millis {
    return randomisedOffsetMs(objectsOf(this.#device));
  }

  #around(n: number, direction: Direction, now: Millis): Between | undefined {
    if (this.#device.clock.status === 'invalid') return undefined;
    const schedule = Schedule.of(objectsOf(this.#device), ENTRIES, SPECIAL_DAYS);
    const at = this.#at(now);
    const key = `${n} ${direction}`;
    const known = this.#known.get(key);
    if (known?.schedule === schedule && at >= known.from && (at < known.to || at === known.from)) return known;
    const means = meaning(n, direction);
    const mentioned = this.#mentions(means);
    const last = mentioned ? schedule.last(at, means) : undefined;
    const from = last?.at ?? (mentioned ? at : Number.NEGATIVE_INFINITY);
    const between: Between = { schedule, from, to: mentioned ? at + 1 : Number.POSITIVE_INFINITY, last };
    this.#known.set(key, between);
    return between;
  }
}

const meaning =
  (n: number, direction: Direction) =>
  (selector: number): boolean => {
    const order = orderOf(selector);
    return order?.n === n && order.direction === direction;
  };
