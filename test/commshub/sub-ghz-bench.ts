import type { CommsHubSetup } from '../../firmware-sim/commshub/comms-hub.ts';
import type { Channel } from '../../firmware-sim/commshub/sub-ghz/channels.ts';
import { QUIET_AIR, type SubGhzAir } from '../../firmware-sim/commshub/sub-ghz/radio.ts';
import { steppedLoad } from '../../firmware-sim/device/metering/load.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { ask, ESME, GSME, HubBench, START } from './hub-bench.ts';

export const BAND = [
  { eui: ESME, sleepy: false, subGhz: true },
  { eui: GSME, sleepy: true, subGhz: true },
];
export const NO_GAS = [{ eui: ESME, sleepy: false, subGhz: true }];

export interface Air {
  readonly octets?: Readonly<Record<Eui64, number>>;
  readonly noise?: (channel: Channel) => number;
  readonly signal?: number;
}
export const air = ({ octets = {}, noise = () => -100, signal = -60 }: Air = {}): SubGhzAir => ({
  octetsPerSecond: (device) => octets[device] ?? 0,
  signalDbm: () => signal,
  noiseDbm: noise,
});

/** A hub with its devices on the sub-GHz band, and the air as it is from times after the start on. */
export function bandBench(changes: Partial<CommsHubSetup> = {}, ...steps: readonly (readonly [after: number, Air])[]): HubBench {
  const bench = new HubBench({ devices: BAND, ...changes });
  const profile = steppedLoad(
    steps.map(([after, one]) => ({ from: START + after, value: air(one) })),
    QUIET_AIR,
  );
  bench.hub.life.subGhz.radio.replace(profile, START);
  return bench;
}

export const scan = (bench: HubBench, counter = 1n) =>
  ask(bench, 0x010e, [{ operation: 'set', key: '1/0-0:94.44.10.1/2', data: 0 }], counter);
export const channelNow = (bench: HubBench): unknown =>
  ask(bench, 0x010a, [{ operation: 'get', key: '1/0-0:94.44.10.2/2' }], 900n)[0];
/** Rows of the channel log since the start: seconds after it, code, channel mask, trigger. */
export function log(bench: HubBench): unknown[] {
  const from = toSeconds2000(START);
  const [rows] = ask(
    bench,
    0x010b,
    [{ operation: 'get-with-selection', key: '7/0-0:94.44.10.3/2', range: [from, from + 10 ** 7] }],
    901n,
  );
  return (rows as [number, number, string][]).map(([at, code, more]) => [
    at - from,
    code,
    more.slice(0, 8),
    Number.parseInt(more.slice(12), 16),
  ]);
}
export const key = (eui: Eui64): string => eui.replaceAll('-', '').toLowerCase();
/** Noise of -80 dBm everywhere but on one channel. The default masks have the two lowest channels of each page. */
export const quietAt = (page: number, number: number, dbm: number) => (channel: Channel) =>
  channel.page === page && channel.number === number ? dbm : -80;
