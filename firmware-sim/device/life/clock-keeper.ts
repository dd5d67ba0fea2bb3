import type { Millis } from '../../kernel/time.ts';
import { earliest } from '../deadline.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import { ADJUSTMENT_MAX_MS, compareTime } from '../management/set-time.ts';
import type { Organ, OrganState } from './organ.ts';

const HOUR_MS: Millis = 3_600_000;
const DAY_HOURS = 24;
/** Ends of half hours are what logs are written at, midnights among them. */
const HALF_HOUR_MS: Millis = 1_800_000;

/** What is kept of a clock besides what the device shows of it. */
interface Kept {
  /** When it is compared with the hub's next. */
  readonly checkAt?: Millis;
  /** When it has drifted by another hour's share. */
  readonly driftAt?: Millis;
  /** Hours it has drifted for, whose share is not a whole number of milliseconds yet. */
  readonly driftedHours?: number;
  /** Since when there has been no hub to ask. */
  readonly aloneSince?: Millis;
  /** Since when the hub has not vouched for its own time. */
  readonly hubUnsureSince?: Millis;
  /** It is only doubted because there was no hub to ask for so long. */
  readonly doubted?: boolean;
  readonly downAt?: Millis;
}

/**
 * A meter's clock (SMETS 5.7, 4.6 Clock). It is compared with the hub's regularly: up to ten seconds are taken away without a word, more is
 * reported and left, and the clock no longer trusted. Without a hub, or with one that has lost the time, it runs on by itself and is doubted
 * after a while, until the hub is back, knows the time, and agrees. It may drift, and it stops when it has been without power for too long.
 * Drift and what takes it away are no jumps: where one would leave out the end of a half hour, it waits until that has passed.
 */
export class ClockKeeper implements Organ {
  readonly name = 'clock';
  readonly #device: Device;
  #kept: Kept = {};

  constructor(device: Device) {
    this.#device = device;
  }

  /** The hub is gone from the home area network. */
  hubLost(now: Millis): void {
    if (this.#kept.aloneSince === undefined) this.#kept = { ...this.#kept, aloneSince: now };
  }

  /** The hub is back: the clocks are compared at once. */
  hubFound(now: Millis): void {
    if (this.#kept.aloneSince === undefined) return;
    const { aloneSince: _, ...rest } = this.#kept;
    this.#kept = { ...rest, checkAt: now };
  }

  begin(now: Millis): void {
    const { clockCheckHours, clockDriftMsPerDay } = this.#device.parameters;
    this.#kept = { checkAt: now + clockCheckHours * HOUR_MS, ...(clockDriftMsPerDay !== 0 && { driftAt: now + HOUR_MS }) };
  }

  deadline(): Millis | undefined {
    return earliest(this.#driftDue, this.#checkDue, this.#doubtAt);
  }

  get #driftDue(): Millis | undefined {
    const { driftAt } = this.#kept;
    return driftAt === undefined ? undefined : this.#calmAt(driftAt, this.#driftStep.ms);
  }

  get #checkDue(): Millis | undefined {
    const { checkAt, aloneSince } = this.#kept;
    return checkAt === undefined || aloneSince !== undefined ? undefined : this.#calmAt(checkAt, this.#correctionMs);
  }

  /** How much comparing with the hub would put the clock ahead. */
  get #correctionMs(): Millis {
    const { status, offsetMs } = this.#device.clock;
    const hub = this.#device.hubClock();
    const trusted = hub.status === 'reliable' && (status === 'reliable' || this.#kept.doubted === true);
    const ms = hub.offsetMs - offsetMs;
    return trusted && Math.abs(ms) <= ADJUSTMENT_MAX_MS ? ms : 0;
  }

  /** When the clock may be put ahead by so much without leaving out the end of a half hour: then, or as soon as that has passed. */
  #calmAt(at: Millis, aheadMs: Millis): Millis {
    if (aheadMs <= 0 || aheadMs >= HALF_HOUR_MS - 1) return at;
    const local = this.#device.localTime(at);
    const passed = local - Math.floor(local / HALF_HOUR_MS) * HALF_HOUR_MS;
    if (passed === 0) return at + 1;
    return passed + aheadMs < HALF_HOUR_MS ? at : at + HALF_HOUR_MS - passed + 1;
  }

  /** When a clock without a hub that knows the time is no longer trusted. */
  get #doubtAt(): Millis | undefined {
    const since = earliest(this.#kept.aloneSince, this.#kept.hubUnsureSince);
    const { clockUnreliableAfterHours } = this.#device.parameters;
    if (since === undefined || this.#device.clock.status !== 'reliable') return undefined;
    return since + clockUnreliableAfterHours * HOUR_MS;
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    const isDue = (at: Millis | undefined): boolean => at !== undefined && at <= now;
    if (isDue(this.#driftDue)) this.#drift(now);
    if (isDue(this.#doubtAt)) this.#doubt();
    if (isDue(this.#checkDue)) this.#check(now, effects);
  }

  /** The share of the hour that ends next; what is left over of a millisecond waits for the one after. */
  get #driftStep(): { readonly hours: number; readonly ms: Millis } {
    const { clockDriftMsPerDay } = this.#device.parameters;
    const hours = (this.#kept.driftedHours ?? 0) + 1;
    const before = Math.trunc(((hours - 1) * clockDriftMsPerDay) / DAY_HOURS);
    return { hours, ms: Math.trunc((hours * clockDriftMsPerDay) / DAY_HOURS) - before };
  }

  #drift(now: Millis): void {
    const { hours, ms } = this.#driftStep;
    const { driftAt = now } = this.#kept;
    this.#kept = { ...this.#kept, driftAt: driftAt + HOUR_MS, driftedHours: hours % DAY_HOURS };
    const { clock } = this.#device;
    if (ms !== 0) this.#device.clock = { ...clock, offsetMs: clock.offsetMs + ms };
  }

  #doubt(): void {
    this.#device.clock = { ...this.#device.clock, status: 'unreliable' };
    this.#kept = { ...this.#kept, doubted: true };
  }

  #check(now: Millis, effects: DeviceEffect[]): void {
    const { doubted, hubUnsureSince, ...rest } = this.#kept;
    const checkAt = now + this.#device.parameters.clockCheckHours * HOUR_MS;
    const hub = this.#device.hubClock();
    if (hub.status !== 'reliable') {
      this.#kept = { ...this.#kept, checkAt, hubUnsureSince: hubUnsureSince ?? now };
      return;
    }
    this.#kept = { ...rest, checkAt };
    const { clock } = this.#device;
    if (doubted && clock.status === 'unreliable') this.#device.clock = { ...clock, status: 'reliable' };
    compareTime(this.#device, now + hub.offsetMs, now, effects);
  }

  powerDown(now: Millis): void {
    this.#kept = { ...this.#kept, downAt: now };
  }

  powerUp(now: Millis): void {
    const { downAt, ...rest } = this.#kept;
    this.#kept = { ...rest, ...(rest.driftAt !== undefined && { driftAt: now + HOUR_MS }) };
    const away = now - (downAt ?? now);
    if (away <= this.#device.parameters.clockBackupHours * HOUR_MS) return;
    const { offsetMs } = this.#device.clock;
    this.#device.clock = { offsetMs: offsetMs - away, status: 'invalid' };
  }

  state(): OrganState | undefined {
    return Object.keys(this.#kept).length === 0 ? undefined : { ...this.#kept };
  }

  restore(state: OrganState | undefined): void {
    this.#kept = { ...((state ?? {}) as Kept) };
  }
}
