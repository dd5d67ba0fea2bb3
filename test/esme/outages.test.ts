import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HanDeviceEffect } from '../../firmware-sim/device/effects.ts';
import { NO_ELECTRICITY } from '../../firmware-sim/device/metering/load.ts';
import { Esme } from '../../firmware-sim/esme/esme.ts';
import { esmeLifeOf } from '../../firmware-sim/esme/life.ts';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { factsOf } from '../../lab/parties/message-facts.ts';
import { activateFirmware } from '../../lab/update/commands.ts';
import { command, deviceSetup, NETWORK_OPERATOR, NOW, SUPPLIER, sent, suite } from '../device/bench.ts';
import { holds } from '../support/property.ts';
import { type Changes, Living, loadsOf, variant } from './living.ts';

const DARK = { volts: [0] };

/** Alerts with their code, recipient, and when the outage began and ended in seconds. */
function reports(home: Living) {
  return sent(home.effects).map(({ header, payload }) => {
    const { alertCode, outage } = factsOf(header, payload);
    const seconds = (at: number | undefined): number => ((at ?? 0) - NOW) / 1000;
    return [alertCode, header.recipient, seconds(outage?.interruptedAt), seconds(outage?.restoredAt)];
  });
}

const single = (changes: Changes, setup = {}) => new Living(changes, { ...variant('single-element'), ...setup });

describe('an interruption of mains in the load of a single-phase meter', () => {
  it.each([
    [179, 0x8f35],
    [180, 0x8f36],
  ])('of %d s is logged with the time it began, and reported once the meter has started again', (seconds, code) => {
    const home = single([
      [10, DARK],
      [10 + seconds, {}],
    ]).until(10 + seconds + 49.999);
    expect([reports(home), home.logged('power')]).toEqual([[], [[10, 0x8f57]]]);
    home.until(1_000);
    expect(reports(home)).toEqual([[code, NETWORK_OPERATOR, 10, 10 + seconds]]);
    expect(home.logged('power')).toEqual([
      [10, 0x8f57],
      [10 + seconds + 50, code],
    ]);
  });

  it('of half a second or less has no effect', () => {
    expect(
      single([
        [10, DARK],
        [10.5, {}],
      ]).until(1_000).effects,
    ).toEqual([]);
    expect(
      single([
        [10, DARK],
        [10.501, {}],
      ])
        .until(1_000)
        .logged('power'),
    ).toHaveLength(2);
  });

  it('stops the life: nothing is due until mains is back, and nothing is received', () => {
    const home = single([
      [1_000, DARK],
      [8_000, {}],
    ]).until(5_000);
    expect([home.life.poweredDown, home.device.deadline]).toEqual([true, NOW + 8_000_000]);
    const payload = activateFirmware(home.device.eui, suite.sha256(new Uint8Array(1))).payload(1_000n);
    const message = command({ messageCode: 0x0012, signer: SUPPLIER, payload });
    expect(home.device.receive(message, home.now)).toEqual([]);
    home.until(8_000);
    expect(home.device.receive(message, home.now).map(({ kind }) => kind)).toContain('accepted');
  });

  it('delays a future-dated command until mains is back', () => {
    const home = single(
      [
        [100, DARK],
        [500, {}],
      ],
      {},
    );
    const payload = activateFirmware(home.device.eui, suite.sha256(new Uint8Array(1)), NOW + 300_000).payload(1_000n);
    home.device.receive(command({ messageCode: 0x0012, signer: SUPPLIER, payload }), NOW);
    home.until(499);
    expect(home.effects).toEqual([]);
    home.until(500);
    expect(sent(home.effects).map(({ header, payload: said }) => factsOf(header, said).alertCode)).toEqual([0x8f67]);
  });

  it('goes on after the meter was kept in the middle of it', () => {
    const changes: Changes = [
      [10, DARK],
      [100, {}],
    ];
    const kept = single(changes).until(50);
    const again = single(changes, { state: kept.device.state() });
    expect([again.life.poweredDown, reports(again.until(1_000))]).toEqual([true, [[0x8f35, NETWORK_OPERATOR, 10, 100]]]);
  });

  it('that never ends is never reported', () => {
    const home = single([[10, DARK]]).until(10_000);
    expect([home.effects, home.device.deadline]).toEqual([[], undefined]);
  });

  it('is the same whatever steps the caller takes', () => {
    const moments = fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 8 });
    const lengths = fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.constantFrom(0.3, 0.5, 0.501, 3, 60, 200)), {
      minLength: 1,
      maxLength: 3,
    });
    holds(
      fc.property(moments, lengths, (stops, outages) => {
        let at = 0;
        const changes = outages.flatMap(([gap, length]): Changes => {
          const from = at + gap;
          at = from + length;
          return [
            [from, DARK],
            [at, {}],
          ];
        });
        const [step, leap] = [single(changes), single(changes)];
        for (const stop of [...stops].sort((a, b) => a - b)) step.until(stop);
        expect(step.until(1_200).effects).toEqual(leap.until(1_200).effects);
        const long = outages.filter(([, length]) => length > 0.5);
        expect(reports(leap)).toHaveLength(long.length);
        expect(step.life.state()).toEqual(leap.life.state());
      }),
      40,
    );
  });
});

