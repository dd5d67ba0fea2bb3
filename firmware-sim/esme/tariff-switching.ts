import { ActivityCalendar, calendarKeys } from '../device/cosem/activity-calendar.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import { PriceTable } from '../device/cosem/price-table.ts';
import { randomisedOffsetMs } from '../device/cosem/randomised-offset.ts';
import type { CosemKey } from '../device/cosem/store.ts';
import type { Device } from '../device/device.ts';
import type { Element } from '../device/payment/spending.ts';
import type { Millis } from '../kernel/time.ts';
import { PRIMARY_CHOICES, SECONDARY_CHOICES, type TariffChoice } from './tariff-selector.ts';

/** The objects of one element's tariff (GBCS mapping table, ECS24, ECS24b). */
interface TariffObjects {
  readonly calendar: string;
  readonly specialDays: CosemKey;
  readonly prices: CosemKey;
  readonly choices: ReadonlyMap<number, TariffChoice>;
  /** Parameter that holds the selector in force without a calendar. */
  readonly fallback: 'tariffWithoutCalendar' | 'secondaryTariffWithoutCalendar';
}

const TARIFFS: Readonly<Record<Element, TariffObjects>> = {
  primary: {
    calendar: '20/0-0:13.0.0.255',
    specialDays: '11/0-0:11.0.0.255/2',
    prices: '113/0-0:19.20.0.255/5',
    choices: PRIMARY_CHOICES,
    fallback: 'tariffWithoutCalendar',
  },
  secondary: {
    calendar: '20/0-0:13.0.1.255',
    specialDays: '11/0-0:11.0.1.255/2',
    prices: '113/0-0:19.20.5.255/5',
    choices: SECONDARY_CHOICES,
    fallback: 'secondaryTariffWithoutCalendar',
  },
};

/** Attributes in which the calendars and prices of both elements stand. */
export const TARIFF_KEYS: readonly CosemKey[] = Object.values(TARIFFS).flatMap(({ calendar, specialDays, prices }) => [
  ...calendarKeys(calendar),
  specialDays,
  prices,
]);

/**
 * Which tariff of an element a meter's calendar chooses at a moment, by the device's own clock: without a season in force, with a
 * selector that means nothing, or while the clock is invalid the default one.
 */
export class TariffSwitching {
  readonly #device: Device;
  readonly #objects: TariffObjects;

  constructor(device: Device, element: Element) {
    this.#device = device;
    this.#objects = TARIFFS[element];
  }

  get calendar(): ActivityCalendar {
    const { calendar, specialDays } = this.#objects;
    return ActivityCalendar.of(objectsOf(this.#device), calendar, specialDays);
  }

  get prices(): PriceTable {
    return PriceTable.of(objectsOf(this.#device), this.#objects.prices);
  }

  /** What is chosen at a moment of the runtime; undefined only when even the parameter names nothing. */
  choice(now: Millis): TariffChoice | undefined {
    const { choices, fallback } = this.#objects;
    const selector = this.#inForce ? this.calendar.last(now + this.#ahead)?.selector : undefined;
    return choices.get(selector ?? 0) ?? choices.get(this.#device.parameters[fallback]);
  }

  /** When the calendar switches next, in the runtime's time. */
  next(now: Millis): Millis | undefined {
    const at = this.#inForce ? this.calendar.next(now + this.#ahead)?.at : undefined;
    return at === undefined ? undefined : at - this.#ahead;
  }

  get #inForce(): boolean {
    return this.#device.clock.status !== 'invalid';
  }

  /** What the calendar's time is ahead of the runtime's. */
  get #ahead(): Millis {
    const { clock, parameters } = this.#device;
    const delay = parameters.tariffRandomised ? randomisedOffsetMs(objectsOf(this.#device)) : 0;
    return clock.offsetMs - delay;
  }
}
