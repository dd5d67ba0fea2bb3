import type { Json } from '../operations/operation.ts';

/** What one layer of a frame says: in words, and as data. */
export interface ShownLayer {
  readonly layer: 'mac' | 'network' | 'application' | 'device-profile' | 'cluster' | 'key-establishment' | 'tunnel' | 'gbcs';
  readonly text: string;
  readonly [field: string]: Json | undefined;
}

/** A frame of a capture, layer by layer as far as keys and octets go. */
export interface ShownFrame {
  /** Counted from 1. */
  readonly number: number;
  /** ISO 8601 with microseconds; null for a packet without a time. */
  readonly time: string | null;
  readonly octets: number;
  readonly channel?: number;
  readonly page?: number;
  readonly rssiDbm?: number;
  /** Addresses of this hop, as the frame has them. */
  readonly from?: string;
  readonly to?: string;
  readonly layers: readonly ShownLayer[];
  /** Which key would be needed to read on. */
  readonly locked?: 'network' | 'link' | 'key-transport' | 'key-load';
  /** Why reading stopped: octets that do not fit; the offset counts from the layer's first octet. */
  readonly fault?: { readonly kind: string; readonly message: string; readonly offset: number };
}

/** Four or two hex digits. */
export const hex16 = (value: number): string => value.toString(16).padStart(4, '0');
export const hex8 = (value: number): string => value.toString(16).padStart(2, '0');
