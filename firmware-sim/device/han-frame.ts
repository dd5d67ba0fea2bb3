import type { Bytes } from '../kernel/bytes.ts';

/** What identifies an upgrade image on the home area network (ZCL OTA Upgrade, ZigBee 095264). */
export interface OtaImageId {
  readonly manufacturerCode: number;
  readonly imageType: number;
  readonly fileVersion: number;
}

/**
 * The OTA Upgrade cluster's exchanges as values, in the order a transfer uses them. A radio carries them as ZCL frames;
 * the in-process link carries them as they are.
 */
export type OtaFrame =
  | { readonly kind: 'ota-image-notify' }
  | { readonly kind: 'ota-query-next-image'; readonly image: OtaImageId; readonly hardwareVersion: number }
  | { readonly kind: 'ota-no-image' }
  | { readonly kind: 'ota-next-image'; readonly image: OtaImageId; readonly totalOctets: number }
  | { readonly kind: 'ota-block-request'; readonly image: OtaImageId; readonly offset: number; readonly maxOctets: number }
  | { readonly kind: 'ota-block'; readonly image: OtaImageId; readonly offset: number; readonly data: Bytes }
  | { readonly kind: 'ota-abort' }
  | { readonly kind: 'ota-upgrade-end'; readonly image: OtaImageId; readonly status: 'success' | 'invalid-image' }
  | { readonly kind: 'ota-wait-for-command'; readonly image: OtaImageId };

/** GBCS messages in a device's tunnel. A sleepy device asks with `tunnel-get`; `remaining` says whether to ask again. */
export type TunnelFrame =
  | { readonly kind: 'tunnel'; readonly message: Bytes }
  | { readonly kind: 'tunnel-get' }
  | { readonly kind: 'tunnel-reply'; readonly message: Bytes | undefined; readonly remaining: number };

/** Sub-GHz cluster, SuspendZCLMessages: the device is not to send for so long, as the hub's share of the band is used up. */
export interface SuspendFrame {
  readonly kind: 'suspend-zcl-messages';
  readonly minutes: number;
}

/** One exchange between the hub and a device on its home area network. */
export type HanFrame = OtaFrame | TunnelFrame | SuspendFrame;

/** Whether a frame is one of the OTA Upgrade cluster. */
export function isOtaFrame(frame: HanFrame): frame is OtaFrame {
  return frame.kind.startsWith('ota-');
}
