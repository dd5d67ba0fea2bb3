import { describe, expect, it } from 'vitest';
import type { Plain } from '../../../firmware-sim/device/cosem/value.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import { decodeDataNotification, dlms } from '../../../firmware-sim/gbcs/dlms-apdu.ts';
import { makeUtrn, utrnOriginatorCounter } from '../../../firmware-sim/gbcs/utrn.ts';
import { fromAscii } from '../../../firmware-sim/kernel/bytes.ts';
import { toSeconds2000 } from '../../../firmware-sim/kernel/time.ts';
import { BROKER, ESME, logged, pki, SUPPLIER, sent, suite } from '../bench.ts';
import { type Called, call, codes, deviceOf, NOW, plainOf } from './calls.ts';

const BALANCES = '1/0-0:94.44.34.30/2';
const action = (key: string, data?: Plain) => ({ operation: 'action', key, ...(data !== undefined && { data }) }) as const;
const held = (device: Device, key: string): unknown => plainOf(device.cosem?.get(key));
const NOW_OCTETS = '07df0101ff000000008000ff';

describe('credit and debt', () => {
  it('adjusts the balance, and reads it alone and in the collection', () => {
    const device = deviceOf();
    call(device, 'ECS04a', [action('112/0-0:19.10.0.255/1', 1_000)]);
    call(device, 'ECS04a', [action('112/0-0:19.10.0.255/1', -100_000)]);
    expect(plainOf(call(device, 'ECS82', [{ operation: 'get', key: '112/0-0:19.10.0.255/2' }]).results[0]?.data)).toBe(-19_000);
    expect(held(device, BALANCES)).toEqual([-19_000, 500_000, 0, 0, 0, 0]);
  });

  it('resets balance and accumulated debt, and makes the whole emergency credit available', () => {
    const device = deviceOf();
    device.cosem?.set(
      BALANCES,
      dlms(
        'structure',
        [7, 8, 9, 10, 11, 12].map((value) => dlms('double-long', value)),
      ),
    );
    const steps = ['112/0-0:19.10.0.255/2', '112/0-0:19.10.1.255/2', '112/0-0:19.10.2.255/2'].map((key) => action(key, 0));
    expect(codes(call(device, 'ECS04b', steps))).toEqual([0, 0, 0]);
    expect(held(device, BALANCES)).toEqual([0, 500_000, 0, 10, 11, 12]);
  });

  it('changes debts by increments that never go below nothing, and activates the next rate', () => {
    const device = deviceOf();
    const rate: Plain = [[0, -5], [0, '000000000000', 0], [['', 321]]];
    const steps = [
      { operation: 'set', key: '113/0-0:19.20.1.255/6', data: rate },
      action('113/0-0:19.20.1.255/2', 0),
      action('113/0-0:19.20.1.255/4', 5_000),
      action('113/0-0:19.20.3.255/4', 700),
      action('113/0-0:19.20.2.255/4', -1),
    ] as const;
    expect(codes(call(device, 'ECS07', steps))).toEqual([0, 0, 0, 0, 0]);
    expect(held(device, BALANCES)).toEqual([80_000, 500_000, 0, 5_000, 0, 700]);
    expect(held(device, '113/0-0:19.20.1.255/5')).toEqual(rate);
  });

  it('activates emergency credit only where it is on offer, and again when it is active already', () => {
    const activate = [action('112/0-0:19.10.1.255/3', 0)];
    const device = deviceOf();
    call(device, 'ECS04a', [action('112/0-0:19.10.0.255/1', 1_000_000)]);
    expect(codes(call(device, 'ECS09', activate))).toEqual([250]);
    call(device, 'ECS04a', [action('112/0-0:19.10.0.255/1', -1_000_000)]);
    expect(codes(call(device, 'ECS09', activate))).toEqual([0]);
    call(device, 'ECS04a', [action('112/0-0:19.10.0.255/1', 1_000_000)]);
    expect(codes(call(device, 'ECS09', activate))).toEqual([0]);
  });

  it('refuses emergency credit in credit mode', () => {
    const device = deviceOf();
    device.cosem?.set('111/0-0:19.0.0.255/2', dlms('structure', [dlms('enum', 1), dlms('enum', 2)]));
    expect(codes(call(device, 'ECS09', [action('112/0-0:19.10.1.255/3', 0)]))).toEqual([250]);
  });
});

