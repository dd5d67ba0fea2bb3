import { describe, expect, it } from 'vitest';
import { type Bytes, concat } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import { type RandomSource, randomFor } from '../../firmware-sim/kernel/random.ts';
import { decodeApsCommand } from '../../firmware-sim/zigbee/aps-command.ts';
import { decodeApsFrame } from '../../firmware-sim/zigbee/aps-frame.ts';
import { decodeBeacon, decodeMacCommand } from '../../firmware-sim/zigbee/mac-command.ts';
import { decodeMacFrame, encodeMacFrame, FRAME_OCTETS_MAX, frameCheckSequence } from '../../firmware-sim/zigbee/mac-frame.ts';
import { decodeNwkCommand, encodeNwkCommand, type NwkCommand } from '../../firmware-sim/zigbee/nwk-command.ts';
import { decodeNwkFrame, encodeNwkHeader } from '../../firmware-sim/zigbee/nwk-frame.ts';
import { decodeEstablishment } from '../../firmware-sim/zigbee/se/key-establishment-messages.ts';
import { decodeTunnel } from '../../firmware-sim/zigbee/se/tunnel-messages.ts';
import { decodeGasTunnel, encodeGasTunnel } from '../../firmware-sim/zigbee/se/tunnels.ts';
import { secure } from '../../firmware-sim/zigbee/security.ts';
import { decodeZclFrame } from '../../firmware-sim/zigbee/zcl-frame.ts';
import { decodeZdo } from '../../firmware-sim/zigbee/zdo-messages.ts';
import { mutate } from '../support/mutate.ts';
import { full } from '../support/shared.ts';
import { type Peeled, peel } from './peeled.ts';
import { ESME, GSME, type HomeStation, HUB, LINK_KEY, StationHome } from './station-home.ts';

/** `HANBENCH_FUZZ_SEED=... npx vitest run test/zigbee/fuzz` looks elsewhere. */
const SEED = process.env.HANBENCH_FUZZ_SEED ?? 'zigbee';
const FRAMES = full ? 1_000_000 : 20_000;
/** Frames that whole nodes get; each takes a node as long as a hundred decoders. */
const NODE_FRAMES = FRAMES / 10;

/** Network commands that a quiet home does not show. Not those that send a device away: a home has to stay one. */
const COMMANDS: readonly NwkCommand[] = [
  { kind: 'route-request', id: 1, destination: 0, cost: 1, manyToOne: false, destinationEui: HUB },
  { kind: 'route-reply', id: 1, originator: 0, responder: 5, cost: 1, originatorEui: HUB, responderEui: ESME },
  { kind: 'network-status', status: 2, destination: 7 },
  { kind: 'route-record', relays: [1, 2, 3] },
  { kind: 'link-status', links: [{ neighbour: 9, incoming: 1, outgoing: 2 }] },
  { kind: 'timeout-request', timeout: 8 },
  { kind: 'timeout-response', status: 0, parentInformation: 1 },
];

function makeHome() {
  const home = new StationHome('fuzz');
  const esme = home.join(ESME, 'esme');
  const gsme = home.join(GSME, 'gsme');
  const octets = (count: number): Bytes => randomFor('fuzz', String(count)).bytes(count);
  home.send(home.hub, esme, octets(400));
  home.send(esme, home.hub, octets(150));
  home.send(gsme, home.hub, encodeGasTunnel({ kind: 'put', message: octets(90) }));
  const { now } = home.scheduler;
  const question = { kind: 'node-descriptor-request', address: 0 } as const;
  esme.do(esme.station.request({ kind: 'describe', peer: HUB, question }, now));
  esme.do(esme.station.request({ kind: 'rejoin' }, now));
  home.run(2_000);
  const networkKey = randomFor('fuzz', 'network key').bytes(16);
  const links = home.hub.heard('secured').map(({ peer, linkKey }) => ({ key: linkKey, label: peer }));
  const keys = [{ key: networkKey, label: 'network' }, { key: LINK_KEY, label: 'install code' }, ...links];
  const peeled = peel(home.frames, keys);
  peeled.nwkCommands.push(...COMMANDS.map(encodeNwkCommand));
  return { home, esme, gsme, networkKey, peeled };
}

let kept: ReturnType<typeof makeHome> | undefined;
function theHome(): ReturnType<typeof makeHome> {
  kept ??= makeHome();
  return kept;
}

const pick = <T>(values: readonly T[], random: RandomSource): T => values[random.below(values.length)] as T;
const withCheckSequence = (octets: Bytes): Bytes => {
  const sum = frameCheckSequence(octets);
  return concat(octets, Uint8Array.of(sum & 0xff, sum >> 8));
};

/** Decoders with what they are fed. */
const FED: readonly (readonly [string, (octets: Bytes, cluster: number) => unknown, (peeled: Peeled) => readonly Bytes[]])[] = [
  ['MAC frames', decodeMacFrame, ({ mac }) => mac],
  ['MAC frames with a good check sequence', (octets) => decodeMacFrame(withCheckSequence(octets)), ({ mac }) => mac],
  ['MAC commands', decodeMacCommand, ({ macPayloads }) => macPayloads],
  ['beacons', decodeBeacon, ({ macPayloads }) => macPayloads],
  ['network frames', decodeNwkFrame, ({ nwk }) => nwk],
  ['network commands', decodeNwkCommand, ({ nwkCommands }) => nwkCommands],
  ['application frames', decodeApsFrame, ({ aps }) => aps],
  ['key commands', decodeApsCommand, ({ apsCommands }) => apsCommands],
];

