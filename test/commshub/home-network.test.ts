import { describe, expect, it } from 'vitest';
import { HomeNetwork } from '../../firmware-sim/commshub/home-network.ts';
import { aesMmo, installCodeLinkKey } from '../../firmware-sim/crypto/aes-mmo.ts';
import type { Plain } from '../../firmware-sim/device/cosem/value.ts';
import type { Device } from '../../firmware-sim/device/device.ts';
import { ACCEPTING_HAN } from '../../firmware-sim/device/management/device-log.ts';
import { type Bytes, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { type Eui64, eui64Hex, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { logged } from '../device/bench.ts';
import { call, codes, deviceOf, plainOf } from '../device/cosem/calls.ts';
import { CHANNELS } from '../zigbee/home.ts';
import { credentialsOf, HomeStation, HUB, StationHome } from '../zigbee/station-home.ts';

const METER = parseEui64('00-DB-12-34-56-78-90-B1');
const NEW_HUB = parseEui64('00-DB-12-34-56-78-90-AF');
const CODE = Uint8Array.from({ length: 16 }, (_, i) => 0x50 + i);
const CHANGED = 0x8f12;
const LOG = '104/0-0:30.3.0.255';
const WINDOW_SECONDS = 120;

/** A hub as GBCS sees it on top of a hub as the air sees it. */
class Hub {
  readonly network: HomeNetwork;
  readonly device: Device;
  readonly alerts: number[] = [];
  readonly #home: StationHome;
  readonly #station: HomeStation;
  #told = 0;

  constructor(home: StationHome, station = home.hub) {
    this.#home = home;
    this.#station = station;
    const { keys } = station.node;
    const networkKey = randomFor('home network', station.station.eui).bytes(16);
    this.network = new HomeNetwork({
      linkKey: (eui) => (keys.origin(eui) === 'established' ? keys.key(eui) : undefined),
      formation: (extendedPan) => ({ channel: 15, page: 0, pan: 0x1a2b, extendedPan, networkKey }),
    });
    this.device = deviceOf('CHF', { han: { ...ACCEPTING_HAN, network: this.network } });
  }

  command(useCase: string, steps: Parameters<typeof call>[2]): readonly number[] {
    const called = call(this.device, useCase, steps);
    this.alerts.push(...logged(called.effects).filter((code) => code === CHANGED));
    this.carryOn();
    return codes(called);
  }

  /** CCS01: into the log, with an install code, for so long. */
  add(eui: Eui64, code: Bytes = CODE, seconds = WINDOW_SECONDS): readonly number[] {
    return this.command('CCS01', [
      { operation: 'action', key: `${LOG}/1`, data: [eui64Hex(eui).toLowerCase(), 1, toHex(code), 0] },
      { operation: 'set', key: `${LOG}/3`, data: seconds },
      { operation: 'set', key: `${LOG}/2`, data: true },
    ]);
  }

  remove(eui: Eui64): readonly number[] {
    return this.command('CCS02', [{ operation: 'action', key: `${LOG}/2`, data: eui64Hex(eui).toLowerCase() }]);
  }

  /** Does what the device log asks for, and tells it what the network says. */
  carryOn(): void {
    const { scheduler } = this.#home;
    for (const request of this.network.requests(this.device, scheduler.now)) {
      this.#station.do(this.#station.station.request(request, scheduler.now));
    }
    for (const output of this.#station.said.slice(this.#told)) {
      this.alerts.push(...logged(this.network.heard(output, this.device, scheduler.now)).filter((code) => code === CHANGED));
    }
    this.#told = this.#station.said.length;
  }

  run(ms: number): void {
    for (let left = ms; left > 0; left -= 500) {
      this.#home.run(Math.min(500, left));
      this.carryOn();
    }
  }

  /** Hash of a device's link key in the backup; undefined for a device that is not in it. */
  hash(eui: Eui64, log = LOG): string | undefined {
    const { results } = call(this.device, 'CCS07', [{ operation: 'action', key: `${log}/4` }]);
    const [, , devices] = plainOf(results[0]?.data) as [Plain, Plain, [string, string][]];
    return devices.find(([identifier]) => identifier === eui64Hex(eui).toLowerCase())?.[1];
  }
}

const HISTORIC = '104/0-0:30.3.1.255';

/** A device joins, as new but for its frame counter, which goes on whatever it has forgotten. */
function joining(home: StationHome, eui: Eui64, code: Bytes = CODE, before?: HomeStation): HomeStation {
  const nwk = { outgoing: before?.node.state.nwk.outgoing ?? 0, incoming: {}, addresses: {} };
  const meter = new HomeStation(home, eui, 'esme', [credentialsOf(eui)], undefined, {
    nwk,
    linkKeys: {},
    members: {},
    bindings: [],
  });
  const order = { kind: 'join', linkKey: installCodeLinkKey(code), channels: CHANNELS } as const;
  meter.do(meter.station.request(order, home.scheduler.now));
  return meter;
}

const keyOf = (meter: HomeStation): string => toHex(meter.heard('secured').at(-1)?.linkKey ?? CODE);
const hashOf = (meter: HomeStation): string => toHex(aesMmo(meter.heard('secured').at(-1)?.linkKey ?? CODE));

describe('the hub’s device log drives its network', () => {
  it('CCS01: nobody comes in before it; then with the install code, and the hash of the link key goes to the broker', () => {
    const home = new StationHome('ccs01');
    const hub = new Hub(home);
    const early = joining(home, METER);
    hub.run(30_000);
    expect(early.heard('joined')).toEqual([]);
    early.stop();
    expect(hub.add(METER)).toEqual([0, 0, 0]);
    expect([hub.hash(METER), hub.alerts]).toEqual(['', [CHANGED]]);
    const meter = joining(home, METER);
    hub.run(20_000);
    expect(meter.heard('secured')).toHaveLength(1);
    expect([hub.hash(METER), hub.alerts]).toEqual([hashOf(meter), [CHANGED, CHANGED]]);
  });

  it('its time ends, and comes again under the code there was when the device is added again', () => {
    const home = new StationHome('window');
    const hub = new Hub(home);
    hub.add(METER, CODE, 10);
    hub.run(15_000);
    const late = joining(home, METER);
    hub.run(30_000);
    expect(late.heard('joined')).toEqual([]);
    late.stop();
    expect(
      hub.add(
        METER,
        CODE.map((octet) => octet ^ 1),
      ),
    ).toEqual([0, 0, 0]);
    expect(hub.alerts).toEqual([CHANGED]);
    const meter = joining(home, METER);
    hub.run(20_000);
    expect(meter.heard('secured')).toHaveLength(1);
  });

  it('CCS02: the device leaves, its key becomes history, and it does not come back by itself', () => {
    const home = new StationHome('ccs02');
    const hub = new Hub(home);
    hub.add(METER);
    const meter = joining(home, METER);
    hub.run(20_000);
    expect(hub.remove(METER)).toEqual([0]);
    hub.run(5_000);
    expect(meter.heard('down')).toEqual([{ kind: 'down', reason: 'removed' }]);
    expect([hub.hash(METER), hub.hash(METER, HISTORIC)]).toEqual([undefined, hashOf(meter)]);
    expect([home.hub.station.secured, home.hub.node.keys.partners]).toEqual([[], []]);
    expect(hub.alerts).toEqual([CHANGED, CHANGED, CHANGED]);
  });

  it('a device that was off while it was taken out comes back under the key it had, in the first half of the time', () => {
    const home = new StationHome('historic');
    const hub = new Hub(home);
    hub.add(METER);
    const meter = joining(home, METER);
    hub.run(20_000);
    const { state } = meter.node;
    meter.stop();
    hub.remove(METER);
    hub.run(5_000);
    hub.add(
      METER,
      CODE.map((octet) => octet ^ 3),
    );
    const stale = { ...state, nwk: { ...state.nwk, key: { key: new Uint8Array(16), sequence: 9 } } };
    const back = new HomeStation(home, METER, 'esme', [credentialsOf(METER)], undefined, stale, [HUB]);
    back.do(back.node.resume(home.scheduler.now).filter((output) => output.kind === 'radio'));
    back.do(back.station.request({ kind: 'rejoin' }, home.scheduler.now));
    hub.run(20_000);
    expect(back.heard('joined')).toEqual([{ kind: 'joined', hub: HUB, rejoined: true }]);
    expect([hub.hash(METER), toHex(home.hub.node.keys.key(METER) ?? CODE)]).toEqual([hashOf(meter), keyOf(meter)]);
  });

  it('in the second half of the time the install code counts', () => {
    const home = new StationHome('second half');
    const hub = new Hub(home);
    const next = CODE.map((octet) => octet ^ 3);
    hub.add(METER);
    const meter = joining(home, METER);
    hub.run(20_000);
    meter.stop();
    hub.remove(METER);
    hub.add(METER, next);
    const again = joining(home, METER, next, meter);
    hub.run((WINDOW_SECONDS / 2) * 1_000 - 5_000);
    expect(again.heard('joined')).toEqual([]);
    again.stop();
    hub.run(6_000);
    const second = joining(home, METER, next, meter);
    hub.run(20_000);
    expect(second.heard('secured')).toHaveLength(1);
    expect(hub.hash(METER)).toBe(hashOf(second));
  });

  it('CCS03: another hub takes over the network; devices come back under the hashes of their keys and agree on new ones', () => {
    const home = new StationHome('ccs03');
    const hub = new Hub(home);
    hub.add(METER);
    const meter = joining(home, METER);
    hub.run(20_000);
    const hash = hub.hash(METER) ?? '';
    home.hub.stop();
    const station = new HomeStation(home, NEW_HUB, 'hub', [credentialsOf(NEW_HUB)]);
    const next = new Hub(home, station);
    const devices: Plain = [[eui64Hex(METER).toLowerCase(), hash]];
    expect(
      next.command('CCS03', [{ operation: 'action', key: `${LOG}/5`, data: [eui64Hex(HUB).toLowerCase(), devices] }]),
    ).toEqual([0]);
    expect(station.node.membership?.extendedPan).toBe(HUB);
    meter.do(meter.station.request({ kind: 'rejoin' }, home.scheduler.now));
    next.run(60_000);
    expect(meter.heard('joined').at(-1)).toEqual({ kind: 'joined', hub: NEW_HUB, rejoined: true });
    expect(meter.heard('secured').map(({ peer }) => peer)).toEqual([HUB, NEW_HUB]);
    expect(next.hash(METER)).toBe(hashOf(meter));
    expect(next.hash(METER)).not.toBe(hash);
    station.do(station.station.openTunnel(METER, home.scheduler.now));
    next.run(10_000);
    expect(home.send(station, meter, CODE)).toBe(true);
  });

  it('keeps over a restart who is expected and which keys are history', () => {
    const home = new StationHome('kept');
    const hub = new Hub(home);
    hub.add(METER);
    const again = new HomeNetwork({ linkKey: () => undefined, formation: () => expect.fail('none'), state: hub.network.state });
    again.admit(METER, undefined);
    const [request] = again.requests(hub.device, 1_000);
    expect(request).toEqual({
      kind: 'admit',
      eui: METER,
      linkKey: installCodeLinkKey(CODE),
      origin: 'install-code',
      until: 1_000 + WINDOW_SECONDS * 1_000,
    });
  });
});
