import { type HistoryEnd, historyEndOf } from '../device/cosem/made-up-energy.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import { BLOCK_COUNT, COLUMNS, ENERGY_REGISTERS, SECONDARY_TIMES_OF_USE, TIMES_OF_USE } from '../device/cosem/register-values.ts';
import type { Device } from '../device/device.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import { type Millis, toSeconds2000 } from '../kernel/time.ts';

const NUMBERS = ENERGY_REGISTERS.length + TIMES_OF_USE + SECONDARY_TIMES_OF_USE + BLOCK_COUNT * COLUMNS;

/** A meter that does not know the time when it is first switched on has no past. */
const NO_PAST = -1;

/** What there is to remember, without the many registers that hold nothing: place and value in turn. */
function numbersOf({ energy, timeOfUse, secondaryTimeOfUse, blocks }: HistoryEnd): number[] {
  const all = [...ENERGY_REGISTERS.map((name) => energy[name]), ...timeOfUse, ...secondaryTimeOfUse, ...blocks.flat()];
  return all.flatMap((value, i) => (value === 0 ? [] : [i, value]));
}

function historyEnd(at: number, numbers: readonly number[]): HistoryEnd {
  const all = Array.from({ length: NUMBERS }, () => 0);
  for (let i = 0; i < numbers.length; i += 2) all[numbers[i] as number] = numbers[i + 1] as number;
  const take = (count: number): number[] => all.splice(0, count);
  const [activeImport = 0, secondaryImport = 0, activeExport = 0, reactiveImport = 0, reactiveExport = 0] = take(
    ENERGY_REGISTERS.length,
  );
  return {
    at,
    energy: { activeImport, secondaryImport, activeExport, reactiveImport, reactiveExport },
    timeOfUse: take(TIMES_OF_USE),
    secondaryTimeOfUse: take(SECONDARY_TIMES_OF_USE),
    blocks: Array.from({ length: BLOCK_COUNT }, () => take(COLUMNS)),
  };
}

/** When time began to pass for a meter and what its registers held then: the made-up past of its logs leads up to that. */
export class LogBeginning implements Organ {
  readonly name = 'log-beginning';
  readonly #device: Device;
  /** The moment by the device's own clock, in seconds since 2000; then registers that hold something. */
  #numbers: readonly number[] | undefined;

  constructor(device: Device) {
    this.#device = device;
  }

  /** Undefined while no time passes. */
  get begun(): HistoryEnd | undefined {
    const [at = NO_PAST, ...registers] = this.#numbers ?? [];
    return this.#numbers && historyEnd(at, registers);
  }

  start(now: Millis): void {
    if (!this.#device.cosem) return;
    const at = this.#device.clock.status === 'invalid' ? NO_PAST : toSeconds2000(this.#device.localTime(now));
    this.#numbers = [at, ...numbersOf(historyEndOf(objectsOf(this.#device), at))];
  }

  deadline(): undefined {
    return undefined;
  }

  state(): OrganState | undefined {
    return this.#numbers;
  }

  restore(state: OrganState | undefined): void {
    this.#numbers = Array.isArray(state) ? (state as readonly number[]) : undefined;
  }
}
