import type { MessageHeader } from '../gbcs/header.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { equalBytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';

/** An image a device holds, by what activation and version reads need of it. */
export interface FirmwareSlot {
  /** File version of the OTA header, 4 octets in SR11.2. */
  readonly version: number;
  /** SHA-256 of the manufacturer image; empty where only a report of the image is known (a cloned device). */
  readonly hash: Bytes;
}

/** A stored image that waits for CS06. */
export interface PendingImage extends FirmwareSlot {
  readonly manufacturerImage: Bytes;
}

/** What set an activation off, so that its outcome can be reported once the new image runs. */
export type ActivationCause =
  | { readonly kind: 'immediate'; readonly command: MessageHeader }
  | { readonly kind: 'future-dated'; readonly at: Millis; readonly originator: Eui64; readonly originatorCounter: bigint };

/** An activation that has begun; it is finished after the reboot, power cuts or not. */
export interface Activation {
  readonly image: FirmwareSlot;
  readonly cause: ActivationCause;
}

/** What a firmware store holds, as plain data. */
export interface FirmwareState {
  readonly active: FirmwareSlot;
  readonly pending?: PendingImage;
  readonly activation?: Activation;
}

/** CS06 outcome (GBCS annex 3 ActivateImageResponseCode). */
export const ACTIVATION_CODES = { success: 0, noImageHeld: 1, hashMismatch: 2, activationFailure: 3 } as const;

/** What a device does with an image whose version is below the running one: a manufacturer's policy, hence a parameter. */
export type DowngradePolicy = 'reject' | 'accept';

/**
 * One active and at most one pending image (SMETS2 meters; a new download replaces the pending one). Switching is atomic:
 * `begin` commits to the image, `finish` makes it the running one; whatever happens in between, one whole image runs.
 */
export class FirmwareStore {
  #active: FirmwareSlot;
  #pending: PendingImage | undefined;
  #activation: Activation | undefined;
  readonly #downgrade: DowngradePolicy;

  constructor(active: FirmwareSlot, downgrade: DowngradePolicy) {
    this.#active = active;
    this.#downgrade = downgrade;
  }

  get active(): FirmwareSlot {
    return this.#active;
  }

  get pending(): PendingImage | undefined {
    return this.#pending;
  }

  get activation(): Activation | undefined {
    return this.#activation;
  }

  /** The image that runs, where a report says which it is. */
  runs(version: number): void {
    this.#active = { ...this.#active, version };
  }

  store(image: PendingImage): void {
    this.#pending = image;
  }

  discard(): void {
    this.#pending = undefined;
  }

  /** Starts an activation, or says with a CS06 code why not: no image first, then the hash, then the version. */
  begin(hash: Bytes, cause: ActivationCause): number {
    if (!this.#pending || this.#activation) return ACTIVATION_CODES.noImageHeld;
    const known = this.#pending.hash.length > 0;
    if (known && !equalBytes(this.#pending.hash, hash)) return ACTIVATION_CODES.hashMismatch;
    if (this.#downgrade === 'reject' && this.#pending.version < this.#active.version) return ACTIVATION_CODES.activationFailure;
    this.#activation = { image: { version: this.#pending.version, hash }, cause };
    return ACTIVATION_CODES.success;
  }

  state(): FirmwareState {
    return {
      active: this.#active,
      ...(this.#pending && { pending: this.#pending }),
      ...(this.#activation && { activation: this.#activation }),
    };
  }

  restore({ active, pending, activation }: FirmwareState): void {
    this.#active = active;
    this.#pending = pending;
    this.#activation = activation;
  }

  /** The new image runs, or the old one again when starting it failed. */
  finish(succeeded: boolean): Activation | undefined {
    const activation = this.#activation;
    this.#activation = undefined;
    if (activation && succeeded) {
      this.#active = activation.image;
      this.#pending = undefined;
    }
    return activation;
  }
}

/** The 4 octets of a firmware version. */
export function versionOctets(version: number): Bytes {
  return Uint8Array.of(version >>> 24, (version >>> 16) & 0xff, (version >>> 8) & 0xff, version & 0xff);
}
