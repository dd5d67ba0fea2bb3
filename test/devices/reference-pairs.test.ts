import { describe, expect, it } from 'vitest';
import { decodeAndCheck } from '../../firmware-sim/gbcs/checked-message.ts';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import type { WholeMessage } from '../../firmware-sim/gbcs/message.ts';
import { openedOctets } from '../../firmware-sim/gbcs/sensitive.ts';
import { type Bytes, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { REFERENCE_PAIRS } from '../../lab/devices/use-case-evidence.ts';
import { readReferenceData } from '../support/corpus.ts';
import { full, skipReason } from '../support/shared.ts';
import { type Comparison, compare, execute, type PairBench, pairBench, type ReferencePair } from './exec-pairs.ts';
import { faultsLike } from './object-faults.ts';
import { sameStructure } from './structure.ts';

const reference = readReferenceData();
const loaded = reference && pairBench(reference);

/** Device-to-device: their MAC needs a key that nobody has published. */
const canBeChecked = ({ command }: ReferencePair): boolean => command.mac !== 'no-key';
const succeeds = ({ command }: ReferencePair): boolean => command.outcome === 'success';
const nameOf = ({ command }: ReferencePair): string => command.id.replace(/^.*\//, '').replace('_COMMAND_GBCS.HEX', '');

/** An answer encrypted for an unknown party names a counter of the device's own, which a clone never sets. */
function namesOwnCounter({ responseOctets }: ReferencePair): boolean {
  return responseOctets !== undefined && decodeEnvelope(responseOctets).header.supplementary?.originatorCounter !== undefined;
}

function whole({ suite, keystore }: PairBench, octets: Bytes | undefined): WholeMessage | undefined {
  if (!octets) return undefined;
  const { message } = decodeAndCheck(suite, octets, keystore);
  return message.form === 'gbt-block' ? undefined : message;
}

/** `answered 3/3`, for every measure that concerns any of the pairs. */
function summary(measured: readonly Comparison[]): string {
  const counted = (name: keyof Comparison): string => {
    const concerned = measured.filter((one) => one[name] !== undefined);
    return `${name} ${concerned.filter((one) => one[name]).length}/${concerned.length}`;
  };
  return (['answered', 'header', 'payload', 'mac'] as const).map(counted).join(', ');
}

function print(title: string, measured: ReadonlyMap<ReferencePair, Comparison>): void {
  const lines = [`${title}: ${summary([...measured.values()])}`];
  const byUseCase = new Map<string, Comparison[]>();
  for (const [{ command }, comparison] of measured) {
    byUseCase.set(command.useCase, [...(byUseCase.get(command.useCase) ?? []), comparison]);
  }
  for (const [useCase, comparisons] of byUseCase) {
    const good = comparisons.every(({ answered, header, payload, mac }) => answered && header && payload && mac !== false);
    if (full || !good) lines.push(`  ${useCase.padEnd(36)} ${summary(comparisons)}`);
  }
  console.log(lines.join('\n'));
}

describe.skipIf(!loaded)(`reference pairs through devices (${loaded ? loaded.pairs.length : skipReason})`, () => {
  const bench = loaded as PairBench;
  const measure = (pairs: readonly ReferencePair[], run: (pair: ReferencePair) => Comparison): Map<ReferencePair, Comparison> =>
    new Map(pairs.map((pair) => [pair, run(pair)]));
  const names = (pairs: Iterable<ReferencePair>): string[] => [...pairs].map(nameOf);

  it('with the values of their responses answer as the reference devices did', () => {
    const measured = measure(bench.pairs, (pair) => compare(execute(bench, pair, { clone: true }), pair.responseOctets));
    print('with clone, success variants', new Map([...measured].filter(([pair]) => succeeds(pair))));
    const failing = (wanted: (pair: ReferencePair, comparison: Comparison) => boolean): string[] =>
      names([...measured].filter(([pair, comparison]) => canBeChecked(pair) && !wanted(pair, comparison)).map(([pair]) => pair));
    expect(failing((_, { answered }) => answered)).toEqual([]);
    expect(failing((pair, { header }) => header || namesOwnCounter(pair))).toEqual([]);
    expect(failing((pair, { payload }) => payload || !succeeds(pair) || namesOwnCounter(pair))).toEqual([]);
    expect(failing((_, { header, payload, mac }) => !header || !payload || mac !== false)).toEqual([]);
  });

  it('encrypted for an unknown party say the same under another counter', () => {
    const pairs = bench.pairs.filter((pair) => namesOwnCounter(pair) && succeeds(pair));
    for (const pair of pairs) {
      const [own, theirs] = [execute(bench, pair, { clone: true }).response, pair.responseOctets].map((one) => whole(bench, one));
      const opened = theirs ? toHex(openedOctets(theirs)) : '';
      expect(opened, nameOf(pair)).not.toBe('');
      expect(own && toHex(openedOctets(own)), nameOf(pair)).toBe(opened);
    }
  });

  it('without a clone are answered with the same structure', () => {
    const different = bench.pairs.filter((pair) => {
      if (!succeeds(pair) || !canBeChecked(pair)) return false;
      const profile = /_SINGLE_/.test(pair.command.id) && pair.command.useCase.startsWith('ECS') ? 'single-element' : 'default';
      const [own, theirs] = [execute(bench, pair, { clone: false, profile }).response, pair.responseOctets].map((one) =>
        whole(bench, one),
      );
      return !own || !theirs || !sameStructure(own, theirs);
    });
    expect(names(different)).toEqual([]);
  });

  it('that failed fail alike, from the state the response tells of or with an object at fault', () => {
    const failed = bench.pairs.filter((pair) => !succeeds(pair) && pair.responseOctets && canBeChecked(pair));
    const natural = new Set<ReferencePair>();
    const measured = measure(failed, (pair) => {
      const cloned = compare(execute(bench, pair, { clone: true }), pair.responseOctets);
      const [command, response] = [whole(bench, pair.commandOctets), whole(bench, pair.responseOctets)];
      if (cloned.payload) natural.add(pair);
      if (cloned.payload || !command || !response) return cloned;
      for (const faults of faultsLike(command, response, pair.command.useCase)) {
        const faulty = compare(execute(bench, pair, { clone: true, faults }), pair.responseOctets);
        if (faulty.payload) return faulty;
      }
      return cloned;
    });
    print('error variants with object-fault', measured);
    const alike = [...measured.values()].filter(({ payload }) => payload).length;
    console.log(
      `error variants: ${natural.size} from a natural state, ${alike - natural.size} with object-fault, of ${measured.size}`,
    );
    const different = [...measured].filter(([pair, { payload }]) => !payload && !namesOwnCounter(pair)).map(([pair]) => pair);
    expect(names(different)).toEqual([]);
  });

  it('hold what the catalogue says of them', () => {
    const held = new Set(bench.pairs.filter((pair) => succeeds(pair)).map(({ command }) => command.useCase));
    const named = new Set(bench.pairs.map(({ command }) => command.useCase));
    expect([...REFERENCE_PAIRS].filter((useCase) => named.has(useCase) && !held.has(useCase))).toEqual([]);
  });
});
