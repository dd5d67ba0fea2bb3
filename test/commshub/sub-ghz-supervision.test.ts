import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { airOctets } from '../../firmware-sim/commshub/sub-ghz/radio.ts';
import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import { type DataNotification, decodeDataNotification } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { fromHex, NO_BYTES, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { SUPPLIER } from '../device/bench.ts';
import { plainOf } from '../device/cosem/calls.ts';
import { readReferenceData } from '../support/corpus.ts';
import { skipReason } from '../support/shared.ts';
import { ask, BROKER, DAY, ESME, GSME, HCALCS, HOUR, type HubBench, MINUTE, messageFor, SECOND, START } from './hub-bench.ts';
import { BAND, bandBench, key, NO_GAS, scan } from './sub-ghz-bench.ts';

describe('the duty cycle', () => {
  /** Octets a second that are a share of the band in hundredths of a percent. */
  const octetsFor = (share: number): number => (100_000 * share) / 10_000 / 8;

  it('beyond the limited threshold silences the device that takes most (DBCH06), and says when it has fallen again', () => {
    const heavy = { octets: { [ESME]: octetsFor(80), [GSME]: octetsFor(40) } };
    const bench = bandBench({}, [0, heavy], [HOUR, {}]);
    bench.until(3 * HOUR);
    expect(bench.alerts).toMatchObject([
      {
        at: 50 * MINUTE,
        code: 0x8f20,
        content: [[key(ESME)]],
        header: { messageCode: 0x0110, recipient: BROKER },
        verdicts: ['valid', 'absent'],
      },
      { code: 0x8f21, content: [], header: { messageCode: 0x1001 } },
    ]);
    const silenced = bench.did.flatMap(([at, effect]) =>
      effect.kind === 'han' && effect.frame.kind === 'suspend-zcl-messages' ? [[at, effect.to, effect.frame.minutes]] : [],
    );
    expect(silenced[0]).toEqual([50 * MINUTE, ESME, 5]);
    expect(silenced.every(([, to]) => to === ESME)).toBe(true);
  });

  it('beyond the critical threshold silences everybody, and beyond regulation the hub; every step down is told', () => {
    const bench = bandBench({}, [0, { octets: { [ESME]: 6_000 } }], [10 * MINUTE, {}]);
    bench.until(3 * HOUR);
    expect(bench.codes()).toEqual([0x8f20, 0x8f22, 0x8f24, 0x8f25, 0x8f23, 0x8f21]);
    expect(bench.hub.life.subGhz.dutyCycle.level).toBe('normal');
    expect(bench.hub.life.subGhz.dutyCycle.share).toBe(0);
  });

  it('counts what is relayed, too', () => {
    const bench = bandBench();
    const messages = Math.ceil((octetsFor(100) * 3_600) / airOctets(messageFor(ESME).length));
    for (let i = 0; i < messages - 1; i++) {
      bench.wan(messageFor(ESME, BigInt(i + 1)));
      bench.until((i + 1) * SECOND);
    }
    expect(bench.codes()).toEqual([]);
    bench.wan(messageFor(ESME, 10_000n));
    expect(bench.alerts).toMatchObject([{ code: 0x8f20, content: [[key(ESME)]] }]);
  });

  it('a message for a silent device is discarded and reported (DBCH10); for the others nothing changes', () => {
    const bench = bandBench({}, [0, { octets: { [ESME]: octetsFor(120) } }]);
    bench.until(HOUR);
    expect(bench.codes()).toEqual([0x8f20]);
    bench.wan(messageFor(ESME, 0x3e8n));
    expect(bench.alerts.at(-1)).toMatchObject({
      code: 0x8f2c,
      content: [[key(SUPPLIER), key(ESME), 1, 0x3e8n]],
      header: { messageCode: 0x0114, recipient: BROKER },
      verdicts: ['valid', 'absent'],
    });
    expect(bench.did.some(([, effect]) => effect.kind === 'undelivered' && effect.reason === 'silent')).toBe(true);
    const before = bench.alerts.length;
    bench.wan(messageFor(GSME));
    expect(bench.alerts).toHaveLength(before);
  });

  it('does not concern devices on 2.4 GHz', () => {
    const bench = bandBench({ devices: BAND.map((one) => ({ ...one, subGhz: false })) }, [0, { octets: { [ESME]: 9_000 } }]);
    bench.until(3 * HOUR);
    expect([bench.alerts, bench.hub.life.subGhz.dutyCycle.share]).toEqual([[], 0]);
  });

  it('with other thresholds behaves accordingly (DBCH04, DBCH09)', () => {
    const bench = bandBench({}, [0, { octets: { [ESME]: octetsFor(120) } }]);
    const settings = bench.hub.device.cosem?.get('1/0-0:94.44.10.0/2');
    const values = (plainOf(settings) as (number | string)[]).map((value, i) =>
      i < 4 ? bits(String(value)) : i === 4 ? 150 : value,
    );
    ask(bench, 0x010d, [{ operation: 'set', key: '1/0-0:94.44.10.0/2', data: values }]);
    expect(bench.alerts).toMatchObject([
      { code: 0x8f2a, content: [plainOf(bench.hub.device.cosem?.get('1/0-0:94.44.10.0/2'))], header: { messageCode: 0x0113 } },
    ]);
    bench.until(2 * HOUR);
    expect(bench.codes()).toEqual([0x8f2a]);
  });

  const bits = (hex: string): string => [...fromHex(hex)].map((octet) => octet.toString(2).padStart(8, '0')).join('');

  it('is the same in whatever steps time passes, and after a restart from state', () => {
    const times = fc
      .uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 12 })
      .map((minutes) => [...minutes].sort((a, b) => a - b));
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 180 }), fc.integer({ min: 0, max: 900 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(steps, times, fc.boolean(), (loads, stops, restart) => {
        const ordered = loads
          .map(([minute, octets]) => [minute * MINUTE, { octets: { [ESME]: octets, [GSME]: Math.floor(octets / 3) } }] as const)
          .sort((a, b) => a[0] - b[0]);
        const fresh = () => bandBench({ parameters: { gsmeWakeMinutes: 30 } }, ...ordered);
        const end = START + 240 * MINUTE;
        const once: DeviceEffect[] = [];
        const whole = fresh().hub;
        once.push(...whole.device.poll(end));
        const often: DeviceEffect[] = [];
        let hub = fresh().hub;
        for (const minutes of stops) {
          often.push(...hub.device.poll(START + minutes * MINUTE));
          if (!restart) continue;
          const next = bandBench({ state: hub.device.state() }, ...ordered).hub;
          hub = next;
        }
        often.push(...hub.device.poll(end));
        expect(often.map(textOf)).toEqual(once.map(textOf));
        expect(hub.device.state()).toEqual(whole.device.state());
      }),
      { numRuns: 40, seed: 20260401 },
    );
  });

  const textOf = (effect: DeviceEffect): string => (effect.kind === 'send' ? toHex(effect.message) : effect.kind);
});

