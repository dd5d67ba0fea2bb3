import { earliest } from '../../device/deadline.ts';
import type { Device } from '../../device/device.ts';
import type { DeviceEffect } from '../../device/effects.ts';
import type { Organ, OrganState } from '../../device/life/organ.ts';
import type { LoadInput } from '../../device/metering/load-input.ts';
import { type Eui64, eui64Bytes } from '../../kernel/eui64.ts';
import type { Millis } from '../../kernel/time.ts';
import type { SubGhzAir } from './radio.ts';
import { subGhzSettings } from './settings.ts';

/** How much of the band the hub has used in the last hour (GBCS 10.6.2; ETSI EN 300 220 has the hour). */
export const DUTY_LEVELS = ['normal', 'limited', 'critical', 'regulated'] as const;

export type DutyLevel = (typeof DUTY_LEVELS)[number];

/** Codes of reaching a level, and of falling below it again (GBCS table 16.2). */
const REACHED = [0, 0x8f20, 0x8f22, 0x8f24] as const;
const LEFT = [0, 0x8f21, 0x8f23, 0x8f25] as const;

const HOUR: Millis = 3_600_000;
const MINUTE: Millis = 60_000;
/** The last hour is kept in so many parts; ours. */
const BINS = 12;
const BIN: Millis = HOUR / BINS;
/** Shares are in hundredths of a percent. */
const WHOLE_SHARE = 10_000;
const BITS_PER_OCTET = 8;
const MILLI = 1_000;

/** What the hub has sent each device within a part of the hour, in thousandths of an octet. */
type Bin = Readonly<Record<Eui64, number>>;

interface DutyState {
  readonly bins: readonly Bin[];
  readonly binEnd: Millis | undefined;
  readonly level: number;
  readonly chosen: Eui64 | undefined;
  readonly suspended: Readonly<Record<Eui64, Millis>>;
}

const IDLE: DutyState = { bins: [{}], binEnd: undefined, level: 0, chosen: undefined, suspended: {} };

/**
 * Supervises the hub's share of the sub-GHz band. From the limited level on, the device that takes most of it is told to be silent; from the
 * critical level on, every device is; beyond what regulation allows the hub sends nothing at all. Messages for silent devices are
 * not sent (`isSilent`).
 */
export class DutyCycle implements Organ {
  readonly name = 'duty-cycle';
  readonly #device: Device;
  readonly #radio: LoadInput<SubGhzAir>;
  #devices: readonly Eui64[] = [];
  #state = IDLE;
  #resumed: Eui64[] = [];
  #told: { readonly device: Eui64; readonly minutes: number }[] = [];

  constructor(device: Device, radio: LoadInput<SubGhzAir>) {
    this.#device = device;
    this.#radio = radio;
  }

  /** Devices on the band, handed in again after a restart. */
  set devices(devices: readonly Eui64[]) {
    this.#devices = [...devices].sort();
  }

