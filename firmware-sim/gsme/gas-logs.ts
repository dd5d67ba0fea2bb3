import { earliest } from '../device/deadline.ts';
import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import { endBillingPeriod } from '../device/zcl/billing-alert.ts';
import { nextBillingEnd } from '../device/zcl/billing-calendar.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { numberIn } from '../device/zcl/plain.ts';
import { CAUSE, takeSnapshots } from '../device/zcl/snapshots.ts';
import type { ZclStore } from '../device/zcl/store.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import { fromSeconds2000, type Millis, toSeconds2000 } from '../kernel/time.ts';
import type { GasRegisters } from './gas-registers.ts';

const DAY_SECONDS = 86_400;

/** What is written next, ZCL UTCTime of the meter's clock. */
interface Due {
  readonly midnight: number;
  readonly billing: number | undefined;
}

/**
 * Snapshots of a gas meter's registers: the daily read log at midnight, the billing data log at the end of a billing period, which is
 * the end of a block period too, and the log of changes when another supplier takes over. A time that the clock has jumped over is
 * missed, one that it passes twice is written once.
 */
export class GasLogs implements Organ {
  readonly name = 'logs';
  readonly #device: Device;
  readonly #store: ZclStore;
  readonly #registers: GasRegisters;
  #due: Due | undefined;
  /** Whose meter it is. */
  #supplier: Eui64 | undefined;

  constructor(device: Device, registers: GasRegisters) {
    this.#device = device;
    this.#store = storeOf(device);
    this.#registers = registers;
  }

  deadline(): Millis | undefined {
    const livedTo = this.#device.life?.livedTo;
    const due = livedTo === undefined ? undefined : this.#dueAfter(livedTo);
    if (!due) return undefined;
    return earliest(this.#runtime(due.midnight), due.billing === undefined ? undefined : this.#runtime(due.billing));
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    const due = this.#due;
    if (!due) return;
    const seconds = toSeconds2000(this.#device.localTime(now));
    const [midnight, billing] = [due.midnight <= seconds, due.billing !== undefined && due.billing <= seconds];
    if (!midnight && !billing) return;
    this.#due = undefined;
    if (midnight && this.#isNew('snapshots.daily', seconds)) takeSnapshots(this.#store, 'daily', seconds, CAUSE.general);
    if (!billing || !this.#isNew('snapshots.billing', seconds)) return;
    effects.push(...endBillingPeriod(this.#device, now));
    this.#registers.resetBlocks();
  }

  begin(): void {
    this.#supplier = this.#device.anchors.partyOf('supplier');
  }

  /** A change of supplier closes an account too (GBCS 13.3.5.10). */
  settle(now: Millis): void {
    this.#due = undefined;
    const supplier = this.#device.anchors.partyOf('supplier');
    if (supplier === this.#supplier) return;
    this.#supplier = supplier;
    takeSnapshots(this.#store, 'change', toSeconds2000(this.#device.localTime(now)), CAUSE.supplier);
  }

  clockMoved(): void {
    this.#due = undefined;
  }

  state(): OrganState | undefined {
    return this.#supplier;
  }

  restore(state: OrganState | undefined): void {
    this.#due = undefined;
    this.#supplier = state as Eui64 | undefined;
  }

  /** False for a time that has been written before the clock was set back. */
  #isNew(log: 'snapshots.daily' | 'snapshots.billing', seconds: number): boolean {
    return numberIn(this.#store.records(log).at(-1), 'Snapshot Time') < seconds;
  }

  #dueAfter(now: Millis): Due | undefined {
    if (this.#device.clock.status === 'invalid') return undefined;
    this.#due ??= this.#evaluate(toSeconds2000(this.#device.localTime(now)));
    return this.#due;
  }

  #evaluate(seconds: number): Due {
    return {
      midnight: seconds - (seconds % DAY_SECONDS) + DAY_SECONDS,
      billing: nextBillingEnd(this.#store.record('billing.period'), seconds),
    };
  }

  #runtime(seconds: number): Millis {
    return fromSeconds2000(seconds) - this.#device.clock.offsetMs;
  }
}
