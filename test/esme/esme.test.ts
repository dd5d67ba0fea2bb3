import { describe, expect, it } from 'vitest';
import type { HanDeviceEffect } from '../../firmware-sim/device/effects.ts';
import { ACTIVATION_CODES } from '../../firmware-sim/device/firmware.ts';
import { constantLoad, type ElectricityLoad, type LoadProfile, NO_ELECTRICITY } from '../../firmware-sim/device/metering/load.ts';
import { Esme, type EsmeOptions } from '../../firmware-sim/esme/esme.ts';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { factsOf, type MessageFacts } from '../../lab/parties/message-facts.ts';
import { activateFirmware } from '../../lab/update/commands.ts';
import { command, deviceSetup, ESME, NETWORK_OPERATOR, NOW, SUPPLIER, suite } from '../device/bench.ts';

const image = new Uint8Array(64).fill(3);
const hash = suite.sha256(image);

/** A meter with a hub at hand, driven by its own deadlines. */
class Bench {
  readonly esme: Esme;
  readonly effects: [number, HanDeviceEffect][] = [];
  now = NOW;

  constructor(options: Partial<EsmeOptions> = {}, load?: LoadProfile<ElectricityLoad>) {
    const ota = { manufacturerCode: 1, imageType: 2, hardwareVersion: 3 };
    this.esme = new Esme({ ...deviceSetup(), ota, options, startedAt: NOW, ...(load && { load }) });
    this.take(this.esme.linkChanged(true, NOW));
    this.take(this.esme.receive({ kind: 'ota-no-image' }, NOW));
  }

  take(effects: readonly HanDeviceEffect[]): void {
    for (const effect of effects) {
      this.effects.push([this.now - NOW, effect]);
      if (effect.kind === 'han' && effect.ticket !== undefined) this.take(this.esme.confirmed(effect.ticket, true, this.now));
      if (effect.kind === 'han' && effect.frame.kind === 'ota-query-next-image')
        this.take(this.esme.receive({ kind: 'ota-no-image' }, this.now));
    }
  }

  until(seconds: number): void {
    const end = NOW + seconds * 1000;
    for (let at = this.esme.deadline; at !== undefined && at <= end; at = this.esme.deadline) {
      this.now = Math.max(at, this.now);
      this.take(this.esme.poll(this.now));
    }
    this.now = end;
  }

  outage(fromSeconds: number, toSeconds: number): void {
    this.until(fromSeconds);
    this.take(this.esme.mainsLost(this.now));
    this.until(toSeconds);
    this.take(this.esme.mainsRestored(this.now));
  }

  importedWh(): number {
    return Number(this.esme.snapshot(this.now).registers.activeImportWh);
  }

  activate(at?: number): void {
    this.esme.device.firmware.store({ version: 0x01020004, hash, manufacturerImage: image });
    const payload = activateFirmware(ESME, hash, at === undefined ? undefined : NOW + at * 1000).payload(1_000n);
    const message = command({ messageCode: 0x0012, signer: SUPPLIER, payload });
    this.take(this.esme.receive({ kind: 'tunnel', message }, this.now));
  }

  feed(): [number, boolean][] {
    return this.effects.flatMap(([at, effect]): [number, boolean][] => (effect.kind === 'feed' ? [[at / 1000, effect.on]] : []));
  }

  facts(): (MessageFacts & { at: number; to: string })[] {
    return this.effects.flatMap(([at, effect]) => {
      if (effect.kind !== 'han' || effect.frame.kind !== 'tunnel') return [];
      const { header, payload } = decodeEnvelope(effect.frame.message);
      return [{ ...factsOf(header, payload), at: at / 1000, to: header.recipient }];
    });
  }

  states(): [number, string][] {
    return this.effects.flatMap(([at, effect]): [number, string][] =>
      effect.kind === 'device-state' ? [[at / 1000, effect.state]] : [],
    );
  }
}

