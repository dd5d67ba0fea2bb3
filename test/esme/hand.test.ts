import { describe, expect, it } from 'vitest';
import type { Plain } from '../../firmware-sim/device/cosem/value.ts';
import { INTEGRITY_FAULTS, type IntegrityFault } from '../../firmware-sim/device/integrity.ts';
import type { DeviceSetup } from '../../firmware-sim/device/setup.ts';
import { EsmeHand, type HomeCommand } from '../../firmware-sim/esme/hand.ts';
import { ELECTRICITY_TAMPERS, type ElectricityTamper } from '../../firmware-sim/esme/sensors.ts';
import { decodeDataNotification } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { NETWORK_OPERATOR, SUPPLIER, sent } from '../device/bench.ts';
import { plainOf } from '../device/cosem/calls.ts';
import { type Changes, Living, variant } from './living.ts';

const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

/** A meter in credit mode, with somebody in front of it. */
class Bench extends Living {
  readonly hand: EsmeHand;

  constructor(values: Readonly<Record<string, Plain>> = {}, setup: Partial<DeviceSetup> = {}, changes: Changes = []) {
    super(changes, { ...variant('single-element'), ...setup }, { '111/0-0:19.0.0.255/2': [1, 2], ...values });
    this.hand = new EsmeHand(this.device);
  }

  /** Does something by hand, and keeps what came of it. */
  do(action: (hand: EsmeHand, now: number) => { readonly done: boolean; readonly effects: readonly unknown[] }): boolean {
    const { done, effects } = action(this.hand, this.now);
    this.effects.push(...(effects as typeof this.effects));
    return done;
  }

  press(button: HomeCommand): boolean {
    return this.do((hand, now) => hand.press(button, now));
  }

  supplyScript(useCase: string, selector: number): void {
    this.command(useCase, [{ operation: 'action', key: '9/0-0:10.0.106.255/1', data: selector }]);
  }

  codes(): readonly number[] {
    return this.logged().map(([, code]) => code);
  }
}

describe('a button of the meter', () => {
  it('turns on a supply that is armed (8161), and no other (8162)', () => {
    const bench = new Bench();
    bench.supplyScript('ECS43', 52);
    expect(bench.press('enable')).toBe(false);
    bench.supplyScript('ECS44', 54);
    expect(bench.press('enable')).toBe(true);
    expect([bench.life.supply.supply, bench.codes()]).toEqual(['enabled', [0x8162, 0x8161]]);
  });

  it('does the same at a PPMID (8154, 8155)', () => {
    const bench = new Bench();
    bench.supplyScript('ECS43', 52);
    expect(bench.do((hand, now) => hand.ppmid('enable', now))).toBe(false);
    bench.supplyScript('ECS44', 54);
    expect(bench.do((hand, now) => hand.ppmid('enable', now))).toBe(true);
    expect(bench.codes()).toEqual([0x8155, 0x8154]);
  });

  it.each(['press', 'ppmid'] as const)('activates emergency credit where it is on offer: %s', (how) => {
    const offered = { '111/0-0:19.0.0.255/2': [2, 2], '112/0-0:19.10.1.255/10': 100_000, '112/0-0:19.10.0.255/2': 80_000 };
    const [done, notDone] = how === 'press' ? [0x8161, 0x8162] : [0x8154, 0x8155];
    const bench = new Bench(offered);
    expect(bench.do((hand, now) => hand[how]('emergency-credit', now))).toBe(true);
    expect(bench.codes()).toEqual([0x81ab, done]);
    const refused = new Bench();
    expect(refused.do((hand, now) => hand[how]('emergency-credit', now))).toBe(false);
    expect(refused.codes()).toEqual([notDone]);
  });

  it('does nothing while there is no mains', () => {
    const bench = new Bench({}, {}, [
      [10, { volts: [0] }],
      [100, {}],
    ]);
    bench.until(50);
    expect([bench.press('enable'), bench.effects]).toEqual([false, []]);
  });
});

