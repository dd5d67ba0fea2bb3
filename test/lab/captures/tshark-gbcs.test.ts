import { describe, expect, it } from 'vitest';
import type { AirFrame } from '../../../firmware-sim/air/air.ts';
import { parseEui64 } from '../../../firmware-sim/kernel/eui64.ts';
import { Dissector } from '../../../lab/captures/dissector.ts';
import type { GivenKey } from '../../../lab/captures/key-file.ts';
import { pairBench } from '../../devices/exec-pairs.ts';
import { HUB_TYPES, homeOf, throughTunnels, typeOf } from '../../devices/over-the-air-pairs.ts';
import { readReferenceData } from '../../support/corpus.ts';
import { full, skipReason } from '../../support/shared.ts';
import { needTshark, tsharkFields } from '../../support/tshark.ts';
import { homeRun } from './home-capture.ts';

/**
 * Commands that tshark 4.0 reads otherwise than they are, by message code, and why. The list does not grow: a code that is not in it, or
 * one in it that is read rightly, fails.
 */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['0x0034', 'carries a certificate in its header, whose first octets are taken for a counter'],
]);

type Json = { readonly originatorCounter?: string } | undefined;

interface Read {
  readonly frame: number;
  readonly ours: string;
  readonly theirs: string;
  /** Message codes whose supplementary originator counters differ. */
  readonly misread: string | undefined;
}

/** Message codes of the GBCS messages in each frame, as this project's reader and as tshark see them. */
function readBoth(frames: readonly AirFrame[], keys: readonly GivenKey[]): readonly Read[] {
  const dissector = new Dissector(keys);
  const ours = frames.map(({ at, psdu }) => {
    const { layers } = dissector.frame({ at, linkType: 195, octets: psdu, offset: 0 });
    const messages = layers.filter(({ layer, form }) => layer === 'gbcs' && form !== 'gbt-block');
    const counters = messages.map(({ supplementary }) => (supplementary as Json)?.originatorCounter ?? '').join();
    return { codes: messages.map(({ messageCode }) => String(messageCode)).join(), counters };
  });
  const header = 'gbcs_message.grouping_header.';
  const counterField = `${header}supplementary_remote_party_originator_counter`;
  const theirs = tsharkFields(frames, keys, ['frame.protocols', '_ws.malformed', `${header}message_code`, counterField]);
  return ours.flatMap(({ codes, counters }, i): Read[] => {
    const [protocols = '', malformed = '', theirCodes = '', theirCounters = ''] = theirs[i] ?? [];
    const said = malformed !== '' || protocols.includes('malformed') ? 'malformed' : theirCodes.toLowerCase();
    const misread = counters === theirCounters ? undefined : codes;
    return codes === '' && said === '' ? [] : [{ frame: i + 1, ours: codes, theirs: said, misread }];
  });
}

const different = (read: readonly Read[]) => read.filter(({ ours, theirs }) => ours !== theirs);

describe('tshark finds GBCS in tunnels', () => {
  it('every message of an update under its message code', (context) => {
    needTshark(context);
    const { frames, keys } = homeRun();
    const read = readBoth(frames, keys);
    expect(read.length).toBeGreaterThanOrEqual(10);
    expect(different(read)).toEqual([]);
  });

  it('every message of the reference data under its message code', (context) => {
    needTshark(context);
    const { pairs } = pairBench(readReferenceData() ?? context.skip(skipReason));
    const through = pairs.filter((pair) => !HUB_TYPES.includes(typeOf(pair)));
    const home = homeOf('tshark', pairs);
    for (const pair of full ? through : throughTunnels('tshark', through)) {
      home.exchange(parseEui64(pair.command.recipient), pair.commandOctets, () => pair.responseOctets);
    }
    const read = readBoth(home.frames, home.keys);
    expect(read.length).toBeGreaterThan(40);
    expect(different(read)).toEqual([]);
    const misread = new Set(read.flatMap(({ misread }) => misread ?? []));
    expect([...misread].filter((code) => !EXCEPTIONS.has(code))).toEqual([]);
    if (full) expect(misread).toEqual(new Set(EXCEPTIONS.keys()));
  });
});
