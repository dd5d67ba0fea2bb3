import type { RowType } from '../../codec/element.ts';
import { assert } from '../../kernel/errors.ts';
import { type Row, type RowForm, rowFormOf } from './row-form.ts';

/** Bits of a number that go into one octet; the eighth says that more follow. */
const SEVEN = 128;

function pushNumber(octets: number[], value: number): void {
  let rest = value;
  for (; rest >= SEVEN; rest = Math.floor(rest / SEVEN)) octets.push((rest % SEVEN) + SEVEN);
  octets.push(rest);
}

/** A difference without sign: 0, -1, 1, -2, ... */
const unsigned = (difference: number): number => (difference < 0 ? -2 * difference - 1 : 2 * difference);
const signed = (value: number): number => (value % 2 === 1 ? -(value + 1) / 2 : value / 2);

/** Reads numbers one after the other. */
class Numbers {
  readonly #octets: Uint8Array;
  at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  next(): number {
    let value = 0;
    for (let scale = 1; ; scale *= SEVEN) {
      const octet = this.#octets[this.at++] ?? 0;
      value += (octet % SEVEN) * scale;
      if (octet < SEVEN) return value;
    }
  }
}

/** Room for octets that come behind and go in front, without moving the others each time. */
class OctetQueue {
  #buffer = NO_OCTETS;
  #start = 0;
  #end = 0;

  get octets(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  push(octets: readonly number[]): void {
    if (this.#end + octets.length > this.#buffer.length) this.#makeRoom(octets.length);
    this.#buffer.set(octets, this.#end);
    this.#end += octets.length;
  }

  /** An eighth of what there is stays free behind it, so that growing costs little time and room. */
  #makeRoom(more: number): void {
    const { octets } = this;
    this.#buffer = new Uint8Array(octets.length + more + (octets.length >> 3));
    this.#buffer.set(octets);
    this.#start = 0;
    this.#end = octets.length;
  }

  drop(count: number): void {
    this.#start = Math.min(this.#end, this.#start + count);
  }
}

const NO_OCTETS = new Uint8Array(0);

/**
 * Rows of numbers of a log in little memory: the oldest and the newest whole, of every other one only what differs from the one before
 * it. Most of a meter's eighty registers never move.
 */
export class RowList {
  readonly form: RowForm;
  /** Empty while there is no row. */
  #oldest: number[] = [];
  #newest: readonly number[] = [];
  /** For each later row how many scalars differ, and for each of those the distance from the one before and the difference. */
  readonly #later = new OctetQueue();
  #count = 0;

  constructor(of: RowType, rows: readonly Row[] = []) {
    this.form = rowFormOf(of);
    assert(this.form.numeric, 'only rows of numbers are kept as differences');
    for (const row of rows) this.push(row);
  }

  get count(): number {
    return this.#count;
  }

  /** Octets that the rows behind the oldest take. */
  get octets(): number {
    return this.#later.octets.length;
  }

  /** Adds a row behind the others. */
  push(row: Row): void {
    const values = [...(row as readonly number[])];
    if (this.#count === 0) this.#oldest = [...values];
    else this.#later.push(differences(this.#newest, values));
    this.#newest = values;
    this.#count++;
  }

  /** Drops the oldest rows, so that at most `count` are left. */
  trim(count: number): void {
    if (this.#count <= count) return;
    const numbers = new Numbers(this.#later.octets);
    for (; this.#count > count; this.#count--) advance(this.#oldest, numbers);
    this.#later.drop(numbers.at);
  }

  /** All rows, oldest first. */
  get rows(): readonly Row[] {
    const rows: Row[] = [];
    const row = [...this.#oldest];
    const numbers = new Numbers(this.#later.octets);
    for (let i = 0; i < this.#count; i++) {
      if (i > 0) advance(row, numbers);
      rows.push([...row]);
    }
    return rows;
  }

  get newest(): Row | undefined {
    return this.#count === 0 ? undefined : this.#newest;
  }
}

function differences(before: Row, values: readonly number[]): readonly number[] {
  const octets: number[] = [];
  const changed = values.flatMap((value, i) => (value === before[i] ? [] : [i]));
  pushNumber(octets, changed.length);
  changed.forEach((column, i) => {
    pushNumber(octets, column - (changed[i - 1] ?? 0));
    pushNumber(octets, unsigned((values[column] as number) - (before[column] as number)));
  });
  return octets;
}

/** Makes the next row of a row. */
function advance(row: number[], numbers: Numbers): void {
  const changed = numbers.next();
  let column = 0;
  for (let i = 0; i < changed; i++) {
    column += numbers.next();
    row[column] = (row[column] as number) + signed(numbers.next());
  }
}
