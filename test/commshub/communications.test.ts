import { describe, expect, it } from 'vitest';
import { CHF_PROFILE } from '../../firmware-sim/commshub/profile.ts';
import type { SubGhzAir } from '../../firmware-sim/commshub/sub-ghz/radio.ts';
import { QUIET_AIR } from '../../firmware-sim/commshub/sub-ghz/radio.ts';
import { constantLoad, steppedLoad } from '../../firmware-sim/device/metering/load.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { plainOf } from '../device/cosem/calls.ts';
import { ask, BROKER, DAY, ESME, GSME, HCALCS, HOME, HOUR, HubBench, MINUTE, messageFor, SECOND, START } from './hub-bench.ts';

const CCS06 = 0x010f;
const CCS01 = 0x0001;
const LOG = '104/0-0:30.3.0.255/4';
const JOINING = '104/0-0:30.3.0.255/2';

type Row = readonly [string, string, number, number, number, number, number, number, string, number, number, number, ...number[]];

function rows(bench: HubBench, counter = 1n): Readonly<Record<string, Row>> {
  const [list] = ask(bench, CCS06, [{ operation: 'get', key: LOG }], counter) as [readonly Row[]];
  return Object.fromEntries(list.map((row) => [row[0], row]));
}

const key = (eui: Eui64): string => eui.replaceAll('-', '').toLowerCase();

describe('the communications store that CCS06 reads', () => {
  it('says when each device was last heard', () => {
    const bench = new HubBench();
    const before = rows(bench)[key(GSME)]?.[8];
    bench.until(90 * MINUTE);
    bench.take(bench.hub.receiveHan(ESME, { kind: 'tunnel', message: messageFor(ESME) }, bench.now));
    const after = rows(bench, 2n);
    expect(after[key(ESME)]?.[8]).toBe('07ee010fff0a1e00008000ff');
    expect(after[key(GSME)]?.[8]).toBe(before);
  });

  it('counts frames that arrived and that did not', () => {
    const bench = new HubBench();
    const counts = (counter: bigint): number[] => (rows(bench, counter)[key(ESME)] ?? []).slice(10, 12).map(Number);
    const [failures = 0, successes = 0] = counts(1n);
    bench.wan(messageFor(ESME, 1n));
    bench.until(SECOND);
    bench.unreachable.add(ESME);
    bench.wan(messageFor(ESME, 2n));
    bench.until(8 * SECOND);
    bench.unreachable.clear();
    bench.until(20 * SECOND);
    const [more, ...others] = counts(2n);
    expect(others).toEqual([successes + 2]);
    expect(more).toBeGreaterThan(failures);
  });

  it('has the strength of sub-GHz devices: most, average, least', () => {
    const bench = new HubBench({
      devices: [
        { eui: ESME, sleepy: false },
        { eui: GSME, sleepy: true, subGhz: true },
      ],
    });
    const air = (dbm: number): SubGhzAir => ({ ...QUIET_AIR, signalDbm: () => dbm });
    bench.hub.life.subGhz.radio.replace(
      steppedLoad(
        [
          { from: START + 2 * HOUR, value: air(-80) },
          { from: START + 4 * HOUR, value: air(-61) },
        ],
        air(-70),
      ),
      START,
    );
    for (const hours of [1, 3, 5]) {
      bench.until(hours * HOUR);
      for (const eui of [ESME, GSME]) bench.take(bench.hub.receiveHan(eui, { kind: 'tunnel-get' }, bench.now));
    }
    const before = rows(new HubBench());
    const after = rows(bench, 2n);
    expect(after[key(GSME)]?.slice(2, 8)).toEqual([-61, -70, -80, 166, 128, 85]);
    expect(after[key(ESME)]?.slice(2, 8)).toEqual(before[key(ESME)]?.slice(2, 8));
  });

  it('is the same whether or not the hub was stored and started again', () => {
    const bench = new HubBench();
    bench.until(HOUR);
    bench.take(bench.hub.receiveHan(ESME, { kind: 'tunnel', message: messageFor(ESME) }, bench.now));
    const again = new HubBench({ state: bench.hub.device.state() });
    expect(rows(again)).toEqual(rows(bench));
  });
});

