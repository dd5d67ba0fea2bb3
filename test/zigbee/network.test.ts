import { describe, expect, it } from 'vitest';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { decodeMacFrame } from '../../firmware-sim/zigbee/mac-frame.ts';
import { ESME, endpoint, GSME, Home, HUB, LINK_KEY, NETWORK_KEY } from './home.ts';

const octets = (count: number): Uint8Array => randomFor('payload', String(count)).bytes(count);
const established = Uint8Array.from({ length: 16 }, (_, i) => 0x30 + i);

describe('a device joins', () => {
  it('an admitted router: association, network key under the install code, announcement', () => {
    const home = new Home();
    home.admit(ESME);
    const meter = home.join(ESME);
    expect(meter.heard('up')).toEqual([{ kind: 'up', trustCentre: HUB, rejoined: false }]);
    expect(home.hub.heard('device-joined')).toEqual([{ kind: 'device-joined', eui: ESME, rejoined: false }]);
    expect(meter.node.membership).toMatchObject({ channel: 15, pan: 0x1a2b, extendedPan: HUB, trustCentre: HUB });
    expect(home.frames.map(({ psdu }) => toHex(psdu)).join(' ')).not.toContain(toHex(NETWORK_KEY));
  });

  it('a device that sleeps, asking for what waits', () => {
    const home = new Home();
    home.admit(GSME);
    const meter = home.join(GSME, 'end-device', { sleepy: true });
    expect(meter.heard('up')).toHaveLength(1);
    expect(home.hub.heard('device-joined')).toHaveLength(1);
  });

  it('nobody who has not been admitted: no association response, no key', () => {
    const home = new Home();
    home.admit(GSME);
    const before = home.frames.length;
    const meter = home.join(ESME);
    expect(meter.heard('up')).toEqual([]);
    const said = home.frames.slice(before).filter(({ from, psdu }) => from === HUB && decodeMacFrame(psdu).type !== 'ack');
    expect(new Set(said.map(({ psdu }) => decodeMacFrame(psdu).type))).toEqual(new Set(['beacon']));
  });

  it('nobody after the window has closed: the beacon says so', () => {
    const home = new Home();
    home.admit(ESME, LINK_KEY, 1_000);
    home.run(2_000);
    const meter = home.join(ESME);
    expect(meter.heard('up')).toEqual([]);
    expect(home.frames.some(({ from, psdu }) => from === ESME && decodeMacFrame(psdu).payload[0] === 1)).toBe(false);
  });

  it('nobody with another install code: the key cannot be read', () => {
    const home = new Home();
    home.admit(ESME);
    const meter = home.join(
      ESME,
      'router',
      {},
      LINK_KEY.map((octet) => octet ^ 1),
    );
    expect(meter.heard('up')).toEqual([]);
    expect(home.hub.heard('device-joined')).toEqual([]);
  });
});

