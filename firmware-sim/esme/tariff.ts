import type { ClockStatus } from '../device/clock.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import { TIME_OF_USE } from '../device/cosem/register-values.ts';
import { type RegisterPlace, Tallies } from '../device/cosem/tallies.ts';
import { earliest } from '../device/deadline.ts';
import type { Device } from '../device/device.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { ElectricityLoad } from '../device/metering/load.ts';
import type { ConsumptionCharger, Element, Spending, SpendingRate, UnitPrice } from '../device/payment/spending.ts';
import type { Millis } from '../kernel/time.ts';
import { blockInForce } from './block-columns.ts';
import { UNITS_PER_WH } from './registers.ts';
import type { TariffChoice } from './tariff-selector.ts';
import { TariffSwitching } from './tariff-switching.ts';

/** Where consumption of an element is counted now, what it costs, and how much may still go there. */
interface InForce {
  readonly places: readonly RegisterPlace[];
  readonly price: UnitPrice;
  readonly room: number;
}

/** What the calendars of the elements have chosen, until one of them switches or the clock is trusted otherwise. */
interface Choices {
  readonly clock: ClockStatus;
  readonly of: ReadonlyMap<Element, TariffChoice | undefined>;
  readonly until: Millis | undefined;
}

/**
 * The tariffs of an electricity meter: consumption of each element goes into the register that is in force, at its price. A column of a
 * block tariff passes into its next block where its counter reaches the threshold, to the watt second. Registers never go back.
 */
export class Tariff implements Organ, SpendingRate {
  readonly name = 'tariff';
  readonly unitsPerKwh = BigInt(1_000 * UNITS_PER_WH);
  /** Whoever is told what was consumed at which price. */
  charger: ConsumptionCharger | undefined;
  /** Who else is told what consumption costs. */
  history: ConsumptionCharger | undefined;
  readonly #device: Device;
  readonly #flow: () => ElectricityLoad;
  readonly #switching: Readonly<Record<Element, TariffSwitching>>;
  #made: Tallies | undefined;
  /** Kept until a calendar switches or something comes from outside. */
  #choices: Choices | undefined;

  /** @param flow what flows now, or while time passes */
  constructor(device: Device, flow: () => ElectricityLoad) {
    this.#device = device;
    this.#flow = flow;
    this.#switching = { primary: new TariffSwitching(device, 'primary'), secondary: new TariffSwitching(device, 'secondary') };
  }

  get #tallies(): Tallies {
    this.#made ??= new Tallies(objectsOf(this.#device), UNITS_PER_WH);
    return this.#made;
  }

  /** A twin-element meter has registers for its secondary element. */
  get elements(): readonly Element[] {
    return objectsOf(this.#device).get(TIME_OF_USE)?.children.length === 2 ? BOTH : PRIMARY;
  }

  #chosen(now: Millis): Choices {
    const clock = this.#device.clock.status;
    if (this.#choices?.clock === clock) return this.#choices;
    this.#choices = {
      clock,
      of: new Map(this.elements.map((element) => [element, this.#switching[element].choice(now)])),
      until: earliest(...this.elements.map((element) => this.#switching[element].next(now))),
    };
    return this.#choices;
  }

  #inForce(element: Element, now: Millis): InForce | undefined {
    const choice = this.#chosen(now).of.get(element);
    if (choice === undefined) return undefined;
    const { prices } = this.#switching[element];
    if (choice.kind === 'time-of-use') {
      return { places: [choice.register], price: prices.price(choice.priceIndex), room: Number.POSITIVE_INFINITY };
    }
    const { block, room } = blockInForce(choice, objectsOf(this.#device), this.#tallies);
    return { places: [block.register, block.counter], price: prices.price(block.priceIndex), room };
  }

  /** Name of the register that an element is counted in now: `tou-1`, `block-2-3` (third column), `secondary-1`. */
  register(element: Element, now: Millis): string | undefined {
    return this.#inForce(element, now)?.places[0]?.name;
  }

  /** What a kilowatt hour of an element costs now. */
  price(element: Element, now: Millis): UnitPrice | undefined {
    return this.#inForce(element, now)?.price;
  }

  spending(now: Millis): readonly Spending[] {
    const load = this.#flow();
    return this.elements.flatMap((element): Spending[] => {
      const watts = wattsOf(load, element);
      const price = watts > 0 ? this.price(element, now) : undefined;
      return price ? [{ element, unitsPerMs: BigInt(watts), price }] : [];
    });
  }

  deadline(): Millis | undefined {
    const now = this.#device.life?.livedTo;
    return now === undefined ? undefined : earliest(this.#nextBlock(now), this.#chosen(now).until);
  }

  /** The first millisecond at which the column in force has reached its next block. */
  #nextBlock(now: Millis): Millis | undefined {
    const choice = this.#chosen(now).of.get('primary');
    const { importWatts } = this.#flow();
    if (choice?.kind !== 'blocks' || importWatts === 0) return undefined;
    const { room } = blockInForce(choice, objectsOf(this.#device), this.#tallies);
    return room === Number.POSITIVE_INFINITY ? undefined : now + Math.ceil(room / importWatts);
  }

  pass(from: Millis, to: Millis): void {
    const load = this.#flow();
    for (const element of this.elements) this.#count(element, wattsOf(load, element) * (to - from), from);
  }

  /** Fills blocks like buckets: in the millisecond in which one is full, what is left goes into the next. */
  #count(element: Element, units: number, from: Millis): void {
    for (let left = units; left > 0; ) {
      const inForce = this.#inForce(element, from);
      if (!inForce) return;
      const part = Math.min(left, inForce.room);
      for (const place of inForce.places) this.#tallies.add(place, part);
      this.charger?.consumed(element, BigInt(part), inForce.price);
      this.history?.consumed(element, BigInt(part), inForce.price);
      left -= part;
    }
  }

  act(now: Millis): void {
    if (now >= (this.#choices?.until ?? Number.POSITIVE_INFINITY)) this.#choices = undefined;
  }

  settle(): void {
    this.#choices = undefined;
  }

  clockMoved(): void {
    this.#choices = undefined;
  }

  powerUp(): void {
    this.#choices = undefined;
  }

  state(): OrganState | undefined {
    return this.#made?.state();
  }

  restore(state: OrganState | undefined): void {
    this.#made = undefined;
    this.#choices = undefined;
    if (state !== undefined) this.#tallies.restore(state);
  }
}

const PRIMARY: readonly Element[] = ['primary'];
const BOTH: readonly Element[] = ['primary', 'secondary'];

const wattsOf = ({ importWatts, secondaryWatts }: ElectricityLoad, element: Element): number =>
  element === 'primary' ? importWatts : secondaryWatts;
