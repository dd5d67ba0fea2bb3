import { describe, expect, it } from 'vitest';
import type { Plain } from '../../../firmware-sim/device/cosem/value.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import { decodeDataNotification, dlms } from '../../../firmware-sim/gbcs/dlms-apdu.ts';
import { toSeconds2000 } from '../../../firmware-sim/kernel/time.ts';
import { logged, SUPPLIER, sent } from '../bench.ts';
import { type Called, call, codes, deviceOf, NOW, plainOf } from './calls.ts';

const action = (key: string, data?: Plain) => ({ operation: 'action', key, ...(data !== undefined && { data }) }) as const;
const held = (device: Device, key: string): unknown => plainOf(device.cosem?.get(key));
const NOW_OCTETS = '07df0101ff000000008000ff';

describe('switching', () => {
  const SUPPLY = '0-0:96.3.10.255';
  const state = (device: Device): unknown =>
    plainOf(call(device, 'ECS45', [{ operation: 'get', key: `70/${SUPPLY}/3` }]).results[0]?.data);

  it('opens, arms and closes the load switch', () => {
    const device = deviceOf();
    const run = (useCase: string, selector: number) => codes(call(device, useCase, [action('9/0-0:10.0.106.255/1', selector)]));
    expect(state(device)).toBe(1);
    expect([run('ECS44', 54), state(device)]).toEqual([[0], 1]);
    expect([run('ECS43', 52), state(device)]).toEqual([[0], 0]);
    expect([run('ECS44', 54), state(device)]).toEqual([[0], 2]);
    expect([run('ECS42', 51), state(device)]).toEqual([[0], 1]);
    expect([run('ECS42', 53), state(device)]).toEqual([[250], 1]);
  });

  it('tells auxiliary controllers, shows their state and logs it', () => {
    const device = deviceOf();
    const script = (selector: number) => codes(call(device, 'ECS47', [action('9/0-0:10.0.103.255/1', selector)]));
    expect(script(0x111)).toEqual([0]);
    expect(script(0x2332)).toEqual([0]);
    expect(held(device, '70/0-1:96.3.10.255/2')).toBe(true);
    expect(held(device, '1/0-0:94.44.0.33/2')).toBe('{"outputState": 0, "inputState": 50}');
    expect(script(0x112)).toEqual([0]);
    expect(held(device, '70/0-1:96.3.10.255/2')).toBe(false);
    const log = call(device, 'ECS35g', [
      { operation: 'get-with-selection', key: '7/0-17:99.98.2.255/2', range: [toSeconds2000(NOW), 0xffffffff] },
    ]);
    expect((plainOf(log.results[0]?.data) as number[][]).slice(-3).map((row) => row[1])).toEqual([0x111, 0x2332, 0x112]);
    for (const wrong of [0x0, 0x611, 0x1166, 0x3111, 0x113]) expect(script(wrong)).toEqual([250]);
  });

  it('a limit brings a higher level down', () => {
    const device = deviceOf();
    call(device, 'ECS47a', [action('9/0-0:10.0.103.255/1', 0x1364)]);
    expect(codes(call(device, 'ECS47e', [action('9/0-0:10.0.107.255/1', 0x1332)]))).toEqual([0]);
    expect(held(device, '1/0-0:94.44.0.33/2')).toBe('{"outputState": 50, "inputState": 0}');
    call(device, 'ECS47e', [action('9/0-0:10.0.107.255/1', 0x1363)]);
    expect(held(device, '1/0-0:94.44.0.33/2')).toBe('{"outputState": 50, "inputState": 0}');
  });

  it('tells the originator about a limit, and when it is over gives the level back', () => {
    const device = deviceOf();
    const limit = [
      { operation: 'set', key: '1/0-0:94.44.119.3/2', data: NOW_OCTETS } as const,
      { operation: 'set', key: '1/0-0:94.44.119.4/2', data: '07df0101ff060000008000ff' } as const,
      action('9/0-0:10.0.107.255/1', 0x1332),
    ];
    const said = (effects: Called['effects']) =>
      sent(effects).map(({ header, payload }) => [
        header.messageCode,
        header.recipient,
        plainOf(decodeDataNotification(payload, header.messageCode).body),
      ]);
    call(device, 'ECS47a', [action('9/0-0:10.0.103.255/1', 0x1364)]);
    const end = NOW + 6 * 3_600_000;
    expect(said(call(device, 'ECS47e', limit).effects)).toEqual([
      [0x0121, SUPPLIER, [0x8f86, NOW_OCTETS, 0x13, NOW_OCTETS, '07df0101ff060000008000ff', 50]],
    ]);
    expect([device.deadline, held(device, '1/0-0:94.44.0.33/2')]).toEqual([end, '{"outputState": 50, "inputState": 0}']);
    expect(said(device.poll(end))).toEqual([[0x0122, SUPPLIER, [0x8f87, '07df0101ff060000008000ff', 0x13, 100]]]);
    expect([device.deadline, held(device, '1/0-0:94.44.0.33/2')]).toEqual([undefined, '{"outputState": 100, "inputState": 0}']);
  });

  it('a controller that is not there refuses, and a period of more than a day', () => {
    const device = deviceOf();
    device.cosem?.set('1/0-0:94.44.0.24/2', dlms('octet-string', new Uint8Array(0)));
    expect(codes(call(device, 'ECS47', [action('9/0-0:10.0.103.255/1', 0x411)]))).toEqual([250]);
    const period = (end: string) => [
      { operation: 'set', key: '1/0-0:94.44.121.1/2', data: NOW_OCTETS } as const,
      { operation: 'set', key: '1/0-0:94.44.121.2/2', data: end } as const,
      action('9/0-0:10.0.103.255/1', 0x1564),
    ];
    expect(codes(call(device, 'ECS47a', period('07df0102ff000000008000ff')))).toEqual([0, 0, 0]);
    expect(codes(call(device, 'ECS47a', period('07df0102ff000001008000ff')))).toEqual([0, 250, 250]);
    expect(codes(call(device, 'ECS47a', period(NOW_OCTETS)))).toEqual([0, 250, 250]);
  });

  it('resets the block counters and leaves the registers', () => {
    const device = deviceOf();
    device.cosem?.set(
      '1/0-0:94.44.34.2/2',
      dlms('structure', [
        dlms(
          'array',
          Array.from({ length: 64 }, (_, i) => dlms('double-long-unsigned', i + 1)),
        ),
      ]),
    );
    expect(codes(call(device, 'ECS05', [action('9/0-0:10.0.100.255/1', 99)]))).toEqual([0]);
    const [values] = held(device, '1/0-0:94.44.34.2/2') as number[][];
    expect(values?.slice(0, 32)).toEqual([
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      ...Array(8).fill(0),
      17,
      18,
      19,
      20,
      21,
      22,
      23,
      24,
      ...Array(8).fill(0),
    ]);
    expect(codes(call(device, 'ECS05', [action('9/0-0:10.0.100.255/1', 1)]))).toEqual([250]);
  });
});

