/**
 * Damaged messages against the message layer: nothing but a `ProtocolFault` is thrown, what decodes encodes to the same octets,
 * as JSON too, nothing takes long and nothing stays in memory. A failure names seed, index and octets.
 */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { decodeAndCheck } from '../../firmware-sim/gbcs/checked-message.ts';
import { decode, encode, type GbcsMessage } from '../../firmware-sim/gbcs/message.ts';
import { messageFromJson, messageToJson } from '../../firmware-sim/gbcs/message-json.ts';
import { type Bytes, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { Invariant, ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { rewriteMessage } from '../../lab/messages/rewrite-message.ts';
import { readCorpus } from '../support/corpus.ts';
import { damagedMessage } from '../support/mutate.ts';
import { full } from '../support/shared.ts';
import { readVectors, vectorKeys } from '../support/vectors.ts';

const SEED = process.env.HANBENCH_FUZZ_SEED ?? 'message-layer';
const RUNS = full ? 1_000_000 : 20_000;
/** The JSON form and the keys are tried on one of these many messages that decode. */
const JSON_EVERY = 7;
const KEYS_EVERY = 17;
/** Far above what the largest message takes (1 ms), far below what a hang would. */
const SLOWEST_MS = 5_000;
/** Caches fill and code is compiled before memory is measured the first time. */
const WARM_UP = RUNS / 4;
const GROWTH_OCTETS = 48 * 1024 * 1024;

const corpus = readCorpus();
const entropy = randomFor(SEED, 'entropy');
const suite = createNodeSuite({ entropy: (count) => entropy.bytes(count) });
const keys = vectorKeys(readVectors(), suite)();
const VERDICTS = { mac: 'no-key', signature: 'no-key' } as const;

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** The decoded message; undefined for a typed refusal. Anything else that is thrown goes up. */
function decoded(bytes: Bytes): GbcsMessage | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof ProtocolFault && error.offset >= 0 && error.offset <= bytes.length) return undefined;
    throw error;
  }
}

const throughJson = (message: GbcsMessage): Bytes =>
  encode(messageFromJson(JSON.parse(JSON.stringify(messageToJson(suite, message, VERDICTS)))).message);

/** Decoded and opened with keys, written as JSON, read again and written back by the tool. */
function throughKeys(bytes: Bytes): Bytes {
  const { message: opened, checked } = decodeAndCheck(suite, bytes, keys);
  const line = JSON.parse(JSON.stringify(messageToJson(suite, opened, checked)));
  return rewriteMessage(messageFromJson(line), { suite, keys, profile: undefined }).bytes;
}

function same(a: Bytes, b: Bytes, how: string): void {
  if (toHex(a) !== toHex(b)) expect.fail(`${how} gave other octets: ${toHex(b)}`);
}

describe('damaged messages', () => {
  test(`${RUNS} of ${corpus.length} kinds`, { timeout: 1_200_000 }, async () => {
    let accepted = 0;
    let slowest = 0;
    let before = 0;
    const start = performance.now();
    for (let i = 0; i < RUNS; i++) {
      if (i === WARM_UP) before = heapUsed();
      const random = randomFor(SEED, String(i));
      const bytes = damagedMessage(corpus, random);
      const began = performance.now();
      try {
        const message = decoded(bytes);
        if (message) {
          same(bytes, encode(message), 'encode');
          if (accepted % JSON_EVERY === 0) same(bytes, throughJson(message), 'JSON');
          if (accepted % KEYS_EVERY === 0) same(bytes, throughKeys(bytes), 'decode and encode with keys');
          accepted++;
        }
      } catch (error) {
        const where = `seed ${SEED}, index ${i}, corpus of ${corpus.length}, octets ${toHex(bytes)}`;
        throw new Invariant(`${error instanceof Error ? `${error.name}: ${error.message}` : String(error)} [${where}]`, {
          cause: error,
        });
      }
      slowest = Math.max(slowest, performance.now() - began);
      if (i % 2_000 === 0) await setImmediate();
    }
    const seconds = (performance.now() - start) / 1000;
    const grown = heapUsed() - before;
    console.info(
      `fuzz: ${RUNS} messages, ${accepted} decoded, ${Math.round(RUNS / seconds)}/s, slowest ${slowest.toFixed(1)} ms, heap ${(grown / 1e6).toFixed(1)} MB`,
    );
    expect(accepted).toBeGreaterThan(RUNS / 10);
    expect(slowest).toBeLessThan(SLOWEST_MS);
    expect(grown).toBeLessThan(GROWTH_OCTETS);
  });
});
