import { decode, encode, rfc8949EncodeOptions, Token, Type } from 'cborg';
import { type Bytes, equalBytes, fromBigInt, toBigInt } from '../../firmware-sim/kernel/bytes.ts';
import { assert, ProtocolFault } from '../../firmware-sim/kernel/errors.ts';

/** What a device's state is made of. A `number` is safe-sized or a fraction; counters of 64 bits are `bigint`. */
export type Plain =
  | null
  | boolean
  | number
  | bigint
  | string
  | Bytes
  | readonly Plain[]
  | { readonly [key: string]: Plain | undefined };

/** Octets of a magnitude without leading zeros. */
function magnitude(value: bigint): Bytes {
  const digits = value.toString(16);
  return value === 0n ? new Uint8Array(0) : fromBigInt(value, (digits.length + 1) >> 1);
}

/** Tags 2 and 3 for every bigint, small ones too (RFC 8949 4.2.2 leaves the choice): what goes in as a bigint comes out as one. */
function bignum(value: bigint): Token[] {
  const negative = value < 0n;
  return [new Token(Type.tag, negative ? 3 : 2), new Token(Type.bytes, magnitude(negative ? -1n - value : value))];
}

const ENCODE = { ...rfc8949EncodeOptions, ignoreUndefinedProperties: true, typeEncoders: { bigint: bignum } };

function octetsOf(value: unknown): Bytes {
  if (value instanceof Uint8Array) return value;
  throw new ProtocolFault('bad-state', 'a big number is no octet string');
}

const DECODE = {
  strict: true,
  rejectDuplicateMapKeys: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  tags: {
    2: (content: () => unknown): bigint => toBigInt(octetsOf(content())),
    3: (content: () => unknown): bigint => -1n - toBigInt(octetsOf(content())),
  },
};

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function checkPlain(value: unknown, path: string): void {
  if (typeof value === 'number') assert(Number.isFinite(value), `${path} is a finite number`);
  else if (Array.isArray(value)) for (const [i, item] of value.entries()) checkPlain(item, `${path}[${i}]`);
  else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    assert(isPlainObject(value), `${path} is plain data`);
    for (const [key, item] of Object.entries(value)) if (item !== undefined) checkPlain(item, `${path}.${key}`);
  } else assert(value !== undefined && typeof value !== 'function' && typeof value !== 'symbol', `${path} is plain data`);
}

/**
 * Deterministic CBOR (RFC 8949 4.2): shortest forms, map keys in the order of their octets. Properties without a value are
 * left out. The same value gives the same octets whatever the order its properties were made in.
 * @throws Invariant for what is no plain data
 */
export function encodeState(value: Plain): Bytes {
  checkPlain(value, 'state');
  return encode(value, ENCODE);
}

/**
 * The value of octets `encodeState` gave. Octets it would not have given are refused, so that load and store change nothing.
 * @throws ProtocolFault `bad-state`
 */
export function decodeState(bytes: Bytes): Plain {
  let value: Plain;
  try {
    value = decode(bytes, DECODE) as Plain;
  } catch (error) {
    if (error instanceof ProtocolFault || !(error instanceof Error)) throw error;
    throw new ProtocolFault('bad-state', error.message);
  }
  if (!equalBytes(encode(value, ENCODE), bytes)) throw new ProtocolFault('bad-state', 'is not in its one deterministic form');
  return value;
}