describe('registers, logs and clock', () => {
  it('resets counters and maximum demands, with the time of it', () => {
    const device = deviceOf();
    call(device, 'ECS28b', [action('3/0-0:94.44.42.255/1', 0)]);
    call(device, 'ECS29e', [action('3/1-0:32.32.0.4/1', 0), action('3/1-0:32.36.0.4/1', 0)]);
    const now = NOW + 3_600_000;
    call(device, 'ECS57', [action('4/1-0:1.6.1.255/1', 0)], { now });
    const read = [
      '3/0-0:94.44.42.255/2',
      '3/1-0:32.32.0.4/2',
      '3/1-0:32.36.0.4/2',
      '4/1-0:1.6.1.255/2',
      '4/1-0:1.6.1.255/5',
      '1/0-0:94.44.5.0/2',
    ];
    expect(read.map((key) => held(device, key))).toEqual([0, 0, 0, 0, '07df0101ff010000008000ff', '07df0101ff010000008000ff']);
    expect(held(device, '4/1-0:1.6.0.255/2')).toBe(5_200);
  });

  it('clears the event log, which the security log notes', () => {
    const device = deviceOf();
    const read = () =>
      plainOf(
        call(device, 'ECS35a', [{ operation: 'get-with-selection', key: '7/0-0:99.98.0.255/2', range: [0, 0xffffffff] }])
          .results[0]?.data,
      ) as unknown[];
    expect(read().length).toBe(100);
    const cleared = call(device, 'ECS15a', [action('7/0-0:99.98.0.255/1', 0)]);
    expect([read(), logged(cleared.effects)]).toEqual([[], [0x8f52]]);
    device.log('event', { at: NOW + 5_000, code: 0x8f01, data: Uint8Array.of(1, 2) }, []);
    expect(read()).toEqual([[toSeconds2000(NOW) + 5, 0x8f01, '0102']]);
    const security = call(device, 'ECS35b', [
      { operation: 'get-with-selection', key: '7/0-0:99.98.1.255/2', range: [0, 0xffffffff] },
    ]);
    expect((plainOf(security.results[0]?.data) as unknown[]).at(-1)).toEqual([toSeconds2000(NOW), 0x8f52]);
  });

  it('clears the log of auxiliary controllers', () => {
    const device = deviceOf();
    call(device, 'ECS15c', [action('7/0-17:99.98.2.255/1', 0)]);
    const log = call(device, 'ECS35f', [
      { operation: 'get-with-selection', key: '7/0-17:99.98.2.255/2', range: [0, 0xffffffff] },
    ]);
    expect([codes(log), plainOf(log.results[0]?.data)]).toEqual([[0], []]);
  });

  const setClock = (start: string, end: string) => [
    { operation: 'set', key: '8/0-0:1.0.0.255/9', data: 5 } as const,
    action('8/0-0:1.0.0.255/5', [`${'ff'.repeat(9)}8000ff`, start, end]),
    action('8/0-0:1.0.0.255/4', 0),
    { operation: 'get', key: '8/0-0:1.0.0.255/2' } as const,
    { operation: 'get', key: '8/0-0:1.0.0.255/4' } as const,
  ];

  it('takes the time of the hub when it lies in the interval, ends included', () => {
    for (const now of [NOW, NOW + 10_000]) {
      const device = deviceOf('ESME', { clock: { offsetMs: 3_600_000, status: 'unreliable' } });
      const set = call(device, 'ECS70', setClock('07df0101ff000000008000ff', '07df0101ff00000a008000ff'), { now });
      expect([codes(set), device.clock]).toEqual([[0, 0, 0, 0, 0], { offsetMs: 0, status: 'reliable' }]);
      expect(plainOf(set.results[4]?.data)).toBe(0);
    }
  });

  it('keeps its own time outside of it, says so and is unreliable', () => {
    const device = deviceOf('ESME', { clock: { offsetMs: 60_000, status: 'reliable' } });
    const set = call(device, 'ECS70', setClock('07df0101ff000000008000ff', '07df0101ff00000a008000ff'), { now: NOW + 11_000 });
    expect([codes(set), device.clock]).toEqual([[0, 0, 0, 0, 0], { offsetMs: 60_000, status: 'unreliable' }]);
    expect(plainOf(set.results[3]?.data)).toBe('07df0101ff00010b008000ff');
    expect([plainOf(set.results[4]?.data), logged(set.effects)]).toEqual([2, [0x81c6, 0x8f0c]]);
  });

  it('refuses an interval that ends before it starts, and to adjust without one', () => {
    const device = deviceOf();
    expect(codes(call(device, 'ECS70', setClock('07df0101ff00000a008000ff', '07df0101ff000000008000ff')))).toEqual([
      0, 250, 250, 250, 250,
    ]);
    expect(codes(call(device, 'ECS70', [action('8/0-0:1.0.0.255/4', 0)]))).toEqual([250]);
  });
});

