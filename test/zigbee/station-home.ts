import { Air, type AirFrame } from '../../firmware-sim/air/air.ts';
import { type LinkQuality, LinkTable } from '../../firmware-sim/air/links.ts';
import { installCodeLinkKey } from '../../firmware-sim/crypto/aes-mmo.ts';
import { type CbkeSuite, curveOf, issueCertificate } from '../../firmware-sim/crypto/cbke/certificate.ts';
import { seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import { assert } from '../../firmware-sim/kernel/errors.ts';
import { type Eui64, eui64Bytes, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { type Cancel, Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import type { HanLink, HanMessage, HanOutput } from '../../firmware-sim/zigbee/han-link.ts';
import { ZigBeeNode } from '../../firmware-sim/zigbee/node.ts';
import type { NodeState } from '../../firmware-sim/zigbee/node-state.ts';
import { ENDPOINTS, type HanDeviceKind } from '../../firmware-sim/zigbee/se/endpoints.ts';
import type { EstablishmentCredentials } from '../../firmware-sim/zigbee/se/key-establishment.ts';
import { Station, type StationOutput } from '../../firmware-sim/zigbee/se/station.ts';

export const HUB = parseEui64('00-DB-12-34-56-78-90-A0');
export const ESME = parseEui64('00-DB-12-34-56-78-90-A1');
export const GSME = parseEui64('00-DB-12-34-56-78-90-A2');
export const AUTHORITY = parseEui64('00-0D-6F-00-00-00-00-01');
export const LINK_KEY = installCodeLinkKey(Uint8Array.from({ length: 16 }, (_, i) => i * 7));
const CHANNELS = [11, 15].map((channel) => ({ channel, page: 0 }));

/** A device's certificate of the test authority for a suite. */
export function credentialsOf(eui: Eui64, suite: CbkeSuite = 2, authority = AUTHORITY, key = 99n): EstablishmentCredentials {
  const curve = curveOf(suite);
  const point = curve.multiply(curve.base, key);
  const issued = issueCertificate(
    suite,
    { eui: eui64Bytes(authority), privateKey: key },
    eui64Bytes(eui),
    { serial: new Uint8Array(8), validFrom: 1_500_000_000 },
    { secret: 12_345n, blind: 67_890n },
  );
  assert(issued && point, 'a certificate');
  return { suite, certificate: issued.certificate, privateKey: issued.privateKey, authority: { eui: authority, point } };
}

/** What a dishonest station makes of a message before it goes out; undefined: it does not. */
export type Tampering = (message: HanMessage) => HanMessage | undefined;

/** A network through which a station says something else than it means to. */
function tampered(link: HanLink, tampering: Tampering): HanLink {
  return {
    get deadline() {
      return link.deadline;
    },
    request: (request, now): HanOutput[] => {
      if (request.kind !== 'send') return link.request(request, now);
      const message = tampering(request.message);
      return message ? link.request({ ...request, message }, now) : [{ kind: 'sent', ticket: request.ticket, delivered: true }];
    },
    due: (now) => link.due(now),
  };
}

/** A station on the air that remembers what it said. */
export class HomeStation {
  readonly node: ZigBeeNode;
  readonly station: Station;
  readonly said: StationOutput[] = [];
  readonly #home: StationHome;
  readonly #radio: ReturnType<Air['attach']>;
  #cancel: Cancel | undefined;

  constructor(
    home: StationHome,
    eui: Eui64,
    kind: HanDeviceKind,
    credentials: readonly EstablishmentCredentials[],
    tampering: Tampering = (message) => message,
    state?: NodeState,
    secured: readonly Eui64[] = [],
  ) {
    const random = randomFor(home.seed, `station ${eui}`);
    const sleepy = kind === 'gsme';
    const type = kind === 'hub' ? 'coordinator' : sleepy ? 'end-device' : 'router';
    this.node = new ZigBeeNode({
      eui,
      type,
      sleepy,
      endpoints: ENDPOINTS[kind],
      manufacturer: 0x1234,
      random,
      ...(state && { state }),
    });
    const options = {
      link: tampered(this.node, tampering),
      eui,
      kind,
      credentials,
      entropy: seededEntropy(home.seed, `station ${eui}`),
      sequence: random.below(256),
    };
    this.station = new Station(options, secured);
    this.#home = home;
    this.#radio = home.air.attach(eui, (event) => {
      const { now } = home.scheduler;
      this.do(this.station.han(this.node.radio(event, now), now));
    });
  }

  do(outputs: readonly StationOutput[]): void {
    const { scheduler } = this.#home;
    for (const output of outputs) {
      if (output.kind === 'radio') this.#radio.command(output.command);
      else this.said.push(output);
    }
    this.#cancel?.();
    const { deadline } = this.station;
    this.#cancel = deadline === undefined ? undefined : scheduler.at(deadline, () => this.do(this.station.due(scheduler.now)));
  }

  /** Its radio goes off for good. */
  stop(): void {
    this.#cancel?.();
    this.#home.air.detach(this.station.eui);
  }

  heard<K extends StationOutput['kind']>(kind: K): readonly Extract<StationOutput, { kind: K }>[] {
    return this.said.filter((output): output is Extract<StationOutput, { kind: K }> => output.kind === kind);
  }

  messages(): readonly Uint8Array[] {
    return this.heard('message').map(({ data }) => data);
  }
}

/** A hub and its devices, from install code to tunnel. */
export class StationHome {
  readonly scheduler = new Scheduler(0);
  readonly frames: AirFrame[] = [];
  readonly seed: string;
  readonly air: Air;
  readonly hub: HomeStation;
  #ticket = 0;

  constructor(seed = 'station home', link: Partial<LinkQuality> = {}, hubTampering?: Tampering) {
    this.seed = seed;
    this.air = new Air({ scheduler: this.scheduler, seed, links: new LinkTable(link), tap: (frame) => this.frames.push(frame) });
    this.hub = new HomeStation(this, HUB, 'hub', [credentialsOf(HUB), credentialsOf(HUB, 1)], hubTampering);
    const networkKey = randomFor(seed, 'network key').bytes(16);
    const network = { channel: 15, page: 0, pan: 0x1a2b, extendedPan: HUB, networkKey };
    this.hub.do(this.hub.station.request({ kind: 'form', network }, 0));
  }

  run(ms: number): void {
    this.scheduler.runUntil(this.scheduler.now + ms);
  }

  /** Lets a device in, joins it, and for all but a gas meter opens its tunnel once it is secured. */
  join(
    eui: Eui64,
    kind: HanDeviceKind,
    credentials: readonly EstablishmentCredentials[] = [credentialsOf(eui)],
    tampering?: Tampering,
  ): HomeStation {
    const { scheduler } = this;
    const until = scheduler.now + 120_000;
    this.hub.do(
      this.hub.station.request({ kind: 'admit', eui, linkKey: LINK_KEY, origin: 'install-code', until }, scheduler.now),
    );
    const device = new HomeStation(this, eui, kind, credentials, tampering);
    device.do(device.station.request({ kind: 'join', linkKey: LINK_KEY, channels: CHANNELS }, scheduler.now));
    if (kind === 'gsme') device.do(device.station.request({ kind: 'poll-every', periodMs: 1_000 }, scheduler.now));
    this.run(40_000);
    if (kind !== 'gsme' && this.hub.station.secured.includes(eui)) {
      this.hub.do(this.hub.station.openTunnel(eui, scheduler.now));
      this.run(10_000);
    }
    return device;
  }

  /** Sends data through the tunnel between two stations; undefined while its end is not known. */
  send(from: HomeStation, to: HomeStation, data: Uint8Array, waitMs = 30_000): boolean | undefined {
    const ticket = this.#ticket++;
    from.do(from.station.sendThroughTunnel(to.station.eui, data, ticket, this.scheduler.now));
    this.run(waitMs);
    return from.heard('sent').find((output) => output.ticket === ticket)?.delivered;
  }
}
