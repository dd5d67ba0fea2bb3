import fc from 'fast-check';
import { expect, it } from 'vitest';
import { concat, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { blocksOf, Reassembly } from '../../firmware-sim/zigbee/aps-fragments.ts';
import type { ApsFragment } from '../../firmware-sim/zigbee/aps-frame.ts';
import { holds } from '../support/property.ts';

const place = (index: number, count: number): ApsFragment =>
  index === 0 ? { place: 'first', number: count } : { place: 'later', number: index };

it('blocks in any order, some twice, give the message once its last gap is filled, and never before', () => {
  const message = fc.uint8Array({ minLength: 1, maxLength: 640 });
  const order = fc.array(fc.nat(1_000), { maxLength: 60 });
  const property = fc.property(
    message,
    fc.integer({ min: 10, max: 64 }),
    order,
    fc.constantFrom(1, 3, 8),
    (octets, size, picks, window) => {
      const reassembly = new Reassembly(window);
      const blocks = blocksOf(octets, size);
      const arrived = new Set<number>();
      // The first block opens the message; what comes before it is not kept.
      const sequence = [0, ...picks.map((pick) => pick % blocks.length), ...blocks.keys()];
      for (const index of sequence) {
        arrived.add(index);
        const { message: whole, ack } = reassembly.take('m', place(index, blocks.length), blocks[index] ?? octets, 0);
        const complete = arrived.size === blocks.length;
        expect(whole === undefined ? undefined : toHex(whole)).toBe(complete ? toHex(concat(...blocks)) : undefined);
        for (let bit = 0; ack?.received && bit < window; bit++)
          if (ack.received & (1 << bit)) expect(arrived.has(ack.number + bit)).toBe(true);
        if (complete) break;
      }
      expect(reassembly.size).toBe(0);
    },
  );
  holds(property, 200);
});

it('what nobody goes on with is given up, and no more than eight messages are in pieces at a time', () => {
  const reassembly = new Reassembly(3);
  for (let i = 0; i < 20; i++) reassembly.take(`m${i}`, place(0, 4), new Uint8Array(50), 0);
  expect(reassembly.size).toBe(8);
  reassembly.expire(reassembly.deadline ?? 0);
  expect([reassembly.size, reassembly.deadline]).toEqual([0, undefined]);
});
