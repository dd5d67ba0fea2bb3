import { describe, expect, it } from 'vitest';
import { openCcmStar, sealCcmStar } from '../../firmware-sim/crypto/ccm-star.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';

const random = randomFor('ccm star', 'test');
const [key, nonce, header] = [random.bytes(16), random.bytes(13), random.bytes(22)];

/** Empty arrays that look the same and stand at different addresses, or at none. */
const EMPTY: readonly (readonly [string, Uint8Array])[] = [
  ['a view into something', new Uint8Array(8).subarray(3, 3)],
  ['a view of nothing', new Uint8Array(0).subarray(0)],
  ['an array over an empty buffer', new Uint8Array(new ArrayBuffer(0))],
  ['the end of a copy', new Uint8Array(8).slice(8).subarray(0)],
];

describe('CCM* with nothing to hide', () => {
  it.each(EMPTY)('authenticates the header alone: %s', (_name, nothing) => {
    const sealed = sealCcmStar(key, nonce, header, nothing);
    expect(toHex(sealed)).toBe(toHex(sealCcmStar(key, nonce, header, new Uint8Array(1).subarray(0, 0))));
    expect(openCcmStar(key, nonce, header, sealed)).toEqual(new Uint8Array(0));
    expect(openCcmStar(key, nonce, header.with(0, (header[0] ?? 0) ^ 1), sealed)).toBeUndefined();
  });
});
