import { CosemAccount } from '../device/cosem/account.ts';
import type { CosemKey } from '../device/cosem/key.ts';
import { logSourceOf } from '../device/cosem/log-source.ts';
import { appendRow, hasRow } from '../device/cosem/logs.ts';
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
    if (tick === undefined) return;
    const time = toSeconds2000(tick);
    const store = objectsOf(this.#device);
    const source = logSourceOf(this.#device, store, tick);
    const { prepayment } = new CosemAccount(this.#device);
    for (const { log, fields, ...read } of READS) {
      const wanted = prepayment || !read.prepayment;
      if (wanted && !hasRow(source, log, time)) appendRow(source, log, [time, ...fields(store)]);
    }
  }

  clockMoved(now: Millis): void {
    this.#ticks.restart(now);
  }

  powerUp(now: Millis): void {
    this.#ticks.restart(now);
  }

  state(): OrganState | undefined {
    return this.#ticks.kept;
  }

  restore(state: OrganState | undefined): void {
    this.#ticks.restore(typeof state === 'number' ? state : undefined);
  }
}
