import type { Eui64 } from '../kernel/eui64.ts';
import type { Capability } from './mac-command.ts';
import { isBroadcast, type ShortAddress } from './wire.ts';
import { type Binding, type NodeDescriptor, type SimpleDescriptor, ZDP_STATUS, type ZdoMessage } from './zdo-messages.ts';

/** Bindings a node keeps. */
const BINDINGS_MAX = 32;
/** An endpoint that stands for every endpoint, and a profile that stands for every profile (ZigBee 05-3474 2.4.3.1.7). */
const ANY_PROFILE = 0xffff;

export interface ZdoOptions {
  readonly eui: Eui64;
  readonly type: NodeDescriptor['type'];
  readonly capability: Capability;
  readonly manufacturer: number;
  readonly endpoints: () => readonly SimpleDescriptor[];
  /** Devices whose addresses this node answers for besides its own: a coordinator's are those of its network. */
  readonly members: ReadonlyMap<Eui64, { readonly address: ShortAddress }>;
}

/** Answers questions about a node: its addresses, descriptors and bindings (ZigBee 05-3474 2.5). */
export class Zdo {
  readonly #options: ZdoOptions;
  #bindings: readonly Binding[];

  constructor(options: ZdoOptions, bindings: readonly Binding[] = []) {
    this.#options = options;
    this.#bindings = bindings;
  }

  get bindings(): readonly Binding[] {
    return this.#bindings;
  }

  /** What answers a request; undefined for a message that wants no answer, or a broadcast that is not about this node. */
  answer(request: ZdoMessage, own: ShortAddress): ZdoMessage | undefined {
    const { type, capability, manufacturer } = this.#options;
    switch (request.kind) {
      case 'network-address-request':
      case 'extended-address-request':
        return this.#address(request, own);
      case 'node-descriptor-request':
        return this.#about(request.address, own)
          ? { kind: 'node-descriptor-response', status: 0, address: own, descriptor: { type, capability, manufacturer } }
          : { kind: 'node-descriptor-response', status: ZDP_STATUS.deviceNotFound, address: request.address };
      case 'simple-descriptor-request':
        return this.#simpleDescriptor(request.endpoint, own);
      case 'active-endpoints-request': {
        const endpoints = this.#options.endpoints().map(({ endpoint }) => endpoint);
        return { kind: 'active-endpoints-response', status: 0, address: own, endpoints };
      }
      case 'match-descriptor-request':
        return this.#matches(request, own);
      case 'bind-request':
        return { kind: 'bind-response', status: this.#bind(request.binding) };
      case 'unbind-request':
        return { kind: 'unbind-response', status: this.#unbind(request.binding) };
      default:
        return undefined;
    }
  }

  /** Extended address for a network address, or the other way round; undefined for a device this node does not answer for. */
  #address(
    request: Extract<ZdoMessage, { kind: 'network-address-request' | 'extended-address-request' }>,
    own: ShortAddress,
  ): ZdoMessage | undefined {
    const { eui, members } = this.#options;
    const extended = request.kind === 'extended-address-request';
    const known: (readonly [Eui64, ShortAddress])[] = [[eui, own]];
    for (const [member, { address }] of members) known.push([member, address]);
    const found = known.find(([one, address]) => (extended ? address === request.address : one === request.eui));
    return found && { kind: 'address-response', extended, status: ZDP_STATUS.success, eui: found[0], address: found[1] };
  }

  #about(address: ShortAddress, own: ShortAddress): boolean {
    return address === own || isBroadcast(address);
  }

  #simpleDescriptor(endpoint: number, own: ShortAddress): ZdoMessage {
    const descriptor = this.#options.endpoints().find((one) => one.endpoint === endpoint);
    if (descriptor) return { kind: 'simple-descriptor-response', status: 0, address: own, descriptor };
    const status = endpoint === 0 || endpoint > 254 ? ZDP_STATUS.invalidEndpoint : ZDP_STATUS.notActive;
    return { kind: 'simple-descriptor-response', status, address: own };
  }

  /** Endpoints that serve or use one of the clusters. A broadcast that nothing matches is not answered. */
  #matches(request: Extract<ZdoMessage, { kind: 'match-descriptor-request' }>, own: ShortAddress): ZdoMessage | undefined {
    if (!this.#about(request.address, own)) return undefined;
    const endpoints = this.#options
      .endpoints()
      .filter(({ profile }) => request.profile === ANY_PROFILE || request.profile === profile)
      .filter(
        ({ servers, clients }) =>
          request.servers.some((cluster) => servers.includes(cluster)) ||
          request.clients.some((cluster) => clients.includes(cluster)),
      )
      .map(({ endpoint }) => endpoint);
    if (endpoints.length === 0 && isBroadcast(request.address)) return undefined;
    return { kind: 'match-descriptor-response', status: 0, address: own, endpoints };
  }

  #bind(binding: Binding): number {
    if (binding.source !== this.#options.eui) return ZDP_STATUS.notSupported;
    if (this.#bindings.some((one) => isSame(one, binding))) return ZDP_STATUS.success;
    if (this.#bindings.length >= BINDINGS_MAX) return ZDP_STATUS.tableFull;
    this.#bindings = [...this.#bindings, binding];
    return ZDP_STATUS.success;
  }

  #unbind(binding: Binding): number {
    const left = this.#bindings.filter((one) => !isSame(one, binding));
    if (left.length === this.#bindings.length) return ZDP_STATUS.noEntry;
    this.#bindings = left;
    return ZDP_STATUS.success;
  }
}

const isSame = (a: Binding, b: Binding): boolean =>
  a.cluster === b.cluster &&
  a.sourceEndpoint === b.sourceEndpoint &&
  a.destination === b.destination &&
  a.destinationEndpoint === b.destinationEndpoint;
