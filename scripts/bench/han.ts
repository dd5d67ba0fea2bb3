import type { AirFrame } from '../../firmware-sim/air/air.ts';
import type { CbkeSuite } from '../../firmware-sim/crypto/cbke/certificate.ts';
import { openCcmStar, sealCcmStar } from '../../firmware-sim/crypto/ccm-star.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import { decodeAndCheck } from '../../firmware-sim/gbcs/checked-message.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import { decodeMacFrame } from '../../firmware-sim/zigbee/mac-frame.ts';
import { decodeNwkFrame } from '../../firmware-sim/zigbee/nwk-frame.ts';
import { type EstablishmentOutput, KeyEstablishment } from '../../firmware-sim/zigbee/se/key-establishment.ts';
import { TestAuthority } from '../../firmware-sim/zigbee/se/test-authority.ts';
import { systemEntropy } from '../../lab/crypto/native-suite.ts';
import { ZigbeeHan } from '../../lab/premises/zigbee-han.ts';
import { benchCorpus, type Sample } from './corpus.ts';
import { type Primitives, primitivesOf } from './floor.ts';
import { expect, figure, figures } from './report.ts';

/** The home area network: frames through two stacks and the air, key establishment, and what a tunnelled exchange costs beside its cryptography. */

const HUB = parseEui64('00-DB-12-34-56-78-90-A2');
const METER = parseEui64('00-DB-12-34-56-78-90-A0');
const JOIN_MS = 60_000;
const EXCHANGE_MS = 2_000;
const ROUNDS = 7;

/** CPU microseconds of some work. */
function cpu(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** The best of some rounds: what else the machine does only ever adds. */
const best = (work: () => void): number => Math.min(...Array.from({ length: ROUNDS }, () => cpu(work)));

/** A hub and an electricity meter whose tunnel is open; the meter answers what it is sent as it is told to. */
class Pair {
  readonly frames: AirFrame[] = [];
  answer: (message: Bytes) => Bytes | undefined = () => undefined;
  received = 0;
  readonly #scheduler = new Scheduler(0);
  readonly #han: ZigbeeHan;

  constructor() {
    const devices = [{ eui: METER, kind: 'esme' }] as const;
    const tap = (frame: AirFrame): number => this.frames.push(frame);
    this.#han = new ZigbeeHan({ scheduler: this.#scheduler, seed: 'bench', hub: HUB, devices, journal: () => undefined, tap });
    this.#han.attach(HUB, { listening: () => true, receive: () => this.received++ });
    this.#han.attach(METER, {
      listening: () => true,
      receive: (_from, frame) => {
        const response = frame.kind === 'tunnel' ? this.answer(frame.message) : undefined;
        if (response) this.#han.send(METER, HUB, { kind: 'tunnel', message: response });
      },
    });
    this.#run(JOIN_MS);
  }

  #run(ms: number): void {
    this.#scheduler.runUntil(this.#scheduler.now + ms);
  }

  exchange(message: Bytes): void {
    this.#han.send(HUB, METER, { kind: 'tunnel', message });
    this.#run(EXCHANGE_MS);
  }
}

/** Both sides of a key establishment, in one process and without the air. */
function establish(suite: CbkeSuite): () => void {
  const authority = new TestAuthority('bench');
  const side = (eui: typeof HUB): KeyEstablishment =>
    new KeyEstablishment({ eui, credentials: [authority.issue(eui, suite)], entropy: seededEntropy('bench', eui) });
  const [hub, meter] = [side(HUB), side(METER)];
  return () => {
    let agreed = 0;
    const queue = meter.start(HUB, 0).map((output): readonly [KeyEstablishment, EstablishmentOutput] => [meter, output]);
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [from, output] = next;
      if (output.kind === 'agreed') agreed++;
      if (output.kind !== 'send') continue;
      const to = from === meter ? hub : meter;
      const answers = to.receive(from === meter ? METER : HUB, output.toClient, output.command, output.payload, 0);
      for (const answer of answers) queue.push([to, answer]);
    }
    expect(agreed === 2, 'both sides agree');
  };
}

/** The AES of a frame: sealed once and opened once with the network key, and so with the link key, where it is secured at all. */
function aesOf(frames: readonly AirFrame[]): () => void {
  const random = randomFor('bench', 'aes');
  const [key, nonce] = [random.bytes(16), random.bytes(13)];
  const work = frames.flatMap(({ psdu }) => {
    const mac = decodeMacFrame(psdu);
    if (mac.type !== 'data') return [];
    const { before, body } = decodeNwkFrame(mac.payload);
    return [{ header: before, payload: body.slice(0, -4) }];
  });
  return () => {
    for (const { header, payload } of work)
      for (let layer = 0; layer < 2; layer++) openCcmStar(key, nonce, header, sealCcmStar(key, nonce, header, payload));
  };
}

function ofPrimitives({ ecdh, mac, verify }: Primitives): void {
  ecdh();
  mac();
  verify?.();
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const MICROSECONDS = 1_000_000;

figures('\nthe home area network, on one core');

const pair = new Pair();
const long = randomFor('bench', 'long').bytes(1_500);
pair.answer = () => long;
pair.exchange(long);
const before = pair.frames.length;
pair.exchange(long);
const perExchange = pair.frames.length - before;
expect(pair.received >= 2, 'answers come back');
figure(
  'frames a second through two stacks and the air',
  whole((perExchange * MICROSECONDS) / best(() => pair.exchange(long))),
  '',
);

for (const suite of [1, 2] as const) {
  const once = establish(suite);
  once();
  const micros = best(once);
  const each = `${(micros / 2_000).toFixed(1)} ms`;
  figure(`key establishments a second, suite ${suite}, both sides`, (MICROSECONDS / micros).toFixed(0), '');
  figure(`key establishment, suite ${suite}, one side`, each, suite === 2 ? '< 20 ms' : '');
}

const corpus = benchCorpus();
const suite = createNodeSuite({ entropy: systemEntropy, secretCacheSize: 0 });
const sample = corpus.samples.find(
  (one): one is Sample => one.envelope.mac !== undefined && one.envelope.header.cra === 'command' && one.bytes.length <= 1_000,
);
const primitives = sample && primitivesOf(sample, corpus.keys);
expect(sample !== undefined && primitives !== undefined, 'a command with a MAC');
pair.answer = (message) => {
  expect(decodeAndCheck(suite, message, corpus.keys).checked.mac === 'valid', 'the command arrives as it was sent');
  return message;
};
const start = pair.frames.length;
pair.exchange(sample.bytes);
const aes = aesOf(pair.frames.slice(start));
const [total, floor] = [
  best(() => pair.exchange(sample.bytes)),
  best(() => {
    aes();
    ofPrimitives(primitives);
  }),
];
figure('a tunnelled exchange: command there, answer back', `${(total / 1_000).toFixed(2)} ms`, '');
figure('share of it outside AES and P-256', `${Math.round((1 - floor / total) * 100)} %`, '');
