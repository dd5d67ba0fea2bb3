import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NETWORK_OPERATOR, SUPPLIER } from '../device/bench.ts';
import { codes } from '../device/cosem/calls.ts';
import { holds } from '../support/property.ts';
import { type Changes, Living, variant } from './living.ts';

const COUNTER = '3/0-0:94.44.42.255/2';
const AT_ONCE = '00000000000000000000000000008000ff'.slice(0, 18) + '8000ff'.padStart(6, '0');

/** Threshold 5 kW for 60 s; what happens to the supply, and for how long. */
const limit = (disables: boolean, restorationSeconds = 300) => ({
  '71/0-0:17.0.0.255/4': 5_000,
  '71/0-0:17.0.0.255/6': 60,
  '71/0-0:17.0.0.255/7': restorationSeconds,
  '9000/0-0:94.44.0.3/2': disables,
  [COUNTER]: 0,
});

const meter = (changes: Changes, disables: boolean, restorationSeconds?: number) =>
  new Living(changes, variant('single-element'), limit(disables, restorationSeconds));

describe('load limiting that leaves the supply alone', () => {
  it('counts an event each time import has been above the threshold for the period', () => {
    const home = meter(
      [
        [10, { importWatts: 5_001 }],
        [200, { importWatts: 5_000 }],
      ],
      false,
    ).until(1_000);
    expect(home.logged()).toEqual([
      [70, 0x8f01],
      [130, 0x8f01],
      [190, 0x8f01],
    ]);
    expect(home.held(COUNTER)).toBe(3);
    expect(home.homeEvents().map(([, code]) => code)).toEqual([0x8f01, 0x8f01, 0x8f01]);
    expect(home.alerts()).toEqual(Array.from({ length: 3 }, () => [0x8f01, SUPPLIER]));
    expect(home.supplies()).toEqual([]);
  });

  it('starts anew when import falls to the threshold for a moment', () => {
    const changes: Changes = [
      [0, { importWatts: 6_000 }],
      [59, { importWatts: 5_000 }],
      [59.001, { importWatts: 6_000 }],
      [100, {}],
    ];
    expect(meter(changes, false).until(1_000).held(COUNTER)).toBe(0);
  });

  it('takes both elements together, and neither export nor a period of 0', () => {
    const both = { importWatts: 3_000, secondaryWatts: 2_001 };
    expect(
      meter([[0, both]], false)
        .until(60)
        .held(COUNTER),
    ).toBe(1);
    expect(
      meter([[0, { exportWatts: 9_000 }]], false)
        .until(600)
        .held(COUNTER),
    ).toBe(0);
    const off = new Living([[0, both]], {}, { ...limit(false), '71/0-0:17.0.0.255/6': 0 });
    expect(off.until(600).held(COUNTER)).toBe(0);
  });

  it('is reset by the supplier (ECS28b)', () => {
    const home = meter([[0, { importWatts: 6_000 }]], false).until(130);
    expect(codes(home.command('ECS28b', [{ operation: 'action', key: '3/0-0:94.44.42.255/1', data: 0 }]))).toEqual([0]);
    expect(home.held(COUNTER)).toBe(0);
    expect(home.until(185).held(COUNTER)).toBe(1);
  });
});