describe('the device log of a hub', () => {
  const EUI = '00db123456789055';
  const add = [action('104/0-0:30.3.0.255/1', [EUI, 1, '30'.repeat(16), 0])];
  const devices = (device: Device): string[] =>
    (plainOf(call(device, 'CCS06', [{ operation: 'get', key: '104/0-0:30.3.0.255/4' }]).results[0]?.data) as string[][]).map(
      (row) => row[0] ?? '',
    );
  const backup = (device: Device, obis: string): string[] => {
    const { results } = call(device, 'CCS07', [{ operation: 'action', key: `104/${obis}/4` }]);
    const [, , list] = plainOf(results[0]?.data) as [string, string, string[][]];
    return list.map((row) => row[0] ?? '');
  };

  it('adds and removes devices, and backs them up', () => {
    const hub = deviceOf('CHF');
    expect(codes(call(hub, 'CCS01', add))).toEqual([0]);
    expect([devices(hub).at(-1), backup(hub, '0-0:30.3.0.255').at(-1)]).toEqual([EUI, EUI]);
    expect(codes(call(hub, 'CCS02', [action('104/0-0:30.3.0.255/2', EUI)]))).toEqual([0]);
    expect([devices(hub).includes(EUI), backup(hub, '0-0:30.3.1.255').at(-1)]).toEqual([false, EUI]);
    expect(codes(call(hub, 'CCS02', [action('104/0-0:30.3.0.255/2', EUI)]))).toEqual([250]);
  });

  it('holds 16 devices and no device twice', () => {
    const hub = deviceOf('CHF');
    const results = Array.from({ length: 16 }, (_, i) =>
      codes(
        call(hub, 'CCS01', [action('104/0-0:30.3.0.255/1', [`00db1234567891${(16 + i).toString(16)}`, 1, '30'.repeat(16), 0])]),
      ),
    ).flat();
    expect(results).toEqual([...Array(14).fill(0), 250, 250]);
    expect(codes(call(hub, 'CCS01', [action('104/0-0:30.3.0.255/1', ['00db123456789110', 1, '31'.repeat(16), 0])]))).toEqual([0]);
    expect(devices(hub).length).toBe(16);
  });

  it('keeps the keys of the last 15 devices that were taken out', () => {
    const hub = deviceOf('CHF');
    const euis = Array.from({ length: 17 }, (_, i) => `00db1234567891${(16 + i).toString(16)}`);
    for (const eui of euis) {
      expect(codes(call(hub, 'CCS01', [action('104/0-0:30.3.0.255/1', [eui, 1, '30'.repeat(16), 0])]))).toEqual([0]);
      expect(codes(call(hub, 'CCS02', [action('104/0-0:30.3.0.255/2', eui)]))).toEqual([0]);
    }
    expect(backup(hub, '0-0:30.3.1.255')).toEqual(euis.slice(-15));
  });

  it('restores the devices of a backup', () => {
    const hub = deviceOf('CHF');
    const entry: Plain = [EUI, '77'.repeat(16)];
    expect(codes(call(hub, 'CCS03', [action('104/0-0:30.3.0.255/5', ['0102030405060708', [entry]])]))).toEqual([0]);
    expect([devices(hub), backup(hub, '0-0:30.3.0.255')]).toEqual([[EUI], [EUI]]);
  });
});
