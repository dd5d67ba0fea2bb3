import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { decodeAndCheck } from '../../firmware-sim/gbcs/checked-message.ts';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { decode, encode, messageOf } from '../../firmware-sim/gbcs/message.ts';
import { checkMac } from '../../firmware-sim/gbcs/protection.ts';
import { systemEntropy } from '../../lab/crypto/native-suite.ts';
import { benchCorpus, type Sample } from './corpus.ts';
import { type Primitives, primitivesOf } from './floor.ts';
import { compare } from './measure.ts';
import { expect, heading, line } from './report.ts';

/**
 * How much of a message's time goes beyond its cryptography. The floor is the same primitives called back to back on the same
 * octets with keys imported; both sides are measured in one run, CPU time, medians of alternating rounds.
 */

interface Prepared extends Sample {
  readonly primitives: Primitives;
}

const corpus = benchCorpus();
const { keys } = corpus;

const prepared: Prepared[] = corpus.samples.flatMap((sample) => {
  if (!sample.envelope.mac) return [];
  const primitives = primitivesOf(sample, keys);
  return primitives ? [{ ...sample, primitives }] : [];
});
const signedCommands = prepared.filter((sample) => sample.primitives.verify && sample.envelope.header.cra === 'command');

const fresh = createNodeSuite({ entropy: systemEntropy, secretCacheSize: 0 });
const caching = createNodeSuite({ entropy: systemEntropy });

heading(`${corpus.name}; ${signedCommands.length} signed commands, ${prepared.length} with a MAC; profile ecdsa`);

const critical = compare(
  signedCommands,
  ({ primitives }) => {
    primitives.ecdh();
    primitives.mac();
    expect(primitives.verify?.() === true, 'signature of the floor');
  },
  ({ bytes }) => {
    const { checked } = decodeAndCheck(fresh, bytes, keys);
    expect(checked.mac === 'valid' && checked.signature === 'valid', 'verdicts');
  },
);
line(
  'signed command: MAC, signature, decode (ECDH each time)',
  critical.floor.median,
  critical.ours.median,
  critical.ratio,
  '>= 0.75',
);

const cached = compare(
  prepared,
  ({ primitives }) => {
    primitives.mac();
  },
  ({ bytes }) => {
    const envelope = decodeEnvelope(bytes);
    expect(checkMac(caching, envelope, keys) === 'valid', 'MAC');
    messageOf(envelope, bytes);
  },
);
line('MACed message: MAC with cached secret, decode', cached.floor.median, cached.ours.median, cached.ratio, '>= 0.25');

const ecdhOf = prepared.map(({ primitives }) => primitives.ecdh);
let next = 0;
const codec = compare(
  corpus.samples,
  () => {
    ecdhOf[next++ % ecdhOf.length]?.();
  },
  ({ bytes }) => {
    decode(bytes);
  },
);
const share = codec.ours.median / codec.floor.median;
line('decode without cryptography, against one ECDH', codec.floor.median, codec.ours.median, share, '< 0.25 (share)');

const messages = corpus.samples.map(({ bytes }) => decode(bytes));
let at = 0;
const encoding = compare(
  messages,
  () => {
    ecdhOf[at++ % ecdhOf.length]?.();
  },
  (message) => {
    encode(message);
  },
);
line(
  'encode without cryptography, against one ECDH',
  encoding.floor.median,
  encoding.ours.median,
  encoding.ours.median / encoding.floor.median,
  '(share)',
);
