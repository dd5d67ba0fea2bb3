import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockEndpoint } from '../../firmware-sim/gbcs/block-endpoint.ts';
import {
  BLOCK_TRANSFER_DEFAULTS,
  type BlockTransferParameters,
  blockTransferParameters,
  segment,
} from '../../firmware-sim/gbcs/block-transfer.ts';
import { decodeGbtBlock, encodeGbtBlock, type GbtBlock } from '../../firmware-sim/gbcs/envelope.ts';
import type { MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import { type Bytes, concat, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { HanbenchError } from '../../firmware-sim/kernel/errors.ts';
import { parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { type RandomSource, randomFor } from '../../firmware-sim/kernel/random.ts';

const SMALL = blockTransferParameters({ maxApdu: 200, blockOctets: 100, window: 3 });

const header = (): MessageHeader => ({
  cra: 'command',
  originatorCounter: 7n,
  originator: parseEui64('0248420000002001'),
  recipient: parseEui64('02484200000000e1'),
  dateTime: undefined,
  messageCode: 0x0107,
  supplementary: undefined,
});

const messageOf = (octets: number): Bytes => randomFor(1, 'message').bytes(octets);

interface Link {
  readonly loss: number;
  readonly duplication: number;
  readonly maxDelayMillis: number;
}

interface Outcome {
  readonly delivered: boolean;
  readonly messages: readonly Bytes[];
  readonly sentOctets: number;
}

/** Sends one message over a link that loses, repeats and reorders, until nothing is awaited any more. */
function transfer(message: Bytes, parameters: BlockTransferParameters, link: Link, random: RandomSource): Outcome {
  const ends = [new BlockEndpoint(parameters), new BlockEndpoint(parameters)] as const;
  let flying: { at: number; to: 0 | 1; bytes: Bytes }[] = [];
  const messages: Bytes[] = [];
  let [now, sentOctets, delivered] = [0, 0, false];
  const take = (from: 0 | 1, step: ReturnType<BlockEndpoint['poll']>): void => {
    if (from === 1) messages.push(...step.messages);
    delivered ||= step.outcomes.some((outcome) => outcome.delivered);
    for (const bytes of step.out) {
      sentOctets += bytes.length;
      for (let copies = random.unit() < link.duplication ? 2 : 1; copies > 0; copies--) {
        if (random.unit() < link.loss) continue;
        flying.push({ at: now + random.below(link.maxDelayMillis + 1), to: from === 0 ? 1 : 0, bytes });
      }
    }
  };
  take(0, ends[0].send(message, header(), now));
  for (let steps = 0; steps < 20_000; steps++) {
    const deadlines = [...flying.map((f) => f.at), ends[0].nextDeadline, ends[1].nextDeadline];
    const due = deadlines.filter((at) => at !== undefined);
    if (due.length === 0) return { delivered, messages, sentOctets };
    now = Math.max(now, Math.min(...due));
    const arriving = flying.filter((f) => f.at <= now);
    flying = flying.filter((f) => f.at > now);
    for (const { to, bytes } of arriving) take(to, ends[to].receive(bytes, now));
    take(0, ends[0].poll(now));
    take(1, ends[1].poll(now));
  }
  return expect.unreachable('the transfer never came to rest');
}

describe('a message over a bad link', () => {
  const links = [0, 0.05, 0.2, 0.5].map((loss) => ({ loss, duplication: 0.2, maxDelayMillis: 4000 }));

  test.each(links)('loses $loss: arrives once and intact, or the sender says it failed', (link) => {
    const tally = { delivered: 0, arrived: 0 };
    for (let seed = 0; seed < 60; seed++) {
      const random = randomFor(seed, `link ${link.loss}`);
      const message = random.bytes(201 + random.below(3000));
      const outcome = transfer(message, SMALL, link, random);
      expect(outcome.messages.length).toBeLessThanOrEqual(1);
      for (const got of outcome.messages) expect(toHex(got)).toBe(toHex(message));
      if (outcome.delivered) expect(outcome.messages).toHaveLength(1);
      tally.delivered += outcome.delivered ? 1 : 0;
      tally.arrived += outcome.messages.length;
    }
    expect(tally.arrived).toBeGreaterThanOrEqual(tally.delivered);
    if (link.loss <= 0.2) expect(tally.delivered).toBe(60);
    else expect(tally.delivered).toBeGreaterThan(0);
  });

  test('without loss costs no more than blocks and acknowledgements', () => {
    const quiet = { loss: 0, duplication: 0, maxDelayMillis: 0 };
    const message = messageOf(4000);
    const outcome = transfer(message, BLOCK_TRANSFER_DEFAULTS, quiet, randomFor(1, 'quiet'));
    const blocks = segment(message, header(), BLOCK_TRANSFER_DEFAULTS).reduce((sum, b) => sum + b.length, 0);
    expect(outcome).toMatchObject({ delivered: true, messages: [message] });
    expect(outcome.sentOctets - blocks).toBeLessThan(60);
  });

  test('a duplicating link does not multiply traffic without end', () => {
    const mirror = { loss: 0, duplication: 1, maxDelayMillis: 50 };
    const outcome = transfer(messageOf(3000), SMALL, mirror, randomFor(2, 'mirror'));
    expect(outcome.delivered).toBe(true);
    expect(outcome.sentOctets).toBeLessThan(6 * 3000);
  });

  test('gives the same octets for the same seed', () => {
    const run = (): Outcome =>
      transfer(messageOf(2000), SMALL, { loss: 0.3, duplication: 0.3, maxDelayMillis: 900 }, randomFor(3, 'same'));
    expect(run()).toEqual(run());
  });

  test('short messages travel whole', () => {
    const endpoint = new BlockEndpoint(SMALL);
    const message = messageOf(200);
    expect(endpoint.send(message, header(), 0).out).toEqual([message]);
    expect(new BlockEndpoint(SMALL).receive(Uint8Array.of(0xdf, 1, 2), 0).messages).toHaveLength(1);
    expect(endpoint.nextDeadline).toBeUndefined();
  });
});

describe('any octets at all', () => {
  const octets = fc.uint8Array({ maxLength: 120 });
  const mutated = fc.tuple(fc.nat({ max: 90 }), fc.nat({ max: 255 })).map(([at, value]) => {
    const block = segment(messageOf(30), header(), SMALL)[0] as Bytes;
    block[at % block.length] = value;
    return block;
  });

  test('an endpoint answers, or throws a typed error', () => {
    const endpoint = new BlockEndpoint(SMALL);
    fc.assert(
      fc.property(
        fc.oneof(
          octets,
          octets.map((o) => concat(Uint8Array.of(0xdd, 9), o)),
          mutated,
        ),
        (bytes) => {
          try {
            endpoint.receive(bytes, 0);
          } catch (error) {
            expect(error).toBeInstanceOf(HanbenchError);
          }
        },
      ),
      { numRuns: 3000, seed: 20260304 },
    );
  });

  test('blocks round-trip through their octets', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.nat({ max: 0xffff }),
        fc.nat({ max: 0xffff }),
        fc.nat({ max: 63 }),
        fc.boolean(),
        (data, blockNumber, blockNumberAck, window, flag) => {
          const block: GbtBlock = {
            ...{ header: header(), securityControl: 0, lastBlock: flag, streaming: !flag },
            ...{ window, blockNumber, blockNumberAck, data },
          };
          expect(decodeGbtBlock(encodeGbtBlock(block))).toEqual(block);
        },
      ),
      { numRuns: 300, seed: 20260305 },
    );
  });
});
