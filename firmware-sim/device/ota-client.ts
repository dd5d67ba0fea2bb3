import type { Bytes } from '../kernel/bytes.ts';
import type { Millis } from '../kernel/time.ts';
import type { OtaFrame, OtaImageId } from './han-frame.ts';

/** What a device tells the hub about itself when it asks for an image. */
export interface OtaIdentity {
  readonly manufacturerCode: number;
  readonly imageType: number;
  readonly hardwareVersion: number;
}

/** Transfer behaviour; the numbers are unverified defaults (docs/deviations.md). */
export interface OtaClientOptions {
  /** Octets asked for at a time; ZigBee frames leave about 50. */
  readonly blockOctets: number;
  /** How long to wait for a block before asking again. */
  readonly retryMs: Millis;
}

export const OTA_CLIENT_DEFAULTS: OtaClientOptions = { blockOctets: 50, retryMs: 5_000 };

/** Images larger than this are refused: the schema's hard cap for a firmware image (DUIS 5.4). */
export const IMAGE_OCTETS_MAX = 10_240_000;

interface Download {
  readonly image: OtaImageId;
  readonly file: Uint8Array;
  received: number;
}

/** What the client wants done: frames for the hub, and the whole file once it is there. */
export interface OtaClientStep {
  readonly frames: readonly OtaFrame[];
  readonly file?: Bytes;
  readonly progress?: { readonly received: number; readonly total: number };
}

const NOTHING: OtaClientStep = { frames: [] };

/**
 * The device's side of a ZigBee OTA upgrade. What has been received is kept through a power cut, so that a transfer
 * resumes at its offset; after the last block the device holds the file and waits for CS06.
 */
export class OtaClient {
  readonly #identity: OtaIdentity;
  readonly #options: OtaClientOptions;
  readonly #currentVersion: () => number;
  #download: Download | undefined;
  #waiting: OtaFrame | undefined;
  #retryAt: Millis | undefined;

  constructor(identity: OtaIdentity, currentVersion: () => number, options: OtaClientOptions = OTA_CLIENT_DEFAULTS) {
    this.#identity = identity;
    this.#currentVersion = currentVersion;
    this.#options = options;
  }

  get deadline(): Millis | undefined {
    return this.#retryAt;
  }

  /** The device has started: a transfer that was under way goes on, or the hub is asked for anything new. */
  start(now: Millis): OtaClientStep {
    return this.#ask(this.#download ? this.#blockRequest(this.#download) : this.#query(), now);
  }

  /** The device has lost its power: timers are gone, the part of the file that is in flash is not. */
  stop(): void {
    this.#retryAt = undefined;
    this.#waiting = undefined;
  }

  /** Repeats the last request when its answer is overdue. */
  poll(now: Millis): OtaClientStep {
    if (this.#retryAt === undefined || now < this.#retryAt || !this.#waiting) return NOTHING;
    return this.#ask(this.#waiting, now);
  }

  /** Takes a frame from the hub. */
  receive(frame: OtaFrame, now: Millis): OtaClientStep {
    switch (frame.kind) {
      case 'ota-image-notify':
        return this.#ask(this.#query(), now);
      case 'ota-no-image':
        this.#waiting = undefined;
        this.#retryAt = undefined;
        return NOTHING;
      case 'ota-next-image':
        return this.#begin(frame.image, frame.totalOctets, now);
      case 'ota-block':
        return this.#take(frame, now);
      case 'ota-abort':
        this.#download = undefined;
        return this.#ask(this.#query(), now);
      case 'ota-wait-for-command':
        this.#waiting = undefined;
        this.#retryAt = undefined;
        return NOTHING;
      default:
        return NOTHING;
    }
  }

  /** The device has checked the file: the hub hears the verdict and the transfer is over. */
  end(image: OtaImageId, good: boolean, now: Millis): OtaClientStep {
    return this.#ask({ kind: 'ota-upgrade-end', image, status: good ? 'success' : 'invalid-image' }, now);
  }

  #query(): OtaFrame {
    const { manufacturerCode, imageType, hardwareVersion } = this.#identity;
    return {
      kind: 'ota-query-next-image',
      image: { manufacturerCode, imageType, fileVersion: this.#currentVersion() },
      hardwareVersion,
    };
  }

  #begin(image: OtaImageId, totalOctets: number, now: Millis): OtaClientStep {
    const known = this.#download;
    if (known && sameImage(known.image, image) && known.file.length === totalOctets)
      return this.#ask(this.#blockRequest(known), now);
    if (totalOctets < 1 || totalOctets > IMAGE_OCTETS_MAX) return this.end(image, false, now);
    const download = { image, file: new Uint8Array(totalOctets), received: 0 };
    this.#download = download;
    return this.#ask(this.#blockRequest(download), now);
  }

  #take(frame: Extract<OtaFrame, { kind: 'ota-block' }>, now: Millis): OtaClientStep {
    const download = this.#download;
    if (!download || !sameImage(download.image, frame.image) || frame.offset !== download.received) return NOTHING;
    if (frame.data.length === 0 || frame.offset + frame.data.length > download.file.length) return NOTHING;
    download.file.set(frame.data, frame.offset);
    download.received += frame.data.length;
    const progress = { received: download.received, total: download.file.length };
    if (download.received < download.file.length) return { ...this.#ask(this.#blockRequest(download), now), progress };
    this.#download = undefined;
    this.#waiting = undefined;
    this.#retryAt = undefined;
    return { frames: [], file: download.file, progress };
  }

  #blockRequest(download: Download): OtaFrame {
    const maxOctets = Math.min(this.#options.blockOctets, download.file.length - download.received);
    return { kind: 'ota-block-request', image: download.image, offset: download.received, maxOctets };
  }

  #ask(frame: OtaFrame, now: Millis): OtaClientStep {
    this.#waiting = frame;
    this.#retryAt = now + this.#options.retryMs;
    return { frames: [frame] };
  }
}

function sameImage(a: OtaImageId, b: OtaImageId): boolean {
  return a.manufacturerCode === b.manufacturerCode && a.imageType === b.imageType && a.fileVersion === b.fileVersion;
}
