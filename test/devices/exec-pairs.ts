import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { type CryptoSuite, seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import type { ObjectFaults } from '../../firmware-sim/device/setup.ts';
import { decodeEnvelope, type Envelope } from '../../firmware-sim/gbcs/envelope.ts';
import { type Bytes, equalBytes } from '../../firmware-sim/kernel/bytes.ts';
import { Bench, type BenchAnswer } from '../../lab/devices/bench.ts';
import { readClone } from '../../lab/devices/clone.ts';
import { readCommand } from '../../lab/devices/messages.ts';
import { type Keystore, loadKeystore } from '../../lab/keystore/keystore.ts';
import type { ManifestMessage, ManifestPair, ReferenceData } from '../support/corpus.ts';

/** A command with the response it got from a reference device. */
export interface ReferencePair {
  readonly pair: ManifestPair;
  readonly command: ManifestMessage;
  readonly commandOctets: Bytes;
  readonly response: ManifestMessage | undefined;
  readonly responseOctets: Bytes | undefined;
}

/** Everything a run over the reference data needs, loaded once. */
export interface PairBench {
  readonly suite: CryptoSuite;
  readonly keystore: Keystore;
  readonly pairs: readonly ReferencePair[];
}

export function pairBench(reference: ReferenceData): PairBench {
  const suite = createNodeSuite({ entropy: seededEntropy('1', 'reference pairs') });
  const messages = new Map(reference.messages.map((message) => [message.id, message]));
  const pairs = reference.pairs.flatMap((pair): ReferencePair[] => {
    const command = messages.get(pair.command);
    if (!command) return [];
    const response = pair.response ? messages.get(pair.response) : undefined;
    return [
      {
        pair,
        command,
        commandOctets: reference.octets(command.id),
        response,
        responseOctets: response && reference.octets(response.id),
      },
    ];
  });
  return { suite, keystore: loadKeystore(reference.keystore, suite), pairs };
}

/** How a fresh device is prepared before it gets the command of a pair. */
export interface Preparation {
  /** It takes over the values of the expected response. */
  readonly clone: boolean;
  readonly faults?: ObjectFaults;
  /** Variant of the device. */
  readonly profile?: string;
}

/** Lets a fresh device execute the command of a pair. */
export function execute(
  { suite, keystore }: PairBench,
  pair: ReferencePair,
  { clone, faults, profile }: Preparation,
): BenchAnswer {
  const command = readCommand({ file: pair.command.id, bytes: pair.commandOctets });
  const clones = clone && pair.responseOctets ? [readClone('clone', pair.responseOctets, suite, keystore)] : [];
  return new Bench(
    { suite, keystore, clones, profile, seed: '1', ...(faults && { departures: { faults } }) },
    [command],
    undefined,
  ).execute(command);
}

/** How an answer compares with the reference device's. */
export interface Comparison {
  readonly answered: boolean;
  readonly header: boolean;
  readonly payload: boolean;
  /** Undefined where the response has none. */
  readonly mac: boolean | undefined;
}

function sameHeader(a: Envelope, b: Envelope): boolean {
  return JSON.stringify(a.header, plain) === JSON.stringify(b.header, plain);
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}

export function compare(answer: BenchAnswer, expected: Bytes | undefined): Comparison {
  if (!answer.response || !expected)
    return { answered: answer.response !== undefined, header: false, payload: false, mac: undefined };
  const [own, reference] = [decodeEnvelope(answer.response), decodeEnvelope(expected)];
  return {
    answered: true,
    header: sameHeader(own, reference),
    payload: equalBytes(own.payload, reference.payload),
    mac:
      reference.mac && own.mac
        ? equalBytes(own.mac, reference.mac)
        : reference.mac === undefined && own.mac === undefined
          ? undefined
          : false,
  };
}
