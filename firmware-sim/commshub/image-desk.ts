import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import { receiveImage } from '../device/firmware-receipt.ts';
import type { OtaFrame } from '../device/han-frame.ts';
import { reportTransfer } from '../device/management/read-log.ts';
import type { OtaIdentity } from '../device/ota-client.ts';
import type { DeviceType } from '../device/security/cell-table.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import { ImageStore, type TransferOutcome } from './image-store.ts';
import type { WanDownFrame, WanUpFrame } from './wan-frame.ts';

/** Devices whose image transfers are reported to the broker (GBCS CCS08); meters report themselves. */
const REPORTED: ReadonlySet<DeviceType | undefined> = new Set<DeviceType | undefined>(['PPMID', 'HCALCS']);

const DAY: Millis = 86_400_000;

/** What came of a frame about an image. */
export interface ImageDeskStep {
  readonly up: readonly WanUpFrame[];
  readonly effects: readonly DeviceEffect[];
  /** The device that should hear of a new image. */
  readonly notify?: Eui64 | undefined;
}

/** What a hub does with images: those for others it stores and passes on, and says how that ended; its own it checks and keeps. */
export class ImageDesk {
  readonly #device: Device;
  readonly #ota: OtaIdentity | undefined;
  readonly #typeOf: (device: Eui64) => DeviceType | undefined;
  readonly #store: ImageStore;

  constructor(device: Device, ota: OtaIdentity | undefined, typeOf: (device: Eui64) => DeviceType | undefined) {
    this.#device = device;
    this.#ota = ota;
    this.#typeOf = typeOf;
    const patienceMs = (target: Eui64): Millis | undefined =>
      REPORTED.has(typeOf(target)) ? device.parameters.imageTransferDays * DAY : undefined;
    this.#store = new ImageStore({ own: device.eui, patienceMs });
  }

  get deadline(): Millis | undefined {
    return this.#store.deadline;
  }

  /** Whether a device has still to fetch an image. */
  isUnderway(device: Eui64): boolean {
    return this.#store.isUnderway(device);
  }

  /** Takes an offer or a chunk from the WAN. */
  receive(frame: Extract<WanDownFrame, { kind: 'image-offer' | 'image-chunk' }>, now: Millis): ImageDeskStep {
    const { up, notify, own, outcomes = [] } = this.#store.receive(frame, now);
    if (own) return this.#own(own.transfer, own.file, now);
    return { up, notify, effects: this.#reported(outcomes, now) };
  }

  /** Answers a device's OTA request. */
  serve(
    frame: OtaFrame,
    from: Eui64,
    now: Millis,
  ): { readonly answer: OtaFrame | undefined; readonly effects: readonly DeviceEffect[] } {
    const { answer, outcomes } = this.#store.serve(frame, from);
    return { answer, effects: this.#reported(outcomes, now) };
  }

  /** Gives up what has not been fetched in time. */
  expired(now: Millis): readonly DeviceEffect[] {
    return this.#reported(this.#store.expired(now), now);
  }

  /** Firmware for the hub itself: it trusts its WAN provider (RTDS 4.5.0 has no image for a hub). */
  #own(transfer: number, file: Bytes, now: Millis): ImageDeskStep {
    if (!this.#ota) {
      const detail = 'the hub takes no image of its own';
      return { up: [{ kind: 'image-result', transfer, stored: false, detail }], effects: [] };
    }
    const { good, effects } = receiveImage(this.#device, file, this.#ota, now);
    const detail = good ? `${file.length} octets` : 'no image for this hub, or not signed by its WAN provider';
    return { up: [{ kind: 'image-result', transfer, stored: good, detail }], effects };
  }

  #reported(outcomes: readonly TransferOutcome[], now: Millis): readonly DeviceEffect[] {
    return outcomes
      .filter(({ device }) => REPORTED.has(this.#typeOf(device)))
      .flatMap(({ device, version, code }) => reportTransfer(this.#device, device, version, code, now));
  }
}
