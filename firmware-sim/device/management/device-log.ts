import type { PublicKey } from '../../crypto/keys.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import type { Eui64 } from '../../kernel/eui64.ts';

/** A device of the same home as another one knows it: its identifier and GBCS device type number. */
export interface DeviceLogEntry {
  readonly eui: Eui64;
  /** GBCS DeviceType: 0 GSME, 1 ESME, 2 CHF, 3 GPF, 4 HCALCS, 5 PPMID, 6 type 2. */
  readonly type: number;
}

/** Devices of a kind that a log takes at most; SMETS2 5.7 and the hub's specification are not that precise (docs/deviations.md). */
export const DEVICE_LOG_CAPACITY = 16;

/** Devices in the log of a bench device nobody said anything about (the entries of RTDS 4.5.0 GCS62). */
export const BENCH_DEVICE_LOG: readonly DeviceLogEntry[] = [
  { eui: '01-02-03-04-05-06-07-08' as Eui64, type: 6 },
  { eui: '00-DB-12-34-56-78-90-99' as Eui64, type: 5 },
  { eui: '00-DB-12-34-56-78-90-97' as Eui64, type: 5 },
  { eui: '00-DB-12-34-56-78-90-96' as Eui64, type: 5 },
  { eui: '00-DB-12-34-56-78-90-98' as Eui64, type: 5 },
  { eui: '00-DB-12-34-56-78-90-9B' as Eui64, type: 6 },
];

const NOBODY: readonly DeviceLogEntry[] = [];

/** The devices one may talk to, in the order they were added (GBCS 13.7). */
export class DeviceLog {
  readonly capacity: number;
  #entries: readonly DeviceLogEntry[];

  constructor(entries: readonly DeviceLogEntry[] = NOBODY, capacity = DEVICE_LOG_CAPACITY) {
    this.capacity = capacity;
    this.#entries = entries;
  }

  get entries(): readonly DeviceLogEntry[] {
    return this.#entries;
  }

  set entries(entries: readonly DeviceLogEntry[]) {
    this.#entries = entries;
  }

  get full(): boolean {
    return this.#entries.length >= this.capacity;
  }

  find(eui: Eui64): DeviceLogEntry | undefined {
    return this.#entries.find((entry) => entry.eui === eui);
  }

  add(entry: DeviceLogEntry): void {
    this.#entries = [...this.#entries.filter(({ eui }) => eui !== entry.eui), entry];
  }

  /** False when the device is not in the log. */
  remove(eui: Eui64): boolean {
    const left = this.#entries.filter((entry) => entry.eui !== eui);
    if (left.length === this.#entries.length) return false;
    this.#entries = left;
    return true;
  }
}

/** How two devices come together (GBCS joinMethodAndRole): 0 method A initiator, 1 method A responder, 2 method B, 3 method C. */
export type JoinMethod = 0 | 1 | 2 | 3;

/** A join that has passed every check of the device itself. */
export interface JoinRequest extends DeviceLogEntry {
  readonly device: Eui64;
  readonly method: JoinMethod;
  /** The other device's key-agreement key, where the command brought its certificate. */
  readonly key: PublicKey | undefined;
}

/** A device of a backup, and the hash of its link key; no octets for one that had none. */
export interface BackedUpDevice {
  readonly eui: Eui64;
  readonly keyHash: Bytes;
}

/** What a hub asks of its home area network as trust centre (GBCS CCS01 to CCS03). */
export interface HubNetwork {
  /**
   * A device of the log may join while joining is permitted.
   * @param installCode 16 octets without a check sequence; undefined for a device that was in the log already: its code stays
   */
  admit(eui: Eui64, installCode: Bytes | undefined): void;
  /** A device is out of the log: it has to leave. */
  remove(eui: Eui64): void;
  /** The network of a backup comes in place of this one. `extendedPan` has 8 octets. */
  restore(extendedPan: Bytes, devices: readonly BackedUpDevice[]): void;
}

/** What a home area network does for joins: link keys, key establishment, tunnels. Results are GBCS join and unjoin codes; 0 is success. */
export interface HanPort {
  join(request: JoinRequest): number;
  unjoin(device: Eui64, other: Eui64): number;
  /** Of a hub: the network it keeps. */
  readonly network?: HubNetwork;
}

/** A network on which every join succeeds. */
export const ACCEPTING_HAN: HanPort = { join: () => 0, unjoin: () => 0 };
