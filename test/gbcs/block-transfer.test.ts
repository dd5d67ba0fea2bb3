import { describe, expect, test } from 'vitest';
import { Reassembler } from '../../firmware-sim/gbcs/block-reassembler.ts';
import { BlockSender } from '../../firmware-sim/gbcs/block-sender.ts';
import {
  abortBlock,
  BLOCK_TRANSFER_DEFAULTS,
  type BlockTransferParameters,
  blockTransferParameters,
  isAbort,
  needsBlocks,
  segment,
  swapped,
} from '../../firmware-sim/gbcs/block-transfer.ts';
import { decodeGbtBlock, type GbtBlock } from '../../firmware-sim/gbcs/envelope.ts';
import type { MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import { type Bytes, concat, NO_BYTES, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { glue } from '../second/blocks.ts';

const SMALL = blockTransferParameters({ maxApdu: 200, blockOctets: 100, window: 3 });

const header = (counter = 7n): MessageHeader => ({
  cra: 'command',
  originatorCounter: counter,
  originator: parseEui64('0248420000002001'),
  recipient: parseEui64('02484200000000e1'),
  dateTime: undefined,
  messageCode: 0x0107,
  supplementary: undefined,
});

const messageOf = (octets: number, seed = 'message'): Bytes => randomFor(1, seed).bytes(octets);
const decoded = (blocks: readonly Bytes[]): GbtBlock[] => blocks.map(decodeGbtBlock);
const changed = (bytes: Bytes, changes: Partial<GbtBlock>): GbtBlock => ({ ...decodeGbtBlock(bytes), ...changes });

describe('segment', () => {
  test('slices a message, numbers the blocks, marks window ends and the last block', () => {
    const message = messageOf(750);
    const blocks = decoded(segment(message, header(), SMALL));
    expect(toHex(concat(...blocks.map((block) => block.data)))).toBe(toHex(message));
    expect(blocks.map((block) => block.blockNumber)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(blocks.map((block) => block.streaming)).toEqual([true, true, false, true, true, false, true, false]);
    expect(blocks.map((block) => block.lastBlock)).toEqual([...Array(7).fill(false), true]);
    expect(blocks.every((block) => block.window === 3 && block.blockNumberAck === 0)).toBe(true);
  });

  test('without streaming every block awaits an acknowledgement', () => {
    const blocks = decoded(segment(messageOf(300), header(), { ...SMALL, streaming: false }));
    expect(blocks.map((block) => block.streaming)).toEqual([false, false, false]);
  });

  test('keeps every block within maxApdu and drops what a routing header does not carry', () => {
    const full = {
      ...header(),
      dateTime: new Uint8Array(12),
      supplementary: { remoteParty: parseEui64('0248420000002002'), counter: 5n, certificate: messageOf(400) },
    };
    const blocks = segment(messageOf(5000), full, BLOCK_TRANSFER_DEFAULTS);
    expect(Math.max(...blocks.map((block) => block.length))).toBeLessThanOrEqual(BLOCK_TRANSFER_DEFAULTS.maxApdu);
    expect(decoded(blocks).every((block) => block.header.supplementary === undefined)).toBe(true);
  });

  test('is read by the second implementation, in any order and with repeats', () => {
    const message = messageOf(1234);
    const blocks = segment(message, header(), SMALL);
    expect(toHex(glue([...blocks.toReversed(), ...blocks.slice(2, 5)]) ?? NO_BYTES)).toBe(toHex(message));
  });

  test('asks for blocks above maxApdu only', () => {
    expect(needsBlocks(messageOf(200), SMALL)).toBe(false);
    expect(needsBlocks(messageOf(201), SMALL)).toBe(true);
  });

  test.each([
    ['window', { window: 64 }],
    ['window', { window: 0 }],
    ['blockOctets', { blockOctets: 0 }],
    ['blockOctets', { blockOctets: 1150 }],
    ['retries', { retries: 1.5 }],
    ['lifetimeMillis', { lifetimeMillis: Number.NaN }],
  ])('refuses a wrong %s by name', (name, changes) => {
    const make = (): BlockTransferParameters => blockTransferParameters(changes);
    expect(make).toThrow(UsageError);
    expect(make).toThrow(name);
  });

  test('refuses a message that block numbers cannot count', () => {
    expect(() => segment(new Uint8Array(65_536), header(), blockTransferParameters({ blockOctets: 1 }))).toThrow(UsageError);
  });
});

describe('Reassembler', () => {
  const message = messageOf(750);
  const blocks = decoded(segment(message, header(), SMALL));
  const block = (n: number): GbtBlock => blocks[n - 1] as GbtBlock;

  test('acknowledges the last block before a gap, with swapped ends and no data', () => {
    const reassembler = new Reassembler(SMALL);
    expect(reassembler.receive(block(1), 0).blocks).toEqual([]);
    const [report] = reassembler.receive(block(3), 0).blocks;
    expect(decodeGbtBlock(report ?? NO_BYTES)).toMatchObject({
      blockNumberAck: 1,
      window: 3,
      lastBlock: false,
      streaming: false,
    });
    expect(decodeGbtBlock(report ?? NO_BYTES).data).toHaveLength(0);
    expect(decodeGbtBlock(report ?? NO_BYTES).header).toMatchObject(swapped(header()));
    expect(reassembler.receive(block(2), 0).blocks).toEqual([]);
    const [second] = reassembler.receive(block(6), 0).blocks;
    expect(decodeGbtBlock(second ?? NO_BYTES)).toMatchObject({ blockNumberAck: 3, blockNumber: 2 });
  });

  test('repeats the header in acknowledgements when told so', () => {
    const reassembler = new Reassembler({ ...SMALL, acknowledgementHeader: 'same' });
    const [report] = reassembler.receive(block(3), 0).blocks;
    expect(decodeGbtBlock(report ?? NO_BYTES).header).toMatchObject(header());
  });

  test('holds each octet once', () => {
    const reassembler = new Reassembler(SMALL);
    for (const n of [1, 4, 2, 1, 4]) reassembler.receive(block(n), 0);
    expect(reassembler.load).toEqual({ transfers: 1, octets: 300, remembered: 0 });
    reassembler.receive(block(3), 0);
    expect(reassembler.load.octets).toBe(400);
  });

  test('hands the message out once, and answers repeats until it forgets', () => {
    const reassembler = new Reassembler(SMALL);
    const arrived = blocks.toReversed().flatMap((b) => reassembler.receive(b, 5).arrived);
    expect(arrived.map((a) => toHex(a.message))).toEqual([toHex(message)]);
    expect(reassembler.load).toEqual({ transfers: 0, octets: 0, remembered: 1 });
    const late = reassembler.receive(block(8), 1000);
    expect(late.arrived).toEqual([]);
    expect(decoded(late.blocks)).toMatchObject([{ blockNumberAck: 8 }]);
    expect(reassembler.receive(block(7), 1000)).toEqual({ blocks: [], arrived: [], dropped: [] });
    const forgotten = blocks.flatMap((b) => reassembler.receive(b, SMALL.rememberMillis + 6).arrived);
    expect(forgotten).toHaveLength(1);
  });

  test('reports by itself after a silence, a bounded number of times, then expires', () => {
    const reassembler = new Reassembler(SMALL);
    reassembler.receive(block(1), 0);
    let reports = 0;
    let expired = 0;
    for (let now = reassembler.nextDeadline; now !== undefined; now = reassembler.nextDeadline) {
      const step = reassembler.poll(now);
      reports += step.blocks.length;
      expired += step.dropped.filter((d) => d.reason === 'expired').length;
    }
    expect({ reports, expired }).toEqual({ reports: SMALL.retries, expired: 1 });
  });

  test.each([
    ['other octets under a number already held', 2, { data: messageOf(100, 'other') }],
    ['other octets under a number ahead of a gap', 4, { data: messageOf(99, 'other') }],
    ['a second end', 3, { lastBlock: true }],
    ['a block beyond the end', 8, { lastBlock: true, blockNumber: 3 }],
  ])('gives a transfer up on %s', (_, n, changes) => {
    const reassembler = new Reassembler(SMALL);
    for (const known of [1, 2, 4]) reassembler.receive(block(known), 0);
    const step = reassembler.receive({ ...block(n), ...changes }, 0);
    expect(step.dropped).toMatchObject([{ reason: 'contradictory' }]);
    expect(decoded(step.blocks).every(isAbort)).toBe(true);
    expect(reassembler.load.transfers).toBe(0);
  });

  test('gives a transfer up on an abort, and tells the sender of its own abort', () => {
    const reassembler = new Reassembler(SMALL);
    reassembler.receive(block(1), 0);
    const told = reassembler.receive(decodeGbtBlock(abortBlock(header(), SMALL)), 0);
    expect(told).toMatchObject({ blocks: [], dropped: [{ reason: 'aborted' }] });
    reassembler.receive(block(1), 0);
    const own = reassembler.abort(header());
    expect(decoded(own.blocks).map(isAbort)).toEqual([true]);
    expect(reassembler.abort(header()).blocks).toEqual([]);
  });

  test('refuses a message that grows too long', () => {
    const reassembler = new Reassembler({ ...SMALL, maxMessageOctets: 250 });
    const steps = blocks.slice(0, 3).map((b) => reassembler.receive(b, 0));
    expect(steps.flatMap((step) => step.dropped)).toMatchObject([{ reason: 'too-long' }]);
    expect(reassembler.load.octets).toBe(0);
  });
});

describe('Reassembler under attack', () => {
  test('holds a bounded number of transfers, octets and memories, and answers at most one block for each', () => {
    const parameters = { ...SMALL, maxTransfers: 4, maxMessageOctets: 1000, remembered: 8 };
    const reassembler = new Reassembler(parameters);
    const random = randomFor(7, 'attack');
    for (let i = 0; i < 20_000; i++) {
      const attack: GbtBlock = {
        header: header(BigInt(random.below(5000))),
        ...{ securityControl: 0, window: 63, blockNumberAck: 0 },
        ...{ lastBlock: random.below(4) === 0, streaming: random.below(2) === 0 },
        blockNumber: random.below(3) === 0 ? random.below(65_536) : random.below(80),
        data: random.bytes(random.below(300)),
      };
      const step = reassembler.receive(attack, i);
      expect(step.blocks.length).toBeLessThanOrEqual(1);
      expect(reassembler.load.transfers).toBeLessThanOrEqual(4);
      expect(reassembler.load.octets).toBeLessThanOrEqual(4 * 1000);
      expect(reassembler.load.remembered).toBeLessThanOrEqual(8);
    }
    reassembler.poll(20_000 + parameters.lifetimeMillis);
    expect(reassembler.load).toMatchObject({ transfers: 0, octets: 0 });
    expect(reassembler.nextDeadline).toBeUndefined();
  });

  test('a block number far ahead neither opens a transfer nor moves the end of one', () => {
    const reassembler = new Reassembler(SMALL);
    const far = changed(segment(messageOf(50), header(), SMALL)[0] as Bytes, { blockNumber: 60_000 });
    expect(reassembler.receive(far, 0)).toEqual({ blocks: [], arrived: [], dropped: [] });
    expect(reassembler.load.transfers).toBe(0);
    const message = messageOf(450);
    const [first, ...rest] = decoded(segment(message, header(), SMALL));
    reassembler.receive(first as GbtBlock, 0);
    reassembler.receive(far, 0);
    expect(rest.flatMap((b) => reassembler.receive(b, 0).arrived).map((a) => toHex(a.message))).toEqual([toHex(message)]);
  });

  test('the transfer silent longest makes room', () => {
    const reassembler = new Reassembler({ ...SMALL, maxTransfers: 2 });
    const first = (counter: bigint): GbtBlock => decoded(segment(messageOf(300), header(counter), SMALL))[0] as GbtBlock;
    reassembler.receive(first(1n), 0);
    reassembler.receive(first(2n), 0);
    reassembler.receive(first(1n), 0);
    const step = reassembler.receive(first(3n), 0);
    expect(step.dropped).toMatchObject([{ reason: 'displaced', header: { originatorCounter: 2n } }]);
  });
});

describe('BlockSender', () => {
  const message = messageOf(750);
  const acknowledgement = (blockNumberAck: number, window = 3): GbtBlock => ({
    ...{ header: swapped(header()), securityControl: 0, lastBlock: false, streaming: false },
    ...{ window, blockNumber: 1, blockNumberAck, data: NO_BYTES },
  });
  const numbers = (blocks: readonly Bytes[]): number[] => decoded(blocks).map((b) => b.blockNumber);

  test('sends a window, the next one when it is acknowledged, and again from the first block missing', () => {
    const sender = new BlockSender(message, header(), SMALL);
    expect(numbers(sender.start(0))).toEqual([1, 2, 3]);
    expect(sender.start(0)).toEqual([]);
    expect(numbers(sender.receive(acknowledgement(1), 1))).toEqual([2, 3, 4]);
    expect(numbers(sender.receive(acknowledgement(4), 2))).toEqual([5, 6, 7]);
    expect(numbers(sender.receive(acknowledgement(7), 3))).toEqual([8]);
    expect(sender.receive(acknowledgement(8), 4)).toEqual([]);
    expect(sender).toMatchObject({ state: 'delivered', nextDeadline: undefined });
  });

  test("keeps to the receiver's window when that is smaller", () => {
    const sender = new BlockSender(message, header(), SMALL);
    sender.start(0);
    expect(numbers(sender.receive(acknowledgement(3, 1), 1))).toEqual([4]);
  });

  test('ignores acknowledgements of the past and of blocks never sent, and data', () => {
    const sender = new BlockSender(message, header(), SMALL);
    sender.start(0);
    sender.receive(acknowledgement(2), 1);
    expect(sender.receive(acknowledgement(1), 2)).toEqual([]);
    expect(sender.receive(acknowledgement(8), 2)).toEqual([]);
    expect(sender.receive({ ...acknowledgement(3), data: messageOf(4) }, 2)).toEqual([]);
    expect(sender.state).toBe('sending');
  });

  test('repeats once on a report without progress, not for every copy of it', () => {
    const sender = new BlockSender(message, header(), SMALL);
    sender.start(0);
    expect(numbers(sender.receive(acknowledgement(0), 1))).toEqual([1, 2, 3]);
    expect(sender.receive(acknowledgement(0), 1)).toEqual([]);
  });

  test('repeats when nothing comes back, then reports failure', () => {
    const sender = new BlockSender(message, header(), SMALL);
    sender.start(0);
    expect(sender.poll(SMALL.retryMillis - 1)).toEqual([]);
    let sent = 0;
    for (let now = sender.nextDeadline; now !== undefined; now = sender.nextDeadline) sent += sender.poll(now).length;
    expect(sent).toBe(3 * SMALL.retries);
    expect(sender).toMatchObject({ state: 'failed', reason: 'no acknowledgement' });
  });

  test("ends on either side's abort", () => {
    const told = new BlockSender(message, header(), SMALL);
    told.start(0);
    told.receive(decodeGbtBlock(abortBlock(swapped(header()), SMALL)), 1);
    expect(told).toMatchObject({ state: 'failed', reason: 'the receiver aborted the transfer' });
    const own = new BlockSender(message, header(), SMALL);
    own.start(0);
    expect(decoded(own.abort()).map(isAbort)).toEqual([true]);
    expect(own.abort()).toEqual([]);
    expect(own.state).toBe('failed');
  });
});