describe('a gas meter that is not heard', () => {
  const searches = (bench: HubBench) =>
    bench.alerts.flatMap(({ at, code, content }) =>
      code === 0x8f28 ? [[at / HOUR, (content[0] as string[])[0]]] : code === 0x8f29 ? [[at / HOUR, '8f29']] : [],
    );

  it('is searched for when it misses its curfew and after each day, three times; then the broker is told', () => {
    const bench = bandBench();
    bench.until(10 * DAY);
    expect(searches(bench)).toEqual([
      [12, '02'],
      [24, '03'],
      [48, '03'],
      [72, '8f29'],
    ]);
    expect(bench.alerts.find(({ code }) => code === 0x8f29)?.header).toMatchObject({ messageCode: 0x1001, recipient: BROKER });
  });

  it('is no longer missed when it is heard, and missed anew after that', () => {
    const bench = bandBench();
    bench.until(36 * HOUR);
    bench.take(bench.hub.receiveHan(GSME, { kind: 'tunnel-get' }, bench.now));
    bench.until(59 * HOUR);
    expect(searches(bench)).toEqual([
      [12, '02'],
      [24, '03'],
      [48, '02'],
    ]);
  });

  it('that comes by every half hour is never missed', () => {
    const bench = bandBench();
    for (let i = 1; i < 100; i++) {
      bench.until(i * 30 * MINUTE);
      bench.take(bench.hub.receiveHan(GSME, { kind: 'tunnel-get' }, bench.now));
    }
    expect(bench.alerts).toEqual([]);
  });
});

