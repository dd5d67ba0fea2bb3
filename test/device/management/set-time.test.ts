import { describe, expect, it } from 'vitest';
import { decodeDer, encodeDer } from '../../../firmware-sim/codec/der.ts';
import { generalizedTime } from '../../../firmware-sim/device/clock.ts';
import { compareTime } from '../../../firmware-sim/device/management/set-time.ts';
import type { DeviceSetup } from '../../../firmware-sim/device/setup.ts';
import { SetTimeCommand, SetTimeResponse } from '../../../firmware-sim/gbcs/asn1/structures.ts';
import { NO_BYTES } from '../../../firmware-sim/kernel/bytes.ts';
import { logged, NOW } from '../bench.ts';
import { managed, responseIn, signed } from '../security/managed.ts';

const MINUTE = 60_000;

function setTime(clock: DeviceSetup['clock'], from: number, to: number) {
  const device = managed('GSME', clock ? { clock } : {});
  const interval = { validityIntervalStart: generalizedTime(NOW + from), validityIntervalEnd: generalizedTime(NOW + to) };
  const message = signed(device, { messageCode: 0x007f, payload: encodeDer(SetTimeCommand, interval) });
  const effects = device.receive(message, NOW);
  return { device, effects, answer: decodeDer(SetTimeResponse, responseIn(effects)?.payload ?? NO_BYTES) };
}

describe('GCS28: the supplier vouches for the time (GBCS 9.1)', () => {
  it.each([
    ['inside', -MINUTE, MINUTE],
    ['at the first second', 0, MINUTE],
    ['at the last second', -MINUTE, 0],
  ])('the network time %s of the interval is taken over and trusted', (_, from, to) => {
    const { device, answer } = setTime({ offsetMs: 3_600_000, status: 'invalid' }, from, to);
    expect(answer).toEqual({ deviceTime: generalizedTime(NOW), deviceTimeStatus: 0 });
    expect(device.clock).toEqual({ offsetMs: 0, status: 'reliable' });
  });

  it('outside, a reliable clock keeps its time and becomes unreliable', () => {
    const { device, answer, effects } = setTime(undefined, MINUTE, 2 * MINUTE);
    expect(answer).toEqual({ deviceTime: generalizedTime(NOW), deviceTimeStatus: 2 });
    expect(device.clock.status).toBe('unreliable');
    expect(logged(effects)).toEqual([0x81c6]);
  });

  it('outside, a clock that was never set stays invalid; one that is far off says so', () => {
    const { answer, effects } = setTime({ offsetMs: -MINUTE, status: 'invalid' }, MINUTE, 2 * MINUTE);
    expect(answer).toEqual({ deviceTime: generalizedTime(NOW - MINUTE), deviceTimeStatus: 1 });
    expect(logged(effects)).toEqual([0x81c6, 0x8f0c]);
  });

  it('notes that it has moved, and not that it has not', () => {
    expect(logged(setTime({ offsetMs: 5, status: 'reliable' }, 0, MINUTE).effects)).toEqual([0x8145]);
    expect(logged(setTime(undefined, 0, MINUTE).effects)).toEqual([]);
  });

  it.each([
    ['takes ten seconds away', 10_000, 0, 'reliable', []],
    ['reports more than ten seconds', 10_001, 10_001, 'unreliable', [0x8f0c]],
  ] as const)('the daily comparison %s', (_, offsetMs, left, status, codes) => {
    const device = managed('GSME', { clock: { offsetMs, status: 'reliable' } });
    const effects: Parameters<typeof compareTime>[3] = [];
    compareTime(device, NOW, NOW, effects);
    expect(device.clock).toEqual({ offsetMs: left, status });
    expect(logged(effects)).toEqual(codes);
  });

  it.each(['20151301000000Z', '2015010100000Z', ''])('takes %j for no time', (text) => {
    const device = managed('GSME');
    const payload = encodeDer(SetTimeCommand, { validityIntervalStart: text, validityIntervalEnd: text });
    expect(responseIn(device.receive(signed(device, { messageCode: 0x007f, payload }), NOW))).toBeUndefined();
  });
});