describe('top-up', () => {
  const supplierKey = pki.privateKey(SUPPLIER, 'prePaymentTopUp');
  const z = (device: Device) => {
    const own = device.anchors.publicKey(device.eui, 'keyAgreement');
    if (!supplierKey || !own) throw new TypeError('the bench has keys for everyone');
    return suite.sharedSecret(supplierKey, own);
  };
  const token = (device: Device, counter: number, value: number, supplier = SUPPLIER): string =>
    makeUtrn(suite, { supplier, device: ESME, z: z(device) }, { valueClass: 'pounds', value, counter });
  const topUp = (device: Device, utrn: string, counter = 1_000n): Called =>
    call(device, 'CS01a', [{ operation: 'action', key: '115/0-0:19.40.0.255/1', data: dlms('octet-string', fromAscii(utrn)) }], {
      counter,
    });

  it('adds a credit once, and logs it', () => {
    const device = deviceOf();
    const utrn = token(device, 3, 15);
    expect(codes(topUp(device, utrn))).toEqual([0]);
    expect(held(device, '112/0-0:19.10.0.255/2')).toBe(80_000 + 1_500_000);
    const log = call(device, 'ECS20d', [{ operation: 'get-with-selection', key: '7/0-0:98.1.5.255/2', range: [0, 0xffffffff] }]);
    expect((plainOf(log.results[0]?.data) as unknown[]).at(-1)).toEqual([toSeconds2000(NOW), 1_500_000]);
    const again = topUp(device, utrn);
    expect([codes(again), logged(again.effects)]).toEqual([[1], [0x8f51]]);
    expect(held(device, '112/0-0:19.10.0.255/2')).toBe(80_000 + 1_500_000);
  });

  it('takes counters far from those used before, and none that a change of supplier has ruled out', () => {
    const device = deviceOf();
    const far = 2_458_896_172;
    const utrn = token(device, far, 1);
    expect(codes(topUp(device, utrn))).toEqual([1]);
    expect(codes(topUp(device, utrn, utrnOriginatorCounter(far)))).toEqual([0]);
    device.counters.setTopUpFloor('supplier', utrnOriginatorCounter(far + 5));
    const ruledOut = topUp(device, token(device, far + 5, 1), utrnOriginatorCounter(far + 5));
    expect([codes(ruledOut), logged(ruledOut.effects)]).toEqual([[1], [0x8f51]]);
    expect(codes(topUp(device, token(device, far + 6, 1), utrnOriginatorCounter(far + 6)))).toEqual([0]);
  });

  it('remembers used counters in its state', () => {
    const device = deviceOf();
    const utrn = token(device, 5, 1);
    topUp(device, utrn);
    const restored = deviceOf();
    restored.cosem?.restore(device.cosem?.snapshot() ?? {});
    expect(codes(topUp(restored, utrn))).toEqual([1]);
    expect(codes(topUp(restored, token(restored, 4, 1)))).toEqual([0]);
  });

  it('pays debts first: a share for payment debt up to the cap, accumulated debt, emergency credit used', () => {
    const device = deviceOf();
    const { cosem } = device;
    cosem?.set(
      BALANCES,
      dlms(
        'structure',
        [-30_000, 200_000, 120_000, 0, 0, 4_000_000].map((value) => dlms('double-long', value)),
      ),
    );
    cosem?.set('112/0-0:19.10.1.255/active', dlms('boolean', true));
    cosem?.set('113/0-0:19.20.3.255/13', dlms('long-unsigned', 2_000));
    cosem?.set('111/0-0:19.0.0.255/18', dlms('long-unsigned', 1));
    expect(codes(topUp(device, token(device, 7, 20)))).toEqual([0]);
    const share = 100_000;
    const left = 2_000_000 - share - 120_000 - 300_000;
    expect(held(device, BALANCES)).toEqual([left - 30_000, 500_000, 0, 0, 0, 4_000_000 - share]);
    const debts = call(device, 'ECS20a', [
      { operation: 'get-with-selection', key: '7/0-0:98.1.4.255/2', range: [0, 0xffffffff] },
    ]);
    expect((plainOf(debts.results[0]?.data) as unknown[]).at(-1)).toEqual([toSeconds2000(NOW), share]);
  });

  it('refuses what exceeds the limits, another device’s token and wrong digits', () => {
    const device = deviceOf();
    device.cosem?.set('9000/0-0:94.44.2.10/2', dlms('double-long', 1_000_000));
    const tooMuch = topUp(device, token(device, 9, 11));
    expect([codes(tooMuch), logged(tooMuch.effects)]).toEqual([[1], [0x8f5b]]);
    device.cosem?.set('9000/0-0:94.44.2.20/2', dlms('double-long', 100_000));
    const overflow = topUp(device, token(device, 9, 10));
    expect([codes(overflow), logged(overflow.effects)]).toEqual([[1], [0x8f47]]);
    const foreign = topUp(device, token(device, 9, 1, ESME));
    expect([codes(foreign), logged(foreign.effects)]).toEqual([[1], [0x8f63]]);
    expect(codes(topUp(device, '12345678901234567890'))).toEqual([1]);
    expect(held(device, '112/0-0:19.10.0.255/2')).toBe(80_000);
  });
});

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
    expect([plainOf(set.results[4]?.data), logged(set.effects)]).toEqual([2, [0x8f0c]]);
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

  it('restores the devices of a backup', () => {
    const hub = deviceOf('CHF');
    const entry: Plain = [EUI, '77'.repeat(16)];
    expect(codes(call(hub, 'CCS03', [action('104/0-0:30.3.0.255/5', ['0102030405060708', [entry]])]))).toEqual([0]);
    expect([devices(hub), backup(hub, '0-0:30.3.0.255')]).toEqual([[EUI], [EUI]]);
  });

  it('notes a scan of the sub-GHz channels', () => {
    const hub = deviceOf('CHF');
    const scan = call(hub, 'DBCH05', [{ operation: 'set', key: '1/0-0:94.44.10.1/2', data: 0 }]);
    const [alert] = sent(scan.effects);
    expect([codes(scan), alert?.header.messageCode, alert?.header.recipient]).toEqual([[0], 0x0112, BROKER]);
    expect(plainOf(decodeDataNotification(alert?.payload ?? new Uint8Array(0), 0x0112).body)).toEqual([
      0x8f28,
      NOW_OCTETS,
      ['00', '00'],
    ]);
    const log = call(hub, 'DBCH02', [
      { operation: 'get-with-selection', key: '7/0-0:94.44.10.3/2', range: [toSeconds2000(NOW), 0xffffffff] },
    ]);
    expect((plainOf(log.results[0]?.data) as unknown[]).at(-1)).toEqual([toSeconds2000(NOW), 0x8f27, 'e0000002090100']);
  });
});
