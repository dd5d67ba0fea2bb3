import { describe, expect, it } from 'vitest';
import type { WanUpFrame } from '../../firmware-sim/commshub/wan-frame.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { readVersion } from '../../lab/update/commands.ts';
import { updateConfig } from '../../lab/update/config.ts';
import { createWorld } from '../../lab/update/world.ts';
import { DAY, ESME, GSME, HOUR, HubBench, MINUTE, messageFor, START } from './hub-bench.ts';

const ups = (bench: HubBench): readonly WanUpFrame[] =>
  bench.did.flatMap(([, effect]) => (effect.kind === 'wan' ? [effect.frame] : []));
const carried = (frames: readonly WanUpFrame[]): string[] =>
  frames.flatMap((frame) => (frame.kind === 'gbcs' ? [toHex(frame.message)] : []));
const fromMeter = (bench: HubBench, counter: bigint) => {
  const message = messageFor(ESME, counter);
  bench.take(bench.hub.receiveHan(ESME, { kind: 'tunnel', message }, bench.now));
  return toHex(message);
};

describe('while the wide area network is away', () => {
  it('what devices send waits and goes out in order when it is back', () => {
    const bench = new HubBench();
    bench.take(bench.hub.wanChanged(false, bench.now));
    const sent = [1n, 2n, 3n].map((counter) => {
      bench.until(Number(counter) * HOUR);
      return fromMeter(bench, counter);
    });
    expect([bench.hub.onNetwork, bench.hub.powered, ups(bench)]).toEqual([false, true, []]);
    bench.until(30 * HOUR);
    bench.take(bench.hub.wanChanged(true, bench.now));
    expect(ups(bench)[0]).toMatchObject({ kind: 'registered' });
    expect(carried(ups(bench))).toEqual(sent);
    expect(ups(bench).at(-1)).toMatchObject({ kind: 'time-request' });
  });

  it('the home goes on: a gas meter fetches what waits, and what it does not fetch is reported afterwards', () => {
    const bench = new HubBench();
    bench.wan(messageFor(GSME, 1n));
    bench.wan(messageFor(GSME, 2n));
    bench.take(bench.hub.wanChanged(false, bench.now));
    bench.until(HOUR);
    const [reply] = bench.take(bench.hub.receiveHan(GSME, { kind: 'tunnel-get' }, bench.now));
    expect(reply).toMatchObject({ kind: 'han', frame: { kind: 'tunnel-reply', remaining: 1 } });
    bench.until(26 * HOUR);
    expect(bench.codes()).toEqual([]);
    bench.take(bench.hub.wanChanged(true, bench.now));
    expect(bench.alerts.map(({ code, time }) => [code, time])).toEqual([[0x819d, '07ee0110ff090000008000ff']]);
  });

  it.each([
    ['newest', [3, 4, 5]],
    ['oldest', [1, 2, 3]],
  ] as const)('not more than fits is kept, the %s', (wanQueueKeeps, kept) => {
    const bench = new HubBench({ parameters: { wanQueueMax: 3, wanQueueKeeps } });
    bench.take(bench.hub.wanChanged(false, bench.now));
    const sent = [1n, 2n, 3n, 4n, 5n].map((counter) => fromMeter(bench, counter));
    bench.take(bench.hub.wanChanged(true, bench.now));
    expect(carried(ups(bench))).toEqual(kept.map((n) => sent[n - 1]));
  });

  it('a last gasp is lost, and nothing is taken from a network that is not there', () => {
    const bench = new HubBench();
    bench.take(bench.hub.wanChanged(false, bench.now));
    bench.take(bench.hub.feedChanged(false, bench.now));
    bench.until(HOUR);
    expect(ups(bench)).toEqual([]);
    expect(bench.take(bench.hub.receiveWan({ kind: 'status-request' }, bench.now))).toEqual([]);
  });

  it('commands wait in the network, and their answers come once it is back', () => {
    const world = createWorld(updateConfig({ image: { kind: 'generated', octets: 1_000 } }), START);
    const { scheduler, premises, supplier, dcc, euis } = world;
    scheduler.runUntil(START + MINUTE);
    premises.wanChanged(false);
    const { message, header } = supplier.compose(readVersion(euis.esme));
    dcc.submit(message);
    scheduler.runUntil(START + HOUR);
    expect(supplier.responseTo(header)).toBeUndefined();
    premises.wanChanged(true);
    scheduler.runUntil(START + HOUR + MINUTE);
    expect(supplier.responseTo(header)?.genuine).toBe(true);
    expect(world.events.filter(({ actor }) => actor === 'wan').map(({ kind }) => kind)).toEqual(['wan-lost', 'wan-restored']);
  });
});

describe('the hub’s time', () => {
  const asked = (bench: HubBench): number[] =>
    bench.did.flatMap(([at, effect]) => (effect.kind === 'wan' && effect.frame.kind === 'time-request' ? [at] : []));
  const tell = (bench: HubBench, aheadMs = 0) =>
    bench.take(bench.hub.receiveWan({ kind: 'network-time', utc: bench.now + aheadMs }, bench.now));

  it('is asked for daily and taken as it is told', () => {
    const bench = new HubBench();
    bench.until(2.5 * DAY);
    expect(asked(bench)).toEqual([DAY, 2 * DAY]);
    tell(bench, 7_000);
    expect(bench.hub.device.clock).toEqual({ offsetMs: 7_000, status: 'reliable' });
    expect(bench.hub.device.localTime(bench.now)).toBe(bench.now + 7_000);
  });

  it('runs on without the network, and is no longer vouched for after three days', () => {
    const bench = new HubBench();
    tell(bench, 4_000);
    bench.take(bench.hub.wanChanged(false, bench.now));
    bench.until(3 * DAY - 1);
    expect(bench.hub.device.clock).toEqual({ offsetMs: 4_000, status: 'reliable' });
    bench.until(3 * DAY);
    expect(bench.hub.device.clock).toEqual({ offsetMs: 4_000, status: 'unreliable' });
    bench.take(bench.hub.wanChanged(true, bench.now));
    expect(asked(bench)).toEqual([3 * DAY]);
    tell(bench);
    expect(bench.hub.device.clock).toEqual({ offsetMs: 0, status: 'reliable' });
  });

  it('is unknown to a hub that was dead until the network tells it', () => {
    const bench = new HubBench();
    bench.take(bench.hub.feedChanged(false, bench.now));
    bench.until(HOUR);
    bench.take(bench.hub.feedChanged(true, bench.now));
    bench.until(HOUR + MINUTE);
    expect(bench.hub.device.clock.status).toBe('invalid');
    expect(asked(bench)).toEqual([HOUR + 30_000]);
    tell(bench);
    expect(bench.hub.device.clock.status).toBe('reliable');
    expect(bench.hub.device.logs.event.entries).toEqual([{ at: START, code: 0x8f57 }]);
  });

  it('outlives a dip, which is no interruption either', () => {
    const bench = new HubBench();
    bench.take(bench.hub.feedChanged(false, bench.now));
    bench.until(400);
    bench.take(bench.hub.feedChanged(true, bench.now));
    bench.until(MINUTE);
    expect([bench.hub.device.clock.status, bench.hub.device.logs.event.entries]).toEqual(['reliable', []]);
  });
});
