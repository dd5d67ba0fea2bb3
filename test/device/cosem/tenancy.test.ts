import { describe, expect, it } from 'vitest';
import { cosemDefaults } from '../../../firmware-sim/device/cosem/defaults.ts';
import { isLog } from '../../../firmware-sim/device/cosem/log.ts';
import type { LogSource } from '../../../firmware-sim/device/cosem/log-source.ts';
import { readLog } from '../../../firmware-sim/device/cosem/logs.ts';
import { setPlain } from '../../../firmware-sim/device/cosem/numbers.ts';
import { CosemStore } from '../../../firmware-sim/device/cosem/store.ts';
import { readLogForHome, visibleSince } from '../../../firmware-sim/device/cosem/tenancy.ts';
import { EventLog } from '../../../firmware-sim/device/event-log.ts';
import { toSeconds2000 } from '../../../firmware-sim/kernel/time.ts';
import { dateTime } from '../../esme/tariff-commands.ts';

const NOW = Date.UTC(2030, 5, 20, 12);
const DAY = 86_400_000;

function source(since?: number, at = NOW): LogSource {
  const store = new CosemStore('ESME', cosemDefaults('ESME'));
  if (since !== undefined) setPlain(store, '1/0-0:94.44.3.2/2', dateTime(since));
  return { store, logs: { security: new EventLog(), event: new EventLog(), power: new EventLog() }, at };
}

const times = (buffer: ReturnType<typeof readLog>): number[] =>
  (buffer?.children ?? []).map((row) => Number(row.children[0]?.value));

describe('a change of tenancy (ECS12)', () => {
  it('leaves the home what was read, billed and paid since, and what was consumed wholly since', () => {
    const since = Date.UTC(2030, 5, 15, 10, 10);
    const from = source(since);
    for (const [log, first] of [
      ['98.1.9', Date.UTC(2030, 5, 16)],
      ['98.1.8', Date.UTC(2030, 5, 16)],
      ['99.1.0', Date.UTC(2030, 5, 15, 11)],
      ['99.1.2', Date.UTC(2030, 5, 15, 11)],
      ['99.1.3', Date.UTC(2030, 5, 17)],
    ] as const) {
      const key = `7/0-0:${log}.255/2`;
      expect([log, times(readLogForHome(from, key))[0]]).toEqual([log, toSeconds2000(first)]);
      expect(times(readLog(from, key)).length).toBeGreaterThan(times(readLogForHome(from, key)).length);
    }
    expect(times(readLogForHome(from, '7/0-0:98.1.0.255/2'))).toEqual([]);
    const week = { from: toSeconds2000(NOW - 7 * DAY), to: toSeconds2000(NOW - DAY) };
    expect(times(readLogForHome(from, '7/0-0:98.1.9.255/2', week)).length).toBe(4);
  });

  it('does not touch logs of events and voltages', () => {
    const from = source(NOW - DAY);
    for (const log of ['0-0:99.98.0', '0-0:99.98.4', '1-0:32.24.0', '0-17:99.98.2']) {
      const key = `7/${log}.255/2`;
      expect(times(readLogForHome(from, key))).toEqual(times(readLog(from, key)));
    }
  });

  it('hides nothing before its date, nor when there is none', () => {
    const store = source(undefined).store;
    setPlain(store, '1/0-0:94.44.3.2/2', '00'.repeat(12));
    for (const from of [source(NOW + 1_000), { ...source(), store }]) {
      expect(visibleSince(from.store, from.at)).toBeUndefined();
      for (const key of [...cosemDefaults('ESME').keys()].filter(isLog))
        expect(times(readLogForHome(from, key))).toEqual(times(readLog(from, key)));
    }
    expect(visibleSince(source(NOW + 1_000).store, NOW + 1_000)).toBe(NOW + 1_000);
  });
});
