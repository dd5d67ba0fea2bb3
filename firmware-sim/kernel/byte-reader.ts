import type { Bytes } from './bytes.ts';
import { ProtocolFault } from './errors.ts';

/**
 * A cursor over octets. Reads never pass `end`; a short input is a `ProtocolFault` `truncated` with its offset.
 * Several readers may share one array: offsets are always those of the whole input.
 */
export class ByteReader {
  readonly bytes: Bytes;
  at: number;
  end: number;

  constructor(bytes: Bytes, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.at;
  }

  need(count: number): void {
    if (this.at + count > this.end) {
      throw new ProtocolFault('truncated', `${count} octets wanted, ${this.end - this.at} left`, this.at);
    }
  }

  fail(kind: string, message: string, offset = this.at): never {
    throw new ProtocolFault(kind, message, offset);
  }

  peek(ahead = 0): number {
    this.need(ahead + 1);
    return this.bytes[this.at + ahead] as number;
  }

  u8(): number {
    if (this.at >= this.end) this.need(1);
    return this.bytes[this.at++] as number;
  }

  u16(): number {
    this.need(2);
    const b = this.bytes;
    const value = ((b[this.at] as number) << 8) | (b[this.at + 1] as number);
    this.at += 2;
    return value;
  }

  u24(): number {
    return this.u8() * 0x10000 + this.u16();
  }

  u32(): number {
    this.need(4);
    const b = this.bytes;
    const { at } = this;
    this.at = at + 4;
    const upper = ((b[at] as number) << 24) | ((b[at + 1] as number) << 16);
    return (upper | ((b[at + 2] as number) << 8) | (b[at + 3] as number)) >>> 0;
  }

  u64(): bigint {
    const upper = this.u32();
    const lower = this.u32();
    // Counters are small: one conversion instead of three.
    return upper < 0x20_0000 ? BigInt(upper * 0x1_0000_0000 + lower) : (BigInt(upper) << 32n) | BigInt(lower);
  }

  /** Little-endian unsigned integer of `size` octets, at most 6 (safe as a number). */
  uintLe(size: number): number {
    this.need(size);
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (this.bytes[this.at + i] as number);
    this.at += size;
    return value;
  }

  /** A view of the next `count` octets; it shares memory with the input. */
  take(count: number): Bytes {
    this.need(count);
    const view = this.bytes.subarray(this.at, this.at + count);
    this.at += count;
    return view;
  }

  rest(): Bytes {
    return this.take(this.end - this.at);
  }

  /** Fails unless everything has been read. */
  finish(what: string): void {
    if (this.at !== this.end) this.fail('trailing-octets', `${this.end - this.at} octets left over after ${what}`);
  }
}
