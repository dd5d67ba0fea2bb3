import { describe, expect, it } from 'vitest';
import type { Plain } from '../../../firmware-sim/device/cosem/value.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import { dlms } from '../../../firmware-sim/gbcs/dlms-apdu.ts';
import { makeUtrn, utrnOriginatorCounter } from '../../../firmware-sim/gbcs/utrn.ts';
import { fromAscii } from '../../../firmware-sim/kernel/bytes.ts';
import { toSeconds2000 } from '../../../firmware-sim/kernel/time.ts';
import { ESME, logged, pki, SUPPLIER, suite } from '../bench.ts';
import { type Called, call, codes, deviceOf, NOW, plainOf } from './calls.ts';

const BALANCES = '1/0-0:94.44.34.30/2';
const action = (key: string, data?: Plain) => ({ operation: 'action', key, ...(data !== undefined && { data }) }) as const;
const held = (device: Device, key: string): unknown => plainOf(device.cosem?.get(key));

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