describe('joining', () => {
  const add = (bench: HubBench, eui: Eui64, seconds: number, counter: bigint) =>
    ask(
      bench,
      CCS01,
      [
        { operation: 'action', key: '104/0-0:30.3.0.255/1', data: [key(eui), 1, '30'.repeat(16), 13] },
        { operation: 'set', key: '104/0-0:30.3.0.255/3', data: seconds },
        { operation: 'set', key: JOINING, data: true },
      ],
      counter,
    );
  const open = (bench: HubBench): unknown => plainOf(bench.hub.device.cosem?.get(JOINING));
  const joins = (bench: HubBench, subGhz = false) =>
    bench.hub.join({ eui: HCALCS, sleepy: false, type: 'HCALCS', subGhz }, bench.now);

  it('is permitted for as long as CCS01 says, and ends by itself', () => {
    const bench = new HubBench();
    expect(add(bench, HCALCS, 90, 1n)).toEqual([null, null, null]);
    bench.until(89 * SECOND);
    expect(open(bench)).toBe(true);
    bench.until(90 * SECOND);
    expect(open(bench)).toBe(false);
  });

  it('counts anew when CCS01 comes again', () => {
    const bench = new HubBench();
    add(bench, HCALCS, 90, 1n);
    bench.until(60 * SECOND);
    add(bench, HCALCS, 90, 2n);
    bench.until(149 * SECOND);
    expect(open(bench)).toBe(true);
    bench.until(150 * SECOND);
    expect(open(bench)).toBe(false);
  });

  it('is for devices of the log, while it is permitted; whoever is in gets messages', () => {
    const bench = new HubBench();
    expect(joins(bench).admitted).toBe(false);
    add(bench, HCALCS, 90, 1n);
    expect(bench.wan(messageFor(HCALCS))).toMatchObject([{ kind: 'undelivered', reason: 'unknown-device' }]);
    expect(joins(bench).admitted).toBe(true);
    bench.until(100 * SECOND);
    expect(joins(bench).admitted).toBe(true);
    expect(bench.wan(messageFor(HCALCS))).toMatchObject([{ kind: 'han', to: HCALCS, frame: { kind: 'tunnel' } }]);
  });

  it('on the sub-GHz band is refused when there is no room, and the broker is told (DBCH11)', () => {
    const devices = HOME.map((one) => ({ ...one, subGhz: true }));
    const bench = new HubBench({ devices, parameters: { subGhzDevicesMax: 2 } });
    add(bench, HCALCS, 90, 1n);
    const { admitted, effects } = joins(bench, true);
    bench.take(effects);
    expect(admitted).toBe(false);
    expect(bench.alerts.slice(1)).toMatchObject([
      {
        code: 0x8f2d,
        content: [[key(HCALCS)]],
        header: { messageCode: 0x0115, recipient: BROKER },
        verdicts: ['valid', 'absent'],
      },
    ]);
    expect(joins(bench).admitted).toBe(true);
  });
});

describe('a hub', () => {
  it('that is tampered with tells the broker and the WAN provider', () => {
    const bench = new HubBench();
    bench.take(bench.hub.tampered(bench.now));
    expect(bench.alerts.map(({ code, header, verdicts }) => [code, header.recipient, verdicts[1]])).toEqual([
      [0x8f3f, BROKER, 'valid'],
      [0x8f3f, expect.stringMatching(/^90-B3/), 'valid'],
    ]);
    expect(bench.hub.device.logs.security.entries).toHaveLength(1);
  });

  it('with nothing to do does nothing, however long', () => {
    const bench = new HubBench();
    bench.until(100 * DAY);
    expect(bench.alerts).toEqual([]);
    expect(bench.did.length).toBe(100);
    expect(CHF_PROFILE.life).toBeDefined();
  });
});

describe('the load of the radio', () => {
  it('is constant and quiet unless somebody says otherwise', () => {
    const bench = new HubBench();
    expect(bench.hub.life.subGhz.radio.current).toEqual(constantLoad(QUIET_AIR).at(START).value);
  });
});
