import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import type { OrganState } from '../../firmware-sim/device/life/organ.ts';
import { packed, unpacked } from '../../firmware-sim/device/life/packed-state.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { profileNamed } from '../../lab/devices/profiles.ts';
import type { Day } from '../../lab/simulate/day.ts';
import { OrderWorld } from '../../lab/simulate/order-world.ts';
import { readOrders } from '../../lab/simulate/orders.ts';
import { connect, type MeterType, makeMeter, startLife } from '../../lab/simulate/simulated-meter.ts';
import { Simulation } from '../../lab/simulate/simulation.ts';
import { holds } from '../support/property.ts';

const FROM = Date.UTC(2030, 0, 1);
const TO = Date.UTC(2030, 0, 11);
const EUI = '00-DB-12-34-56-78-90-A0' as Eui64;

const ORDERS = [
  '2030-01-02T08:00 topup 10 via keypad',
  '2030-01-03T09:00 topup 5',
  '2030-01-03T10:00 emergency-credit',
  '2030-01-04T11:00 tamper meterCover open',
  '2030-01-05T12:30 clock shift 45',
  '2030-01-06T01:00 adjust balance -2',
  '2030-01-07T13:00 hub off',
  '2030-01-09T13:00 hub on',
].join('\n');

/** Ten days of a meter that rests whenever it is looked at, or never; with everything it did. */
async function tenDays(type: MeterType, load: string, restEveryMs: number | undefined) {
  const suite = createNodeSuite({ entropy: seededEntropy('rest', type) });
  const plan = { keystore: undefined, seed: 'rest', madeAt: FROM, state: undefined, loads: [], parameters: undefined };
  const meter = makeMeter({ suite, type, profile: profileNamed(type, 'prepayment'), eui: EUI, ...plan });
  const kept = { name: load, seed: 'rest' };
  connect(meter, kept, FROM);
  startLife(meter, FROM);
  const sources = {
    file: 'orders.txt',
    meter,
    readFile: () => Promise.reject(new TypeError('no file')),
    readLoad: () => Promise.resolve(kept),
  };
  const world = new OrderWorld(meter, kept);
  const orders = (
    await readOrders(type === 'ESME' ? `${ORDERS}\n2030-01-08T03:00 mains off\n2030-01-08T05:00 mains on` : ORDERS, sources)
  ).map((order) => order(world));
  const effects: unknown[] = [];
  const sample = restEveryMs === undefined ? {} : { sample: { everyMs: restEveryMs, take: () => meter.device.rest() } };
  const simulation = new Simulation(meter, orders, {
    ...sample,
    effects: (done, at) => effects.push(...done.map((one) => [at, one])),
  });
  const days: Day[] = [...simulation.days(FROM, TO)];
  return { days, effects, state: meter.device.state() };
}

describe('a device that rests', () => {
  it.each([
    ['ESME', 'prosumer'],
    ['GSME', 'gas-household'],
  ] as const)('%s does the same as one that is always awake', async (type, load) => {
    const awake = await tenDays(type, load, undefined);
    expect(awake.effects.length).toBeGreaterThan(100);
    for (const minutes of [30, 7 * 60]) {
      const rested = await tenDays(type, load, minutes * 60_000);
      expect(rested.days).toEqual(awake.days);
      expect(rested.effects).toEqual(awake.effects);
      expect(rested.state).toEqual(awake.state);
    }
  });

  it('packs any state and unpacks it again', () => {
    const leaf = fc.oneof(
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }),
      fc.bigInt(),
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.boolean(),
      fc.uint8Array(),
    );
    const { state } = fc.letrec((tie) => ({
      state: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('state')), fc.dictionary(fc.string(), tie('state'))),
    }));
    holds(
      fc.property(state, (value) => {
        expect(unpacked(packed(value as OrganState))).toEqual(value);
      }),
      500,
    );
  });
});
