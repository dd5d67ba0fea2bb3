import { describe, expect, it } from 'vitest';
import { EventLog, LOG_CAPACITY } from '../../firmware-sim/device/event-log.ts';
import { NOW } from './bench.ts';
import { managed } from './security/managed.ts';

describe('logs', () => {
  it('hold what they have room for; the oldest entry gives way', () => {
    const device = managed('ESME');
    for (let i = 0; i < LOG_CAPACITY + 7; i++) device.log('event', { at: NOW + i, code: 0x8f12 }, []);
    expect(device.logs.event.entries).toHaveLength(LOG_CAPACITY);
    expect(device.logs.event.entries[0]?.at).toBe(NOW + 7);
  });

  it('take back no more than they have room for, and can be emptied', () => {
    const log = new EventLog([], 2);
    log.restore([1, 2, 3].map((at) => ({ at, code: 0x8f12 })));
    expect(log.entries.map(({ at }) => at)).toEqual([2, 3]);
    log.clear();
    expect(log.entries).toEqual([]);
  });
});
