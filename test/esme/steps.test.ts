import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceState } from '../../firmware-sim/device/state.ts';
import { EsmeHand } from '../../firmware-sim/esme/hand.ts';
import { decodeState, encodeState } from '../../lab/state/cbor.ts';
import { holds } from '../support/property.ts';
import { type Changes, Living, variant } from './living.ts';

const HOUR = 3_600;
const SECONDS = 8 * HOUR;

const second = fc.integer({ min: 0, max: SECONDS });

/** Watts, and volts of which some are low, high or gone. */
const load = fc.record({
  importWatts: fc.constantFrom(0, 300, 4_000, 20_000),
  secondaryWatts: fc.constantFrom(0, 2_500),
  exportWatts: fc.constantFrom(0, 0, 1_500),
  volts: fc.array(fc.constantFrom(230, 230, 250, 265, 290, 205, 180, 0), { minLength: 3, maxLength: 3 }),
});

/** What somebody does to the meter, by number. */
const ACTIONS: readonly ((home: Living, hand: EsmeHand) => unknown)[] = [
  (home) => home.command('ECS43', [{ operation: 'action', key: '9/0-0:10.0.106.255/1', data: 52 }]),
  (home) => home.command('ECS44', [{ operation: 'action', key: '9/0-0:10.0.106.255/1', data: 54 }]),
  (home) => home.command('ECS42', [{ operation: 'action', key: '9/0-0:10.0.106.255/1', data: 51 }]),
  (home) => home.command('ECS47a', [{ operation: 'action', key: '9/0-0:10.0.103.255/1', data: 0x111 }]),
  (home) => home.command('ECS04a', [{ operation: 'action', key: '112/0-0:19.10.0.255/1', data: 5_000 }]),
  (home) => home.command('ECS29c', [{ operation: 'set', key: '7/1-0:32.24.0.255/4', data: 60 }]),
  (home, hand) => home.effects.push(...hand.press('enable', home.now).effects),
  (home, hand) => home.effects.push(...hand.press('emergency-credit', home.now).effects),
  (home, hand) => home.effects.push(...hand.tamper('magnet', 'open', home.now).effects),
  (home, hand) => home.effects.push(...hand.tamper('magnet', 'closed', home.now).effects),
  (home, hand) => home.effects.push(...hand.boost(15, home.now).effects),
  (home, hand) => home.effects.push(...hand.hub('disconnected', home.now).effects),
  (home, hand) => home.effects.push(...hand.hub('connected', home.now).effects),
];

const action = fc.tuple(second, fc.integer({ min: 0, max: ACTIONS.length - 1 }));

/** Load limit, locking on tampering, a clock that drifts and is compared often, and little credit. */
const VALUES = {
  '71/0-0:17.0.0.255/4': 10_000,
  '71/0-0:17.0.0.255/6': 120,
  '71/0-0:17.0.0.255/7': 600,
  '9000/0-0:94.44.0.3/2': true,
  '1/0-0:94.44.34.30/2': [20_000, 30_000, 0, 0, 0, 0],
  '112/0-0:19.10.1.255/9': 30_000,
  '112/0-0:19.10.1.255/10': 10_000,
  '21/0-0:16.0.1.255/2': [0],
};
const PARAMETERS = { clockDriftMsPerDay: 4_321, clockCheckHours: 3, reverseCurrentWatts: 1_000 };

/** A state as a file keeps it. */
const stored = (state: DeviceState): DeviceState =>
  decodeState(encodeState(state as unknown as Parameters<typeof encodeState>[0])) as unknown as DeviceState;

describe('an electricity meter', () => {
  it.each(['single-element', 'load-control', 'twin-element', 'polyphase'])(
    'does the same whatever steps the caller takes, and when it is kept and goes on: %s',
    (name) => {
      holds(
        fc.property(
          fc.array(fc.tuple(second, load), { maxLength: 8 }),
          fc.array(action, { maxLength: 6 }),
          fc.array(second, { maxLength: 8 }),
          (loads, actions, stops) => {
            const changes: Changes = [...new Map(loads)].sort(([a], [b]) => a - b);
            const run = (extra: readonly number[], kept: boolean) => {
              let home = new Living(changes, { ...variant(name), parameters: PARAMETERS }, VALUES);
              const done: Living['effects'][number][] = [];
              const moments = [...extra, ...actions.map(([at]) => at)].sort((a, b) => a - b);
              for (const moment of new Set(moments)) {
                home.until(moment);
                for (const [, number] of actions.filter(([at]) => at === moment))
                  ACTIONS[number]?.(home, new EsmeHand(home.device));
                if (!kept) continue;
                done.push(...home.effects);
                home = new Living(changes, { ...variant(name), parameters: PARAMETERS, state: stored(home.device.state()) });
              }
              home.until(SECONDS);
              return { effects: [...done, ...home.effects], state: home.device.state() };
            };
            const whole = run([], false);
            expect(run(stops, false)).toEqual(whole);
            expect(run(stops, true)).toEqual(whole);
          },
        ),
        8,
      );
    },
    300_000,
  );
});