describe('a polyphase meter', () => {
  const home = (changes: Changes) => new Living(changes, variant('polyphase'));

  it('notes and reports each phase that is lost while it lives', () => {
    const meter = home([
      [10, { volts: [230, 0, 230] }],
      [30, { volts: [230, 0, 0] }],
      [100, { volts: [230, 230, 0] }],
      [400, {}],
    ]);
    meter.until(1_000);
    expect(meter.logged('power')).toEqual([
      [10, 0x8f59],
      [30, 0x8f5a],
      [105, 0x8f39],
      [405, 0x8f3c],
    ]);
    expect(reports(meter)).toEqual([
      [0x8f39, NETWORK_OPERATOR, 10, 100],
      [0x8f3c, NETWORK_OPERATOR, 30, 400],
    ]);
  });

  it('goes down when all phases are lost, and reports one by one', () => {
    const meter = home([
      [10, { volts: [0, 0, 230] }],
      [20, DARK],
      [300, { volts: [230, 0, 230] }],
      [330, {}],
    ]).until(1_000);
    expect(meter.logged('power').map(([at, code]) => [at, code])).toEqual([
      [10, 0x8f58],
      [10, 0x8f59],
      [20, 0x8f57],
      [20, 0x8f5a],
      [350, 0x8f38],
      [350, 0x8f3c],
      [350, 0x8f3a],
    ]);
    expect(reports(meter)).toEqual([
      [0x8f38, NETWORK_OPERATOR, 10, 300],
      [0x8f3c, NETWORK_OPERATOR, 20, 300],
      [0x8f3a, NETWORK_OPERATOR, 10, 330],
    ]);
  });
});

describe('mains that flaps', () => {
  it('is reported as far as the log reaches, and leaves no more behind than that', () => {
    const changes: Changes = Array.from({ length: 1_000 }, (_, i) => [i, i % 2 === 0 ? DARK : {}]);
    const home = single(changes).until(2_000);
    expect(reports(home)).toHaveLength(100);
    expect(reports(home).at(-1)).toEqual([0x8f35, NETWORK_OPERATOR, 998, 999]);
    expect(home.life.state()?.organs.outages).toBeUndefined();
  });
});

describe('a meter that feeds a hub', () => {
  it('cuts the feed when the load goes dark, and starts its application when it is back', () => {
    const ota = { manufacturerCode: 1, imageType: 2, hardwareVersion: 3 };
    const esme = new Esme({ ...deviceSetup(), ota, startedAt: NOW });
    esmeLifeOf(esme.device).load.replace(
      loadsOf([
        [10, { ...NO_ELECTRICITY, ...DARK }],
        [70, {}],
      ]),
      NOW,
    );
    const seen: [number, HanDeviceEffect][] = [];
    for (let at = esme.deadline; at !== undefined && at <= NOW + 600_000; at = esme.deadline) {
      for (const effect of esme.poll(at)) seen.push([(at - NOW) / 1000, effect]);
    }
    const told = seen.flatMap(([at, effect]) => {
      if (effect.kind === 'feed') return [`${at} ${effect.on}`];
      return effect.kind === 'device-state' ? [`${at} ${effect.state}`] : [];
    });
    expect(told).toEqual(['10 false', '10.501 off', '70 true', '115 running']);
    const queued = seen.flatMap(([at, effect]) => (effect.kind === 'queued' ? [at] : []));
    expect(queued).toEqual([120]);
  });

  it('with three phases reports each of them when the street was dark, once its application has started', () => {
    const ota = { manufacturerCode: 1, imageType: 2, hardwareVersion: 3 };
    const esme = new Esme({ ...deviceSetup(variant('polyphase')), ota, startedAt: NOW });
    const seen: HanDeviceEffect[] = [];
    const until = (seconds: number): void => {
      for (let at = esme.deadline; at !== undefined && at <= NOW + seconds * 1_000; at = esme.deadline)
        seen.push(...esme.poll(at));
    };
    seen.push(...esme.mainsLost(NOW + 1_000));
    until(240);
    seen.push(...esme.mainsRestored(NOW + 240_000));
    until(284);
    const reported = () =>
      seen.flatMap((effect) => {
        if (effect.kind !== 'queued') return [];
        const { header, payload } = decodeEnvelope(effect.message);
        return [factsOf(header, payload).alertCode];
      });
    expect(reported()).toEqual([]);
    until(400);
    expect(reported()).toEqual([0x8f38, 0x8f3a, 0x8f3c]);
  });
});
