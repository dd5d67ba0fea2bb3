import { CosemAccount } from '../device/cosem/account.ts';
import type { CosemKey } from '../device/cosem/key.ts';
import { logSourceOf } from '../device/cosem/log-source.ts';
import { appendRow } from '../device/cosem/logs.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import { balanceFields, energyOf, registerFieldsNow } from '../device/cosem/register-values.ts';
import type { CosemStore } from '../device/cosem/store.ts';
import type { Plain } from '../device/cosem/value.ts';
import type { Device } from '../device/device.ts';
import { LocalTicks } from '../device/life/local-ticks.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import { type Millis, toSeconds2000 } from '../kernel/time.ts';

const DAY_MS: Millis = 86_400_000;

/** What is read at midnight, and into which log (SMETS 5.7.5.13 and 5.7.5.26). */
const READS: readonly { readonly log: CosemKey; readonly fields: (store: CosemStore) => Plain[]; readonly prepayment?: true }[] =
  [
    { log: '7/0-0:98.1.9.255/2', fields: registerFieldsNow },
    { log: '7/0-0:98.1.10.255/2', fields: (store) => [energyOf(store, 'activeExport')] },
    { log: '7/0-0:98.1.8.255/2', fields: balanceFields, prepayment: true },
  ];

/**
 * Daily reads at midnight by the device's own clock: registers, the export register, and balances of a prepayment meter. A midnight at
 * which the meter has no power or does not know the time is not read, nor one its clock jumps over; one that comes twice is read once.
 */
export class DailyReads implements Organ {
  readonly name = 'daily-reads';
  readonly #device: Device;
  readonly #ticks: LocalTicks;
  /** Time of the newest read, in seconds since 2000. */
  #newest: number | undefined;

  constructor(device: Device) {
    this.#device = device;
    this.#ticks = new LocalTicks(device, DAY_MS);
  }

  start(now: Millis): void {
    this.#ticks.restart(now);
  }

  deadline(): Millis | undefined {
    return this.#ticks.next;
  }

  act(now: Millis): void {
    const tick = this.#ticks.take(now);
    const time = tick === undefined ? undefined : toSeconds2000(tick);
    if (tick === undefined || time === undefined || time <= (this.#newest ?? Number.NEGATIVE_INFINITY)) return;
    this.#newest = time;
    const store = objectsOf(this.#device);
    const { prepayment } = new CosemAccount(this.#device);
    for (const read of READS) {
      if (prepayment || !read.prepayment)
        appendRow(logSourceOf(this.#device, store, tick), read.log, [time, ...read.fields(store)]);
    }
  }

  clockMoved(now: Millis): void {
    this.#ticks.restart(now);
  }

  powerUp(now: Millis): void {
    this.#ticks.restart(now);
  }

  state(): OrganState | undefined {
    const { kept } = this.#ticks;
    return kept === undefined ? undefined : [kept, ...(this.#newest === undefined ? [] : [this.#newest])];
  }

  restore(state: OrganState | undefined): void {
    const [tick, newest] = Array.isArray(state) ? (state as readonly number[]) : [];
    this.#ticks.restore(tick);
    this.#newest = newest;
  }
}