const ON_MESSAGES: readonly (readonly [string, (octets: Bytes, cluster: number, random: RandomSource) => unknown])[] = [
  ['the device profile', (octets, cluster) => decodeZdo(cluster, octets)],
  ['cluster frames', (octets) => decodeZclFrame(octets)],
  [
    'key establishment',
    (octets, _cluster, random) => decodeEstablishment(random.below(5), octets.subarray(3), pick([1, 2, undefined], random)),
  ],
  ['tunnels', (octets, _cluster, random) => decodeTunnel(random.below(8), octets.subarray(3), random.below(2) === 0)],
  ['tunnels of gas meters', (octets) => decodeGasTunnel(octets.subarray(5))],
];

function survives(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
  }
}

describe('damaged frames are read or refused as faults', () => {
  const each = Math.ceil(FRAMES / (FED.length + ON_MESSAGES.length));

  it.each(FED)('%s', (name, decode, feed) => {
    const random = randomFor(SEED, name);
    const corpus = feed(theHome().peeled);
    expect(corpus.length).toBeGreaterThan(1);
    for (let i = 0; i < each; i++) {
      const octets = mutate(pick(corpus, random), random, pick(corpus, random));
      survives(() => decode(octets, 0));
    }
  });

  it.each(ON_MESSAGES)('%s', (name, decode) => {
    const random = randomFor(SEED, name);
    const { messages } = theHome().peeled;
    for (let i = 0; i < each; i++) {
      const { cluster, payload } = pick(messages, random);
      const octets = mutate(payload, random, pick(messages, random).payload);
      survives(() => decode(octets, random.below(4) === 0 ? random.below(0x10000) : cluster, random));
    }
  });
});

/** Somebody inside the network who sends whatever it likes, rightly secured with the network key under a device's name. */
class Insider {
  readonly #random: RandomSource;
  readonly #peeled: Peeled;
  readonly #networkKey: Bytes;
  readonly #pan: number;
  #count = 0;

  constructor(random: RandomSource, { networkKey, peeled, home }: ReturnType<typeof makeHome>) {
    this.#random = random;
    this.#peeled = peeled;
    this.#networkKey = networkKey;
    this.#pan = home.hub.node.membership?.pan ?? 0;
  }

  /** A frame for a node: damaged as it is on the air, in its network frame, or in what is inside that. */
  frame(to: HomeStation, from: HomeStation): Bytes {
    const random = this.#random;
    const { mac, nwk, aps, nwkCommands } = this.#peeled;
    switch (random.below(4)) {
      case 0:
        return withCheckSequence(mutate(pick(mac, random), random, pick(mac, random)).subarray(0, FRAME_OCTETS_MAX - 2));
      case 1:
        return this.#macFrame(to, from, mutate(pick(nwk, random), random, pick(nwk, random)));
      case 2:
        return this.#secured(to, from, 'command', mutate(pick(nwkCommands, random), random, pick(nwkCommands, random)));
      default:
        return this.#secured(to, from, 'data', mutate(pick(aps, random), random, pick(aps, random)));
    }
  }

  #secured(to: HomeStation, from: HomeStation, kind: 'data' | 'command', payload: Bytes): Bytes {
    const source = from.node.membership?.address ?? 1;
    const destination = to.node.membership?.address ?? 0;
    const before = encodeNwkHeader({ kind, destination, source, radius: 30, sequence: ++this.#count & 0xff, secured: true });
    const header = { key: 'network', frameCounter: 0x1000_0000 + this.#count, source: from.station.eui, keySequence: 0 } as const;
    const room = 127 - 11 - before.length - 14 - 4;
    return this.#macFrame(
      to,
      from,
      concat(before, secure(this.#networkKey, header, from.station.eui, before, payload.subarray(0, room))),
    );
  }

  #macFrame(to: HomeStation, from: HomeStation, payload: Bytes): Bytes {
    return encodeMacFrame({
      type: 'data',
      sequence: ++this.#count & 0xff,
      ackRequest: true,
      pending: false,
      destination: { pan: this.#pan, short: to.node.membership?.address ?? 0 },
      source: { pan: this.#pan, short: from.node.membership?.address ?? 1 },
      payload: payload.subarray(0, FRAME_OCTETS_MAX - 11),
    });
  }
}

it('whole nodes take what an insider sends them, hold no more than so much of it, and let it go', () => {
  const made = theHome();
  const { home, esme, gsme } = made;
  const random = randomFor(SEED, 'insider');
  expect(made.peeled.nwkCommands.length).toBeGreaterThan(COMMANDS.length);
  const insider = new Insider(random, made);
  for (let i = 0; i < NODE_FRAMES; i++) {
    const [to, from] = pick(
      [
        [home.hub, esme],
        [home.hub, gsme],
        [esme, home.hub],
      ] as const,
      random,
    );
    const { now } = home.scheduler;
    to.do(to.station.han(to.node.radio({ kind: 'received', psdu: insider.frame(to, from), rssiDbm: -50, lqi: 200 }, now), now));
    if (i % 20 === 0) home.run(random.below(200));
    if (i % 500 !== 0) continue;
    for (const { node, station } of [home.hub, esme]) {
      expect(node.load.frames).toBeLessThan(200);
      expect(node.load.messages).toBeLessThanOrEqual(72);
      expect(node.load.senders).toBeLessThanOrEqual(64);
      expect(station.load.exchanges).toBeLessThanOrEqual(5);
      expect(station.load.endpoints).toBeLessThanOrEqual(64);
    }
  }
  home.run(600_000);
  for (const { node, station } of [home.hub, esme]) {
    expect(node.load).toMatchObject({ frames: 0, messages: 0, tickets: 0 });
    expect(station.load).toMatchObject({ searches: 0, tickets: 0, exchanges: 0 });
  }
});
