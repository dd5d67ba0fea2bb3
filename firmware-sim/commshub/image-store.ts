import { earliest } from '../device/deadline.ts';
import type { OtaFrame, OtaImageId } from '../device/han-frame.ts';
import { type ParsedOtaImage, parseOtaImage } from '../dictionary/ota-image.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import type { WanDownFrame, WanUpFrame } from './wan-frame.ts';

/** Images a hub holds for its devices may be this large; the operational limit is unconfirmed (docs/deviations.md). */
export const HUB_IMAGE_OCTETS_MAX = 10_240_000;

/** What became of an image for a device (GBCS annex 3, CCS08; DUIS 5.4 TransferResponseCode). */
export const TRANSFER = { success: 0, discarded: 1, hardwareMismatch: 2, failed: 3 } as const;

/** An image for a device has come to its end. */
export interface TransferOutcome {
  readonly device: Eui64;
  readonly version: number;
  readonly code: number;
}

interface Incoming {
  readonly transfer: number;
  readonly target: Eui64;
  readonly file: Uint8Array;
  received: number;
}

interface Stored {
  readonly id: OtaImageId;
  readonly target: Eui64;
  readonly parsed: ParsedOtaImage;
  readonly file: Bytes;
  /** When its device should have fetched it. */
  readonly until: Millis;
  /** Whether its outcome is known. */
  over: boolean;
}

/** What the store answers the network, the device that should hear of a new image, and images that came to their end by it. */
export interface ImageStoreStep {
  readonly up: readonly WanUpFrame[];
  readonly notify?: Eui64;
  /** A whole file for the hub itself. */
  readonly own?: { readonly transfer: number; readonly file: Bytes };
  readonly outcomes?: readonly TransferOutcome[];
}

/** What the store answers a device, and an image that came to its end by its request. */
export interface Served {
  readonly answer: OtaFrame | undefined;
  readonly outcomes: readonly TransferOutcome[];
}

export interface ImageStoreOptions {
  /** The hub itself, whose image is not kept for anybody else. */
  readonly own?: Eui64;
  /** How long a device has to fetch its image; undefined for one that may take as long as it likes. */
  readonly patienceMs?: (device: Eui64) => Millis | undefined;
}

const keyOf = ({ manufacturerCode, imageType }: OtaImageId): string => `${manufacturerCode}:${imageType}`;

/**
 * The hub's non-volatile image memory: it takes an image from the WAN chunk by chunk, checks its form, keeps one per
 * manufacturer and image type, and serves its blocks to devices. Interrupted transfers go on at their offset.
 */
export class ImageStore {
  readonly #options: ImageStoreOptions;
  #incoming: Incoming | undefined;
  readonly #stored = new Map<string, Stored>();

  constructor(options: ImageStoreOptions = {}) {
    this.#options = options;
  }

