import { describe, expect, it } from 'vitest';
import { type Bytes, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import type { HanMessage } from '../../firmware-sim/zigbee/han-link.ts';
import { decodeMacFrame } from '../../firmware-sim/zigbee/mac-frame.ts';
import { KEY_ESTABLISHMENT, TERMINATION } from '../../firmware-sim/zigbee/se/key-establishment-messages.ts';
import { credentialsOf, ESME, GSME, HomeStation, HUB, StationHome, type Tampering } from './station-home.ts';

const octets = (count: number): Bytes => randomFor('attack', String(count)).bytes(count);
const flipped = (payload: Bytes, at: number): Bytes => payload.with(at, (payload[at] ?? 0) ^ 1);

/** Octets of a ZCL header without a manufacturer, and where its command stands. */
const ZCL_HEADER = 3;
const COMMAND = 2;

/** Changes what follows the ZCL header of one command of key establishment. */
const inEstablishment =
  (command: number, change: (payload: Bytes) => Bytes): Tampering =>
  (message) => {
    if (message.cluster !== KEY_ESTABLISHMENT || message.payload[COMMAND] !== command) return message;
    const changed = change(message.payload.subarray(ZCL_HEADER));
    return { ...message, payload: Uint8Array.from([...message.payload.subarray(0, ZCL_HEADER), ...changed]) };
  };

const statusesOf = (station: HomeStation): readonly number[] => station.heard('not-secured').map(({ status }) => status);

/** Nobody has a key but that of the install code, and no tunnel. */
function expectNothingStored(home: StationHome, meter: HomeStation): void {
  for (const [one, peer] of [
    [home.hub, ESME],
    [meter, HUB],
  ] as const) {
    expect(one.heard('secured')).toEqual([]);
    expect(one.node.keys.origin(peer)).toBe('install-code');
    expect(one.station.isTunnelOpen(peer)).toBe(false);
    expect(one.station.load.exchanges).toBeLessThanOrEqual(1);
  }
}

describe('key establishment over the air is refused with its status, and nothing is stored', () => {
  it.each<readonly [string, Tampering, number]>([
    ['a confirmation that has been tampered with', inEstablishment(2, (mac) => flipped(mac, 0)), TERMINATION.badKeyConfirm],
    ['a point off the curve', inEstablishment(1, (point) => point.with(0, 4)), TERMINATION.badMessage],
    ['a point of small order', inEstablishment(1, (point) => new Uint8Array(point.length).with(0, 2)), TERMINATION.badMessage],
    ['an ephemeral point of another length', inEstablishment(1, (point) => point.subarray(1)), TERMINATION.badMessage],
    [
      'a certificate that has been tampered with',
      inEstablishment(0, (initiate) => flipped(initiate, 4 + 28 + 7)),
      TERMINATION.invalidCertificate,
    ],
    ['a suite nobody knows', inEstablishment(0, (initiate) => initiate.with(0, 4)), TERMINATION.unsupportedSuite],
  ])('the meter’s: %s', (_name, tampering, status) => {
    const home = new StationHome('tampered');
    const meter = home.join(ESME, 'esme', [credentialsOf(ESME)], tampering);
    expect(meter.heard('joined')).toHaveLength(1);
    expect(statusesOf(meter)).toContain(status);
    expectNothingStored(home, meter);
  });

  it('the hub’s: a confirmation that has been tampered with; the meter keeps no key and asks again', () => {
    const home = new StationHome(
      'tampered hub',
      {},
      inEstablishment(2, (mac) => flipped(mac, 0)),
    );
    const meter = home.join(ESME, 'esme');
    expect(statusesOf(meter)).toContain(TERMINATION.badKeyConfirm);
    expect(meter.heard('secured')).toEqual([]);
    expect(meter.node.keys.origin(HUB)).toBe('install-code');
    expect(meter.station.isTunnelOpen(HUB)).toBe(false);
  });

  it.each([
    [
      'a certificate of a foreign authority',
      credentialsOf(ESME, 2, parseEui64('00-0D-6F-00-00-00-00-02'), 77n),
      TERMINATION.unknownIssuer,
    ],
    ['a certificate whose subject is not its sender', credentialsOf(GSME), TERMINATION.invalidCertificate],
    ['a certificate without its private key', { ...credentialsOf(ESME), privateKey: 5n }, TERMINATION.badKeyConfirm],
  ])('the meter’s: %s', (_name, credentials, status) => {
    const home = new StationHome('foreign');
    const meter = home.join(ESME, 'esme', [credentials]);
    expect(statusesOf(meter)).toContain(status);
    expectNothingStored(home, meter);
  });
});

describe('a device that does not get in leaves nothing behind', () => {
  const SCAN = [{ channel: 15, page: 0 }];

  it('with a wrong install code: no key it could read, and after the window the hub knows nothing of it', () => {
    const home = new StationHome('wrong code');
    const linkKey = octets(16);
    const request = { kind: 'admit', eui: ESME, linkKey, origin: 'install-code', until: 120_000 } as const;
    home.hub.do(home.hub.station.request(request, 0));
    const meter = new HomeStation(home, ESME, 'esme', [credentialsOf(ESME)]);
    meter.do(meter.station.request({ kind: 'join', linkKey: flipped(linkKey, 3), channels: SCAN }, 0));
    home.run(125_000);
    expect([meter.heard('joined'), home.hub.heard('member')]).toEqual([[], []]);
    const { members, linkKeys } = home.hub.node.state;
    expect([members, linkKeys]).toEqual([{}, {}]);
    expect(home.hub.node.load).toMatchObject({ frames: 0, messages: 0 });
  });

  it('with an identifier nobody admitted: the hub says nothing to it but beacons, and no key crosses the air', () => {
    const home = new StationHome('unknown');
    const request = { kind: 'admit', eui: GSME, linkKey: octets(16), origin: 'install-code', until: 60_000 } as const;
    home.hub.do(home.hub.station.request(request, 0));
    const stranger = new HomeStation(home, ESME, 'esme', [credentialsOf(ESME)]);
    stranger.do(stranger.station.request({ kind: 'join', linkKey: octets(16), channels: SCAN }, 0));
    home.run(60_000);
    const said = home.frames.filter(({ from }) => from === HUB).map(({ psdu }) => decodeMacFrame(psdu).type);
    expect(new Set(said)).toEqual(new Set(['beacon', 'ack']));
    expect(home.hub.node.state.members).toEqual({});
  });

  it('that has been sent away: its frames under the network key are nobody’s', () => {
    const home = new StationHome('sent away');
    const meter = home.join(ESME, 'esme', undefined, (message) => message);
    const { state } = meter.node;
    home.hub.do(home.hub.station.request({ kind: 'remove', eui: ESME }, home.scheduler.now));
    home.run(2_000);
    meter.stop();
    const back = new HomeStation(home, ESME, 'esme', [credentialsOf(ESME)], undefined, state);
    const before = home.hub.said.length;
    back.do(back.station.han(back.node.resume(home.scheduler.now), home.scheduler.now));
    back.do(back.station.request({ kind: 'rejoin' }, home.scheduler.now));
    home.run(60_000);
    expect(home.hub.said.slice(before).filter(({ kind }) => kind !== 'sent')).toEqual([]);
    expect(back.heard('secured')).toEqual([]);
  });
});

describe('Smart Energy without the link key', () => {
  it.each([
    ['a request for a tunnel', Uint8Array.of(0x01, 0x21, 0x00, 6, 0xff, 0xff, 0, 0xdc, 0x05)],
    ['a transfer into the open tunnel', Uint8Array.of(0x01, 0x21, 0x02, 0, 0, 0xdd, 1, 2)],
    ['the end of the tunnel', Uint8Array.of(0x01, 0x21, 0x01, 0, 0)],
  ])('%s is refused: nothing of it reaches the meter, and the tunnel stays', (_name, payload) => {
    const home = new StationHome('in clear');
    const meter = home.join(ESME, 'esme');
    const addressing = { destinationEndpoint: 1, sourceEndpoint: 1, cluster: 0x0704, profile: 0x0109 };
    const message: HanMessage = { peer: ESME, ...addressing, payload, security: 'network' };
    const before = meter.said.length;
    const { now } = home.scheduler;
    home.hub.do(
      home.hub.station.han(home.hub.node.request({ kind: 'send', ticket: 999, message, acknowledged: true }, now), now),
    );
    home.run(5_000);
    expect(meter.said.slice(before)).toEqual([]);
    expect(home.send(home.hub, meter, octets(20))).toBe(true);
    expect(meter.messages()).toEqual([octets(20)]);
  });
});

describe('replays', () => {
  /** Somebody who sends captured octets again. */
  function replay(home: StationHome, frames: readonly { readonly psdu: Bytes }[]): void {
    const eui = parseEui64('00-DB-12-34-56-78-90-FF');
    const radio = home.air.attach(eui, () => undefined);
    radio.command({
      kind: 'configure',
      settings: { channel: 15, page: 0, pan: 0x1a2b, short: 0xfff0, extended: eui, promiscuous: false },
    });
    for (const [ticket, { psdu }] of frames.entries()) {
      radio.command({ kind: 'transmit', ticket, psdu });
      home.run(40);
    }
    home.air.detach(eui);
    home.run(60_000);
  }

  it('of everything that was ever on the air change nothing', () => {
    const home = new StationHome('replays');
    const meter = home.join(ESME, 'esme');
    expect(home.send(home.hub, meter, octets(300))).toBe(true);
    expect(home.send(meter, home.hub, octets(200))).toBe(true);
    const link = (): string => toHex(home.hub.node.keys.key(ESME) ?? octets(1));
    const [said, heard, key] = [home.hub.said.length, meter.said.length, link()];
    replay(home, [...home.frames]);
    expect(home.hub.said.slice(said)).toEqual([]);
    expect(meter.said.slice(heard)).toEqual([]);
    expect(link()).toBe(key);
    expect(home.send(home.hub, meter, octets(30))).toBe(true);
  });

  it('are known for what they are after a restart, too', () => {
    const home = new StationHome('replays after a restart');
    const meter = home.join(ESME, 'esme');
    expect(home.send(home.hub, meter, octets(300))).toBe(true);
    const { state } = meter.node;
    meter.stop();
    const again = new HomeStation(home, ESME, 'esme', [credentialsOf(ESME)], undefined, state);
    again.do(again.node.resume(home.scheduler.now).flatMap((output) => (output.kind === 'radio' ? [output] : [])));
    replay(
      home,
      home.frames.filter(({ from }) => from === HUB),
    );
    expect(again.said.filter(({ kind }) => kind === 'message' || kind === 'secured' || kind === 'tunnel')).toEqual([]);
  });
});

describe('a tunnel through bad links', () => {
  it.each([0, 0.05, 0.2])('1, 500 and 1500 octets pass it intact, both ways, at a loss of %d', (loss) => {
    const home = new StationHome(`tunnel at ${loss}`);
    const meter = home.join(ESME, 'esme');
    home.air.links.setBoth(HUB, ESME, { loss });
    const sent = [1, 500, 1_500].map(octets);
    for (const data of sent) {
      expect(home.send(home.hub, meter, data, 60_000)).toBe(true);
      expect(home.send(meter, home.hub, data, 60_000)).toBe(true);
    }
    expect([meter.messages(), home.hub.messages()]).toEqual([sent, sent]);
  });

  it('several long messages at once come in the order they were sent in', () => {
    const home = new StationHome('at once');
    const meter = home.join(ESME, 'esme');
    const sent = [1_500, 3, 900, 1_499].map(octets);
    const { now } = home.scheduler;
    for (const [ticket, data] of sent.entries()) home.hub.do(home.hub.station.sendThroughTunnel(ESME, data, 500 + ticket, now));
    home.run(10_000);
    expect(meter.messages()).toEqual(sent);
    expect(home.hub.heard('sent').map(({ ticket, delivered }) => [ticket, delivered])).toEqual(
      sent.map((_data, ticket) => [500 + ticket, true]),
    );
  });

  it('1501 octets are refused at once, and a transfer that is too long is answered with an error, not cut', () => {
    const home = new StationHome('too long');
    const meter = home.join(ESME, 'esme');
    expect(home.send(home.hub, meter, octets(1_501), 0)).toBe(false);
    const { now } = home.scheduler;
    const payload = Uint8Array.from([0, 0, ...octets(1_501)]);
    const frame = { clusterSpecific: true, toClient: false, disableDefaultResponse: true, command: 2, payload };
    home.hub.do(home.hub.station.sendCommand(ESME, 0x0704, frame, 77, now));
    home.run(10_000);
    expect(meter.messages()).toEqual([]);
    expect(home.hub.heard('sent').find(({ ticket }) => ticket === 77)?.delivered).toBe(true);
  });
});

describe('memory is released', () => {
  const idle = { frames: 0, messages: 0, tickets: 0 };

  it('after messages to a device that has gone silent, and everybody who waits is told', () => {
    const home = new StationHome('silent');
    const meter = home.join(ESME, 'esme');
    meter.stop();
    const { now } = home.scheduler;
    for (let i = 0; i < 80; i++) home.hub.do(home.hub.station.sendThroughTunnel(ESME, octets(1_500), 100 + i, now));
    home.run(1_000);
    expect(home.hub.node.load.messages).toBeLessThanOrEqual(1);
    home.run(1_200_000);
    expect(home.hub.heard('sent').filter(({ delivered }) => !delivered)).toHaveLength(80);
    expect(home.hub.node.load).toMatchObject(idle);
    expect(home.hub.station.load).toMatchObject({ searches: 0, tickets: 0, exchanges: 0 });
  });

  it('after a sender that stops in the middle of a message', () => {
    const home = new StationHome('in the middle');
    const meter = home.join(ESME, 'esme');
    for (let i = 0; i < 12; i++) {
      const { now } = home.scheduler;
      home.hub.do(home.hub.station.sendThroughTunnel(ESME, octets(1_500), i, now));
      home.run(12);
      home.air.links.setBoth(HUB, ESME, { silent: true });
      home.run(11_000);
      home.air.links.setBoth(HUB, ESME, {});
      expect(meter.node.load.messages).toBeLessThanOrEqual(8);
    }
    home.run(60_000);
    expect([home.hub.node.load, meter.node.load]).toMatchObject([idle, idle]);
  });

  it('after frames for a device that sleeps on', () => {
    const home = new StationHome('sleeps on');
    const meter = home.join(GSME, 'gsme');
    const { now } = home.scheduler;
    meter.do(meter.station.request({ kind: 'poll-every', periodMs: undefined }, now));
    for (let i = 0; i < 40; i++) home.hub.do(home.hub.station.sendCommand(GSME, 0x0704, closing, i, now));
    expect(home.hub.node.load.frames).toBeLessThanOrEqual(64);
    home.run(120_000);
    expect(home.hub.node.load).toMatchObject(idle);
    expect(home.hub.heard('sent').filter(({ delivered }) => !delivered)).toHaveLength(40);
  });

  it('after key establishments that nobody goes on with', () => {
    const silent: Tampering = (message) =>
      message.cluster === KEY_ESTABLISHMENT && message.payload[COMMAND] === 1 ? undefined : message;
    const home = new StationHome('nobody goes on');
    const meter = home.join(ESME, 'esme', undefined, silent);
    expect(statusesOf(home.hub)).toContain(0);
    meter.stop();
    home.run(60_000);
    expect(home.hub.station.load).toMatchObject({ searches: 0, tickets: 0, exchanges: 0 });
    expect(home.hub.node.load).toMatchObject(idle);
  });
});

const closing = {
  clusterSpecific: true,
  toClient: true,
  disableDefaultResponse: true,
  command: 6,
  payload: Uint8Array.of(9, 9),
};
