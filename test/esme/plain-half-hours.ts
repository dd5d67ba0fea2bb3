import type { ElectricityLoad } from '../../firmware-sim/device/metering/load.ts';
import { toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { NOW } from '../device/bench.ts';
import type { Changes } from './living.ts';

/** Primary and secondary import, export, reactive export and import in one half hour, after its end in seconds since 2000. */
export type PlainRow = readonly [time: number, ...values: number[]];

const SLOT_MS = 1_800_000;
const EPOCH = Date.UTC(2000, 0, 1);
const FLOWS = ['importWatts', 'secondaryWatts', 'exportWatts', 'exportVars', 'importVars'] as const;

/** Seconds from the start at which something happens to the meter. */
export interface PlainEvent {
  readonly at: number;
  readonly supply?: boolean;
  /** What the clock is ahead from then on; null: the time is not known. */
  readonly clock?: { readonly aheadMs: number; readonly known: boolean };
}

/**
 * The log of half hours written down row by row: energy is added up from one moment to the next at which anything changes, and at each
 * half hour of the meter's clock the whole watt hours since the row before are a row, unless there was no mains.
 */
export function plainHalfHours(changes: Changes, events: readonly PlainEvent[], until: number): PlainRow[] {
  const rows: PlainRow[] = [];
  const energy = FLOWS.map(() => 0n);
  const whole = () => energy.map((units) => Number(units / 3_600_000n));
  let [supply, aheadMs, known, lived] = [true, 0, true, false];
  let before = whole();
  const nextEdge = (now: number): number => (Math.floor((now + aheadMs - EPOCH) / SLOT_MS) + 1) * SLOT_MS + EPOCH - aheadMs;
  let edge = nextEdge(NOW);
  const moments = [...new Set([...changes.map(([at]) => at), ...events.map(({ at }) => at), until])].sort((a, b) => a - b);
  let now = NOW;
  let load: Partial<ElectricityLoad> = {};
  for (const second of moments.filter((at) => at <= until)) {
    const moment = NOW + second * 1000;
    while (now < moment) {
      const next = Math.min(edge, moment);
      const volts = load.volts ?? [230];
      const mains = volts.some((one) => one > 0);
      if (mains && next > now) lived = true;
      FLOWS.forEach((flow, i) => {
        if (mains && supply) energy[i] = (energy[i] ?? 0n) + BigInt(load[flow] ?? 0) * BigInt(next - now);
      });
      now = next;
      if (now < edge) continue;
      const time = toSeconds2000(edge + aheadMs);
      if (known && !rows.some(([logged]) => logged === time)) {
        if (lived) rows.push([time, ...whole().map((wh, i) => wh - (before[i] ?? 0))]);
        [before, lived] = [whole(), false];
      }
      edge = nextEdge(now);
    }
    for (const [at, change] of changes) if (at === second) load = change;
    for (const event of events.filter(({ at }) => at === second)) {
      supply = event.supply ?? supply;
      if (!event.clock) continue;
      if (event.clock.known && !known) [before, lived] = [whole(), false];
      ({ aheadMs, known } = event.clock);
      edge = nextEdge(now);
    }
  }
  return rows;
}
