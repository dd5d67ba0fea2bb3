import type { Bytes } from './bytes.ts';
import { copyEui64, type Eui64 } from './eui64.ts';

/** Buffers of finished writers, for the next ones: allocating them anew is dearer than what is written into them. */
const POOL: Uint8Array[] = [];
const POOL_SIZE = 8;
const BUFFER_OCTETS = 1024;
const POOLED_OCTETS_MAX = 65_536;
const FINISHED = new Uint8Array(0);

/** Results that are too large for the heap and too small for an allocation of their own, which is dearer than their making. */
const SLAB_OCTETS = 16_384;
const SLAB_RESULT_MIN = 65;
const SLAB_RESULT_MAX = 1_024;
let slab = new ArrayBuffer(0);
let slabAt = 0;

/** A copy of some octets. Copies of middling size share a buffer: nobody writes into them. */
function copyOf(octets: Uint8Array): Bytes {
  const { length } = octets;
  if (length < SLAB_RESULT_MIN || length > SLAB_RESULT_MAX) return octets.slice();
  if (slabAt + length > slab.byteLength) {
    slab = new ArrayBuffer(SLAB_OCTETS);
    slabAt = 0;
  }
  const copy = new Uint8Array(slab, slabAt, length);
  copy.set(octets);
  slabAt += length;
  return copy;
}

/** A growing output buffer, big-endian unless a name says otherwise. `finish` or `use` ends it. */
export class ByteWriter {
  #buffer: Uint8Array;
  #length = 0;

  constructor(capacity = BUFFER_OCTETS) {
    const pooled = POOL.pop();
    this.#buffer = pooled && pooled.length >= capacity ? pooled : new Uint8Array(Math.max(capacity, BUFFER_OCTETS));
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
    this.#room(2);
    this.#buffer[this.#length++] = value >>> 8;
    this.#buffer[this.#length++] = value;
    return this;
  }

  u24(value: number): this {
    return this.u8(value >>> 16).u16(value & 0xffff);
  }

  u32(value: number): this {
    this.#room(4);
    const buffer = this.#buffer;
    let at = this.#length;
    buffer[at++] = value >>> 24;
    buffer[at++] = value >>> 16;
    buffer[at++] = value >>> 8;
    buffer[at++] = value;
    this.#length = at;
    return this;
  }

  u64(value: bigint): this {
    const unsigned = BigInt.asUintN(64, value);
    if (unsigned <= 0xffff_ffff_ffffn) {
      const small = Number(unsigned);
      return this.u32(Math.floor(small / 0x1_0000_0000)).u32(small % 0x1_0000_0000);
    }
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

  eui64(value: Eui64): this {
    this.#room(8);
    copyEui64(value, this.#buffer, this.#length);
    this.#length += 8;
    return this;
  }

  /** Puts `value` in before what was written from `at` on: a length that is known only after its content. */
  insert(at: number, value: Bytes): this {
    const grown = this.#length + value.length;
    this.#room(value.length);
    this.#buffer.copyWithin(at + value.length, at, this.#length);
    this.#buffer.set(value, at);
    this.#length = grown;
    return this;
  }

  #release(): void {
    if (POOL.length < POOL_SIZE && this.#buffer.length <= POOLED_OCTETS_MAX) POOL.push(this.#buffer);
    this.#buffer = FINISHED;
    this.#length = 0;
  }

  /** A view of what has been written from `from` on, good until more is written. */
  written(from = 0): Bytes {
    return this.#buffer.subarray(from, this.#length);
  }

  /** What has been written, in octets of its own; ends the writer. */
  finish(): Bytes {
    const written = copyOf(this.#buffer.subarray(0, this.#length));
    this.#release();
    return written;
  }

  /** Hands what has been written to `read` without a copy; ends the writer. `read` must not keep the octets. */
  use<T>(read: (octets: Bytes) => T): T {
    const result = read(this.#buffer.subarray(0, this.#length));
    this.#release();
    return result;
  }
}