describe('a privacy PIN', () => {
  it('is set at the meter, and needed from then on until the display goes dark', () => {
    const bench = new Bench();
    expect(bench.do((hand, now) => hand.setPin('12345', now))).toBe(false);
    expect(bench.do((hand, now) => hand.setPin('1234', now))).toBe(true);
    bench.supplyScript('ECS43', 52);
    bench.supplyScript('ECS44', 54);
    expect(bench.press('enable')).toBe(false);
    expect(bench.do((hand, now) => hand.enterPin('4321', now))).toBe(false);
    expect(bench.do((hand, now) => hand.enterPin('1234', now))).toBe(true);
    bench.until(30);
    expect(bench.press('enable')).toBe(false);
    bench.do((hand, now) => hand.enterPin('1234', now));
    bench.until(59.999);
    expect(bench.press('enable')).toBe(true);
  });

  it('hides account and history, and shows them when it has been entered', () => {
    const bench = new Bench();
    expect(Object.keys(bench.hand.look(bench.now))).toContain('account');
    bench.do((hand, now) => hand.setPin('1234', now));
    expect(Object.keys(bench.hand.look(bench.now))).not.toContain('account');
    expect(Object.keys(bench.hand.look(bench.now))).not.toContain('history');
    bench.do((hand, now) => hand.enterPin('1234', now));
    expect(Object.keys(bench.hand.look(bench.now))).toContain('history');
  });

  it('is disabled by the supplier (ECS14), who cannot set one, and never asked for by a PPMID', () => {
    const bench = new Bench();
    bench.do((hand, now) => hand.setPin('1234', now));
    expect(bench.do((hand, now) => hand.ppmid('enable', now))).toBe(true);
    bench.command('ECS14', [{ operation: 'set', key: '1/0-0:94.44.3.1/2', data: '' }]);
    expect(bench.press('enable')).toBe(true);
  });

  it('survives a restart, and that it was entered does not', () => {
    const bench = new Bench();
    bench.do((hand, now) => hand.setPin('1234', now));
    const again = new Bench({}, { state: bench.device.state() });
    expect(again.press('enable')).toBe(false);
  });
});

describe('a message of the supplier', () => {
  it('is shown until somebody has read it (81A6), and the next one again', () => {
    const bench = new Bench();
    const send = (text: string) => bench.command('ECS10', [{ operation: 'set', key: '1/0-2:96.13.1.255/2', data: hex(text) }]);
    expect(bench.do((hand, now) => hand.acknowledgeMessage(now))).toBe(false);
    send('Hello');
    expect(bench.hand.look(bench.now).message).toBe('Hello');
    expect(bench.do((hand, now) => hand.acknowledgeMessage(now))).toBe(true);
    expect(bench.do((hand, now) => hand.acknowledgeMessage(now))).toBe(false);
    expect([bench.hand.look(bench.now).message, bench.alerts()]).toEqual([undefined, [[0x81a6, SUPPLIER]]]);
    send('Hello');
    expect(bench.hand.look(bench.now).message).toBe('Hello');
  });
});

