import type { Bytes } from './bytes.ts';

/** A source of repeatable chance. Never used where an adversary matters: hanbench holds test keys only. */
export interface RandomSource {
  /** The next 32 random bits as an unsigned number. */
  u32(): number;
  /** `count` random octets. */
  bytes(count: number): Bytes;
  /** A number in [0, 1). */
  unit(): number;
  /** An integer in [0, bound). */
  below(bound: number): number;
}

/** 32-bit finaliser (murmur3) that spreads every input bit over the output. */
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Four seed words of a text, each from an independent FNV-1a walk. */
function seedWords(text: string): [number, number, number, number] {
  const words: [number, number, number, number] = [0x811c9dc5, 0x9e3779b9, 0x85ebca77, 0xc2b2ae3d];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    for (let w = 0; w < 4; w++) words[w] = Math.imul((words[w] as number) ^ (code + w * 131), 0x01000193) >>> 0;
  }
  return [mix(words[0]), mix(words[1] ^ words[0]), mix(words[2] ^ words[1]), mix(words[3] ^ words[2]) | 1];
}

/** xoshiro128**: small state, fast, passes the usual statistical batteries. */
class Xoshiro128 implements RandomSource {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: string) {
    [this.#a, this.#b, this.#c, this.#d] = seedWords(seed);
    for (let i = 0; i < 8; i++) this.u32();
  }

  u32(): number {
    const times5 = Math.imul(this.#b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  bytes(count: number): Bytes {
    const out = new Uint8Array(count);
    let word = 0;
    for (let i = 0; i < count; i++) {
      if ((i & 3) === 0) word = this.u32();
      out[i] = word & 0xff;
      word >>>= 8;
    }
    return out;
  }

  unit(): number {
    return this.u32() / 0x1_0000_0000;
  }

  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }
}

/**
 * One independent generator per purpose from one root seed, so that a new use of chance never shifts an old one.
 * The same `(seed, purpose)` gives the same stream on every machine.
 */
export function randomFor(seed: number | string, purpose: string): RandomSource {
  return new Xoshiro128(`${seed}\u0000${purpose}`);
}
