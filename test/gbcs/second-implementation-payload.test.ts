/**
 * The vectors through the whole message layer: every payload of the second implementation decodes into named values and
 * encodes back, and what it carries (certificates, encrypted parts) means to the product what was meant.
 */
import { describe, expect, test } from 'vitest';
import { publicKeyFromPoint } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { checkChain } from '../../firmware-sim/gbcs/certificates/check.ts';
import { parseCertificate } from '../../firmware-sim/gbcs/certificates/parse.ts';
import { decode, encode, useCaseOf, type WholeMessage } from '../../firmware-sim/gbcs/message.ts';
import { unnamedPaths } from '../../firmware-sim/gbcs/payload.ts';
import { openParts, sealParts, sensitiveContext } from '../../firmware-sim/gbcs/sensitive.ts';
import { fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { parseIso } from '../../firmware-sim/kernel/time.ts';
import { point } from '../second/cast.ts';
import { certificate, issuingCertificate } from '../second/certificate.ts';
import { readVectors, vectorKeys } from '../support/vectors.ts';

const vectors = readVectors();
const random = randomFor('second implementation', 'payload');
const suite = createNodeSuite({ entropy: (count) => random.bytes(count) });
const keys = vectorKeys(vectors, suite)();

/** Alerts of future-dated commands go by the command's name in the catalogue; variants by that of the whole. */
const CATALOGUE_NAME: Readonly<Record<string, string>> = { 'ALERT-00CA': 'CS06', 'ALERT-00CC': 'ECS02' };
const catalogueName = (useCase: string): string => CATALOGUE_NAME[useCase] ?? useCase;

describe.each(vectors.messages.map((m) => [m.name, m] as const))('%s', (_, m) => {
  const message = decode(fromHex(m.hex)) as WholeMessage;

  test('decodes without an unnamed value and encodes to the same octets', () => {
    expect(message.form).toBe(m.form);
    expect(unnamedPaths(message.payload)).toEqual([]);
    expect(toHex(encode(message))).toBe(m.hex);
  });

  test('is known by its use case', () => {
    expect(catalogueName(m.useCase)).toContain(useCaseOf(message)?.useCase.code);
  });
});

test.each(vectors.messages.flatMap((m) => (m.sealed ? [[m.name, m, m.sealed] as const] : [])))(
  '%s: parts open and seal again',
  (_, m, sealed) => {
    const message = decode(fromHex(m.hex)) as WholeMessage;
    const context = sensitiveContext(suite, message, keys);
    const opened = openParts(suite, message, context);
    expect(opened).toMatchObject({ parts: sealed.parts.length, opened: sealed.parts.length });
    expect(unnamedPaths(opened.message.payload)).toEqual([]);
    expect(context && toHex(encode(sealParts(suite, opened.message, context)))).toBe(m.hex);
  },
);

test('certificates that the commands carry stand up to the SMKI profile, up to the root', () => {
  const root = publicKeyFromPoint(point('root', 'ds'));
  for (const [party, role] of [
    ['supplier', 2],
    ['otherSupplier', 2],
    ['acb', 4],
  ] as const) {
    for (const [key, use] of [
      ['ds', 'digitalSignature'],
      ['ka', 'keyAgreement'],
    ] as const) {
      const chain = [certificate(party, key), issuingCertificate()].map(parseCertificate);
      const eui = parseEui64(vectors.parties[party]?.eui ?? '');
      expect(checkChain(suite, chain, root, { at: parseIso('2026-03-01T00:00:00Z'), use, role, eui })).toEqual([]);
    }
  }
});
