import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosemDefaults } from '../../../firmware-sim/device/cosem/defaults.ts';
import { isLog } from '../../../firmware-sim/device/cosem/log.ts';
import { ALL_TIME, type TimeRange } from '../../../firmware-sim/device/cosem/log-source.ts';
import { appendRow, readLog } from '../../../firmware-sim/device/cosem/logs.ts';
import { withValue } from '../../../firmware-sim/device/cosem/numbers.ts';
import { CosemStore } from '../../../firmware-sim/device/cosem/store.ts';
import { EventLog } from '../../../firmware-sim/device/event-log.ts';
import { dlms } from '../../../firmware-sim/gbcs/dlms-apdu.ts';
import { fromSeconds2000, toSeconds2000 } from '../../../firmware-sim/kernel/time.ts';
import { holds } from '../../support/property.ts';
import { call, codes, deviceOf, itemOf, NOW, plainOf } from './calls.ts';

const AT = toSeconds2000(NOW);
const DAY = 86_400;
const HALF_HOURS = '7/0-0:99.1.1.255/2';
const DAILY = '7/0-0:98.1.10.255/2';
const CREDITS = '7/0-0:98.1.5.255/2';

const source = (at = NOW, elements: 'single' | 'twin' = 'twin') => ({
  store: new CosemStore('ESME', cosemDefaults('ESME', elements)),
  logs: { security: new EventLog(), event: new EventLog(), power: new EventLog() },
  at,
});

const times = (key: string, range?: TimeRange, from = source()): number[] =>
  (readLog(from, key, range)?.children ?? []).map((row) => Number(row.children[0]?.value));

const logs = [...cosemDefaults('ESME').keys(), ...cosemDefaults('CHF').keys()].filter(isLog);