  /** When `expired` next has something to report. */
  get deadline(): Millis | undefined {
    const ends = [...this.#stored.values()].filter(({ over }) => !over).map(({ until }) => until);
    return earliest(...ends.filter((until) => until !== Number.POSITIVE_INFINITY));
  }

  /** Whether a device has still to fetch an image. */
  isUnderway(device: Eui64): boolean {
    return [...this.#stored.values()].some(({ target, over }) => target === device && !over);
  }

  /** Takes an offer or a chunk from the WAN. */
  receive(frame: Extract<WanDownFrame, { kind: 'image-offer' | 'image-chunk' }>, now: Millis): ImageStoreStep {
    return frame.kind === 'image-offer' ? this.#offer(frame) : this.#chunk(frame, now);
  }

  #offer(frame: Extract<WanDownFrame, { kind: 'image-offer' }>): ImageStoreStep {
    const { transfer, target, totalOctets } = frame;
    if (totalOctets < 1 || totalOctets > HUB_IMAGE_OCTETS_MAX) {
      return { up: [{ kind: 'image-result', transfer, stored: false, detail: `${totalOctets} octets do not fit` }] };
    }
    if (this.#incoming?.transfer !== transfer)
      this.#incoming = { transfer, target, file: new Uint8Array(totalOctets), received: 0 };
    return { up: [{ kind: 'image-progress', transfer, nextOffset: this.#incoming.received }] };
  }

  #chunk({ transfer, offset, data }: Extract<WanDownFrame, { kind: 'image-chunk' }>, now: Millis): ImageStoreStep {
    const incoming = this.#incoming;
    // A chunk out of place belongs to a stream that a newer offer has overtaken: answering would keep both alive.
    if (!incoming || incoming.transfer !== transfer || offset !== incoming.received) return { up: [] };
    if (data.length === 0 || offset + data.length > incoming.file.length) return { up: [] };
    incoming.file.set(data, offset);
    incoming.received += data.length;
    if (incoming.received < incoming.file.length)
      return { up: [{ kind: 'image-progress', transfer, nextOffset: incoming.received }] };
    this.#incoming = undefined;
    if (incoming.target === this.#options.own) return { up: [], own: { transfer, file: incoming.file } };
    return this.#keep(incoming, now);
  }

  #keep({ transfer, target, file }: Incoming, now: Millis): ImageStoreStep {
    let parsed: ParsedOtaImage;
    try {
      parsed = parseOtaImage(file, { octetsMax: HUB_IMAGE_OCTETS_MAX });
    } catch (error) {
      if (!(error instanceof ProtocolFault)) throw error;
      return { up: [{ kind: 'image-result', transfer, stored: false, detail: `${error.message} (offset ${error.offset})` }] };
    }
    const { manufacturerCode, imageType, fileVersion } = parsed.header;
    const id = { manufacturerCode, imageType, fileVersion };
    const outcomes = this.#ended(this.#stored.get(keyOf(id)), TRANSFER.discarded);
    const until = now + (this.#options.patienceMs?.(target) ?? Number.POSITIVE_INFINITY);
    this.#stored.set(keyOf(id), { id, target, parsed, file, until, over: false });
    const up: WanUpFrame = { kind: 'image-result', transfer, stored: true, detail: `${file.length} octets` };
    return { up: [up], notify: target, outcomes };
  }

  /** Images whose devices have not fetched them in time; they go. */
  expired(now: Millis): readonly TransferOutcome[] {
    const late = [...this.#stored].filter(([, { over, until }]) => !over && until <= now);
    return late.flatMap(([key, stored]) => {
      this.#stored.delete(key);
      return this.#ended(stored, TRANSFER.failed);
    });
  }

  /** Answers a device's OTA request; no answer for frames that need none. */
  serve(frame: OtaFrame, from: Eui64): Served {
    switch (frame.kind) {
      case 'ota-query-next-image':
        return this.#nextImage(frame, from);
      case 'ota-block-request':
        return { answer: this.#block(frame), outcomes: [] };
      case 'ota-upgrade-end':
        return { answer: { kind: 'ota-wait-for-command', image: frame.image }, outcomes: this.#upgradeEnd(frame, from) };
      default:
        return { answer: undefined, outcomes: [] };
    }
  }

  #block(frame: Extract<OtaFrame, { kind: 'ota-block-request' }>): OtaFrame {
    const stored = this.#stored.get(keyOf(frame.image));
    if (!stored || frame.image.fileVersion !== stored.id.fileVersion) return { kind: 'ota-abort' };
    const data = stored.file.subarray(frame.offset, frame.offset + frame.maxOctets);
    return data.length > 0 ? { kind: 'ota-block', image: stored.id, offset: frame.offset, data } : { kind: 'ota-abort' };
  }

  #upgradeEnd({ image, status }: Extract<OtaFrame, { kind: 'ota-upgrade-end' }>, from: Eui64): readonly TransferOutcome[] {
    const stored = this.#stored.get(keyOf(image));
    if (status === 'invalid-image') this.#stored.delete(keyOf(image));
    if (stored?.target !== from || stored.id.fileVersion !== image.fileVersion) return [];
    return this.#ended(stored, status === 'success' ? TRANSFER.success : TRANSFER.discarded);
  }

  #nextImage(query: Extract<OtaFrame, { kind: 'ota-query-next-image' }>, from: Eui64): Served {
    const stored = this.#stored.get(keyOf(query.image));
    const range = stored?.parsed.header.hardwareVersions;
    const fits = !range || (range.minimum <= query.hardwareVersion && query.hardwareVersion <= range.maximum);
    if (stored && !fits) {
      const outcomes = stored.target === from ? this.#ended(stored, TRANSFER.hardwareMismatch) : [];
      return { answer: { kind: 'ota-no-image' }, outcomes };
    }
    if (!stored || stored.id.fileVersion === query.image.fileVersion) return { answer: { kind: 'ota-no-image' }, outcomes: [] };
    return { answer: { kind: 'ota-next-image', image: stored.id, totalOctets: stored.file.length }, outcomes: [] };
  }

  /** An image has come to its end; nothing when that is known. */
  #ended(stored: Stored | undefined, code: number): readonly TransferOutcome[] {
    if (!stored || stored.over) return [];
    stored.over = true;
    return [{ device: stored.target, version: stored.id.fileVersion, code }];
  }
}
