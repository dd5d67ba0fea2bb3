import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelsOf, maskOf } from '../../firmware-sim/commshub/sub-ghz/channels.ts';
import { linkLoss, QUIET_AIR, type SubGhzAir } from '../../firmware-sim/commshub/sub-ghz/radio.ts';
import { type LoadProfile, steppedLoad } from '../../firmware-sim/device/metering/load.ts';
import { fromHex } from '../../firmware-sim/kernel/bytes.ts';
import { ask, BROKER, DAY, ESME, GSME, HOUR, HubBench, MINUTE, SECOND, START } from './hub-bench.ts';
import { air, bandBench, channelNow, key, log, NO_GAS, quietAt, scan } from './sub-ghz-bench.ts';

describe('channels', () => {
  it('have a page in five bits and a channel among 27, the lowest last (RTDS 4.5.0 DBCH01)', () => {
    expect(channelsOf(fromHex('e0000001'))).toEqual([{ page: 28, number: 0 }]);
    expect(channelsOf(fromHex('e8000081'))).toEqual([
      { page: 29, number: 27 },
      { page: 29, number: 34 },
    ]);
    expect(channelsOf(fromHex('f4000000'))).toEqual([{ page: 30, number: 61 }]);
    expect(channelsOf(fromHex('40000001'))).toEqual([]);
  });

  it('come back from their masks', () => {
    const pages = [28, 29, 30, 31] as const;
    const lowest = { 28: 0, 29: 27, 30: 35, 31: 0 };
    fc.assert(
      fc.property(fc.constantFrom(...pages), fc.integer({ min: 0, max: 26 }), (page, bit) => {
        const channel = { page, number: lowest[page] + bit };
        expect(channelsOf(maskOf(channel))).toEqual([channel]);
      }),
    );
  });

  it('lose nothing far above the noise and everything in it', () => {
    expect([linkLoss(-60, -100), linkLoss(-90, -96), linkLoss(-100, -90)]).toEqual([
      { retryPercent: 0, failurePercent: 0 },
      { retryPercent: 50, failurePercent: 6 },
      { retryPercent: 100, failurePercent: 100 },
    ]);
  });
});