describe('messages', () => {
  function twoMeters(loss = 0, seed = 'two meters') {
    const home = new Home({ seed, link: { loss } });
    home.admit(ESME);
    home.admit(
      GSME,
      LINK_KEY.map((octet) => octet ^ 0x55),
    );
    const esme = home.join(ESME);
    const gsme = home.join(
      GSME,
      'end-device',
      { sleepy: true },
      LINK_KEY.map((octet) => octet ^ 0x55),
    );
    for (const peer of [ESME, GSME]) home.hub.request({ kind: 'install-key', peer, linkKey: established });
    for (const node of [esme, gsme]) node.request({ kind: 'install-key', peer: HUB, linkKey: established });
    return { home, esme, gsme };
  }

  it.each([1, 82, 83, 500, 1500])('%i octets pass intact both ways, under network and link key', (count) => {
    const { home, esme } = twoMeters();
    for (const security of ['network', 'link'] as const) {
      expect(home.send(home.hub, esme, octets(count), security)).toBe(true);
      expect(home.send(esme, home.hub, octets(count), security)).toBe(true);
    }
    expect(esme.payloads()).toEqual([octets(count), octets(count)]);
    expect(home.hub.payloads()).toEqual([octets(count), octets(count)]);
    expect(home.hub.heard('received').map(({ message }) => message.security)).toEqual(['network', 'link']);
  });

  it.each([0.05, 0.2])('1500 octets pass intact at a loss of %d', (loss) => {
    const { home, esme } = twoMeters(loss, `loss ${loss}`);
    const sent = Array.from({ length: 5 }, (_, i) => octets(1500 - i));
    const delivered = sent.filter((payload) => home.send(home.hub, esme, payload, 'link', 60_000) === true);
    expect(delivered.length).toBeGreaterThanOrEqual(4);
    for (const payload of delivered) expect(esme.payloads()).toContainEqual(payload);
    expect(new Set(esme.payloads().map(toHex)).size).toBe(esme.payloads().length);
  });

  it('wait for a device that sleeps until it asks', () => {
    const { home, gsme } = twoMeters();
    gsme.request({ kind: 'poll-every', periodMs: 2_000 });
    expect(home.send(home.hub, gsme, octets(300), 'link', 60_000)).toBe(true);
    expect(gsme.payloads()).toEqual([octets(300)]);
  });

  it('go from one device to another through the hub', () => {
    const { home, esme, gsme } = twoMeters();
    gsme.request({ kind: 'describe', peer: HUB, question: { kind: 'network-address-request', eui: ESME } });
    gsme.request({ kind: 'poll-every', periodMs: 1_000 });
    home.run(5_000);
    expect(home.send(gsme, esme, octets(40))).toBe(true);
    expect(esme.payloads()).toEqual([octets(40)]);
  });

  it('say when they could not be delivered, and leave nothing behind', () => {
    const { home, esme } = twoMeters();
    home.air.detach(ESME);
    esme.stop();
    expect(home.send(home.hub, esme, octets(500), 'link', 60_000)).toBe(false);
  });

  it('are refused under a link key the partner does not have', () => {
    const { home, esme } = twoMeters();
    esme.request({ kind: 'install-key', peer: HUB, linkKey: established.map((octet) => octet ^ 1) });
    expect(home.send(home.hub, esme, octets(20), 'link', 60_000)).toBe(false);
    expect(esme.payloads()).toEqual([]);
  });

  it('a captured frame that is sent again is not taken twice', () => {
    const { home, esme } = twoMeters();
    const before = home.frames.length;
    expect(home.send(home.hub, esme, octets(20))).toBe(true);
    const captured = home.frames.slice(before).find(({ from, psdu }) => from === HUB && decodeMacFrame(psdu).type === 'data');
    expect(captured).toBeDefined();
    const replayer = home.air.attach(GSME, () => undefined);
    replayer.command({
      kind: 'configure',
      settings: { channel: 15, page: 0, pan: 0x1a2b, short: 9, extended: GSME, promiscuous: false },
    });
    replayer.command({ kind: 'transmit', ticket: 0, psdu: captured?.psdu ?? octets(1) });
    home.run(1_000);
    expect(esme.payloads()).toEqual([octets(20)]);
  });
});

