import { assert } from '../../kernel/errors.ts';
import type { OrganState } from './organ.ts';

/*
 * Plain data as a text of which each letter is an octet: V8 keeps that in one octet a letter beside sixteen of its own, where objects and
 * small arrays take ten times as much. It is never stored nor sent: names are numbers that hold within the process alone.
 *
 *   i N | d 8 octets | n N letters | s N letters | b N octets | T | F | a N items | o N (name, item)...      N: 7 bits a letter
 */

/** Names of fields that have been met, by their numbers; the first place is for those that stand in the text themselves. */
const NAMES: string[] = [''];
const NUMBERS = new Map<string, number>();
/** Fields have a few hundred names; a state whose fields are named after devices or messages fills no table. */
const NAMES_MAX = 1_024;

function packName(name: string): string {
  const known = NUMBERS.get(name);
  if (known !== undefined) return packCount(known);
  if (NAMES.length >= NAMES_MAX) return packCount(0) + counted('', name);
  const number = NAMES.push(name) - 1;
  NUMBERS.set(name, number);
  return packCount(number);
}

const SEVEN = 128;

function packCount(count: number): string {
  let out = '';
  let rest = count;
  for (; rest >= SEVEN; rest = Math.floor(rest / SEVEN)) out += String.fromCharCode((rest % SEVEN) + SEVEN);
  return out + String.fromCharCode(rest);
}

/** Whole numbers that stay exact when they are doubled. */
const WHOLE_MAX = 2 ** 52;
const DOUBLE = new DataView(new ArrayBuffer(8));

function packNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < WHOLE_MAX && !Object.is(value, -0)) {
    return `i${packCount(value < 0 ? -2 * value - 1 : 2 * value)}`;
  }
  DOUBLE.setFloat64(0, value);
  return `d${String.fromCharCode(...new Uint8Array(DOUBLE.buffer))}`;
}

const counted = (tag: string, text: string): string => `${tag}${packCount(text.length)}${text}`;

function packFields(value: { readonly [key: string]: OrganState | undefined }): string {
  const fields = Object.entries(value).filter((entry): entry is [string, OrganState] => entry[1] !== undefined);
  return `o${packCount(fields.length)}${fields.map(([name, inner]) => packName(name) + packed(inner)).join('')}`;
}

/** Packs what `unpacked` gives back. */
export function packed(value: OrganState): string {
  if (typeof value === 'number') return packNumber(value);
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  if (typeof value === 'bigint') return counted('n', value.toString());
  if (typeof value === 'string') return counted('s', value);
  if (value instanceof Uint8Array) return counted('b', Array.from(value, (octet) => String.fromCharCode(octet)).join(''));
  if (Array.isArray(value)) return `a${packCount(value.length)}${(value as readonly OrganState[]).map(packed).join('')}`;
  return packFields(value as { readonly [key: string]: OrganState | undefined });
}

class Unpacker {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #letters(count: number): string {
    this.#at += count;
    return this.#text.slice(this.#at - count, this.#at);
  }

  #count(): number {
    let value = 0;
    for (let scale = 1; ; scale *= SEVEN) {
      const octet = this.#text.charCodeAt(this.#at++);
      value += (octet % SEVEN) * scale;
      if (octet < SEVEN) return value;
    }
  }

  #whole(): number {
    const value = this.#count();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  #double(): number {
    for (let i = 0; i < 8; i++) DOUBLE.setUint8(i, this.#text.charCodeAt(this.#at++));
    return DOUBLE.getFloat64(0);
  }

  #octets(): Uint8Array {
    return Uint8Array.from(this.#letters(this.#count()), (letter) => letter.charCodeAt(0));
  }

  #name(): string {
    const number = this.#count();
    return number === 0 ? this.#letters(this.#count()) : (NAMES[number] ?? '');
  }

  #fields(): OrganState {
    const count = this.#count();
    const fields = Array.from({ length: count }, (): [string, OrganState] => [this.#name(), this.next()]);
    return Object.fromEntries(fields);
  }

  next(): OrganState {
    const tag = this.#letters(1);
    if (tag === 'i') return this.#whole();
    if (tag === 'd') return this.#double();
    if (tag === 'T' || tag === 'F') return tag === 'T';
    if (tag === 'n') return BigInt(this.#letters(this.#count()));
    if (tag === 's') return this.#letters(this.#count());
    if (tag === 'b') return this.#octets();
    if (tag === 'a') return Array.from({ length: this.#count() }, () => this.next());
    assert(tag === 'o', 'what was packed can be unpacked');
    return this.#fields();
  }
}

/** Inverse of `packed`; fields that were undefined are not there. */
export function unpacked(text: string): OrganState {
  return new Unpacker(text).next();
}