describe('bad links', () => {
  const scans = (bench: HubBench) =>
    bench.alerts.flatMap(({ at, code, content }) => (code === 0x8f28 ? [[at / HOUR, (content[0] as string[])[0]]] : []));
  const weak = (noise: number) => ({ octets: { [ESME]: 1 }, signal: -90, noise: () => noise });

  it('the hub asks for a scan when too much is lost (trigger 4), or has to be repeated (trigger 5)', () => {
    const lost = bandBench({ devices: NO_GAS, parameters: { scansPerDay: 1 } }, [0, weak(-95)]);
    lost.until(2 * HOUR);
    expect(scans(lost)).toEqual([[2, '04']]);
    const repeated = bandBench({ devices: NO_GAS }, [0, weak(-99)]);
    repeated.until(2 * HOUR);
    expect(scans(repeated)).toEqual([[2, '05']]);
    const fine = bandBench({ devices: NO_GAS }, [0, weak(-102)]);
    fine.until(DAY);
    expect(scans(fine)).toEqual([]);
  });

  it('a device that is no gas meter asks when too many half hours were poor (trigger 6), a gas meter by itself (trigger 1)', () => {
    const bench = bandBench({ parameters: { noisePeriodUnitSeconds: 10 ** 6 } }, [0, weak(-89)]);
    bench.until(25 * HOUR);
    expect(scans(bench).filter(([, trigger]) => trigger === '06')).toEqual([[25, '06']]);
    bench.take(bench.hub.channelChangeAsked(GSME, bench.now));
    expect(scans(bench).at(-1)).toEqual([25, '01']);
    bench.take(bench.hub.channelChangeAsked(HCALCS, bench.now));
    expect(scans(bench).at(-1)).toEqual([25, '01']);
  });
});

describe('alerts of the hub against the reference data', () => {
  const reference = readReferenceData();

  /** Tags and sizes of a notification: what two alerts of one use case have in common. */
  function shapeOf(notification: DataNotification): unknown {
    const shape = (element: DataNotification['body']): unknown => {
      const { value } = element;
      if (value instanceof Uint8Array) return `${element.type} ${value.length}`;
      return Array.isArray(value) ? [element.type, ...element.children.map(shape)] : element.type;
    };
    return shape(notification.body);
  }

  const causes: Readonly<Record<string, () => HubBench>> = {
    DBCH08: () => {
      const bench = bandBench();
      scan(bench);
      return bench;
    },
    DBCH10: () => {
      const bench = bandBench({}, [0, { octets: { [ESME]: 9_000 } }]);
      bench.until(HOUR);
      bench.wan(messageFor(ESME));
      return bench;
    },
    DBCH11: () => {
      const bench = bandBench({ parameters: { subGhzDevicesMax: 1 }, devices: NO_GAS });
      ask(
        bench,
        0x0001,
        [
          { operation: 'set', key: '104/0-0:30.3.0.255/3', data: 600 },
          { operation: 'set', key: '104/0-0:30.3.0.255/2', data: true },
        ],
        50n,
      );
      bench.take(bench.hub.join({ eui: GSME, sleepy: true, subGhz: true }, bench.now).effects);
      return bench;
    },
  };

  for (const [useCase, cause] of Object.entries(causes)) {
    it(`${useCase} has the same structure`, (context) => {
      const id = reference?.messages.find((one) => one.kind === 'alert' && one.useCase === useCase)?.id;
      const octets = id === undefined ? context.skip(skipReason) : (reference?.octets(id) ?? NO_BYTES);
      const theirs = decodeEnvelope(octets);
      const ours = cause().sent.findLast(({ envelope }) => envelope.header.messageCode === theirs.header.messageCode)?.envelope;
      expect(ours?.header.recipient).toBe(BROKER);
      const payloads = [ours?.payload ?? NO_BYTES, theirs.payload];
      const [our, their] = payloads.map((payload) => shapeOf(decodeDataNotification(payload, theirs.header.messageCode)));
      expect(our).toEqual(their);
      expect(ours?.payload.length).toBe(theirs.payload.length);
    });
  }
});
