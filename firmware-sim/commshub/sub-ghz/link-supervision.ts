import { earliest } from '../../device/deadline.ts';
import type { Device } from '../../device/device.ts';
import type { DeviceEffect } from '../../device/effects.ts';
import type { Organ, OrganState } from '../../device/life/organ.ts';
import type { LoadInput } from '../../device/metering/load-input.ts';
import type { Eui64 } from '../../kernel/eui64.ts';
import type { Millis } from '../../kernel/time.ts';
import { SCAN_TRIGGER } from './channel-log.ts';
import type { RequestScan } from './lost-gsme.ts';
import { linkLoss, type SubGhzAir } from './radio.ts';
import { operatingChannel, subGhzSettings } from './settings.ts';

const SECOND: Millis = 1_000;
const HALF_HOUR: Millis = 1_800_000;
const PERCENT = 100;

/** What was sent in a period, in thousandths of an octet, and a hundred times what of it had to be repeated and was lost. */
interface Counts {
  readonly sent: number;
  readonly repeated: number;
  readonly lost: number;
}

interface SupervisionState {
  readonly hubEnd: Millis;
  readonly hub: Counts;
  readonly halfHourEnd: Millis;
  readonly devices: Readonly<Record<Eui64, Counts>>;
  /** For each device and each of the last half hours whether it was poor: 1 or 0. */
  readonly poor: Readonly<Record<Eui64, readonly number[]>>;
}

const NOTHING: Counts = { sent: 0, repeated: 0, lost: 0 };

const plus = (a: Counts, b: Counts): Counts => ({
  sent: a.sent + b.sent,
  repeated: a.repeated + b.repeated,
  lost: a.lost + b.lost,
});

/** Whether a part, given in hundredths, has reached a share of a whole in hundredths of a percent. */
const reached = (hundredths: number, whole: number, share: number): boolean =>
  whole > 0 && share > 0 && hundredths * PERCENT >= whole * share;

/**
 * Watches how well the sub-GHz links work. Over its measurement period the hub asks for a scan when too much of what it sends has to be
 * repeated or is lost; a device other than a gas meter asks when too many of its half hours were poor (CHTS 4.6.2.5 by the names
 * of its settings).
 */
export class LinkSupervision implements Organ {
  readonly name = 'link-supervision';
  readonly #device: Device;
  readonly #radio: LoadInput<SubGhzAir>;
  readonly #requestScan: RequestScan;
  #devices: readonly Eui64[] = [];
  #others: readonly Eui64[] = [];
  #state: SupervisionState | undefined;

  constructor(device: Device, radio: LoadInput<SubGhzAir>, requestScan: RequestScan) {
    this.#device = device;
    this.#radio = radio;
    this.#requestScan = requestScan;
  }

  /** Devices on the band, and those of them that are no gas meters; handed in again after a restart. */
  watch(devices: readonly Eui64[], others: readonly Eui64[], now: Millis): void {
    this.#devices = devices;
    this.#others = others;
    if (devices.length === 0) this.#state = undefined;
    else this.#state ??= this.#fresh(now);
  }

  deadline(): Millis | undefined {
    return this.#state && earliest(this.#state.hubEnd, this.#state.halfHourEnd);
  }

  pass(from: Millis, to: Millis): void {
    let state = this.#state;
    if (!state) return;
    for (const device of this.#devices) {
      const counts = this.#counted(device, to - from);
      const own = plus(state.devices[device] ?? NOTHING, counts);
      state = { ...state, hub: plus(state.hub, counts), devices: { ...state.devices, [device]: own } };
    }
    this.#state = state;
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    if (this.#state && now >= this.#state.hubEnd) this.#hubPeriodOver(this.#state, now, effects);
    if (this.#state && now >= this.#state.halfHourEnd) this.#halfHourOver(this.#state, now, effects);
  }

  powerUp(now: Millis): void {
    if (this.#state) this.#state = { ...this.#fresh(now), poor: this.#state.poor };
  }

  state(): OrganState | undefined {
    return this.#state && (this.#state as unknown as OrganState);
  }

  restore(state: OrganState | undefined): void {
    this.#state = state as unknown as SupervisionState | undefined;
  }

  #fresh(now: Millis): SupervisionState {
    return { hubEnd: now + this.#hubPeriodMs, hub: NOTHING, halfHourEnd: now + HALF_HOUR, devices: {}, poor: {} };
  }

  get #settings() {
    return this.#device.cosem && subGhzSettings(this.#device.cosem);
  }

  get #hubPeriodMs(): Millis {
    const { noisePeriod = 0 } = this.#settings ?? {};
    return Math.max(1, noisePeriod) * this.#device.parameters.noisePeriodUnitSeconds * SECOND;
  }

  #counted(device: Eui64, forMs: Millis): Counts {
    const air = this.#radio.current;
    const channel = this.#device.cosem && operatingChannel(this.#device.cosem);
    const sent = air.octetsPerSecond(device) * forMs;
    if (!channel || sent === 0) return NOTHING;
    const { retryPercent, failurePercent } = linkLoss(air.signalDbm(device), air.noiseDbm(channel));
    return { sent, repeated: sent * retryPercent, lost: sent * failurePercent };
  }

  #hubPeriodOver(state: SupervisionState, now: Millis, effects: DeviceEffect[]): void {
    this.#state = { ...state, hubEnd: now + this.#hubPeriodMs, hub: NOTHING };
    const { failureShare = 0, retryShare = 0 } = this.#settings ?? {};
    const { sent, repeated, lost } = state.hub;
    if (reached(lost, sent, failureShare)) this.#requestScan(SCAN_TRIGGER.failures, now, effects);
    else if (reached(repeated, sent, retryShare)) this.#requestScan(SCAN_TRIGGER.retries, now, effects);
  }

  #halfHourOver(state: SupervisionState, now: Millis, effects: DeviceEffect[]): void {
    const { poorPeriods = 0, poorShare = 0 } = this.#settings ?? {};
    const { poorPeriodPercent } = this.#device.parameters;
    const poor = this.#others.map((device): [Eui64, readonly number[]] => {
      const { sent, lost } = state.devices[device] ?? NOTHING;
      const isPoor = sent > 0 && lost >= sent * poorPeriodPercent;
      return [device, [...(state.poor[device] ?? []), isPoor ? 1 : 0].slice(-poorPeriods)];
    });
    const asks = poor.filter(
      ([, halves]) => halves.length >= poorPeriods && reached(sum(halves) * PERCENT, halves.length, poorShare),
    );
    const asking = new Set(asks.map(([device]) => device));
    const kept = poor.map(([device, halves]) => [device, asking.has(device) ? [] : halves] as const);
    this.#state = { ...state, halfHourEnd: now + HALF_HOUR, devices: {}, poor: Object.fromEntries(kept) };
    if (asking.size > 0) this.#requestScan(SCAN_TRIGGER.otherDeviceRequest, now, effects);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
