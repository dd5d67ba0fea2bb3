import { describe, expect, it } from 'vitest';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { TERMINATION } from '../../firmware-sim/zigbee/se/key-establishment-messages.ts';
import { decodeTunnel, encodeTunnel, type TunnelMessage } from '../../firmware-sim/zigbee/se/tunnel-messages.ts';
import { decodeGasTunnel, encodeGasTunnel, Tunnels } from '../../firmware-sim/zigbee/se/tunnels.ts';
import { credentialsOf, ESME, GSME, HUB, StationHome } from './station-home.ts';

const octets = (count: number): Uint8Array => randomFor('tunnel', String(count)).bytes(count);

describe('a device on its way into the home', () => {
  it.each([
    ['an electricity meter, whose tunnel the hub opens', 'esme', 2],
    ['a gas meter, which opens its own', 'gsme', 2],
    ['an electricity meter with the older suite', 'esme', 1],
  ] as const)('%s', (_name, kind, suite) => {
    const home = new StationHome();
    const meter = home.join(ESME, kind, [credentialsOf(ESME, suite)]);
    const [mine] = meter.heard('secured');
    const [hubs] = home.hub.heard('secured');
    expect(mine?.peer).toBe(HUB);
    expect(hubs?.peer).toBe(ESME);
    expect(toHex(mine?.linkKey ?? octets(1))).toBe(toHex(hubs?.linkKey ?? octets(2)));
    expect(meter.heard('tunnel')).toEqual([{ kind: 'tunnel', peer: HUB, open: true }]);
    expect(home.hub.heard('tunnel')).toEqual([{ kind: 'tunnel', peer: ESME, open: true }]);
    const air = home.frames.map(({ psdu }) => toHex(psdu)).join(' ');
    expect(air).not.toContain(toHex(mine?.linkKey ?? octets(1)));
  });

  it('a certificate of a foreign authority: refused with its status, nothing stored, no tunnel', () => {
    const home = new StationHome();
    const foreign = credentialsOf(ESME, 2, parseEui64('00-0D-6F-00-00-00-00-02'), 77n);
    const meter = home.join(ESME, 'esme', [foreign]);
    expect(meter.heard('not-secured').map(({ status }) => status)).toContain(TERMINATION.unknownIssuer);
    expect([home.hub.heard('secured'), meter.heard('secured')]).toEqual([[], []]);
    expect(home.hub.station.isTunnelOpen(ESME)).toBe(false);
  });

  it('through bad links, in the end', () => {
    const home = new StationHome('bad links', { loss: 0.1 });
    const meter = home.join(ESME, 'esme');
    for (let i = 0; i < 5 && !home.hub.station.isTunnelOpen(ESME); i++) {
      home.run(60_000);
      if (home.hub.station.secured.includes(ESME)) home.hub.do(home.hub.station.openTunnel(ESME, home.scheduler.now));
      home.run(30_000);
    }
    expect(home.hub.station.isTunnelOpen(ESME)).toBe(true);
    expect(home.send(home.hub, meter, octets(400), 60_000)).toBe(true);
    expect(meter.messages()).toEqual([octets(400)]);
  });
});

describe('a tunnel', () => {
  it.each([1, 500, 1500])('%i octets pass both ways', (count) => {
    const home = new StationHome();
    const meter = home.join(ESME, 'esme');
    expect(home.send(home.hub, meter, octets(count))).toBe(true);
    expect(home.send(meter, home.hub, octets(count))).toBe(true);
    expect([meter.messages(), home.hub.messages()]).toEqual([[octets(count)], [octets(count)]]);
  });

  it('1501 octets are refused, not cut', () => {
    const home = new StationHome();
    const meter = home.join(ESME, 'esme');
    expect(home.send(home.hub, meter, octets(1501), 1_000)).toBe(false);
    expect(meter.messages()).toEqual([]);
  });

  it('serves a gas meter that sleeps', () => {
    const home = new StationHome();
    const meter = home.join(GSME, 'gsme');
    expect(home.send(meter, home.hub, encodeGasTunnel({ kind: 'get' }))).toBe(true);
    const [asked] = home.hub.messages();
    expect(asked && decodeGasTunnel(asked)).toEqual({ kind: 'get' });
    const answer = encodeGasTunnel({ kind: 'answer', remaining: 0, message: octets(300) });
    expect(home.send(home.hub, meter, answer)).toBe(true);
    expect(meter.messages().map(decodeGasTunnel)).toEqual([{ kind: 'answer', remaining: 0, message: octets(300) }]);
  });
});