describe('logs', () => {
  it('count both ends of a range: a day of half hours has 49 rows', () => {
    expect(times(HALF_HOURS, { from: AT - DAY, to: AT }).length).toBe(49);
    expect(times(HALF_HOURS, { from: AT - DAY + 1, to: AT - 1 }).length).toBe(47);
    expect(times(HALF_HOURS, { from: AT - DAY, to: AT - DAY })).toEqual([AT - DAY]);
  });

  it('are empty outside their time: before the oldest row, after now, or when the end comes first', () => {
    expect(times(HALF_HOURS, { from: 0, to: AT - 200 * DAY })).toEqual([]);
    expect(times(HALF_HOURS, { from: AT + 1, to: 0xffffffff })).toEqual([]);
    expect(times(HALF_HOURS, { from: AT, to: AT - DAY })).toEqual([]);
  });

  it('hold no more rows than their capacity, and those are the newest', () => {
    const days = times(DAILY);
    expect([days.length, days.at(-1), days[0]]).toEqual([31, AT, AT - 30 * DAY]);
    expect(times(HALF_HOURS).length).toBe(4_464);
  });

  it('leave out what a single-element meter does not have', () => {
    const fields = (elements: 'single' | 'twin') =>
      readLog(source(NOW, elements), '7/0-0:98.1.9.255/2')?.children[0]?.children.length;
    expect([fields('twin'), fields('single')]).toEqual([9, 7]);
  });

  it('answer as an empty compact array when they are empty', () => {
    const device = deviceOf();
    device.cosem?.set(CREDITS, dlms('compact-array', []));
    const empty = cosemDefaults('ESME').get(CREDITS);
    if (empty) device.cosem?.set(CREDITS, empty);
    const read = call(device, 'ECS20d', [{ operation: 'get-with-selection', key: CREDITS, range: [0, 0xffffffff] }]);
    expect([codes(read), read.results[0]?.data.type, plainOf(read.results[0]?.data)]).toEqual([[0], 'compact-array', []]);
  });

  it('take rows, the oldest gives way', () => {
    const from = source();
    for (let i = 1; i <= 7; i++) appendRow(from, CREDITS, [AT + i, i]);
    const rows = plainOf(readLog(from, CREDITS)) as number[][];
    expect(rows.map((row) => row[1])).toEqual([3, 4, 5, 6, 7]);
  });

  it('show what the device has noted after what was there before it', () => {
    const from = source();
    from.logs.security.add({ at: fromSeconds2000(AT - 5 * DAY - 10), code: 0x8f3e });
    from.logs.security.add({ at: NOW, code: 0x8f43 });
    const rows = plainOf(readLog(from, '7/0-0:99.98.1.255/2')) as number[][];
    expect(rows.length).toBe(100);
    expect(rows.slice(-2)).toEqual([
      [AT - 5 * DAY - 10, 0x8f3e],
      [AT, 0x8f43],
    ]);
    expect(rows.at(-3)?.[0]).toBe(AT - 6 * DAY);
    from.logs.power.add({ at: NOW, code: 0x8f35, data: Uint8Array.of(0, 0, 1, 0) });
    expect((plainOf(readLog(from, '7/0-0:99.98.4.255/2')) as number[][]).at(-1)).toEqual([AT, 0x8f35, 256]);
  });

  it('keep the rows they were given through a state, and go on from there', () => {
    const before = source();
    for (let i = 1; i <= 3; i++) appendRow(before, CREDITS, [AT + i, i]);
    appendRow(before, '7/0-0:98.1.9.255/2', [AT + DAY, 1, 2, [3]]);
    const after = { ...before, store: new CosemStore('ESME', cosemDefaults('ESME'), before.store.snapshot()) };
    expect(after.store.snapshot()).toEqual(before.store.snapshot());
    for (const at of [before, after]) appendRow(at, CREDITS, [AT + 9, 9]);
    for (const key of [CREDITS, '7/0-0:98.1.9.255/2']) {
      expect([key, plainOf(readLog(after, key))]).toEqual([key, plainOf(readLog(before, key))]);
    }
    expect(times(CREDITS, ALL_TIME, after).slice(1)).toEqual([1, 2, 3, 9].map((i) => AT + i));
    expect(times('7/0-0:98.1.9.255/2', ALL_TIME, after).slice(-2)).toEqual([AT, AT + DAY]);
  });

  it('show the rows that were put there alone, and what is added behind them', () => {
    const from = source();
    appendRow(from, CREDITS, [AT, 1]);
    const [first] = readLog(from, CREDITS)?.children ?? [];
    const buffer = from.store.form(CREDITS);
    if (!first || !buffer) throw new TypeError('a log with a row');
    from.store.set(CREDITS, withValue(buffer, [first]));
    expect(times(CREDITS, ALL_TIME, from)).toHaveLength(1);
    appendRow(from, CREDITS, [AT + 1, 2]);
    expect(times(CREDITS, ALL_TIME, from)).toEqual([Number(first.children[0]?.value), AT + 1]);
  });

  it('say the same about a moment whenever they are read', () => {
    const range = { from: AT - DAY, to: AT };
    for (const key of logs.filter((key) => cosemDefaults('ESME').has(key))) {
      expect([key, plainOf(readLog(source(NOW + 3_600_000), key, range))]).toEqual([key, plainOf(readLog(source(), key, range))]);
    }
  });

  it('give rows in order, inside the range and not after now, whatever the range', () => {
    const key = fc.constantFrom(...logs.filter((one) => cosemDefaults('ESME').has(one)));
    const second = fc.integer({ min: AT - 60 * DAY, max: AT + 2 * DAY });
    holds(
      fc.property(key, second, second, (log, from, to) => {
        const rows = times(log, { from, to });
        expect(rows.every((time, i) => time >= from && time <= to && time <= AT && time >= (rows[i - 1] ?? 0))).toBe(true);
        const all = times(log, ALL_TIME).filter((time) => time >= from && time <= to);
        expect(rows).toEqual(all);
      }),
      30,
    );
  });

  it('refuse a selection that GBCS does not have', () => {
    const device = deviceOf();
    const step = { operation: 'get-with-selection', key: HALF_HOURS, range: [0, AT] } as const;
    const { selection } = itemOf(step);
    const [column, from, to] = selection?.value.children ?? [];
    if (!column || !from || !to) throw new TypeError('a selection');
    const wrong = [
      dlms('structure', [column, from, to, dlms('array', [dlms('unsigned', 1)])]),
      dlms('structure', [column, from, to]),
      dlms('structure', [column, dlms('octet-string', new Uint8Array(12)), to, dlms('array', [])]),
      dlms('structure', [dlms('structure', column.children.slice(0, 3)), from, to, dlms('array', [])]),
      dlms('null-data', null),
    ];
    const results = wrong.map((value) => codes(call(device, 'ECS22a', [{ ...step, selection: { selector: 1, value } }]))[0]);
    expect(results).toEqual([12, 12, 12, 0, 12]);
    expect(codes(call(device, 'ECS22a', [{ operation: 'get', key: HALF_HOURS }]))).toEqual([3]);
  });
});
