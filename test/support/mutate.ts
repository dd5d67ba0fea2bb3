import { decodeEnvelope, encodeEnvelope, isGbtBlock } from '../../firmware-sim/gbcs/envelope.ts';
import { type Bytes, concat } from '../../firmware-sim/kernel/bytes.ts';
import type { RandomSource } from '../../firmware-sim/kernel/random.ts';

type Mutation = (bytes: Bytes, random: RandomSource, other: Bytes) => Bytes;

const changed = (bytes: Bytes, at: number, octet: number): Bytes => {
  const out = bytes.slice();
  if (at < out.length) out[at] = octet;
  return out;
};

/** Octets at which tags, lengths and counts break most. */
const EDGES = [0x00, 0x01, 0x02, 0x7f, 0x80, 0x81, 0x82, 0x83, 0x84, 0xfe, 0xff];

/** A place, twice as often near the start, where structure is. */
function place(bytes: Bytes, random: RandomSource): number {
  const reach = random.below(2) === 0 ? Math.min(bytes.length, 24) : bytes.length;
  return random.below(Math.max(1, reach));
}

/** Ways to damage octets; none looks at what they mean. */
const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => {
    const at = place(bytes, random);
    return changed(bytes, at, (bytes[at] ?? 0) ^ (1 << random.below(8)));
  },
  (bytes, random) => changed(bytes, place(bytes, random), random.below(256)),
  (bytes, random) => changed(bytes, place(bytes, random), EDGES[random.below(EDGES.length)] ?? 0),
  (bytes, random) => {
    const at = place(bytes, random);
    return changed(bytes, at, ((bytes[at] ?? 0) + (random.below(2) === 0 ? 1 : 255)) & 0xff);
  },
  (bytes, random) => bytes.slice(0, place(bytes, random)),
  (bytes, random) => bytes.slice(random.below(Math.max(1, bytes.length))),
  (bytes, random) => {
    const at = place(bytes, random);
    return concat(bytes.slice(0, at), random.bytes(1 + random.below(4)), bytes.slice(at));
  },
  (bytes, random) => {
    const at = place(bytes, random);
    return concat(bytes.slice(0, at), bytes.slice(at + 1 + random.below(4)));
  },
  (bytes, random) => {
    const [a, b] = [place(bytes, random), place(bytes, random)];
    return changed(changed(bytes, a, bytes[b] ?? 0), b, bytes[a] ?? 0);
  },
  (bytes, random, other) => concat(bytes.slice(0, place(bytes, random)), other.slice(place(other, random))),
  (bytes, random) => {
    const at = place(bytes, random);
    const part = bytes.slice(at, at + 1 + random.below(16));
    return concat(bytes.slice(0, at), part, bytes.slice(at));
  },
];

/** One to three mutations in a row. */
export function mutate(bytes: Bytes, random: RandomSource, other: Bytes): Bytes {
  let out = bytes;
  for (let times = 1 + random.below(3); times > 0; times--) {
    const mutation = MUTATIONS[random.below(MUTATIONS.length)] as Mutation;
    out = mutation(out, random, other);
  }
  return out;
}

const pick = <T>(list: readonly T[], random: RandomSource): T => list[random.below(list.length)] as T;

/**
 * A damaged message. Half of them are damaged anywhere; the other half keep a sound envelope around a damaged payload, or
 * around another message's payload, so that the payload decoders see them.
 */
export function damagedMessage(corpus: readonly Bytes[], random: RandomSource): Bytes {
  const message = pick(corpus, random);
  const other = pick(corpus, random);
  if (random.below(2) === 0 || isGbtBlock(message)) return mutate(message, random, other);
  const envelope = decodeEnvelope(message);
  const foreign = isGbtBlock(other) ? other : decodeEnvelope(other).payload;
  const payload = random.below(8) === 0 ? foreign : mutate(envelope.payload, random, foreign);
  return encodeEnvelope({ ...envelope, payload: payload.slice(0, 0xffff - 256) });
}
