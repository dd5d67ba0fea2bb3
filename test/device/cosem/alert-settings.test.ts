import { describe, expect, it } from 'vitest';
import { cosemAlertSettings } from '../../../firmware-sim/device/cosem/alert-settings.ts';
import { Device } from '../../../firmware-sim/device/device.ts';
import { ESME_PROFILE } from '../../../firmware-sim/esme/profile.ts';
import { deviceSetup, logged, sent } from '../bench.ts';
import { call, deviceOf, NOW } from './calls.ts';

/** Message integrity warning, a configurable code of the supplier. */
const WARNING = 0x81a0;

/** Mask and action of ECS25x that switch one code off. */
function off(code: number): string {
  const bits = Array.from({ length: 256 }, (_, i) => (255 - i === (code & 0xff) ? '1' : '0')).join('');
  return bits + '0'.repeat(256);
}

describe('event and alert settings of a meter', () => {
  it('let every configurable code through until one is switched off, and leave the others alone', () => {
    const device = deviceOf();
    expect(cosemAlertSettings(device, WARNING)).toEqual({ send: true, home: true, alarm: true, log: true });
    call(device, 'ECS25a', [{ operation: 'set', key: '1/0-30:97.98.11.255/2', data: off(WARNING) }]);
    expect(cosemAlertSettings(device, WARNING)).toEqual({ send: false, home: true, alarm: true, log: true });
    call(device, 'ECS25a3', [{ operation: 'set', key: '1/0-30:97.98.14.255/2', data: off(WARNING) }]);
    expect(cosemAlertSettings(device, WARNING)).toEqual({ send: false, home: true, alarm: true, log: false });
    expect(cosemAlertSettings(device, WARNING + 1)).toEqual({ send: true, home: true, alarm: true, log: true });
    expect([cosemAlertSettings(device, 0x80a0), cosemAlertSettings(device, 0x8f0c)]).toEqual([
      { send: true, home: false, alarm: false, log: true },
      undefined,
    ]);
  });

  it('of the network operator are its own', () => {
    const device = deviceOf();
    call(device, 'ECS25b', [{ operation: 'set', key: '1/0-33:97.98.11.255/2', data: off(0x8002) }]);
    expect([cosemAlertSettings(device, 0x8002)?.send, cosemAlertSettings(device, 0x8102)?.send]).toEqual([false, true]);
  });

  it.each([
    ['ECS25a1', 12, []],
    ['ECS25a2', 13, [false]],
  ] as const)('of displays and sounds are separate: %s', (useCase, object, sounds) => {
    const { cosem } = deviceOf();
    const device = new Device(ESME_PROFILE, deviceSetup({ cosem }));
    call(device, useCase, [{ operation: 'set', key: `1/0-30:97.98.${object}.255/2`, data: off(0x8119) }]);
    const effects = device.alert(0x8119, NOW);
    expect(effects.flatMap((effect) => (effect.kind === 'home-event' ? [effect.audible] : []))).toEqual(sounds);
    expect(sent(effects)).toHaveLength(1);
  });

  it('leave the factory as the profile says: everything sent, or a few codes', () => {
    const fresh = (factoryAlerts: string): Device => {
      const { cosem } = deviceOf();
      return new Device(ESME_PROFILE, deviceSetup({ cosem, parameters: { factoryAlerts } }));
    };
    const sends = (device: Device): boolean[] =>
      [0x810d, 0x81a0, 0x81c0, 0x8002].map((code) => sent(device.alert(code, NOW)).length > 0);
    expect(sends(fresh('all'))).toEqual([true, true, true, true]);
    expect(sends(fresh('few'))).toEqual([true, true, false, true]);
    expect(logged(fresh('few').alert(0x81c0, NOW))).toEqual([0x81c0]);
  });

  it('decide what an ESME sends and logs', () => {
    const { cosem } = deviceOf();
    const device = new Device(ESME_PROFILE, deviceSetup({ cosem }));
    const before = device.alert(WARNING, NOW);
    expect([sent(before).length, logged(before)]).toEqual([1, [WARNING]]);
    call(device, 'ECS25a', [{ operation: 'set', key: '1/0-30:97.98.11.255/2', data: off(WARNING) }]);
    expect([sent(device.alert(WARNING, NOW)).length]).toEqual([0]);
  });
});