describe('an electricity meter and its mains', () => {
  it.each([
    [179, 0x8f35],
    [179.999, 0x8f35],
    [180, 0x8f36],
    [181, 0x8f36],
  ])('reports an outage of %d s with the right code and times, to the network operator', (seconds, code) => {
    const bench = new Bench();
    bench.outage(10, 10 + seconds);
    bench.until(1_000);
    const whole = Math.floor((NOW + (10 + seconds) * 1000) / 1000) * 1000;
    expect(bench.facts()).toEqual([
      {
        at: 10 + seconds + 45 + 5,
        to: NETWORK_OPERATOR,
        alertCode: code,
        outage: { interruptedAt: NOW + 10_000, restoredAt: whole },
      },
    ]);
    expect(bench.esme.device.logs.power.entries.map((entry) => entry.code)).toEqual([0x8f57, code]);
  });

  it('rides through half a second, though its hub sees the dip', () => {
    const bench = new Bench();
    bench.outage(10, 10.5);
    bench.until(1_000);
    expect([bench.states(), bench.facts(), bench.feed()]).toEqual([
      [],
      [],
      [
        [10, false],
        [10.5, true],
      ],
    ]);
  });

  it('reports each of two outages, even when the second comes before the first was reported', () => {
    const bench = new Bench();
    bench.outage(10, 210);
    bench.outage(220, 230);
    bench.until(1_000);
    expect(bench.facts().map(({ alertCode }) => alertCode)).toEqual([0x8f36, 0x8f35]);
  });

  it('counts energy while there is mains, also while its application starts', () => {
    const bench = new Bench({}, constantLoad({ ...NO_ELECTRICITY, importWatts: 3_600 }));
    const before = bench.importedWh();
    bench.outage(100, 300);
    bench.until(400);
    expect(bench.importedWh() - before).toBe(200);
  });
});

describe('an electricity meter that activates firmware', () => {
  it('restarts, runs the new version, and answers only then; the feed stays on', () => {
    const bench = new Bench();
    bench.activate();
    bench.until(1_000);
    expect(bench.states()).toEqual([
      [0, 'restarting'],
      [45, 'running'],
    ]);
    expect(bench.facts()).toEqual([{ at: 45, to: SUPPLIER, activationCode: ACTIVATION_CODES.success, version: 0x01020004 }]);
    expect(bench.feed()).toEqual([]);
    expect(bench.esme.device.logs.security.entries.map(({ code }) => code)).toEqual([0x8f43]);
  });

  it('cuts the feed for exactly as long as it is told to misbehave, and reports no outage', () => {
    const bench = new Bench({ feedCutDuringActivationMs: 240_000 });
    bench.activate();
    bench.until(1_000);
    expect(bench.feed()).toEqual([
      [0, false],
      [240, true],
    ]);
    expect(bench.facts().map(({ alertCode }) => alertCode)).toEqual([undefined]);
  });

  it('keeps the feed off while either the cut or the outage lasts', () => {
    for (const [mains, back] of [
      [60, 240],
      [300, 301],
    ] as const) {
      const bench = new Bench({ feedCutDuringActivationMs: 240_000 });
      bench.activate();
      bench.outage(1, 1 + mains);
      bench.until(1_000);
      expect(bench.feed()).toEqual([
        [0, false],
        [back, true],
      ]);
      expect(bench.facts().map(({ alertCode, version }) => alertCode ?? version)).toEqual([
        0x01020004,
        mains < 180 ? 0x8f35 : 0x8f36,
      ]);
    }
  });

  it('F10: a power cut while it starts the image leads to the whole new image all the same', () => {
    const bench = new Bench();
    bench.activate();
    bench.outage(20, 400);
    bench.until(1_000);
    expect(bench.facts().map(({ at, version, alertCode }) => [at, version ?? alertCode])).toEqual([
      [445, 0x01020004],
      [450, 0x8f36],
    ]);
  });

  it('F10: a future-dated activation that falls into an outage executes once, after it', () => {
    const bench = new Bench();
    bench.activate(100);
    bench.outage(50, 400);
    bench.until(2_000);
    expect(bench.facts().map(({ at, alertCode, accepted }) => [at, alertCode ?? accepted])).toEqual([
      [0, true],
      [490, 0x8f66],
      [495, 0x8f36],
    ]);
    expect(bench.esme.device.firmware.active.version).toBe(0x01020004);
  });

  it('F10: a stored image that has gone bad is dropped at the next start with 0x8F1B', () => {
    const bench = new Bench();
    bench.esme.device.firmware.store({ version: 0x01020004, hash, manufacturerImage: new Uint8Array(64).fill(4) });
    bench.outage(10, 400);
    bench.until(1_000);
    expect(bench.facts().map(({ alertCode }) => alertCode)).toEqual([0x8f1b, 0x8f36]);
    expect(bench.esme.device.firmware.pending).toBeUndefined();
  });

  it('an image that does not start leaves the old one running: code 3, or 0x8F67', () => {
    for (const at of [undefined, 100]) {
      const bench = new Bench({ activationFails: true });
      bench.activate(at);
      bench.until(1_000);
      expect(bench.facts().at(-1)).toMatchObject({ activationCode: ACTIVATION_CODES.activationFailure, version: 0x01020003 });
      expect(bench.facts().at(-1)?.alertCode).toBe(at === undefined ? undefined : 0x8f67);
      expect(bench.esme.device.logs.security.entries).toEqual([]);
    }
  });
});
