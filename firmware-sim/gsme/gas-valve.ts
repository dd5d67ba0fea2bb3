import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { SupplyCause, SupplyState, SupplySwitch } from '../device/life/supply-switch.ts';
import type { GasLoad } from '../device/metering/load.ts';
import type { LoadInput } from '../device/metering/load-input.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { raise } from '../device/zcl/events.ts';
import type { ZclStore } from '../device/zcl/store.ts';
import { type FlowTest, flowTest, isSupplyLocked, lockSupply, setSupplyState, supplyState } from '../device/zcl/supply.ts';
import type { Millis } from '../kernel/time.ts';
import { FlowHistory } from './flow-history.ts';

/** Events of the valve (GBCS table 16.2). */
const EVENT = {
  armedByEmergencyCredit: 0x8168,
  tested: 0x8184,
  notOpened: 0x81bd,
  lockedByTamper: 0x81be,
  armedByUncontrolledFlow: 0x81bf,
  notClosed: 0x81c0,
  armed: 0x8f32,
} as const;

/** What happens at once when something closes the valve, or arms it. */
const CLOSED_BY: Readonly<Partial<Record<SupplyCause, number>>> = { tamper: EVENT.lockedByTamper };
const ARMED_BY: Readonly<Partial<Record<SupplyCause, number>>> = {
  command: EVENT.armed,
  'emergency-credit': EVENT.armedByEmergencyCredit,
  'uncontrolled-flow': EVENT.armedByUncontrolledFlow,
};
/** Causes that only the supplier can undo (SMETS 4.6.4.26). */
const LOCKING: readonly SupplyCause[] = ['tamper', 'depletion'];

/** A test for uncontrolled flow: gas settles until `measuresFrom`, then counts until `until`. */
interface Testing {
  readonly measuresFrom: Millis;
  readonly until: Millis;
  /** Gas that has passed since `measuresFrom`, in counts. */
  readonly counts: bigint;
}

/**
 * The valve of a gas meter as an organ: who may open and close it, the test for uncontrolled flow that follows when it opens, and
 * when it was open. Commands change its state in the store; it draws the consequences.
 */
export class GasValve implements Organ, SupplySwitch {
  readonly name = 'valve';
  /** When gas could flow. */
  readonly history: FlowHistory;
  readonly #device: Device;
  readonly #store: ZclStore;
  readonly #load: LoadInput<GasLoad>;
  #known: SupplyState = 'enabled';
  #testing: Testing | undefined;
  #jammed = false;

  constructor(device: Device, load: LoadInput<GasLoad>) {
    this.#device = device;
    this.#store = storeOf(device);
    this.#load = load;
    this.history = new FlowHistory(load);
  }