describe('tampering', () => {
  const open = (bench: Bench, what: ElectricityTamper) => bench.do((hand, now) => hand.tamper(what, 'open', now));
  const close = (bench: Bench, what: ElectricityTamper) => bench.do((hand, now) => hand.tamper(what, 'closed', now));

  it.each(Object.keys(ELECTRICITY_TAMPERS) as ElectricityTamper[])('%s is told when it begins and ends', (what) => {
    const bench = new Bench();
    const { begins, ends } = ELECTRICITY_TAMPERS[what];
    expect([open(bench, what), open(bench, what), close(bench, what), open(bench, what)]).toEqual([true, false, true, true]);
    const both = what === 'general' ? [SUPPLIER] : [SUPPLIER, NETWORK_OPERATOR];
    const begun = both.map((to) => [begins, to]);
    expect(bench.alerts()).toEqual([...begun, ...(ends === undefined ? [] : [[ends, SUPPLIER]]), ...begun]);
    expect(bench.logged('security').map(([, code]) => code)).toEqual([begins, begins]);
    expect(bench.life.supply.supply).toBe('enabled');
  });

  it('locks the supply where the supplier wants it to (ECS81), for the supplier to arm', () => {
    const bench = new Bench();
    bench.command('ECS81', [{ operation: 'set', key: '1/0-0:94.44.0.4/2', data: true }]);
    open(bench, 'magnet');
    close(bench, 'magnet');
    expect([bench.life.supply.supply, bench.life.supply.locked]).toEqual(['disabled', true]);
    expect(bench.codes()).toEqual([0x8f75, 0x81be, 0x81bc]);
    bench.supplyScript('ECS44', 54);
    expect(bench.press('enable')).toBe(true);
  });

  it('that flaps is told each time and leaves a bounded trace; configurable ends can be silenced', () => {
    const bench = new Bench();
    const off = '1'.repeat(256) + '0'.repeat(256);
    bench.command('ECS25a', [{ operation: 'set', key: '1/0-30:97.98.11.255/2', data: off }]);
    bench.command('ECS25a3', [{ operation: 'set', key: '1/0-30:97.98.14.255/2', data: off }]);
    for (let i = 0; i < 300; i++) {
      open(bench, 'terminalCover');
      close(bench, 'terminalCover');
    }
    expect(bench.alerts().map(([code]) => code)).toEqual(Array.from({ length: 600 }, () => 0x8f76));
    const { security, event } = bench.device.logs;
    expect([security.entries.length, event.entries.length]).toEqual([100, 0]);
    expect(JSON.stringify(bench.life.state()?.organs.sensors ?? '').length).toBeLessThan(10);
  });
});

describe('other things a hand does', () => {
  it('the hub that is pulled out and put back is told, without a log, and missed by the clock', () => {
    const bench = new Bench();
    bench.do((hand, now) => hand.hub('disconnected', now));
    bench.until(2 * 86_400);
    expect(bench.device.clock.status).toBe('unreliable');
    bench.do((hand, now) => hand.hub('connected', now));
    bench.until(2 * 86_400 + 1);
    expect([bench.device.clock.status, bench.codes()]).toEqual(['reliable', []]);
    expect(bench.alerts().map(([code]) => code)).toEqual([0x81a3, 0x81a2]);
  });

  it('wiring and the local port have events', () => {
    const bench = new Bench();
    bench.do((hand, now) => hand.miswire('phaseSequence', now));
    bench.do((hand, now) => hand.miswire('polarity', now));
    bench.do((hand, now) => hand.useLocalPort(now));
    expect([bench.logged('power').map(([, code]) => code), bench.logged('event').map(([, code]) => code)]).toEqual([
      [0x81b7, 0x81b8],
      [0x81a5],
    ]);
  });

  it.each(Object.keys(INTEGRITY_FAULTS) as IntegrityFault[])('a fault of the meter itself says why: %s', (fault) => {
    const bench = new Bench();
    bench.do((hand, now) => hand.fault(fault, now));
    const { reason, event } = INTEGRITY_FAULTS[fault];
    expect(bench.codes()).toEqual(event === undefined ? [0x81a0] : [event, 0x81a0]);
    const warning = sent(bench.effects).at(-1);
    expect(warning?.header.messageCode).toBe(0x00f0);
    const body = warning && plainOf(decodeDataNotification(warning.payload, 0x00f0).body);
    expect((body as unknown[])[2]).toEqual([reason]);
  });
});

describe('current that flows the wrong way', () => {
  const changes: Changes = [
    [10, { exportWatts: 100 }],
    [20, { exportWatts: 101 }],
    [30, { exportWatts: 500 }],
    [40, {}],
    [50, { exportWatts: 200 }],
  ];

  it('is told when it begins, above the power that the profile names', () => {
    const bench = new Bench({}, { parameters: { reverseCurrentWatts: 100 } }, changes);
    bench.until(100);
    expect(bench.logged('power')).toEqual([
      [20, 0x81bb],
      [50, 0x81bb],
    ]);
  });

  it('is nothing by default: homes export', () => {
    const bench = new Bench({}, {}, changes);
    bench.until(100);
    expect(bench.effects).toEqual([]);
  });
});
