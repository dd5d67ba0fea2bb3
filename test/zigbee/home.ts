import { Air, type AirFrame } from '../../firmware-sim/air/air.ts';
import { type LinkQuality, LinkTable } from '../../firmware-sim/air/links.ts';
import { installCodeLinkKey } from '../../firmware-sim/crypto/aes-mmo.ts';
import { type Eui64, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { type Cancel, Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import type { HanMessage, HanOutput, HanRequest } from '../../firmware-sim/zigbee/han-link.ts';
import { type NodeOptions, ZigBeeNode } from '../../firmware-sim/zigbee/node.ts';
import type { SimpleDescriptor } from '../../firmware-sim/zigbee/zdo-messages.ts';

export const HUB = parseEui64('00-DB-12-34-56-78-90-A0');
export const ESME = parseEui64('00-DB-12-34-56-78-90-A1');
export const GSME = parseEui64('00-DB-12-34-56-78-90-A2');
export const INSTALL_CODE = Uint8Array.from({ length: 16 }, (_, i) => i * 7);
export const LINK_KEY = installCodeLinkKey(INSTALL_CODE);
export const NETWORK_KEY = Uint8Array.from({ length: 16 }, (_, i) => 0xf0 ^ i);
export const CHANNELS = [11, 15, 20].map((channel) => ({ channel, page: 0 }));

const SMART_ENERGY = 0x0109;
export const endpoint = (
  number: number,
  servers: readonly number[] = [0x0704],
  clients: readonly number[] = [],
): SimpleDescriptor => ({
  endpoint: number,
  profile: SMART_ENERGY,
  device: 0x0501,
  version: 0,
  servers,
  clients,
});

/** A node on the air that remembers what it said. */
export class HomeNode {
  readonly node: ZigBeeNode;
  readonly said: HanOutput[] = [];
  readonly #scheduler: Scheduler;
  readonly #radio: ReturnType<Air['attach']>;
  #cancel: Cancel | undefined;

  constructor(air: Air, scheduler: Scheduler, options: NodeOptions) {
    this.node = new ZigBeeNode(options);
    this.#scheduler = scheduler;
    this.#radio = air.attach(options.eui, (event) => this.do(this.node.radio(event, scheduler.now)));
  }

  do(outputs: readonly HanOutput[]): void {
    for (const output of outputs) {
      if (output.kind === 'radio') this.#radio.command(output.command);
      else this.said.push(output);
    }
    this.#cancel?.();
    const { deadline } = this.node;
    this.#cancel =
      deadline === undefined ? undefined : this.#scheduler.at(deadline, () => this.do(this.node.due(this.#scheduler.now)));
  }

  request(request: HanRequest): void {
    this.do(this.node.request(request, this.#scheduler.now));
  }

  resume(): void {
    this.do(this.node.resume(this.#scheduler.now));
  }

  stop(): void {
    this.#cancel?.();
  }

  heard<K extends HanOutput['kind']>(kind: K): readonly Extract<HanOutput, { kind: K }>[] {
    return this.said.filter((output): output is Extract<HanOutput, { kind: K }> => output.kind === kind);
  }

  payloads(): readonly Uint8Array[] {
    return this.heard('received').map(({ message }) => message.payload);
  }
}

export interface HomeOptions {
  readonly seed?: string;
  readonly link?: Partial<LinkQuality>;
}

/** A hub's network on the air, and devices that join it. */
export class Home {
  readonly scheduler = new Scheduler(0);
  readonly frames: AirFrame[] = [];
  readonly air: Air;
  readonly hub: HomeNode;
  readonly #seed: string;

  constructor({ seed = 'home', link = {} }: HomeOptions = {}) {
    this.#seed = seed;
    this.air = new Air({ scheduler: this.scheduler, seed, links: new LinkTable(link), tap: (frame) => this.frames.push(frame) });
    this.hub = this.add(HUB, 'coordinator');
    const network = { channel: 15, page: 0, pan: 0x1a2b, extendedPan: HUB, networkKey: NETWORK_KEY };
    this.hub.request({ kind: 'form', network });
  }

  add(eui: Eui64, type: NodeOptions['type'], more: Partial<NodeOptions> = {}): HomeNode {
    const random = randomFor(this.#seed, `node ${eui}`);
    return new HomeNode(this.air, this.scheduler, { eui, type, endpoints: [endpoint(1)], manufacturer: 0x1234, random, ...more });
  }

  run(ms: number): void {
    this.scheduler.runUntil(this.scheduler.now + ms);
  }

  admit(eui: Eui64, linkKey = LINK_KEY, forMs = 60_000): void {
    this.hub.request({ kind: 'admit', eui, linkKey, origin: 'install-code', until: this.scheduler.now + forMs });
  }

  /** A device of the type joins with the install code, admitted or not. */
  join(eui: Eui64, type: NodeOptions['type'] = 'router', more: Partial<NodeOptions> = {}, linkKey = LINK_KEY): HomeNode {
    const node = this.add(eui, type, more);
    node.request({ kind: 'join', linkKey, channels: CHANNELS });
    this.run(20_000);
    return node;
  }

  /** Sends from one node to another and returns how it ended. */
  send(
    from: HomeNode,
    to: HomeNode,
    payload: Uint8Array,
    security: HanMessage['security'] = 'network',
    waitMs = 30_000,
  ): boolean | undefined {
    const ticket = from.heard('sent').length + 1_000;
    const message: HanMessage = {
      peer: to.node.eui,
      destinationEndpoint: 1,
      sourceEndpoint: 1,
      cluster: 0x0704,
      profile: SMART_ENERGY,
      payload,
      security,
    };
    from.request({ kind: 'send', ticket, message, acknowledged: true });
    this.run(waitMs);
    return from.heard('sent').find((output) => output.ticket === ticket)?.delivered;
  }
}
