import { describe, expect, it } from 'vitest';
import { Children } from '../../firmware-sim/zigbee/children.ts';
import { GSME, Home, LINK_KEY } from './home.ts';

const MINUTE = 60_000;

function sleeper() {
  const home = new Home({ seed: 'children' });
  home.admit(GSME, LINK_KEY);
  const meter = home.join(GSME, 'end-device', { sleepy: true });
  const polls = (periodMs: number | undefined) => meter.request({ kind: 'poll-every', periodMs });
  return { home, meter, polls };
}

describe('a device that sleeps', () => {
  it('stays a child while it asks every half hour', () => {
    const { home, meter, polls } = sleeper();
    polls(30 * MINUTE);
    home.run(24 * 60 * MINUTE + MINUTE);
    expect(meter.heard('up')).toHaveLength(1);
    expect(home.hub.heard('device-joined')).toHaveLength(1);
    expect(home.send(home.hub, meter, Uint8Array.of(1, 2, 3), 'network', 40 * MINUTE)).toBe(false);
    polls(1_000);
    expect(home.send(home.hub, meter, Uint8Array.of(4, 5, 6))).toBe(true);
  });

  it('is told to come back when it was silent for longer than 256 minutes, and does', () => {
    const { home, meter, polls } = sleeper();
    polls(undefined);
    home.run(255 * MINUTE);
    polls(1_000);
    home.run(10_000);
    expect(meter.heard('up')).toHaveLength(1);
    polls(undefined);
    home.run(257 * MINUTE);
    polls(1_000);
    home.run(20_000);
    expect(meter.heard('up').map(({ rejoined }) => rejoined)).toEqual([false, true]);
    expect(home.hub.heard('device-joined').map(({ rejoined }) => rejoined)).toEqual([false, false]);
    expect(home.send(home.hub, meter, Uint8Array.of(7, 8, 9))).toBe(true);
    expect(meter.payloads()).toEqual([Uint8Array.of(7, 8, 9)]);
  });
});

describe('the time a child may be silent', () => {
  it.each([
    [0, 10_000],
    [1, 2 * MINUTE],
    [8, 256 * MINUTE],
    [14, 16_384 * MINUTE],
  ])('timeout %i lasts %i ms, from when it was heard last', (timeout, ms) => {
    const children = new Children();
    children.enter(7, 0);
    expect(children.ask(7, timeout, 1_000)).toBe(0);
    expect([children.deadline, children.expire(999 + ms)]).toEqual([1_000 + ms, []]);
    children.heard(7, 5_000);
    expect([children.expire(4_999 + ms), children.expire(5_000 + ms), children.has(7)]).toEqual([[], [7], false]);
  });

  it('that there is not is refused, and whoever is no child gets none', () => {
    const children = new Children();
    expect([children.ask(7, 15, 0), children.ask(7, 8, 0), children.deadline]).toEqual([1, 0, undefined]);
  });
});
