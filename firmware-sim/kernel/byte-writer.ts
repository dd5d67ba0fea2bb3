import type { Bytes } from './bytes.ts';

/** A growing output buffer, big-endian unless a name says otherwise. */
export class ByteWriter {
  #buffer: Uint8Array;
  #length = 0;

  constructor(capacity = 128) {
    this.#buffer = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  #room(count: number): void {
    const wanted = this.#length + count;
    if (wanted <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(wanted, this.#buffer.length * 2));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }

  u8(value: number): this {
    this.#room(1);
    this.#buffer[this.#length++] = value;
    return this;
  }

  u16(value: number): this {
    return this.u8(value >>> 8).u8(value);
  }

  u24(value: number): this {
    return this.u8(value >>> 16).u16(value & 0xffff);
  }

  u32(value: number): this {
    return this.u16(Math.floor(value / 0x10000) & 0xffff).u16(value & 0xffff);
  }

  u64(value: bigint): this {
    const unsigned = BigInt.asUintN(64, value);
    return this.u32(Number(unsigned >> 32n)).u32(Number(unsigned & 0xffffffffn));
  }

  /** Little-endian unsigned integer of `size` octets, at most 6. */
  uintLe(value: number, size: number): this {
    let rest = value;
    for (let i = 0; i < size; i++) {
      this.u8(rest % 256);
      rest = Math.floor(rest / 256);
    }
    return this;
  }

  bytes(value: Bytes): this {
    this.#room(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** An empty writer for a part whose length is written first. */
  fork(): ByteWriter {
    return new ByteWriter(256);
  }

  /** A copy of what has been written. */
  finish(): Bytes {
    return this.#buffer.slice(0, this.#length);
  }
}
