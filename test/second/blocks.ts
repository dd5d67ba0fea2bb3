/** General block transfer on the wire (GBCS 7.2.11): a message cut into slices, each with routing and block header. */
import assert from 'node:assert/strict';
import type { Header } from './message.ts';
import { be, berLength, counted, hex, join, number, type Octets } from './octets.ts';

export interface Block {
  readonly last: boolean;
  readonly streaming: boolean;
  readonly window: number;
  readonly number: number;
  readonly acknowledged: number;
  readonly data: Octets;
}

export function blockMessage(h: Header, block: Block): Octets {
  const control = (block.last ? 0x80 : 0) | (block.streaming ? 0x40 : 0) | block.window;
  const body = join('e0', control, be(block.number, 2), be(block.acknowledged, 2), counted(block.data));
  return join(
    ...['dd', '09', h.flag, be(h.counter, 8), '08', h.originator, '08', h.recipient, '00', '02', be(h.code, 2), '00'],
    berLength(5 + body.length),
    '00 00000000',
    body,
  );
}

/** All blocks of one message, numbered from 1, the last one marked. */
export function cut(h: Header, message: Octets, size: number, window: number, streaming: boolean): Octets[] {
  const count = Math.ceil(message.length / size);
  return Array.from({ length: count }, (_, i) =>
    blockMessage(h, {
      ...{ last: i === count - 1, streaming, window, number: i + 1, acknowledged: 0 },
      data: message.slice(i * size, (i + 1) * size),
    }),
  );
}

export function readBlock(octets: Octets): Block {
  let at = 0;
  const take = (count: number): Octets => {
    assert.ok(at + count <= octets.length, 'block ends inside a field');
    at += count;
    return octets.slice(at - count, at);
  };
  const length = (): number => {
    const first = number(take(1));
    return first < 0x80 ? first : number(take(first & 0x7f));
  };
  assert.deepEqual(take(2), hex('dd09'));
  take(1 + 8);
  assert.deepEqual(take(1), hex('08'));
  take(8);
  assert.deepEqual(take(1), hex('08'));
  take(8);
  assert.deepEqual(take(2), hex('0002'));
  take(2);
  assert.deepEqual(take(1), hex('00'));
  assert.equal(length(), octets.length - at, 'length in the routing header');
  assert.deepEqual(take(6), hex('00 00000000 e0'));
  const control = number(take(1));
  const block = { number: number(take(2)), acknowledged: number(take(2)) };
  const data = take(length());
  assert.equal(at, octets.length, 'octets after the block');
  return { last: (control & 0x80) !== 0, streaming: (control & 0x40) !== 0, window: control & 0x3f, ...block, data };
}

/** Puts blocks in any order together; undefined while one is missing. */
export function glue(blocks: readonly Octets[]): Octets | undefined {
  const sorted = blocks.map(readBlock).sort((a, b) => a.number - b.number);
  const unique = sorted.filter((block, i) => block.number !== sorted[i - 1]?.number);
  if (!unique.at(-1)?.last || unique.some((block, i) => block.number !== i + 1)) return undefined;
  return join(...unique.map((block) => block.data));
}
