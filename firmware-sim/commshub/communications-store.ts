import type { Element } from '../codec/element.ts';
import { dlmsDateTime } from '../device/clock.ts';
import { octetsOf, withValue } from '../device/cosem/numbers.ts';
import type { Device } from '../device/device.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import { type Eui64, eui64At } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';

/** active_devices of the hub's network: device log and communications store (GBCS mapping table, CCS06). */
const DEVICES = '104/0-0:30.3.0.255/4';

/** Places in a row of active_devices (Blue Book, ZigBee network control). */
const PLACE = { eui: 0, rssi: [2, 3, 4], lqi: [5, 6, 7], lastContact: 8, failures: 10, successes: 11 } as const;
const COUNT_MAX = 255;

/** What has been heard of a device since its row was written, and its signal since ever. */
interface Heard {
  lastContact?: Millis | undefined;
  failures: number;
  successes: number;
  signal?: Signal | undefined;
}

/** Strength of what is received from a device: extremes, and sum and number for the average. */
interface Signal {
  readonly max: number;
  readonly min: number;
  readonly sum: number;
  readonly count: number;
}

/** Link quality that corresponds to a strength: 0 at -100 dBm, 255 at -40 dBm; ours, as the Blue Book leaves it to the radio. */
const qualityOf = (dbm: number): number => Math.max(0, Math.min(255, Math.round(((dbm + 100) * 255) / 60)));

/**
 * When each device was last heard, how often it was not reached, and how strong the sub-GHz ones are, in the rows that CCS06 reads. The rows are
 * written before something reads them, not for every frame of an image.
 */
export class CommunicationsStore implements Organ {
  readonly name = 'communications';
  readonly #device: Device;
  readonly #heard = new Map<Eui64, Heard>();
  #dirty = false;
  /** Devices of the log, and the log they are taken from. */
  #known: { readonly log: Element | undefined; readonly devices: ReadonlySet<Eui64> } | undefined;

  constructor(device: Device) {
    this.#device = device;
  }

  /** Whether a device may communicate at all: it is in the device log. */
  knows(eui: Eui64): boolean {
    const log = this.#log;
    if (this.#known?.log !== log) this.#known = { log, devices: new Set(this.#rows.map(euiOf)) };
    return this.#known?.devices.has(eui) ?? false;
  }

  /** Something came from a device. @param signalDbm how strong it was, on the sub-GHz band */
  heard(eui: Eui64, now: Millis, signalDbm?: number): void {
    const one = this.#of(eui);
    one.lastContact = now;
    if (signalDbm !== undefined) one.signal = withSample(one.signal, signalDbm);
  }

  /** A frame for a device arrived or did not. */
  sent(eui: Eui64, arrived: boolean): void {
    const one = this.#of(eui);
    if (arrived) one.successes++;
    else one.failures++;
  }

  /** Writes what has been heard into the rows. */
  flush(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    const log = this.#log;
    const rows = this.#rows.map((row) => this.#written(row));
    if (log) this.#device.cosem?.set(DEVICES, withValue(log, rows));
  }

  deadline(): Millis | undefined {
    return undefined;
  }

  state(): OrganState | undefined {
    if (this.#heard.size === 0) return undefined;
    return Object.fromEntries(
      [...this.#heard].map(([eui, { signal, ...one }]) => [eui, { ...one, signal: signal && { ...signal } }]),
    );
  }

  restore(state: OrganState | undefined): void {
    this.#heard.clear();
    const kept = (state ?? {}) as unknown as Readonly<Record<Eui64, Heard>>;
    for (const [eui, one] of Object.entries(kept)) this.#heard.set(eui as Eui64, { ...one });
    this.#dirty = this.#heard.size > 0;
  }

  get #rows(): readonly Element[] {
    return this.#log?.children ?? [];
  }

  get #log(): Element | undefined {
    return this.#device.cosem?.get(DEVICES);
  }

  #of(eui: Eui64): Heard {
    this.#dirty = true;
    const known = this.#heard.get(eui);
    if (known) return known;
    const one: Heard = { failures: 0, successes: 0 };
    this.#heard.set(eui, one);
    return one;
  }

  #written(row: Element): Element {
    const one = this.#heard.get(euiOf(row));
    if (!one) return row;
    const values = new Map<number, Element['value']>();
    const count = (place: number, more: number): void =>
      void values.set(place, Math.min(COUNT_MAX, Number(row.children[place]?.value ?? 0) + more));
    if (one.lastContact !== undefined) values.set(PLACE.lastContact, dlmsDateTime(this.#device.localTime(one.lastContact)));
    count(PLACE.failures, one.failures);
    count(PLACE.successes, one.successes);
    for (const [place, value] of signalValues(one.signal)) values.set(place, value);
    one.failures = 0;
    one.successes = 0;
    one.lastContact = undefined;
    return withValue(
      row,
      row.children.map((child, i) => (values.has(i) ? withValue(child, values.get(i) ?? 0) : child)),
    );
  }
}

/** The device of a row of active_devices. */
function euiOf(row: Element): Eui64 {
  const octets = octetsOf(row.children[PLACE.eui]);
  return eui64At(octets, 0);
}

function withSample(signal: Signal | undefined, dbm: number): Signal {
  const { max, min, sum, count } = signal ?? { max: dbm, min: dbm, sum: 0, count: 0 };
  return { max: Math.max(max, dbm), min: Math.min(min, dbm), sum: sum + dbm, count: count + 1 };
}

function signalValues(signal: Signal | undefined): (readonly [place: number, value: number])[] {
  if (!signal) return [];
  const levels = [signal.max, Math.round(signal.sum / signal.count), signal.min];
  return levels.flatMap((dbm, i) => [[PLACE.rssi[i] ?? 0, dbm] as const, [PLACE.lqi[i] ?? 0, qualityOf(dbm)] as const]);
}
