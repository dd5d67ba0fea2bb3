import { type CbkeSuite, curveOf, issueCertificate } from '../../crypto/cbke/certificate.ts';
import { extraScalar } from '../../crypto/cbke/scalars.ts';
import { type Entropy, seededEntropy } from '../../crypto/suite.ts';
import { assert } from '../../kernel/errors.ts';
import { type Eui64, eui64Bytes, parseEui64 } from '../../kernel/eui64.ts';
import type { EstablishmentCredentials } from './key-establishment.ts';

/** Entity identifier of the test authority: a made-up one, no production authority's. */
export const TEST_AUTHORITY: Eui64 = parseEui64('70-B3-D5-1F-3F-FF-FF-01');

/** 2017-07-14, when the certificates of the test authority begin to hold; seconds since 1970. */
const VALID_FROM = 1_500_000_000;

/**
 * A ZigBee certificate authority for tests: it issues implicit certificates for any device, from a seed. Devices with its certificates
 * cannot join a network of production devices, nor the other way round.
 */
export class TestAuthority {
  readonly #seed: number | string;

  constructor(seed: number | string) {
    this.#seed = seed;
  }

  #entropy(purpose: string): Entropy {
    return seededEntropy(this.#seed, `zigbee authority ${purpose}`);
  }

  #authority(suite: CbkeSuite) {
    const curve = curveOf(suite);
    const privateKey = extraScalar(curve, this.#entropy(`suite ${suite}`));
    const point = curve.multiply(curve.base, privateKey);
    assert(point, 'a scalar below the order gives a point');
    return { eui: TEST_AUTHORITY, privateKey, point };
  }

  /** Certificate and private key of a device for a suite; the same for the same seed. */
  issue(subject: Eui64, suite: CbkeSuite): EstablishmentCredentials {
    const curve = curveOf(suite);
    const authority = this.#authority(suite);
    const entropy = this.#entropy(`suite ${suite} ${subject}`);
    for (;;) {
      const issued = issueCertificate(
        suite,
        { eui: eui64Bytes(authority.eui), privateKey: authority.privateKey },
        eui64Bytes(subject),
        { serial: entropy(8), validFrom: VALID_FROM },
        { secret: extraScalar(curve, entropy), blind: extraScalar(curve, entropy) },
      );
      if (issued) return { suite, ...issued, authority: { eui: authority.eui, point: authority.point } };
    }
  }
}
