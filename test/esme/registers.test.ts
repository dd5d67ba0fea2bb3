import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosemDefaults } from '../../firmware-sim/device/cosem/defaults.ts';
import { setPlain } from '../../firmware-sim/device/cosem/numbers.ts';
import { objectsOf } from '../../firmware-sim/device/cosem/objects.ts';
import { CosemStore } from '../../firmware-sim/device/cosem/store.ts';
import type { Plain } from '../../firmware-sim/device/cosem/value.ts';
import type { ElectricityLoad } from '../../firmware-sim/device/metering/load.ts';
import { holds } from '../support/property.ts';
import { Living } from './living.ts';

const IMPORT = '1/0-0:94.44.34.10/2';
const EXPORT = '3/1-0:2.8.0.255/2';
const REACTIVE_EXPORT = '3/1-0:4.8.0.255/2';
const POWER = '1/0-0:94.44.34.20/2';
const SUPPLY = '70/0-0:96.3.10.255/3';

const WH: Plain = [0, 30];
const VARH: Plain = [0, 32];
const FROM_ZERO = { [IMPORT]: [0, WH, 0, VARH, 0], [EXPORT]: 0, [REACTIVE_EXPORT]: 0 };

const registers = (home: Living): unknown => [home.held(IMPORT), home.held(EXPORT), home.held(REACTIVE_EXPORT)];

const EVERYTHING: Partial<ElectricityLoad> = {
  importWatts: 3_600,
  secondaryWatts: 1_800,
  exportWatts: 900,
  importVars: 360,
  exportVars: 36,
};

describe('the energy registers of an electricity meter', () => {
  it('count import, secondary element, export and reactive energy, each for itself', () => {
    const home = new Living([[0, EVERYTHING]], {}, FROM_ZERO).until(1_000);
    expect(registers(home)).toEqual([[1_000, WH, 100, VARH, 500], 250, 10]);
    expect(home.held(POWER)).toEqual([5_400, [0, 27], 3_600]);
  });

  it('of a single-element meter know nothing of a second element', () => {
    const cosem = new CosemStore('ESME', cosemDefaults('ESME', 'single'));
    const home = new Living([[0, EVERYTHING]], { cosem }).until(3_600);
    expect([home.held(IMPORT), home.held('1/0-0:94.44.34.1/2')]).toEqual([
      [10_303_600, WH, 420_360, VARH],
      [[7_203_600, 3_100_000, ...Array(46).fill(0)]],
    ]);
    expect(home.life.tariff.spending(home.now).map(({ element }) => element)).toEqual(['primary']);
  });

  it('keep what is below a watt hour for the next', () => {
    const home = new Living([[0, { importWatts: 1_000 }]], {}, FROM_ZERO);
    const counted = [3, 4, 7, 10, 11].map((seconds) => (home.until(seconds).held(IMPORT) as number[])[0]);
    expect(counted).toEqual([0, 1, 1, 2, 3]);
  });

  it('count nothing while the supply is off or mains is away, and show no power', () => {
    const away = { ...EVERYTHING, volts: [0, 0, 0] };
    const dark = new Living([[0, away]], {}, FROM_ZERO).until(3_600);
    const off = new Living([[0, EVERYTHING]], {}, { ...FROM_ZERO, [SUPPLY]: 0 }).until(3_600);
    for (const home of [dark, off]) {
      expect(registers(home)).toEqual([[0, WH, 0, VARH, 0], 0, 0]);
      expect(home.held(POWER)).toEqual([0, [0, 27], 0]);
    }
  });

  it('go on with the power of the moment when mains is back', () => {
    const changes = [
      [0, EVERYTHING],
      [100, { volts: [0, 0, 0] }],
      [200, { importWatts: 720 }],
    ] as const;
    const home = new Living(changes, {}, FROM_ZERO).until(210);
    expect([registers(home), home.held(POWER)]).toEqual([
      [[102, WH, 10, VARH, 50], 25, 1],
      [720, [0, 27], 720],
    ]);
  });

  it('stop at the second at which the supplier disables the supply, and the power shows it at once', () => {
    const home = new Living([[0, EVERYTHING]], {}, FROM_ZERO).until(500);
    home.command('ECS43', [{ operation: 'action', key: '9/0-0:10.0.106.255/1', data: 52 }]);
    expect(home.held(POWER)).toEqual([0, [0, 27], 0]);
    expect(registers(home.until(9_000))).toEqual([[500, WH, 50, VARH, 250], 125, 5]);
    home.command('ECS42', [{ operation: 'action', key: '9/0-0:10.0.106.255/1', data: 51 }]);
    expect(registers(home.until(9_100))).toEqual([[600, WH, 60, VARH, 300], 150, 6]);
  });

  it('go on from 0 after 32 bits', () => {
    const home = new Living([[0, { importWatts: 3_600 }]], {}, { ...FROM_ZERO, [IMPORT]: [0xffff_fffe, WH, 0, VARH, 0] });
    expect((home.until(5).held(IMPORT) as number[])[0]).toBe(3);
  });

  it('start from what somebody sets, without a rest', () => {
    const home = new Living([[0, { importWatts: 3_600 }]], {}, FROM_ZERO).until(10.5);
    setPlain(objectsOf(home.device), IMPORT, [70, WH, 0, VARH, 0]);
    const counted = [11, 11.5].map((seconds) => (home.until(seconds).held(IMPORT) as number[])[0]);
    expect(counted).toEqual([70, 71]);
  });

  it('go on after a restart with what was below a watt hour', () => {
    const changes = [[0, EVERYTHING]] as const;
    const whole = new Living(changes, {}, FROM_ZERO).until(7_777.777);
    const half = new Living(changes, {}, FROM_ZERO).until(1_234.567);
    const again = new Living(changes, { state: half.device.state() }).until(7_777.777);
    expect([registers(again), again.life.state()]).toEqual([registers(whole), whole.life.state()]);
  });

  it('are the integral of the load, whatever the steps', () => {
    const watts = fc.integer({ min: 0, max: 20_000 });
    const load = fc.record({
      importWatts: watts,
      secondaryWatts: watts,
      exportWatts: watts,
      importVars: watts,
      exportVars: watts,
    });
    const points = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 9_999_999 }), load), {
      maxLength: 12,
      selector: ([at]) => at,
    });
    const stops = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { maxLength: 6 });
    holds(
      fc.property(points, stops, (unsorted, moments) => {
        const changes = unsorted.sort(([a], [b]) => a - b).map(([at, value]) => [at / 1_000, value] as const);
        const stepped = new Living(changes, {}, FROM_ZERO);
        for (const moment of moments.sort((a, b) => a - b)) stepped.until(moment / 1_000);
        const once = new Living(changes, {}, FROM_ZERO).until(10_000);
        stepped.until(10_000);
        const hours = (name: keyof (typeof changes)[number][1]): number => {
          const parts = changes.map(([at, value], i) => {
            const until = changes[i + 1]?.[0] ?? 10_000;
            return BigInt(value[name]) * BigInt(Math.round((until - at) * 1_000));
          });
          return Number(parts.reduce((sum, part) => sum + part, 0n) / 3_600_000n);
        };
        const expected = [[hours('importWatts'), WH, hours('importVars'), VARH, hours('secondaryWatts')], hours('exportWatts')];
        expect(registers(once)).toEqual([...expected, hours('exportVars')]);
        expect(stepped.device.state()).toEqual(once.device.state());
        expect(stepped.effects).toEqual(once.effects);
      }),
      60,
    );
  });
});