describe('load limiting that disables the supply', () => {
  it('disables and arms at once, and enables after the restoration period while the load is still there', () => {
    const home = meter([[10, { importWatts: 8_000 }]], true).until(500);
    expect(home.supplies()).toEqual([
      [70, 'disabled', 'load-limit'],
      [70, 'armed', 'load-limit'],
      [370, 'enabled', 'restoration'],
      [430, 'disabled', 'load-limit'],
      [430, 'armed', 'load-limit'],
    ]);
    expect(home.held(COUNTER)).toBe(2);
    const both = (code: number) => [
      [code, SUPPLIER],
      [code, NETWORK_OPERATOR],
    ];
    const once = [[0x8f01, SUPPLIER], ...both(0x8f33)];
    expect(home.alerts()).toEqual([...once, ...both(0x8f34), ...once]);
    expect(home.homeEvents().map(([, code]) => code)).toEqual([0x8f01, 0x8f33, 0x8f34, 0x8f01, 0x8f33]);
  });

  it('forgets the restoration when somebody has switched meanwhile', () => {
    const home = meter(
      [
        [10, { importWatts: 8_000 }],
        [75, {}],
      ],
      true,
    ).until(80);
    home.life.supply.enable('local', home.now, home.effects);
    home.life.settle(home.now, home.effects);
    home.command('ECS43', [{ operation: 'action', key: '9/0-0:10.0.106.255/1', data: 52 }]);
    home.command('ECS44', [{ operation: 'action', key: '9/0-0:10.0.106.255/1', data: 54 }]);
    home.until(2_000);
    expect(home.supplies().map(([at, to]) => [at, to])).toEqual([
      [70, 'disabled'],
      [70, 'armed'],
      [80, 'enabled'],
      [80, 'disabled'],
      [80, 'armed'],
    ]);
  });

  it('is configured by ECS28a, from the moment it takes effect', () => {
    const home = meter([[0, { importWatts: 6_000 }]], false).until(30);
    const set = (obis: string, data: number | boolean) =>
      [
        { operation: 'set', key: `9000/${obis}/4`, data },
        { operation: 'set', key: `9000/${obis}/6`, data: AT_ONCE },
      ] as const;
    const steps = [
      ...set('0-0:94.44.128.7', 7_000),
      ...set('0-0:94.44.128.6', 30),
      ...set('0-0:94.44.128.8', 60),
      ...set('0-0:94.44.0.3', true),
    ];
    expect(codes(home.command('ECS28a', steps)).every((code) => code === 0)).toBe(true);
    home.until(600);
    expect([home.held(COUNTER), home.supplies()]).toEqual([0, []]);
  });

  it('does not count a supply that stays on as disabled', () => {
    const home = new Living([[0, { importWatts: 6_000 }]], { misbehaviours: new Map([['supply-stays-on', 0]]) }, limit(true));
    home.until(125);
    expect([home.held(COUNTER), home.supplies()]).toEqual([2, []]);
    expect(home.logged().map(([, code]) => code)).toEqual([0x8f01, 0x81c0, 0x8f01, 0x81c0]);
  });

  it('goes on after a restart with the timers it had', () => {
    const whole = meter([[10, { importWatts: 8_000 }]], true).until(40);
    const again = new Living([[10, { importWatts: 8_000 }]], { ...variant('single-element'), state: whole.device.state() });
    again.until(400);
    expect(again.supplies().map(([at, to]) => [at, to])).toEqual([
      [70, 'disabled'],
      [70, 'armed'],
      [370, 'enabled'],
    ]);
  });
});

describe('load limiting against a model by the second', () => {
  /** Watches every second of a load that changes at whole seconds. */
  function model(changes: Changes, seconds: number, disables: boolean): { count: number; enabled: boolean } {
    let [count, above, armedFor] = [0, 0, 0];
    let enabled = true;
    for (let second = 0; second < seconds; second++) {
      const load = changes.filter(([at]) => at <= second).at(-1)?.[1].importWatts ?? 0;
      above = enabled && load > 5_000 ? above + 1 : 0;
      if (!enabled && --armedFor === 0) enabled = true;
      if (above < 60) continue;
      [count, above] = [count + 1, 0];
      if (disables) [enabled, armedFor] = [false, 300];
    }
    return { count, enabled };
  }

  it('whatever the load, and whatever steps the caller takes', () => {
    const load = fc.array(fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.constantFrom(0, 5_000, 5_001, 9_000)), {
      maxLength: 12,
    });
    const stops = fc.array(fc.integer({ min: 1, max: 2_400 }), { maxLength: 6 });
    holds(
      fc.property(load, stops, fc.boolean(), (points, moments, disables) => {
        const changes = [...new Map(points)].sort(([a], [b]) => a - b).map(([at, importWatts]) => [at, { importWatts }] as const);
        const home = meter(changes, disables);
        for (const moment of [...moments].sort((a, b) => a - b)) home.until(moment);
        home.until(2_400);
        const expected = model(changes, 2_400, disables);
        expect({ count: home.held(COUNTER), enabled: home.life.supply.supply === 'enabled' }).toEqual(expected);
        const once = meter(changes, disables).until(2_400);
        expect(home.effects).toEqual(once.effects);
      }),
      60,
    );
  });
});