  get supply(): SupplyState {
    return supplyState(this.#store);
  }

  get locked(): boolean {
    return isSupplyLocked(this.#store);
  }

  /** Flow through the meter now, in units of 0.0001 m³ an hour. */
  get flow(): number {
    return this.#known === 'enabled' ? this.#load.current.flow : 0;
  }

  /** True while it is being found out whether gas flows that should not. */
  get testing(): boolean {
    return this.#testing !== undefined;
  }

  /** The valve stays where it is whatever moves it, until it is free again. */
  jam(jammed: boolean): void {
    this.#jammed = jammed;
  }

  disable(cause: SupplyCause, now: Millis, effects: DeviceEffect[]): void {
    if (this.supply === 'enabled' && this.#jammed) {
      this.#raise(EVENT.notClosed, now, effects);
      return;
    }
    this.#move('disabled', cause, now, effects);
    const locks = LOCKING.includes(cause) || (cause === 'command' && this.#device.parameters.remoteDisableLocks);
    if (locks) lockSupply(this.#store, true);
    const code = CLOSED_BY[cause];
    if (code !== undefined) this.#raise(code, now, effects);
  }

  arm(cause: SupplyCause, now: Millis, effects: DeviceEffect[]): void {
    if (this.supply !== 'disabled' || (this.locked && cause !== 'command')) return;
    lockSupply(this.#store, false);
    this.#move('armed', cause, now, effects);
    const code = ARMED_BY[cause];
    if (code !== undefined) this.#raise(code, now, effects);
  }

  enable(cause: SupplyCause, now: Millis, effects: DeviceEffect[]): boolean {
    if (this.supply === 'enabled') return true;
    if (this.supply !== 'armed') return false;
    if (this.#jammed) {
      this.#raise(EVENT.notOpened, now, effects);
      return false;
    }
    this.#move('enabled', cause, now, effects);
    const test = flowTest(this.#store);
    if (test && this.#device.life?.livedTo !== undefined) this.#testing = testFrom(test, now);
    return true;
  }

  begin(): void {
    this.#known = this.supply;
  }

  deadline(): Millis | undefined {
    const testing = this.#testing;
    const livedTo = this.#device.life?.livedTo;
    if (!testing || livedTo === undefined) return undefined;
    return livedTo < testing.measuresFrom ? testing.measuresFrom : testing.until;
  }

  pass(from: Millis, to: Millis): void {
    const testing = this.#testing;
    if (!testing || from < testing.measuresFrom) return;
    this.#testing = { ...testing, counts: testing.counts + BigInt(this.flow) * BigInt(to - from) };
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    const testing = this.#testing;
    if (!testing || now < testing.until) return;
    this.#testing = undefined;
    const threshold = flowTest(this.#store)?.threshold;
    const flow = testing.counts / BigInt(testing.until - testing.measuresFrom);
    this.#raise(EVENT.tested, now, effects);
    if (!threshold || flow * BigInt(threshold.divisor) <= BigInt(threshold.flow)) return;
    this.disable('uncontrolled-flow', now, effects);
    this.arm('uncontrolled-flow', now, effects);
  }

  /** A command, or somebody who sets a bench device, has moved it. */
  settle(now: Millis, effects: DeviceEffect[]): void {
    const [before, after] = [this.#known, this.supply];
    if (before === after) return;
    if (before === 'enabled' && this.#jammed) {
      setSupplyState(this.#store, before);
      lockSupply(this.#store, false);
      this.#raise(EVENT.notClosed, now, effects);
      return;
    }
    this.#moved(before, after, 'command', now, effects);
    if (after === 'armed') this.#raise(EVENT.armed, now, effects);
  }

  powerDown(now: Millis): void {
    this.#testing = undefined;
    this.history.note(now, false);
  }

  powerUp(now: Millis): void {
    this.history.note(now, this.#known === 'enabled');
  }

  state(): OrganState {
    const { measuresFrom, until, counts } = this.#testing ?? {};
    const history = this.history.state();
    return {
      known: this.#known,
      jammed: this.#jammed,
      ...(history !== undefined && { history }),
      ...(measuresFrom !== undefined && until !== undefined && { testing: { measuresFrom, until, counts } }),
    };
  }

  restore(state: OrganState | undefined): void {
    const kept = (state ?? {}) as { known?: SupplyState; jammed?: boolean; history?: OrganState; testing?: Testing };
    this.#known = kept.known ?? this.supply;
    this.#jammed = kept.jammed ?? false;
    this.#testing = kept.testing;
    this.history.restore(kept.history);
  }

  #move(to: SupplyState, cause: SupplyCause, now: Millis, effects: DeviceEffect[]): void {
    const from = this.supply;
    if (from === to) return;
    setSupplyState(this.#store, to);
    this.#moved(from, to, cause, now, effects);
  }

  #moved(from: SupplyState, to: SupplyState, cause: SupplyCause, now: Millis, effects: DeviceEffect[]): void {
    this.#known = to;
    this.#testing = undefined;
    this.history.note(now, to === 'enabled');
    effects.push({ kind: 'supply', at: now, from, to, cause });
  }

  #raise(code: number, now: Millis, effects: DeviceEffect[]): void {
    raise({ device: this.#device, now, effects }, code);
  }
}

function testFrom({ stabilisationMs, measurementMs }: FlowTest, now: Millis): Testing {
  const measuresFrom = now + stabilisationMs;
  return { measuresFrom, until: measuresFrom + measurementMs, counts: 0n };
}
