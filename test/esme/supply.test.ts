import { describe, expect, it } from 'vitest';
import type { Device } from '../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import type { SupplySwitch } from '../../firmware-sim/device/life/supply-switch.ts';
import { constantLoad, NO_ELECTRICITY } from '../../firmware-sim/device/metering/load.ts';
import type { Misbehaviour } from '../../firmware-sim/device/misbehaviours.ts';
import type { DeviceSetup } from '../../firmware-sim/device/setup.ts';
import { esmeLifeOf } from '../../firmware-sim/esme/life.ts';
import { factsOf } from '../../lab/parties/message-facts.ts';
import { esmeDevice, NETWORK_OPERATOR, NOW, SUPPLIER, sent } from '../device/bench.ts';
import { call, codes } from '../device/cosem/calls.ts';

const SCRIPTS = { enable: ['ECS42', 51], disable: ['ECS43', 52], arm: ['ECS44', 54] } as const;

/** A meter whose supply is switched by the supplier and by organs. */
class Bench {
  readonly device: Device;
  readonly supply: SupplySwitch;
  readonly effects: DeviceEffect[] = [];

  constructor(setup: Partial<DeviceSetup> = {}) {
    this.device = esmeDevice(setup);
    this.supply = esmeLifeOf(this.device).supply;
  }

  command(what: keyof typeof SCRIPTS): number {
    const [useCase, selector] = SCRIPTS[what];
    const called = call(this.device, useCase, [{ operation: 'action', key: '9/0-0:10.0.106.255/1', data: selector }], {
      now: NOW,
    });
    this.effects.push(...called.effects);
    return codes(called)[0] ?? -1;
  }

  /** What has changed since the last look. */
  changes(): readonly string[] {
    return this.effects.flatMap((effect) => (effect.kind === 'supply' ? [`${effect.from} ${effect.to} ${effect.cause}`] : []));
  }

  alerts(): readonly (readonly [code: number | undefined, to: string])[] {
    return sent(this.effects).map(({ header, payload }) => [factsOf(header, payload).alertCode, header.recipient] as const);
  }

  logged(): readonly number[] {
    return this.effects.flatMap((effect) => (effect.kind === 'log' ? [effect.entry.code] : []));
  }

  homeEvents(): readonly number[] {
    return this.effects.flatMap((effect) => (effect.kind === 'home-event' ? [effect.code] : []));
  }
}

const misbehaving = (name: Misbehaviour) => new Bench({ misbehaviours: new Map([[name, 0]]) });

describe('the supply of a meter, by the supplier', () => {
  it('is disabled, armed and enabled, and each change is told once', () => {
    const bench = new Bench();
    expect([bench.command('enable'), bench.command('arm'), bench.changes()]).toEqual([0, 0, []]);
    bench.command('disable');
    expect(bench.supply.supply).toBe('disabled');
    bench.command('arm');
    expect(bench.supply.supply).toBe('armed');
    bench.command('enable');
    expect(bench.changes()).toEqual(['enabled disabled command', 'disabled armed command', 'armed enabled command']);
    expect(bench.alerts()).toEqual([
      [0x8f32, SUPPLIER],
      [0x8f32, NETWORK_OPERATOR],
    ]);
    expect([bench.homeEvents(), bench.logged()]).toEqual([[0x8f32], []]);
  });

  it('is enabled at once from disabled', () => {
    const bench = new Bench();
    bench.command('disable');
    expect([bench.command('enable'), bench.supply.supply]).toEqual([0, 'enabled']);
  });

  it('stays on when the switch does not open: 81C0 and a hardware fault', () => {
    const bench = misbehaving('supply-stays-on');
    expect([bench.command('disable'), bench.supply.supply, bench.changes()]).toEqual([1, 'enabled', []]);
    expect([bench.alerts(), bench.logged()]).toEqual([[[0x81c0, SUPPLIER]], [0x81c0]]);
  });

  it('stays off when the switch does not close: 81BD and a hardware fault', () => {
    const bench = misbehaving('supply-stays-off');
    bench.command('disable');
    expect([bench.command('enable'), bench.supply.supply]).toEqual([1, 'disabled']);
    expect([bench.alerts(), bench.logged()]).toEqual([[[0x81bd, SUPPLIER]], [0x81bd]]);
  });
});

