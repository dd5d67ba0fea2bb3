import { numberAt } from '../device/cosem/numbers.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import { earliest } from '../device/deadline.ts';
import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { ElectricityLoad } from '../device/metering/load.ts';
import type { Millis } from '../kernel/time.ts';
import { type Phase, phasesOf, voltsOf } from './phases.ts';

const SECOND_MS: Millis = 1_000;

/** What is watched for: its limiter object, the side of its threshold, and the codes of beginning and end (GBCS table 16.2). */
const WATCHES = [
  { name: 'extreme over', limiter: '71/0-0:17.0.1.255', above: true, begun: 0x8020, ended: 0x808d },
  { name: 'extreme under', limiter: '71/0-0:17.0.2.255', above: false, begun: 0x8028, ended: 0x8095 },
  { name: 'sag', limiter: '71/0-0:17.0.3.255', above: false, begun: 0x802c, ended: 0x8099 },
  { name: 'swell', limiter: '71/0-0:17.0.4.255', above: true, begun: 0x8024, ended: 0x8091 },
] as const;

type Watch = (typeof WATCHES)[number];

/** What is kept of one watch over one phase. */
interface Watched {
  /** Begun and not ended. */
  readonly begun: boolean;
  /** Since when voltage has been on the other side of where it was last told to be. */
  readonly since?: Millis;
}

type Kept = Readonly<Record<string, Watched>>;

const AT_REST: Watched = { begun: false };

/**
 * Extremes, sags and swells of the voltage of each phase (SMETS 5.7 RMS voltage): an event when voltage has been beyond the threshold for
 * the whole of its period, and another when it has been back for as long. Thresholds and periods are the same for all phases. A
 * phase that is lost is an outage and none of these. A period or threshold of 0 is off.
 */
export class VoltageEvents implements Organ {
  readonly name = 'voltage-events';
  readonly concerns = /^71\//;
  readonly #device: Device;
  readonly #load: () => ElectricityLoad;
  readonly #phases: readonly Phase[];
  /** By the name of the watch and the index of the phase; what is at rest is left out. */
  readonly #watched = new Map<string, Watched>();

  constructor(device: Device, load: () => ElectricityLoad) {
    this.#device = device;
    this.#load = load;
    this.#phases = device.cosem ? phasesOf(device.cosem) : [];
  }

  begin(now: Millis): void {
    this.#look(now);
  }

  deadline(): Millis | undefined {
    if (this.#watched.size === 0) return undefined;
    const ends = WATCHES.flatMap((watch) => this.#phases.map((phase) => this.#eventAt(watch, phase)));
    return earliest(...ends);
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    for (const watch of WATCHES) for (const phase of this.#phases) this.#announce(watch, phase, now, effects);
    this.#look(now);
  }

  settle(now: Millis): void {
    this.#look(now);
  }

  powerDown(): void {
    for (const [key, { begun }] of [...this.#watched]) this.#keep(key, { begun });
  }

  powerUp(now: Millis): void {
    this.#look(now);
  }

  #periodOf({ limiter }: Watch): Millis {
    return numberAt(objectsOf(this.#device), `${limiter}/6`) * SECOND_MS;
  }

  /** When voltage will have been on the other side for the whole period. */
  #eventAt(watch: Watch, phase: Phase): Millis | undefined {
    const { since } = this.#watched.get(keyOf(watch, phase)) ?? AT_REST;
    return since === undefined ? undefined : since + this.#periodOf(watch);
  }

  /** Starts and stops the periods as voltage stands now. */
  #look(now: Millis): void {
    const store = objectsOf(this.#device);
    const load = this.#load();
    for (const watch of WATCHES) {
      const threshold = numberAt(store, `${watch.limiter}/4`);
      const off = threshold === 0 || this.#periodOf(watch) === 0;
      for (const phase of this.#phases) {
        const key = keyOf(watch, phase);
        const { begun, since } = this.#watched.get(key) ?? AT_REST;
        const volts = voltsOf(load, phase);
        const beyond = watch.above ? volts > threshold : volts < threshold;
        const waits = volts > 0 && beyond !== begun;
        this.#keep(key, off ? AT_REST : waits ? { begun, since: since ?? now } : { begun });
      }
    }
  }

  #announce(watch: Watch, phase: Phase, now: Millis, effects: DeviceEffect[]): void {
    const at = this.#eventAt(watch, phase);
    if (at === undefined || at > now) return;
    const key = keyOf(watch, phase);
    const begun = !this.#watched.get(key)?.begun;
    this.#keep(key, { begun });
    effects.push(...this.#device.alert((begun ? watch.begun : watch.ended) + phase.code, now));
  }

  #keep(key: string, watched: Watched): void {
    if (!watched.begun && watched.since === undefined) this.#watched.delete(key);
    else this.#watched.set(key, watched);
  }

  state(): OrganState | undefined {
    if (this.#watched.size === 0) return undefined;
    const sorted = [...this.#watched].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted.map(([key, watched]) => [key, { ...watched }]));
  }

  restore(state: OrganState | undefined): void {
    this.#watched.clear();
    for (const [key, watched] of Object.entries((state ?? {}) as unknown as Kept)) this.#watched.set(key, watched);
  }
}

const keyOf = ({ name }: Watch, { index }: Phase): string => `${name} ${index + 1}`;
