import { BILLING_DATA_UPDATED, billingAlertContent } from '../device/cosem/billing-alert.ts';
import { resetBlockCounters } from '../device/cosem/block-counters.ts';
import { logSourceOf } from '../device/cosem/log-source.ts';
import { appendRow, hasRow } from '../device/cosem/logs.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import { balanceFields, registerFieldsNow } from '../device/cosem/register-values.ts';
import { SingleActionSchedule } from '../device/cosem/single-action.ts';
import type { CosemKey } from '../device/cosem/store.ts';
import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import { type Millis, toSeconds2000 } from '../kernel/time.ts';

/** When billing periods end (ECS30a). */
const CALENDAR: CosemKey = '22/0-0:15.0.0.255/4';
/** Registers and balances at the end of billing periods (ECS20c). */
const REGISTER_LOG: CosemKey = '7/0-0:98.1.0.255/2';
const BALANCE_LOG: CosemKey = '7/0-0:98.1.1.255/2';

/**
 * Ends of billing periods (SMETS 5.7.5.10): registers and balances go into the billing data log, block counters begin again at 0, and
 * the supplier is sent the new row (0x8F0A). An end that comes while there is no power is made up for when power is back; one that the
 * clock jumps over is not, and one that comes twice is one.
 */
export class BillingCalendar implements Organ {
  readonly name = 'billing-calendar';
  readonly #device: Device;
  /** From when on the next end is looked for; undefined on a bench. */
  #after: Millis | undefined;

  constructor(device: Device) {
    this.#device = device;
  }

  start(now: Millis): void {
    this.#after = now;
  }

  deadline(): Millis | undefined {
    if (this.#after === undefined || this.#device.clock.status === 'invalid') return undefined;
    const local = this.#device.localTime(this.#after);
    const next = this.#schedule().next(local)?.at;
    return next === undefined ? undefined : this.#after + next - local;
  }

  #schedule(): SingleActionSchedule {
    return SingleActionSchedule.of(objectsOf(this.#device), CALENDAR);
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    const deadline = this.deadline();
    if (deadline === undefined || deadline > now) return;
    this.#after = now;
    if (deadline === now) this.#end(now, effects);
  }

  settle(now: Millis): void {
    if (this.#after !== undefined) this.#after = now;
  }

  clockMoved(now: Millis): void {
    if (this.#after !== undefined) this.#after = now;
  }

  powerUp(now: Millis, effects: DeviceEffect[]): void {
    const deadline = this.deadline();
    if (deadline !== undefined && deadline <= now && this.#device.parameters.billingAfterOutage) this.#end(now, effects);
    if (this.#after !== undefined) this.#after = now;
  }

  #end(now: Millis, effects: DeviceEffect[]): void {
    const at = this.#device.localTime(now);
    const store = objectsOf(this.#device);
    const source = logSourceOf(this.#device, store, at);
    const time = toSeconds2000(at);
    if (hasRow(source, REGISTER_LOG, time)) return;
    appendRow(source, REGISTER_LOG, [time, ...registerFieldsNow(store)]);
    appendRow(source, BALANCE_LOG, [time, ...balanceFields(store)]);
    resetBlockCounters(store);
    effects.push(...this.#device.alert(BILLING_DATA_UPDATED, now, billingAlertContent(this.#device, at)));
  }

  state(): OrganState | undefined {
    return this.#after;
  }

  restore(state: OrganState | undefined): void {
    this.#after = typeof state === 'number' ? state : undefined;
  }
}
