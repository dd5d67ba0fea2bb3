import { describe, expect, it } from 'vitest';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { Bench } from '../../lab/devices/bench.ts';
import { readCommand } from '../../lab/devices/messages.ts';
import { readReferenceData } from '../support/corpus.ts';
import { full, skipReason } from '../support/shared.ts';
import { type PairBench, pairBench, type ReferencePair } from './exec-pairs.ts';

const reference = readReferenceData();
const loaded = reference && pairBench(reference);
const random = randomFor('attacks', 'where');

function flipped(octets: Bytes): Bytes {
  const changed = octets.slice();
  const at = random.below(changed.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
  return changed;
}

/** A device of the pair, made for what it gets, which comes in order. */
function outcomes({ suite, keystore }: PairBench, messages: readonly Bytes[]): readonly string[] {
  const commands = messages.map((bytes, i) => readCommand({ file: String(i), bytes }));
  const bench = new Bench({ suite, keystore, type: 'ESME', clones: [], seed: '1' }, commands, undefined);
  return commands.map((command) => bench.execute(command).outcome);
}

describe.skipIf(!loaded)(`attacks with reference commands${loaded ? '' : ` (${skipReason})`}`, () => {
  const bench = loaded as PairBench;
  const pairs = bench?.pairs.filter(({ command }) => command.mac === 'valid' && command.recipient.endsWith('A0')) ?? [];
  const each = (attack: (pair: ReferencePair) => readonly Bytes[]): string[] =>
    pairs.flatMap((pair) => {
      const got = outcomes(bench, attack(pair));
      return got.some((outcome) => outcome !== 'rejected') ? [`${pair.command.id} ${got.join()}`] : [];
    });

  it('a flipped bit is refused wherever it is', () => {
    expect(each(({ commandOctets }) => Array.from({ length: full ? 64 : 4 }, () => flipped(commandOctets)))).toEqual([]);
  });

  it('a truncated command is refused', () => {
    expect(each(({ commandOctets }) => [commandOctets.subarray(0, random.below(commandOctets.length))])).toEqual([]);
  });

  it('a command for another device is refused', () => {
    const others = pairs.map(({ commandOctets }) => commandOctets);
    const devices = ['A1', 'A2', 'A3', 'A6'];
    const sent = others.map((octets, i) => {
      const changed = octets.slice();
      const text = Buffer.from(changed).indexOf(Buffer.from('00db1234567890a0', 'hex'));
      changed[text + 7] = Number.parseInt(devices[i % devices.length] ?? 'A1', 16);
      return changed;
    });
    const commands = sent.map((bytes, i) => readCommand({ file: String(i), bytes }));
    const all = new Bench({ suite: bench.suite, keystore: bench.keystore, clones: [], seed: '1' }, commands, undefined);
    expect(commands.map((command) => all.execute(command).outcome).filter((outcome) => outcome !== 'rejected')).toEqual([]);
  });

  it('a command that changes something is executed once', () => {
    const again = pairs.flatMap(({ command, commandOctets, pair }) => {
      if (!(pair as { replayProtected?: boolean }).replayProtected) return [];
      const [, second] = outcomes(bench, [commandOctets, commandOctets]);
      return second === 'rejected' ? [] : [command.id];
    });
    expect(again).toEqual([]);
  });

  it('a command read from the middle of another is none', () => {
    expect(each(({ commandOctets }) => [commandOctets.subarray(1), decodeEnvelope(commandOctets).payload])).toEqual([]);
  });
});
