import { describe, expect, it } from 'vitest';
import { cosemDefaults } from '../../../firmware-sim/device/cosem/defaults.ts';
import { setPlain } from '../../../firmware-sim/device/cosem/numbers.ts';
import { SingleActionSchedule } from '../../../firmware-sim/device/cosem/single-action.ts';
import { CosemStore } from '../../../firmware-sim/device/cosem/store.ts';

const BILLING = '22/0-0:15.0.0.255/4';

function times(...rows: readonly (readonly [time: string, date: string])[]): SingleActionSchedule {
  const store = new CosemStore('ESME', cosemDefaults('ESME'));
  setPlain(store, BILLING, rows);
  return SingleActionSchedule.of(store, BILLING);
}

describe('a single action schedule', () => {
  it('executes each quarter as RTDS 4.5.0 ECS30a has it', () => {
    const quarters = times(
      ['00000000', 'ffff0101ff'],
      ['00000000', 'ffff0401ff'],
      ['00000000', 'ffff0701ff'],
      ['00000000', 'ffff0a01ff'],
    );
    expect(quarters.next(Date.UTC(2030, 0, 1))?.at).toBe(Date.UTC(2030, 3, 1));
    expect(quarters.next(Date.UTC(2030, 10, 15))?.at).toBe(Date.UTC(2031, 0, 1));
    expect(quarters.last(Date.UTC(2030, 2, 31, 23, 59, 59, 999))?.at).toBe(Date.UTC(2030, 0, 1));
    expect(quarters.last(Date.UTC(2030, 3, 1))?.at).toBe(Date.UTC(2030, 3, 1));
  });

  it('executes every day as ECS48 has it, and weekly', () => {
    expect(times(['00000000', 'ffffffffff']).next(Date.UTC(2028, 1, 28, 12))?.at).toBe(Date.UTC(2028, 1, 29));
    expect(times(['061e0000', 'ffffffff03']).next(Date.UTC(2028, 1, 28, 12))?.at).toBe(Date.UTC(2028, 2, 1, 6, 30));
  });

  it('executes nothing when it is empty, or its time is open', () => {
    expect([times().next(0), times(['ffffffff', 'ffffffffff']).last(Date.UTC(2030, 0, 1))]).toEqual([undefined, undefined]);
  });
});
