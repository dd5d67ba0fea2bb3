import type { OtaFrame, OtaImageId } from '../device/han-frame.ts';
import { type ParsedOtaImage, parseOtaImage } from '../dictionary/ota-image.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { WanDownFrame, WanUpFrame } from './wan-frame.ts';

/** Images a hub holds for its devices may be this large; the operational limit is unconfirmed (docs/deviations.md). */
export const HUB_IMAGE_OCTETS_MAX = 10_240_000;

interface Incoming {
  readonly transfer: number;
  readonly target: Eui64;
  readonly file: Uint8Array;
  received: number;
}

interface Stored {
  readonly id: OtaImageId;
  readonly parsed: ParsedOtaImage;
  readonly file: Bytes;
}

/** What the store answers the network, and the device that should hear of a new image. */
export interface ImageStoreStep {
  readonly up: readonly WanUpFrame[];
  readonly notify?: Eui64;
}

/**
 * The hub's non-volatile image memory: it takes an image from the WAN chunk by chunk, checks its form, keeps one per
 * manufacturer and image type, and serves its blocks to devices. Interrupted transfers go on at their offset.
 */
export class ImageStore {
  #incoming: Incoming | undefined;
  readonly #stored = new Map<string, Stored>();

  /** Takes an offer or a chunk from the WAN. */
  receive(frame: Extract<WanDownFrame, { kind: 'image-offer' | 'image-chunk' }>): ImageStoreStep {
    return frame.kind === 'image-offer' ? this.#offer(frame) : this.#chunk(frame);
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

  #chunk({ transfer, offset, data }: Extract<WanDownFrame, { kind: 'image-chunk' }>): ImageStoreStep {
    const incoming = this.#incoming;
    // A chunk out of place belongs to a stream that a newer offer has overtaken: answering would keep both alive.
    if (!incoming || incoming.transfer !== transfer || offset !== incoming.received) return { up: [] };
    if (data.length === 0 || offset + data.length > incoming.file.length) return { up: [] };
    incoming.file.set(data, offset);
    incoming.received += data.length;
    if (incoming.received < incoming.file.length)
      return { up: [{ kind: 'image-progress', transfer, nextOffset: incoming.received }] };
    this.#incoming = undefined;
    return this.#keep(incoming);
  }

  #keep({ transfer, target, file }: Incoming): ImageStoreStep {
    try {
      const parsed = parseOtaImage(file, { octetsMax: HUB_IMAGE_OCTETS_MAX });
      const { manufacturerCode, imageType, fileVersion } = parsed.header;
      this.#stored.set(`${manufacturerCode}:${imageType}`, { id: { manufacturerCode, imageType, fileVersion }, parsed, file });
    } catch (error) {
      if (!(error instanceof ProtocolFault)) throw error;
      return { up: [{ kind: 'image-result', transfer, stored: false, detail: `${error.message} (offset ${error.offset})` }] };
    }
    return { up: [{ kind: 'image-result', transfer, stored: true, detail: `${file.length} octets` }], notify: target };
  }

  /** Answers a device's OTA request; undefined for frames that need no answer. */
  serve(frame: OtaFrame): OtaFrame | undefined {
    switch (frame.kind) {
      case 'ota-query-next-image':
        return this.#nextImage(frame);
      case 'ota-block-request': {
        const stored = this.#find(frame.image);
        if (!stored || frame.image.fileVersion !== stored.id.fileVersion) return { kind: 'ota-abort' };
        const data = stored.file.subarray(frame.offset, frame.offset + frame.maxOctets);
        return data.length > 0 ? { kind: 'ota-block', image: stored.id, offset: frame.offset, data } : { kind: 'ota-abort' };
      }
      case 'ota-upgrade-end':
        if (frame.status === 'invalid-image') this.#stored.delete(`${frame.image.manufacturerCode}:${frame.image.imageType}`);
        return { kind: 'ota-wait-for-command', image: frame.image };
      default:
        return undefined;
    }
  }

  #find(image: OtaImageId): Stored | undefined {
    return this.#stored.get(`${image.manufacturerCode}:${image.imageType}`);
  }

  #nextImage(query: Extract<OtaFrame, { kind: 'ota-query-next-image' }>): OtaFrame {
    const stored = this.#find(query.image);
    const range = stored?.parsed.header.hardwareVersions;
    const fits = !range || (range.minimum <= query.hardwareVersion && query.hardwareVersion <= range.maximum);
    if (!stored || !fits || stored.id.fileVersion === query.image.fileVersion) return { kind: 'ota-no-image' };
    return { kind: 'ota-next-image', image: stored.id, totalOctets: stored.file.length };
  }
}
