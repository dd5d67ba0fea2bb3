import { createNodeSuite } from '../../../firmware-sim/crypto/node-suite.ts';
import type { Certificate } from '../../../firmware-sim/gbcs/certificates/certificate.ts';
import { parseCertificate } from '../../../firmware-sim/gbcs/certificates/parse.ts';
import { createTestPki, type TestPki, type TestPkiOptions } from '../../../firmware-sim/gbcs/certificates/test-pki.ts';
import type { KeyUse } from '../../../firmware-sim/gbcs/key-provider.ts';
import { Invariant } from '../../../firmware-sim/kernel/errors.ts';
import { type Eui64, parseEui64 } from '../../../firmware-sim/kernel/eui64.ts';

/** A suite that must not need randomness: the PKI follows from its seed alone. */
export const suite = createNodeSuite({
  entropy: () => {
    throw new Invariant('a test PKI draws no randomness of its own');
  },
});

export const SUPPLIER = parseEui64('90b3d51f30010000');
export const ESME = parseEui64('00db1234567890a0');

export function pkiOf(options: Partial<TestPkiOptions> = {}): TestPki {
  return createTestPki(suite, { seed: 'certificates', ...options });
}

/** A certificate of the PKI, parsed; it must be there. */
export function certificateOf(pki: TestPki, eui: Eui64, use: KeyUse): Certificate {
  const der = pki.certificate(eui, use);
  if (!der) throw new Invariant(`${eui} has no ${use} certificate`);
  return parseCertificate(der);
}
