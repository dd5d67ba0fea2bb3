import { describe, expect, it } from 'vitest';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { readReferenceData } from '../support/corpus.ts';
import { full, skipReason } from '../support/shared.ts';
import { execute, type PairBench, pairBench } from './exec-pairs.ts';
import { HAN_KINDS, HUB_TYPES, homeOf, throughTunnels, typeOf } from './over-the-air-pairs.ts';

const reference = readReferenceData();
const loaded = reference && pairBench(reference);

const SEED = 'reference pairs over the air';

describe.skipIf(!loaded)(`reference commands through hub and tunnel (${loaded ? 'on the virtual air' : skipReason})`, () => {
  const bench = loaded as PairBench;
  /** New keys and key-agreement answers draw chance: both runs draw the same. */
  const freshBench = (): PairBench => ({ ...bench, suite: createNodeSuite({ entropy: seededEntropy(SEED, 'device') }) });
  const through = bench?.pairs.filter((pair) => !HUB_TYPES.includes(typeOf(pair))) ?? [];

  it('every device of the reference data has its place in the home', () => {
    expect([...new Set(bench.pairs.map(typeOf))].filter((type) => !HUB_TYPES.includes(type) && !(type in HAN_KINDS))).toEqual([]);
    expect(through.length).toBeGreaterThan(280);
  });

  it('arrive as they were sent, and are answered with the same octets as without the air', () => {
    const home = homeOf(SEED, bench.pairs);
    const different: string[] = [];
    for (const pair of full ? through : throughTunnels(SEED, through)) {
      const direct = execute(freshBench(), pair, { clone: true }).response;
      let arrived = '';
      const responses = home.exchange(parseEui64(pair.command.recipient), pair.commandOctets, (octets) => {
        arrived = toHex(octets);
        return execute(freshBench(), { ...pair, commandOctets: octets }, { clone: true }).response;
      });
      const same = arrived === toHex(pair.commandOctets) && responses.map(toHex).join() === (direct ? toHex(direct) : '');
      if (!same) different.push(pair.command.id);
    }
    expect(different).toEqual([]);
    expect(home.frames.length).toBeGreaterThan(1_000);
  });
});
