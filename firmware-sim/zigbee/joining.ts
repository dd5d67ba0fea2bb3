import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import type { FoundNetwork, Mac, MacOutput } from './mac.ts';
import type { Capability } from './mac-command.ts';

/** What a device that joins is told. */
export interface JoinOrder {
  readonly linkKey: Bytes;
  readonly extendedPan?: Eui64;
  readonly channels: readonly { readonly channel: number; readonly page: number }[];
}

/** How long the network key is waited for after association, between two scans, and how many scans there are. */
const KEY_WAIT_MS = 8_000;
const SCAN_AGAIN_MS = 2_000;
const SCANS_MAX = 10;

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'scanning' }
  | { readonly name: 'resting'; readonly until: Millis }
  | { readonly name: 'associating'; readonly network: FoundNetwork; readonly others: readonly FoundNetwork[] }
  | {
      readonly name: 'waiting-for-key';
      readonly network: FoundNetwork;
      readonly others: readonly FoundNetwork[];
      readonly until: Millis;
    };

/** Whether the attempt goes on, has got as far as the key, or has come to nothing. */
export type JoinStep = { readonly out: MacOutput[]; readonly failed: boolean };

/** How a device gets into a network: scan, the best that takes devices in, association, network key; again when it fails. */
export class Joining {
  readonly #mac: Mac;
  readonly #capability: Capability;
  #order: JoinOrder | undefined;
  #state: State = { name: 'idle' };
  #scans = 0;

  constructor(mac: Mac, capability: Capability) {
    this.#mac = mac;
    this.#capability = capability;
  }

  get active(): boolean {
    return this.#state.name !== 'idle';
  }

  /** The network whose key is waited for. */
  get network(): FoundNetwork | undefined {
    return this.#state.name === 'waiting-for-key' ? this.#state.network : undefined;
  }

  get deadline(): Millis | undefined {
    return this.#state.name === 'resting' || this.#state.name === 'waiting-for-key' ? this.#state.until : undefined;
  }

  start(order: JoinOrder, now: Millis): MacOutput[] {
    this.#order = order;
    this.#scans = 0;
    return this.#scan(now);
  }

  /** The key has come, or nobody wants it any more. */
  stop(): void {
    this.#state = { name: 'idle' };
  }

  #scan(now: Millis): MacOutput[] {
    this.#scans++;
    this.#state = { name: 'scanning' };
    return this.#mac.scan(this.#order?.channels ?? [], now);
  }

  /** What the MAC layer says of scan and association. */
  heard(output: MacOutput, now: Millis): JoinStep {
    if (output.kind === 'scanned' && this.#state.name === 'scanning') return this.#choose(this.#candidates(output.networks), now);
    if (this.#state.name !== 'associating') return { out: [], failed: false };
    const { network, others } = this.#state;
    if (output.kind === 'not-associated') return this.#choose(others, now);
    if (output.kind === 'associated') {
      this.#mac.parent = network.parent;
      this.#state = { name: 'waiting-for-key', network, others, until: now + KEY_WAIT_MS };
    }
    return { out: [], failed: false };
  }

  /** Networks that take devices in, the strongest first. */
  #candidates(networks: readonly FoundNetwork[]): readonly FoundNetwork[] {
    const wanted = this.#order?.extendedPan;
    return networks
      .filter(({ beacon }) => beacon.joining && (wanted === undefined || beacon.extendedPan === wanted))
      .sort((a, b) => b.lqi - a.lqi);
  }

  #choose([network, ...others]: readonly FoundNetwork[], now: Millis): JoinStep {
    if (network) {
      this.#state = { name: 'associating', network, others };
      return { out: this.#mac.associate(network, this.#capability, now), failed: false };
    }
    if (this.#scans >= SCANS_MAX) {
      this.stop();
      return { out: [], failed: true };
    }
    this.#state = { name: 'resting', until: now + SCAN_AGAIN_MS };
    return { out: [], failed: false };
  }

  due(now: Millis): JoinStep {
    const state = this.#state;
    if (state.name === 'resting' && state.until <= now) return { out: this.#scan(now), failed: false };
    if (state.name === 'waiting-for-key' && state.until <= now) return this.#choose(state.others, now);
    return { out: [], failed: false };
  }
}
