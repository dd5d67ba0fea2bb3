import { ALERT } from '../device/alerts.ts';
import { dlmsDateTime } from '../device/clock.ts';
import { earliest } from '../device/deadline.ts';
import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import { LOG_CAPACITY } from '../device/event-log.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { PowerSource } from '../device/life/power-source.ts';
import type { ElectricityLoad } from '../device/metering/load.ts';
import type { LoadInput } from '../device/metering/load-input.ts';
import type { Millis } from '../kernel/time.ts';
import { isDark, type Phase, phasesOf, voltsOf } from './phases.ts';

/** An outage of this length or more has a code of its own (GBCS table 16.2, 8F36). */
const LONG_MS: Millis = 180_000;

/** A phase that has no voltage. */
interface Loss {
  readonly lostAt: Millis;
  /** It has lasted for longer than the meter rides through, and is in the log. */
  readonly noted: boolean;
}

/** A loss that is over and has still to be reported to the network operator. */
interface Report {
  readonly code: number;
  readonly lostAt: Millis;
  readonly restoredAt: Millis;
}

/** What is kept: losses with the index of their phase. */
interface Kept {
  readonly losses: readonly (Loss & { readonly index: number })[];
  readonly reports: readonly Report[];
  readonly reportAt?: Millis;
}

/**
 * Interruptions of mains (device behaviour of ESME power outages; ECS80). What lasts longer than the meter rides through is noted in the
 * power log with the time it began. When all phases are away the meter goes down until one of them is back. Each loss is reported
 * once it is over and the application has started: on a polyphase meter, each phase for itself. No more wait than the log holds.
 */
export class Outages implements Organ, PowerSource {
  readonly name = 'outages';
  readonly #device: Device;
  readonly #load: LoadInput<ElectricityLoad>;
  readonly #phases: readonly Phase[];
  /** By index of the phase. */
  #losses: (Loss | undefined)[] = [];
  #reports: Report[] = [];
  #reportAt: Millis | undefined;
  /** The application of a meter that says so is down. */
  #applicationDown = false;

  constructor(device: Device, load: LoadInput<ElectricityLoad>) {
    this.#device = device;
    this.#load = load;
    this.#phases = device.cosem ? phasesOf(device.cosem) : [];
  }