describe('a request for a scan (DBCH05)', () => {
  const CHANNEL = 'e0000002';

  it('that is accepted is assessed and noted; without a better channel nothing changes', () => {
    const bench = bandBench({ devices: NO_GAS });
    expect(scan(bench)).toEqual([null]);
    bench.until(MINUTE);
    expect(bench.alerts).toMatchObject([
      {
        code: 0x8f28,
        content: [['00', '00']],
        header: { messageCode: 0x0112, recipient: BROKER },
        verdicts: ['valid', 'absent'],
      },
      { code: 0x8f27, content: [], header: { messageCode: 0x1001 } },
      { code: 0x8f2b, content: [], header: { messageCode: 0x1001 } },
    ]);
    expect(log(bench)).toEqual([
      [0, 0x8f27, CHANNEL, 0],
      [0, 0x8f2b, CHANNEL, 0],
    ]);
    expect(channelNow(bench)).toBe(CHANNEL);
  });

  it('leads to the quietest channel when that is quieter by the threshold (DBCH07)', () => {
    const bench = bandBench({ devices: NO_GAS }, [0, { noise: quietAt(30, 36, -86) }]);
    scan(bench);
    bench.until(SECOND);
    expect(bench.alerts.at(-1)).toMatchObject({
      code: 0x8f26,
      content: [['f0000002', '00']],
      header: { messageCode: 0x0111, recipient: BROKER },
      verdicts: ['valid', 'absent'],
    });
    expect([channelNow(bench), log(bench)]).toEqual([
      'f0000002',
      [
        [0, 0x8f27, CHANNEL, 0],
        [0, 0x8f26, 'f0000002', 0],
      ],
    ]);
  });

  it('does not when it is quieter by less', () => {
    const bench = bandBench({ devices: NO_GAS }, [0, { noise: quietAt(30, 36, -85) }]);
    scan(bench);
    bench.until(SECOND);
    expect([bench.codes().at(-1), channelNow(bench)]).toEqual([0x8f2b, CHANNEL]);
  });

  it('does all the same when the channel in use has become noisier since it was chosen', () => {
    const bench = bandBench(
      { devices: NO_GAS },
      [0, { noise: quietAt(30, 36, -90) }],
      [DAY, { noise: (c) => (c.page === 30 ? -80 : -82) }],
    );
    scan(bench);
    bench.until(2 * DAY);
    expect(channelNow(bench)).toBe('f0000002');
    scan(bench, 2n);
    bench.until(2 * DAY + SECOND);
    expect(bench.codes().at(-1)).toBe(0x8f26);
  });

  it('waits for the gas meter: one wake before the scan, two before the change', () => {
    const bench = bandBench({}, [0, { noise: quietAt(31, 0, -100) }]);
    scan(bench);
    bench.until(90 * MINUTE - 1);
    expect([bench.codes(), channelNow(bench)]).toEqual([[0x8f28, 0x8f27], CHANNEL]);
    bench.until(90 * MINUTE);
    expect([bench.codes().at(-1), channelNow(bench)]).toEqual([0x8f26, 'f8000001']);
  });

  it('goes on as soon as the gas meter has come by', () => {
    const bench = bandBench({}, [0, { noise: quietAt(31, 0, -100) }]);
    scan(bench);
    for (const minutes of [10, 40]) {
      bench.until(minutes * MINUTE);
      bench.take(bench.hub.receiveHan(GSME, { kind: 'tunnel-get' }, bench.now));
    }
    expect(bench.alerts.at(-1)).toMatchObject({ at: 40 * MINUTE, code: 0x8f26 });
  });

  it.each([
    [1, 'a hand-held terminal is connected', (bench: HubBench) => void Object.assign(bench.hub.life, { handHeldTerminal: true })],
    [
      3,
      'joining is permitted',
      (bench: HubBench) =>
        void ask(
          bench,
          0x0001,
          [
            { operation: 'set', key: '104/0-0:30.3.0.255/3', data: 600 },
            { operation: 'set', key: '104/0-0:30.3.0.255/2', data: true },
          ],
          50n,
        ),
    ],
    [
      4,
      'the gas meter has an image to fetch',
      (bench: HubBench) => void Object.assign(bench.hub.life, { gasImageUnderway: () => true }),
    ],
  ])('is answered with %i while %s', (outcome, _, happens) => {
    const bench = bandBench();
    happens(bench);
    scan(bench);
    expect(bench.alerts.at(-1)).toMatchObject({ code: 0x8f28, content: [['00', outcome.toString(16).padStart(2, '0')]] });
    expect(log(bench)).toEqual([]);
  });

  it('is answered with 2 while too much of the band is used', () => {
    const bench = bandBench({}, [0, { octets: { [ESME]: 130 } }]);
    bench.until(61 * MINUTE);
    expect(bench.codes()).toEqual([0x8f20]);
    scan(bench);
    expect(bench.alerts.at(-1)).toMatchObject({ code: 0x8f28, content: [['00', '02']] });
  });

  const assessments = (bench: HubBench): unknown[] =>
    bench.alerts.filter(({ code }) => code === 0x8f28).map(({ content }) => (content[0] as string[])[1]);

  it('is answered with 6 after two commands in a day, and with 5 after three scans', () => {
    const bench = bandBench({ devices: NO_GAS });
    for (const counter of [1n, 2n, 3n]) scan(bench, counter);
    bench.take(bench.hub.channelChangeAsked(ESME, bench.now));
    bench.take(bench.hub.channelChangeAsked(ESME, bench.now));
    expect(assessments(bench)).toEqual(['00', '00', '06', '00', '05']);
    bench.until(DAY);
    scan(bench, 4n);
    expect(assessments(bench).at(-1)).toBe('00');
  });

  it('is answered with 7 after as many changes of channel in a week as are allowed', () => {
    const flip: LoadProfile<SubGhzAir> = steppedLoad(
      Array.from({ length: 20 }, (_, day) => ({
        from: START + day * DAY,
        value: air({ noise: quietAt(day % 2 === 0 ? 30 : 31, day % 2 === 0 ? 36 : 0, -120) }),
      })),
      QUIET_AIR,
    );
    const bench = new HubBench({ devices: NO_GAS });
    bench.hub.life.subGhz.radio.replace(flip, START);
    for (let day = 0; day < 10; day++) {
      bench.until(day * DAY + HOUR);
      scan(bench, BigInt(day + 1));
    }
    bench.until(10 * DAY);
    expect(assessments(bench)).toEqual(['00', '00', '07', '07', '07', '07', '07', '00', '00', '00']);
    expect(bench.codes().filter((code) => code === 0x8f26)).toHaveLength(4);
  });

  it('comes by itself when the network is formed anew, and takes the quietest channel (trigger 7)', () => {
    const bench = bandBench({ devices: NO_GAS }, [0, { noise: quietAt(30, 36, -81) }]);
    const entry = [key(ESME), '77'.repeat(16)];
    ask(bench, 0x0003, [{ operation: 'action', key: '104/0-0:30.3.0.255/5', data: ['0102030405060708', [entry]] }]);
    bench.until(SECOND);
    expect(bench.alerts.filter(({ code }) => code !== 0x8f12)).toMatchObject([
      { code: 0x8f28, content: [['07', '00']] },
      { code: 0x8f27 },
      { code: 0x8f26, content: [['f0000002', '07']] },
    ]);
  });
});
