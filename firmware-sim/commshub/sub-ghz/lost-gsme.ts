import { earliest } from '../../device/deadline.ts';
import type { Device } from '../../device/device.ts';
import type { DeviceEffect } from '../../device/effects.ts';
import type { Organ, OrganState } from '../../device/life/organ.ts';
import type { Eui64 } from '../../kernel/eui64.ts';
import type { Millis } from '../../kernel/time.ts';
import { SCAN_TRIGGER } from './channel-log.ts';
import { subGhzSettings } from './settings.ts';

/** Three searches for a lost gas meter have failed (GBCS table 16.2). */
const SEARCHES_FAILED = 0x8f29;
const SEARCHES = 3;

const MINUTE: Millis = 60_000;
const DAY: Millis = 86_400_000;

/** A gas meter on the band: when it was last heard, and how often it has been searched for since. */
interface Watched {
  readonly heardAt: Millis;
  readonly searches: number;
}

/** Asks for a scan of the channels. */
export type RequestScan = (trigger: number, now: Millis, effects: DeviceEffect[]) => void;

/**
 * Misses gas meters on the sub-GHz band: one that has missed its curfew, or has not been heard for a day and every day after that, is searched
 * for by a scan; when three searches have brought nothing the broker is told and the search ends until the meter is heard again.
 */
export class LostGsme implements Organ {
  readonly name = 'lost-gsme';
  readonly #device: Device;
  readonly #requestScan: RequestScan;
  readonly #watched = new Map<Eui64, Watched>();

  constructor(device: Device, requestScan: RequestScan) {
    this.#device = device;
    this.#requestScan = requestScan;
  }

  /** Gas meters on the band, handed in again after a restart. */
  watch(meters: readonly Eui64[], now: Millis): void {
    for (const eui of [...this.#watched.keys()].filter((one) => !meters.includes(one))) this.#watched.delete(eui);
    for (const eui of meters) if (!this.#watched.has(eui)) this.heard(eui, now);
  }

  /** A gas meter has been heard. */
  heard(eui: Eui64, now: Millis): void {
    this.#watched.set(eui, { heardAt: now, searches: 0 });
  }

  deadline(): Millis | undefined {
    return earliest(...[...this.#watched.values()].map((one) => this.#dueAt(one)));
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    for (const [eui, one] of this.#watched) {
      const due = this.#dueAt(one);
      if (due === undefined || now < due) continue;
      this.#watched.set(eui, { ...one, searches: one.searches + 1 });
      if (one.searches === SEARCHES) effects.push(...this.#device.alert(SEARCHES_FAILED, now));
      else this.#requestScan(this.#triggerOf(one), now, effects);
    }
  }

  /** Time without the meter is not counted while the hub itself is off. */
  powerUp(now: Millis): void {
    for (const eui of this.#watched.keys()) this.heard(eui, now);
  }

  state(): OrganState | undefined {
    if (this.#watched.size === 0) return undefined;
    return Object.fromEntries([...this.#watched].map(([eui, one]) => [eui, { ...one }]));
  }

  restore(state: OrganState | undefined): void {
    this.#watched.clear();
    const kept = (state ?? {}) as unknown as Readonly<Record<Eui64, Watched>>;
    for (const [eui, one] of Object.entries(kept)) this.#watched.set(eui as Eui64, one);
  }

  /** A curfew within a day comes before the first missed day. */
  get #curfewMs(): Millis | undefined {
    const settings = this.#device.cosem && subGhzSettings(this.#device.cosem);
    const curfew = (settings?.curfew ?? 0) * this.#device.parameters.curfewUnitMinutes * MINUTE;
    return curfew > 0 && curfew < DAY ? curfew : undefined;
  }

  #dueAt({ heardAt, searches }: Watched): Millis | undefined {
    if (searches > SEARCHES) return undefined;
    const curfew = this.#curfewMs;
    const days = curfew === undefined ? searches + 1 : searches;
    return heardAt + (days === 0 ? (curfew ?? DAY) : days * DAY);
  }

  #triggerOf({ searches }: Watched): number {
    return searches === 0 && this.#curfewMs !== undefined ? SCAN_TRIGGER.missedCurfew : SCAN_TRIGGER.gsmeMissingForADay;
  }
}
