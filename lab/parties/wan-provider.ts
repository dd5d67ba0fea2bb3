import type { WanDownFrame, WanUpFrame } from '../../firmware-sim/commshub/wan-frame.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';

/** Octets of an image the WAN carries at a time; the real network's figure is not public. */
const CHUNK_OCTETS = 4_096;

/** One image on its way to a hub. */
export interface ImageTransfer {
  readonly id: number;
  readonly target: Eui64;
  readonly file: Bytes;
  sent: number;
  result: { readonly stored: boolean; readonly detail: string } | undefined;
}

/** The WAN provider's image distribution (CS05a): chunk by chunk, resumed where the hub says after an interruption. */
export class WanProvider {
  readonly transfers: ImageTransfer[] = [];
  readonly #send: (frame: WanDownFrame) => void;

  constructor(send: (frame: WanDownFrame) => void) {
    this.#send = send;
  }

  distribute(target: Eui64, file: Bytes): ImageTransfer {
    const transfer: ImageTransfer = { id: this.transfers.length + 1, target, file, sent: 0, result: undefined };
    this.transfers.push(transfer);
    this.#offer(transfer);
    return transfer;
  }

  /** Takes what the hub says about transfers. */
  receive(frame: WanUpFrame): void {
    if (frame.kind === 'registered') {
      for (const transfer of this.transfers) if (!transfer.result) this.#offer(transfer);
      return;
    }
    if (frame.kind !== 'image-progress' && frame.kind !== 'image-result') return;
    const transfer = this.transfers.find(({ id }) => id === frame.transfer);
    if (!transfer || transfer.result) return;
    if (frame.kind === 'image-result') transfer.result = { stored: frame.stored, detail: frame.detail };
    else this.#chunk(transfer, frame.nextOffset);
  }

  #offer({ id, target, file }: ImageTransfer): void {
    this.#send({ kind: 'image-offer', transfer: id, target, totalOctets: file.length });
  }

  #chunk(transfer: ImageTransfer, offset: number): void {
    transfer.sent = Math.max(transfer.sent, offset);
    const data = transfer.file.subarray(offset, offset + CHUNK_OCTETS);
    if (data.length > 0) this.#send({ kind: 'image-chunk', transfer: transfer.id, offset, data });
  }
}
