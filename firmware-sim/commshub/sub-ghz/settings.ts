import { octetsOf } from '../../device/cosem/numbers.ts';
import type { CosemStore } from '../../device/cosem/store.ts';
import { type Channel, channelsOf } from './channels.ts';

/** Objects of a dual-band hub (GBCS mapping table; CHTS 4.6.2.5, 4.6.3.12, 4.6.3.13). */
export const SUB_GHZ = {
  settings: '1/0-0:94.44.10.0/2',
  scan: '1/0-0:94.44.10.1/2',
  channel: '1/0-0:94.44.10.2/2',
  log: '7/0-0:94.44.10.3/2',
} as const;

/** The hub's sub-GHz configuration (GBCS DBCH03, DBCH04). Shares in hundredths of a percent. */
export interface SubGhzSettings {
  readonly channels: readonly Channel[];
  readonly limitedShare: number;
  readonly criticalShare: number;
  readonly changesPerWeek: number;
  readonly curfew: number;
  readonly quieterDb: number;
  readonly noisierDb: number;
  readonly poorShare: number;
  readonly poorPeriods: number;
  readonly noisePeriod: number;
  readonly failureShare: number;
  readonly retryShare: number;
}

const MASKS = 4;

/** The configuration as it is written now; undefined for a hub that has no sub-GHz band. */
export function subGhzSettings(store: CosemStore): SubGhzSettings | undefined {
  const fields = store.get(SUB_GHZ.settings)?.children;
  if (!fields) return undefined;
  const numbers = fields.slice(MASKS).map(({ value }) => Number(value));
  const [limited = 0, critical = 0, changes = 0, curfew = 0, quieter = 0, noisier = 0, poor = 0, periods = 0] = numbers;
  const [noisePeriod = 0, failures = 0, retries = 0] = numbers.slice(8);
  return {
    channels: fields.slice(0, MASKS).flatMap((mask) => channelsOf(octetsOf(mask))),
    limitedShare: limited,
    criticalShare: critical,
    changesPerWeek: changes,
    curfew,
    quieterDb: quieter,
    noisierDb: noisier,
    poorShare: poor,
    poorPeriods: periods,
    noisePeriod,
    failureShare: failures,
    retryShare: retries,
  };
}

/** The channel in use. */
export function operatingChannel(store: CosemStore): Channel | undefined {
  return channelsOf(octetsOf(store.get(SUB_GHZ.channel)))[0];
}