  get level(): DutyLevel {
    return DUTY_LEVELS[this.#state.level] ?? 'normal';
  }

  /** Share of the last hour in hundredths of a percent, rounded down. */
  get share(): number {
    return Math.floor((this.#sent * BITS_PER_OCTET * WHOLE_SHARE) / (this.#device.parameters.subGhzBitsPerSecond * HOUR));
  }

  /** Whether nothing is to be sent to a device now. */
  isSilent(device: Eui64): boolean {
    if (!this.#devices.includes(device)) return false;
    return this.level === 'regulated' || this.#state.suspended[device] !== undefined;
  }

  /** Devices that have to be told to be silent, and for how long. They are told once. */
  takeTold(): readonly { readonly device: Eui64; readonly minutes: number }[] {
    const told = this.#told;
    this.#told = [];
    return told;
  }

  /** Devices whose silence has ended. They are named once. */
  takeResumed(): readonly Eui64[] {
    const resumed = this.#resumed;
    this.#resumed = [];
    return resumed;
  }

  /** The hub has sent a device octets beyond what it sends by itself. */
  sent(device: Eui64, octets: number, now: Millis, effects: DeviceEffect[]): void {
    if (!this.#devices.includes(device)) return;
    this.#add(device, octets * MILLI, now);
    this.#judge(now, effects);
  }

  deadline(): Millis | undefined {
    const { binEnd, level, suspended } = this.#state;
    const busy = this.#devices.some((device) => this.#rate(device) > 0);
    const begins = busy && this.#device.life?.livedTo !== undefined ? this.#device.life.livedTo + BIN : undefined;
    const idle = !busy && this.#sent === 0 && level === 0;
    return earliest(idle ? undefined : (binEnd ?? begins), ...Object.values(suspended));
  }

  pass(from: Millis, to: Millis): void {
    for (const device of this.#devices) {
      if (!this.isSilent(device)) this.#add(device, this.#rate(device) * (to - from), from);
    }
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    this.#resume(now);
    const { binEnd } = this.#state;
    if (binEnd === undefined || now < binEnd) return;
    // Now the parts are a whole hour.
    this.#judge(now, effects);
    const gone = Math.floor((now - binEnd) / BIN) + 1;
    const fresh = Array.from({ length: Math.min(gone, BINS) }, (): Bin => ({}));
    const bins = [...this.#state.bins, ...fresh].slice(-BINS);
    this.#state = { ...this.#state, bins, binEnd: binEnd + gone * BIN };
    if (this.#sent === 0 && this.#state.level === 0) this.#state = { ...this.#state, bins: [{}], binEnd: undefined };
  }

  state(): OrganState | undefined {
    const { binEnd, level, bins, chosen, suspended } = this.#state;
    if (binEnd === undefined) return undefined;
    return { binEnd, level, chosen, bins: bins.map((bin) => ({ ...bin })), suspended: { ...suspended } };
  }

  restore(state: OrganState | undefined): void {
    this.#state = (state as DutyState | undefined) ?? IDLE;
  }

  #rate(device: Eui64): number {
    return this.#radio.current.octetsPerSecond(device);
  }

  get #sent(): number {
    return this.#state.bins.reduce((sum, bin) => sum + Object.values(bin).reduce((a, b) => a + b, 0), 0);
  }

  /** Counts what has been sent; the hour is watched from the first of it on. */
  #add(device: Eui64, milliOctets: number, from: Millis): void {
    if (milliOctets === 0) return;
    const { bins, binEnd } = this.#state;
    const last = bins.at(-1) ?? {};
    const bin = { ...last, [device]: (last[device] ?? 0) + milliOctets };
    this.#state = { ...this.#state, bins: [...bins.slice(0, -1), bin], binEnd: binEnd ?? from + BIN };
  }

  /** Goes up or down, one level at a time, each with its code. */
  #judge(now: Millis, effects: DeviceEffect[]): void {
    const wanted = this.#levelNow;
    for (let { level } = this.#state; level !== wanted; { level } = this.#state) {
      const next = level < wanted ? level + 1 : level - 1;
      this.#state = { ...this.#state, level: next };
      if (next < level) effects.push(...this.#device.alert(LEFT[level] ?? 0, now));
      else this.#reached(next, now, effects);
    }
  }

  /** The highest level whose threshold the share of the last hour has reached. */
  get #levelNow(): number {
    const settings = this.#device.cosem && subGhzSettings(this.#device.cosem);
    if (!settings) return 0;
    const { share } = this;
    const thresholds = [settings.limitedShare, settings.criticalShare, this.#device.parameters.regulatedShare];
    return thresholds.findLastIndex((threshold) => share >= threshold) + 1;
  }

  #reached(level: number, now: Millis, effects: DeviceEffect[]): void {
    const code = REACHED[level] ?? 0;
    if (level > 1) {
      for (const device of this.#devices) this.#silence(device, now);
      effects.push(...this.#device.alert(code, now));
      return;
    }
    const chosen = this.#greediest;
    this.#state = { ...this.#state, chosen };
    if (chosen === undefined) return;
    this.#silence(chosen, now);
    effects.push(...this.#device.alert(code, now, { octetStrings: [eui64Bytes(chosen)] }));
  }

  /** The device that most has been sent to in the last hour. */
  get #greediest(): Eui64 | undefined {
    const sentTo = (device: Eui64): number => this.#state.bins.reduce((sum, bin) => sum + (bin[device] ?? 0), 0);
    return this.#devices.reduce<Eui64 | undefined>(
      (most, device) => (most !== undefined && sentTo(most) >= sentTo(device) ? most : device),
      undefined,
    );
  }

  #silence(device: Eui64, now: Millis): void {
    const minutes = this.#device.parameters.suspendMinutes;
    this.#state = { ...this.#state, suspended: { ...this.#state.suspended, [device]: now + minutes * MINUTE } };
    this.#told.push({ device, minutes });
  }

  /** Silence that has lasted its time is over, or begins anew while the level calls for it. */
  #resume(now: Millis): void {
    const { suspended, level, chosen } = this.#state;
    const over = this.#devices.filter((device) => (suspended[device] ?? Number.POSITIVE_INFINITY) <= now);
    if (over.length === 0) return;
    const left = Object.entries(suspended).filter(([device]) => !over.includes(device as Eui64));
    this.#state = { ...this.#state, suspended: Object.fromEntries(left) };
    for (const device of over) {
      if (level > 1 || (level === 1 && device === chosen)) this.#silence(device, now);
      else this.#resumed.push(device);
    }
  }
}