describe('what is not secured with the link key', () => {
  it('is refused once there is one: nothing of it reaches the device, and nothing comes back in clear', () => {
    const home = new StationHome();
    const meter = home.join(ESME, 'esme');
    const payload = Uint8Array.of(0x00, 0x21, 0x00, 0x00, 0x00);
    const message = {
      peer: ESME,
      destinationEndpoint: 1,
      sourceEndpoint: 1,
      cluster: 0x0702,
      profile: 0x0109,
      payload,
      security: 'network' as const,
    };
    const before = home.hub.said.length;
    home.hub.do(
      home.hub.station.han(
        home.hub.node.request({ kind: 'send', ticket: 99, message, acknowledged: true }, home.scheduler.now),
        home.scheduler.now,
      ),
    );
    home.run(5_000);
    expect(meter.heard('cluster')).toEqual([]);
    const told = home.hub.said.slice(before).filter((output) => output.kind === 'cluster');
    expect(told).toEqual([]);
  });
});

describe('messages of tunnels', () => {
  const messages: readonly (readonly [TunnelMessage, boolean])[] = [
    [{ kind: 'request', protocol: 6, manufacturer: 0xffff, flowControl: false, octetsMax: 1500 }, false],
    [{ kind: 'response', tunnel: 7, status: 0, octetsMax: 1500 }, true],
    [{ kind: 'close', tunnel: 7 }, false],
    [{ kind: 'closed', tunnel: 7 }, true],
    [{ kind: 'transfer', tunnel: 7, data: octets(9) }, false],
    [{ kind: 'transfer', tunnel: 7, data: octets(9) }, true],
    [{ kind: 'transfer-error', tunnel: 7, status: 1 }, false],
    [{ kind: 'transfer-error', tunnel: 7, status: 1 }, true],
  ];

  it.each(messages)('%o comes back as it was sent', (message, toClient) => {
    const { command, payload } = encodeTunnel(message, toClient);
    expect(decodeTunnel(command, payload, toClient)).toEqual(message);
  });

  it('requests GBCS does not make are refused with their status', () => {
    const tunnels = new Tunnels();
    const statusOf = (change: object): unknown => {
      const request = {
        kind: 'request',
        protocol: 6,
        manufacturer: 0xffff,
        flowControl: false,
        octetsMax: 1500,
        ...change,
      } as const;
      const { command, payload } = encodeTunnel(request, false);
      const [answer] = tunnels.receive(ESME, false, command, payload, 0);
      const read = answer?.kind === 'send' ? decodeTunnel(answer.command, answer.payload, true) : undefined;
      return read?.kind === 'response' ? read.status : undefined;
    };
    expect([statusOf({ protocol: 5 }), statusOf({ flowControl: true }), statusOf({})]).toEqual([3, 4, 0]);
  });

  it('a transfer through a tunnel that is not there is answered, and a lost tunnel is asked for again', () => {
    const tunnels = new Tunnels();
    const transfer = encodeTunnel({ kind: 'transfer', tunnel: 3, data: octets(4) }, false);
    const [error] = tunnels.receive(ESME, false, transfer.command, transfer.payload, 0);
    expect(error?.kind === 'send' && decodeTunnel(error.command, error.payload, error.toClient)).toEqual({
      kind: 'transfer-error',
      tunnel: 3,
      status: 0,
    });
    tunnels.open(ESME, 0);
    const answer = encodeTunnel({ kind: 'response', tunnel: 5, status: 0, octetsMax: 1500 }, true);
    expect(tunnels.receive(ESME, true, answer.command, answer.payload, 0)).toEqual([{ kind: 'opened', peer: ESME }]);
    const closed = encodeTunnel({ kind: 'closed', tunnel: 5 }, true);
    expect(tunnels.receive(ESME, true, closed.command, closed.payload, 0).map(({ kind }) => kind)).toEqual(['lost', 'send']);
  });

  it('a busy server is asked again after three minutes', () => {
    const tunnels = new Tunnels();
    tunnels.open(ESME, 0);
    const busy = encodeTunnel({ kind: 'response', tunnel: 0xffff, status: 1, octetsMax: 0 }, true);
    tunnels.receive(ESME, true, busy.command, busy.payload, 1_000);
    expect(tunnels.due(180_999)).toEqual([]);
    expect(tunnels.due(181_000).map(({ kind }) => kind)).toEqual(['send']);
  });
});
