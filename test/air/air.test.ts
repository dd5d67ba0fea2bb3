import { describe, expect, it } from 'vitest';
import { Air, type AirFrame } from '../../firmware-sim/air/air.ts';
import { LinkTable, lqiOf } from '../../firmware-sim/air/links.ts';
import { fromAscii, toAscii, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { type Eui64, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { type Cancel, Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import { Mac, type MacOutput } from '../../firmware-sim/zigbee/mac.ts';
import { decodeMacFrame } from '../../firmware-sim/zigbee/mac-frame.ts';

const HUB = parseEui64('00-DB-12-34-56-78-90-01');
const METER = parseEui64('00-DB-12-34-56-78-90-02');
const STRANGER = parseEui64('00-DB-12-34-56-78-90-03');

const CHANNELS = [
  { channel: 11, page: 0 },
  { channel: 15, page: 0 },
];

/** A MAC layer on the air, with what it said. */
class Node {
  readonly mac: Mac;
  readonly said: MacOutput[] = [];
  readonly #air: Air;
  readonly #scheduler: Scheduler;
  readonly #hear: (output: MacOutput, node: Node) => void;
  readonly #radio: ReturnType<Air['attach']>;
  #cancel: Cancel | undefined;

  constructor(eui: Eui64, air: Air, scheduler: Scheduler, rxOnWhenIdle: boolean, hear: Node['hear'] = () => undefined) {
    this.mac = new Mac({ eui, rxOnWhenIdle, sequence: 7 });
    this.#air = air;
    this.#scheduler = scheduler;
    this.#hear = hear;
    this.#radio = air.attach(eui, (event) => this.do(this.mac.radio(event, this.#air.now)));
  }

  get hear(): (output: MacOutput, node: Node) => void {
    return this.#hear;
  }

  do(outputs: readonly MacOutput[]): void {
    for (const output of outputs) {
      if (output.kind === 'radio') this.#radio.command(output.command);
      else {
        this.said.push(output);
        this.#hear(output, this);
      }
    }
    this.#cancel?.();
    const { deadline } = this.mac;
    this.#cancel = deadline === undefined ? undefined : this.#scheduler.at(deadline, () => this.do(this.mac.due(this.#air.now)));
  }

  send(to: number, text: string, indirect = false): number {
    const out: MacOutput[] = [];
    const ticket = this.mac.send(to, fromAscii(text), this.#air.now, indirect, out);
    this.do(out);
    return ticket;
  }

  texts(): string[] {
    return this.said.flatMap((output) => (output.kind === 'data' ? [toAscii(output.payload)] : []));
  }

  outcomes(): string[] {
    return this.said.flatMap((output) => (output.kind === 'sent' ? [output.outcome] : []));
  }
}

function network(loss = 0, seed = 'air test', admits: readonly Eui64[] = [METER]) {
  const scheduler = new Scheduler(0);
  const frames: AirFrame[] = [];
  const air = new Air({ scheduler, seed, links: new LinkTable({ loss }), tap: (frame) => frames.push(frame) });
  const hub = new Node(HUB, air, scheduler, true, (output, node) => {
    if (output.kind === 'joining' && admits.includes(output.eui))
      node.do(node.mac.answerAssociation(output.eui, 0x1234, air.now));
  });
  hub.do(hub.mac.configure({ channel: 15, page: 0, pan: 0xabcd, short: 0 }));
  hub.mac.beacon = {
    extendedPan: HUB,
    joining: true,
    coordinator: true,
    routerCapacity: true,
    endDeviceCapacity: true,
    depth: 0,
    updateId: 0,
  };
  const join = (eui: Eui64, rxOnWhenIdle: boolean): Node => {
    const capability = { router: rxOnWhenIdle, mainsPowered: rxOnWhenIdle, rxOnWhenIdle };
    let tries = 5;
    const node = new Node(eui, air, scheduler, rxOnWhenIdle, (output, self) => {
      const [found] = output.kind === 'scanned' ? output.networks : [];
      if (found) self.do(self.mac.associate(found, capability, air.now));
      else if (output.kind === 'scanned' && tries-- > 0) self.do(self.mac.scan(CHANNELS, air.now));
    });
    node.do(node.mac.scan(CHANNELS, air.now));
    scheduler.runUntil(scheduler.now + 5_000);
    return node;
  };
  return { scheduler, air, hub, join, frames };
}

describe('nodes on the air', () => {
  it('find a network, join it and talk, acknowledged', () => {
    const { scheduler, hub, join, frames } = network();
    const meter = join(METER, true);
    expect(meter.said.at(-1)).toEqual({ kind: 'associated', address: 0x1234 });
    meter.send(0, 'hello hub');
    hub.send(0x1234, 'hello meter');
    hub.send(0xffff, 'hello all');
    scheduler.runUntil(scheduler.now + 1_000);
    expect(hub.texts()).toEqual(['hello hub']);
    expect(meter.texts()).toEqual(['hello meter', 'hello all']);
    expect([...hub.outcomes(), ...meter.outcomes()]).toEqual(['sent', 'sent', 'sent']);
    expect(frames.filter(({ psdu }) => decodeMacFrame(psdu).type === 'ack').length).toBeGreaterThan(4);
  });

  it('a node nobody admits hears nothing at all', () => {
    const { join, frames } = network();
    const stranger = join(STRANGER, true);
    expect(stranger.said.at(-1)).toEqual({ kind: 'not-associated', reason: 'no-answer' });
    const answered = frames.filter(({ from, psdu }) => from === HUB && decodeMacFrame(psdu).type === 'command');
    expect(answered).toEqual([]);
  });

  it('a node that sleeps gets what waits when it asks, one after the other', () => {
    const { scheduler, hub, join } = network();
    const meter = join(METER, false);
    hub.send(0x1234, 'one', true);
    hub.send(0x1234, 'two', true);
    scheduler.runUntil(scheduler.now + 2_000);
    expect(meter.texts()).toEqual([]);
    meter.do(meter.mac.poll(scheduler.now));
    scheduler.runUntil(scheduler.now + 2_000);
    expect(meter.texts()).toEqual(['one', 'two']);
    expect(hub.outcomes()).toEqual(['sent', 'sent']);
  });

  it('what waits too long expires', () => {
    const { scheduler, hub, join } = network();
    join(METER, false);
    hub.send(0x1234, 'too late', true);
    scheduler.runUntil(scheduler.now + 8_000);
    expect(hub.outcomes()).toEqual(['expired']);
  });

  it('frames get through a bad link, none of them twice', () => {
    const { scheduler, hub, join } = network(0.2, 'bad link');
    const meter = join(METER, true);
    const sent = Array.from({ length: 100 }, (_, i) => `frame ${i}`);
    const tickets = sent.map((text, i) => {
      if (i % 20 === 0) scheduler.runUntil(scheduler.now + 2_000);
      return meter.send(0, text);
    });
    scheduler.runUntil(scheduler.now + 10_000);
    const outcomes = new Map(meter.said.flatMap((one) => (one.kind === 'sent' ? [[one.ticket, one.outcome] as const] : [])));
    const failed = sent.filter((_, i) => outcomes.get(tickets[i] ?? -1) === 'no-ack');
    expect(outcomes.size).toBe(sent.length);
    expect(failed.length).toBeLessThan(10);
    expect(new Set(hub.texts()).size).toBe(hub.texts().length);
    for (const text of sent) if (!failed.includes(text)) expect(hub.texts()).toContain(text);
  });

  it('of more frames than can wait the oldest give way, and are said to', () => {
    const { scheduler, hub, join } = network();
    const meter = join(METER, true);
    for (let i = 0; i < 100; i++) meter.send(0, `frame ${i}`);
    scheduler.runUntil(scheduler.now + 10_000);
    const dropped = meter.outcomes().filter((outcome) => outcome === 'channel-busy');
    expect(dropped.length).toBeGreaterThan(0);
    expect(hub.texts()).toHaveLength(100 - dropped.length);
    expect(hub.texts().at(-1)).toBe('frame 99');
  });

  it('the same seed gives the same frames at the same times', () => {
    const run = (seed: string): string => {
      const { scheduler, join, frames } = network(0.1, seed);
      const meter = join(METER, true);
      for (let i = 0; i < 10; i++) meter.send(0, `frame ${i}`);
      scheduler.runUntil(20_000);
      return frames.map(({ at, psdu }) => `${at} ${toHex(psdu)}`).join('\n');
    };
    expect(run('a')).toBe(run('a'));
    expect(run('a')).not.toBe(run('b'));
  });

  it('the quality of a link follows its strength', () => {
    expect([lqiOf(-120), lqiOf(-100), lqiOf(-70), lqiOf(-40), lqiOf(0)]).toEqual([0, 0, 128, 255, 255]);
  });
});