describe('a device and its network', () => {
  it('describes itself', () => {
    const home = new Home();
    home.admit(ESME);
    home.join(ESME, 'router', { endpoints: [endpoint(1, [0x0702, 0x0704], [0x0019]), endpoint(2, [0x0700])] });
    const ask = (question: Parameters<typeof home.hub.request>[0] & { kind: 'describe' }) => home.hub.request(question);
    ask({ kind: 'describe', peer: ESME, question: { kind: 'active-endpoints-request', address: 0 } });
    ask({ kind: 'describe', peer: ESME, question: { kind: 'simple-descriptor-request', address: 0, endpoint: 1 } });
    ask({ kind: 'describe', peer: ESME, question: { kind: 'simple-descriptor-request', address: 0, endpoint: 9 } });
    ask({
      kind: 'describe',
      peer: ESME,
      question: { kind: 'match-descriptor-request', address: 0, profile: 0x0109, servers: [0x0700], clients: [] },
    });
    ask({ kind: 'describe', peer: ESME, question: { kind: 'node-descriptor-request', address: 0 } });
    home.run(5_000);
    const answers = home.hub.heard('described').map(({ answer }) => answer);
    expect(answers).toMatchObject([
      { kind: 'active-endpoints-response', status: 0, endpoints: [1, 2] },
      {
        kind: 'simple-descriptor-response',
        status: 0,
        descriptor: { endpoint: 1, servers: [0x0702, 0x0704], clients: [0x0019] },
      },
      { kind: 'simple-descriptor-response', status: 0x83 },
      { kind: 'match-descriptor-response', status: 0, endpoints: [2] },
      { kind: 'node-descriptor-response', status: 0, descriptor: { type: 'router', manufacturer: 0x1234 } },
    ]);
  });

  it('is sent away and forgotten', () => {
    const home = new Home();
    home.admit(ESME);
    const meter = home.join(ESME);
    home.hub.request({ kind: 'remove', eui: ESME });
    home.run(2_000);
    expect(meter.heard('down')).toEqual([{ kind: 'down', reason: 'removed' }]);
    expect(home.hub.node.keys.key(ESME)).toBeUndefined();
    expect(home.send(home.hub, meter, octets(5))).toBe(false);
  });

  it('leaves by itself, and the hub knows', () => {
    const home = new Home();
    home.admit(ESME);
    const meter = home.join(ESME);
    meter.request({ kind: 'leave' });
    home.run(2_000);
    expect(home.hub.heard('device-left')).toEqual([{ kind: 'device-left', eui: ESME }]);
  });

  it('goes on after both have restarted, with counters that never go back', () => {
    const home = new Home();
    home.admit(ESME);
    const meter = home.join(ESME);
    for (const [one, peer] of [
      [home.hub, ESME],
      [meter, HUB],
    ] as const)
      one.request({ kind: 'install-key', peer, linkKey: established });
    expect(home.send(meter, home.hub, octets(10), 'link')).toBe(true);
    const [hubState, meterState] = [home.hub.node.state, meter.node.state];
    for (const node of [home.hub, meter]) {
      home.air.detach(node.node.eui);
      node.stop();
    }
    const hub = home.add(HUB, 'coordinator', { state: hubState });
    const again = home.add(ESME, 'router', { state: meterState });
    hub.resume();
    again.resume();
    expect(home.send(again, hub, octets(20), 'link')).toBe(true);
    expect(home.send(hub, again, octets(30), 'link')).toBe(true);
    expect([hub.payloads(), again.payloads()]).toEqual([[octets(20)], [octets(30)]]);
    expect(again.node.state.nwk.outgoing).toBeGreaterThan(meterState.nwk.outgoing);
  });

  it('comes back with the network key, and without it under the link key agreed on', () => {
    const home = new Home();
    home.admit(ESME);
    const meter = home.join(ESME);
    meter.request({ kind: 'rejoin' });
    home.run(10_000);
    expect(meter.heard('up').map(({ rejoined }) => rejoined)).toEqual([false, true]);
    for (const [one, peer] of [
      [home.hub, ESME],
      [meter, HUB],
    ] as const)
      one.request({ kind: 'install-key', peer, linkKey: established });
    const stale = { ...meter.node.state, nwk: { ...meter.node.state.nwk, key: { key: NETWORK_KEY, sequence: 7 } } };
    home.air.detach(ESME);
    meter.stop();
    const again = home.add(ESME, 'router', { state: stale });
    again.resume();
    again.request({ kind: 'rejoin' });
    home.run(20_000);
    expect(again.heard('up').at(-1)).toEqual({ kind: 'up', trustCentre: HUB, rejoined: true });
    expect(toHex(again.node.state.nwk.key?.key ?? octets(1))).toBe(toHex(NETWORK_KEY));
    expect(home.send(again, home.hub, octets(12), 'link')).toBe(true);
  });
});