  /** Whether any phase has voltage at a moment. */
  hasMains(at: Millis): boolean {
    return !isDark(this.#load.profile.at(at).value, this.#phases);
  }

  /** The application is down: nothing is reported until it has started. */
  applicationStopped(): void {
    this.#applicationDown = true;
    this.#reportAt = undefined;
  }

  applicationStarted(now: Millis): void {
    this.#applicationDown = false;
    if (this.#reports.length > 0) this.#reportAt = now + this.#device.parameters.restoreAlertDelayMs;
  }

  begin(now: Millis): void {
    this.#look(now, []);
  }

  deadline(): Millis | undefined {
    const ends = this.#losses.map((loss) => (loss && !loss.noted ? this.#endOfRide(loss) : undefined));
    return earliest(this.#reportAt, ...ends);
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    if (this.#reportAt !== undefined && this.#reportAt <= now) this.#report(now, effects);
    if (this.runsOut(now)) return;
    for (const phase of this.#phases) this.#note(phase, now, effects);
    this.#look(now, effects);
  }

  settle(now: Millis, effects: DeviceEffect[]): void {
    this.#look(now, effects);
  }

  runsOut(now: Millis): boolean {
    const lost = this.#losses.flatMap((loss) => (loss ? [this.#endOfRide(loss)] : []));
    return this.#phases.length > 0 && lost.length === this.#phases.length && Math.max(...lost) <= now;
  }

  backAt(now: Millis): Millis | undefined {
    for (let at = now; at < Number.POSITIVE_INFINITY; ) {
      const { value, until } = this.#load.profile.at(at);
      if (!isDark(value, this.#phases)) return at;
      at = until;
    }
    return undefined;
  }

  powerDown(): void {
    this.#reportAt = undefined;
  }

  powerUp(now: Millis, effects: DeviceEffect[]): void {
    const lostAt = Math.max(...this.#losses.flatMap((loss) => loss?.lostAt ?? []));
    if (Number.isFinite(lostAt)) this.#log(ALERT.supplyInterrupted, lostAt, effects);
    for (const phase of this.#phases) this.#note(phase, now, effects);
    this.#look(now, effects);
    const { meterStartMs, restoreAlertDelayMs } = this.#device.parameters;
    if (this.#reports.length > 0) this.#reportAt = now + meterStartMs + restoreAlertDelayMs;
  }

  /** When a loss has lasted for longer than the meter rides through. */
  #endOfRide({ lostAt }: Loss): Millis {
    return lostAt + this.#device.parameters.rideThroughMs + 1;
  }

  /** Takes note of phases that have gone or come back. */
  #look(now: Millis, effects: DeviceEffect[]): void {
    const load = this.#load.current;
    for (const phase of this.#phases) {
      const loss = this.#losses[phase.index];
      if (voltsOf(load, phase) === 0) this.#losses[phase.index] = loss ?? { lostAt: now, noted: false };
      else if (loss) this.#ended(phase, loss, now, effects);
    }
  }

  /** A loss that lasted is noted once; that of a single phase is the meter's own. */
  #note({ index, code }: Phase, now: Millis, effects: DeviceEffect[]): void {
    const loss = this.#losses[index];
    if (!loss || loss.noted || this.#endOfRide(loss) > now) return;
    this.#losses[index] = { ...loss, noted: true };
    if (code > 0) this.#log(ALERT.supplyInterrupted + code, loss.lostAt, effects);
  }

  #ended(phase: Phase, loss: Loss, now: Millis, effects: DeviceEffect[]): void {
    this.#note(phase, now, effects);
    const noted = this.#losses[phase.index]?.noted;
    this.#losses[phase.index] = undefined;
    if (!noted) return;
    const length = now - loss.lostAt < LONG_MS ? ALERT.supplyRestoredShort : ALERT.supplyRestoredLong;
    this.#reports.push({ code: length + 2 * phase.code, lostAt: loss.lostAt, restoredAt: now });
    if (this.#reports.length > LOG_CAPACITY) this.#reports.shift();
    if (!this.#applicationDown) this.#reportAt ??= now + this.#device.parameters.restoreAlertDelayMs;
  }

  /** ECS80: one alert for each outage, to the network operator, with both times. */
  #report(now: Millis, effects: DeviceEffect[]): void {
    this.#reportAt = undefined;
    for (const { code, lostAt, restoredAt } of this.#reports.splice(0)) {
      const octetStrings = [lostAt, restoredAt].map((at) => dlmsDateTime(this.#device.localTime(at)));
      effects.push(...this.#device.alert(code, now, { octetStrings }));
    }
  }

  #log(code: number, at: Millis, effects: DeviceEffect[]): void {
    this.#device.log('power', { at: this.#device.localTime(at), code }, effects);
  }

  state(): OrganState | undefined {
    const losses = this.#losses.flatMap((loss, index) => (loss ? [{ ...loss, index }] : []));
    const reports = this.#reports.map((one) => ({ ...one }));
    if (losses.length === 0 && reports.length === 0) return undefined;
    return { losses, reports, ...(this.#reportAt !== undefined && { reportAt: this.#reportAt }) };
  }

  restore(state: OrganState | undefined): void {
    const { losses = [], reports = [], reportAt } = (state ?? {}) as unknown as Partial<Kept>;
    this.#losses = [];
    for (const { index, lostAt, noted } of losses) this.#losses[index] = { lostAt, noted };
    this.#reports = [...reports];
    this.#reportAt = reportAt;
  }
}