describe('the supply of a meter, by credit', () => {
  it('that ran out is armed by a top-up and enabled by hand', () => {
    const bench = new Bench();
    bench.supply.disable('credit', NOW, bench.effects);
    expect([bench.supply.locked, bench.alerts()]).toEqual([false, []]);
    expect(bench.supply.enable('local', NOW, bench.effects)).toBe(false);
    bench.supply.arm('top-up', NOW, bench.effects);
    expect(bench.supply.enable('local', NOW, bench.effects)).toBe(true);
    expect(bench.changes()).toEqual(['enabled disabled credit', 'disabled armed top-up', 'armed enabled local']);
    expect(bench.logged()).toEqual([0x8162, 0x8161]);
  });

  it('or by emergency credit (8168) and through the PPMID (8154), which otherwise fails (8155)', () => {
    const bench = new Bench();
    bench.supply.disable('credit', NOW, bench.effects);
    expect(bench.supply.enable('ppmid', NOW, bench.effects)).toBe(false);
    bench.supply.arm('emergency-credit', NOW, bench.effects);
    expect(bench.supply.enable('ppmid', NOW, bench.effects)).toBe(true);
    expect([bench.logged(), bench.homeEvents(), bench.alerts()]).toEqual([[0x8155, 0x8168, 0x8154], [0x8168], []]);
  });

  it('does not undo what the supplier disabled, unless the profile says so', () => {
    for (const [remoteDisableLocks, after] of [
      [true, 'disabled'],
      [false, 'armed'],
    ] as const) {
      const bench = new Bench({ parameters: { remoteDisableLocks } });
      bench.command('disable');
      expect(bench.supply.locked).toBe(remoteDisableLocks);
      bench.supply.arm('top-up', NOW, bench.effects);
      expect(bench.supply.supply).toBe(after);
    }
  });
});

describe('a supply locked because of tampering', () => {
  it('says 81BE once, and opens to the supplier alone', () => {
    const bench = new Bench();
    bench.supply.disable('tamper', NOW, bench.effects);
    bench.supply.disable('tamper', NOW, bench.effects);
    bench.supply.arm('top-up', NOW, bench.effects);
    expect([bench.supply.supply, bench.supply.locked, bench.logged()]).toEqual(['disabled', true, [0x81be]]);
    bench.command('arm');
    expect([bench.supply.supply, bench.supply.locked]).toEqual(['armed', false]);
  });

  it('also locks one that credit had disabled', () => {
    const bench = new Bench();
    bench.supply.disable('credit', NOW, bench.effects);
    bench.supply.disable('tamper', NOW, bench.effects);
    expect([bench.supply.locked, bench.logged()]).toEqual([true, [0x81be]]);
  });

  it('stays locked over a restart', () => {
    const bench = new Bench();
    bench.command('disable');
    const again = new Bench({ state: bench.device.state() });
    expect([again.supply.supply, again.supply.locked]).toEqual(['disabled', true]);
  });
});

describe('what flows', () => {
  it('is nothing while the supply is off, though voltage stands at the terminals', () => {
    const bench = new Bench();
    const life = esmeLifeOf(bench.device);
    life.load.replace(constantLoad({ ...NO_ELECTRICITY, importWatts: 800, exportWatts: 20, volts: [240] }), NOW);
    life.start(NOW);
    expect(life.load.current).toMatchObject({ importWatts: 800, exportWatts: 20 });
    bench.command('disable');
    expect(life.load.current).toEqual({ ...NO_ELECTRICITY, volts: [240] });
  });
});
