import { describe, expect, it } from 'vitest';
import { HubPower, type HubPowerOptions, type HubPowerOutput } from '../../firmware-sim/commshub/hub-power.ts';

/** Cuts the feed for a time and runs the model to a minute after; returns what it said and when. */
function cut(seconds: number, options: Partial<HubPowerOptions> = {}): { alerts: number[]; states: string[] } {
  const hub = new HubPower(options);
  const outputs: HubPowerOutput[] = [];
  outputs.push(...hub.feedLost(1_000));
  const restoredAt = 1_000 + seconds * 1000;
  for (let at = hub.deadline; at !== undefined && at < restoredAt; at = hub.deadline) outputs.push(...hub.poll(at));
  outputs.push(...hub.feedRestored(restoredAt), ...hub.poll(restoredAt + 60_000));
  return {
    alerts: outputs.flatMap((output) => (output.kind === 'power-outage' ? [output.startedAt] : [])),
    states: outputs.flatMap((output) => (output.kind === 'hub-state' ? [output.state] : [])),
  };
}

describe('the hub on its 12 V feed', () => {
  it.each([
    ['gt', 179, 0],
    ['gt', 180, 0],
    ['gt', 181, 1],
    ['gt', 180.001, 1],
    ['ge', 179, 0],
    ['ge', 179.999, 0],
    ['ge', 180, 1],
    ['ge', 181, 1],
  ] as const)('%s: a loss of %d s gives %d alerts', (poaComparator, seconds, alerts) => {
    expect(cut(seconds, { poaComparator }).alerts).toEqual(Array.from({ length: alerts }, () => 1_000));
  });

  it('says once per outage that it has none, then dies, then starts', () => {
    expect(cut(3_600)).toEqual({ alerts: [1_000], states: ['holdup', 'poaSent', 'dead', 'booting', 'powered'] });
  });

  it('says nothing when its stored energy ends before the threshold', () => {
    expect(cut(3_600, { holdupMs: 100_000 })).toEqual({ alerts: [], states: ['holdup', 'dead', 'booting', 'powered'] });
  });

  it('rides through a dip without starting again', () => {
    expect(cut(0.5).states).toEqual(['holdup', 'powered']);
    expect(cut(0.501).states).toEqual(['holdup', 'booting', 'powered']);
  });

  it('times a loss during its start as an outage of its own', () => {
    const hub = new HubPower();
    hub.feedLost(0);
    hub.feedRestored(10_000);
    hub.feedLost(20_000);
    expect(hub.state).toBe('holdup');
    expect(hub.poll(20_000 + 180_000)).toEqual([]);
    expect(hub.poll(20_000 + 180_001)).toEqual([
      { kind: 'power-outage', startedAt: 20_000 },
      { kind: 'hub-state', state: 'poaSent' },
    ]);
  });

  it('ignores a second loss or return of a feed that is already gone or there', () => {
    const hub = new HubPower();
    expect(hub.feedRestored(5)).toEqual([]);
    hub.feedLost(10);
    expect(hub.feedLost(20)).toEqual([]);
    expect(hub.poll(180_010)).toEqual([]);
    expect(hub.poll(180_011)).toHaveLength(2);
  });
});
