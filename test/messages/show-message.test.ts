import { describe, expect, test } from 'vitest';
import { decodeDerElement } from '../../firmware-sim/codec/der-decode.ts';
import { type ElementJson, elementToJson } from '../../firmware-sim/codec/element-json.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { X509Certificate } from '../../firmware-sim/gbcs/asn1/x509.ts';
import { createTestPki } from '../../firmware-sim/gbcs/certificates/test-pki.ts';
import { decodeAndCheck } from '../../firmware-sim/gbcs/checked-message.ts';
import { messageToJson } from '../../firmware-sim/gbcs/message-json.ts';
import { type Bytes, fromHex } from '../../firmware-sim/kernel/bytes.ts';
import { messageLines } from '../../lab/messages/show-message.ts';
import { elementLines, payloadValueLines } from '../../lab/messages/show-value.ts';
import { readVectors, vectorKeys } from '../support/vectors.ts';

const vectors = readVectors();
const suite = createNodeSuite({ entropy: (count) => new Uint8Array(count) });
const keys = vectorKeys(vectors, suite);

function text(hex: string, signingKey?: string): string {
  const { message, checked } = decodeAndCheck(suite, fromHex(hex), keys(signingKey));
  return messageLines('m.hex', messageToJson(suite, message, checked)).join('\n');
}

test.each(vectors.messages.map((m) => [m.name, m] as const))(
  '%s reads as text: who, what, protection, every part opened',
  (_, m) => {
    const shown = text(m.hex, m.signedBy?.key);
    expect(shown).not.toMatch(/undefined|\[object|NaN|not opened/);
    expect(shown).toContain(m.header.messageCode);
    expect(shown).toContain(`counter ${m.header.originatorCounter}`);
    expect(shown).toContain(`MAC: ${m.mac === 'absent' ? 'none' : m.mac}`);
    expect(shown).toContain(`signature: ${m.signature === 'absent' ? 'none' : m.signature}`);
  },
);

test('a wrong MAC catches the eye, and a block shows its numbers', () => {
  const [first] = vectors.messages;
  const wrong = first?.variants.find((variant) => variant.mac === 'invalid')?.hex ?? '';
  expect(text(wrong)).toContain('MAC: INVALID');
  expect(text(vectors.transfers[0]?.blocks[0] ?? '')).toMatch(/blockNumber: 1/);
});

const value = (name: string, shown: ElementJson['value'], more: Partial<ElementJson> = {}): ElementJson => ({
  name,
  type: 'unsigned',
  value: shown,
  ...more,
});
const structure = (name: string, ...children: readonly ElementJson[]): ElementJson => ({
  name,
  type: 'structure',
  value: children,
});
const array = (name: string, ...children: readonly ElementJson[]): ElementJson => ({ name, type: 'array', value: children });

describe('values', () => {
  test('a row of a log is a line, and columns stand below each other', () => {
    const row = (time: string, code: string, meaning: string, registers: readonly number[]) =>
      structure(
        'row',
        value('time', time),
        value('code', code, { meaning }),
        array('registers', ...registers.map((register) => value('register', register, { unit: 'Wh' }))),
      );
    const log = array('log', row('10:00', '0x8F12', 'changed', [1, 2]), row('9:00', '0x8145', 'adjusted clock', [30, 4]));
    expect(elementLines(log, '')).toEqual([
      'log (2)',
      '  time   code                     registers [Wh]',
      '  10:00  0x8F12 (changed)         1 2',
      '  9:00   0x8145 (adjusted clock)  30 4',
    ]);
  });

  test('rows of different columns stay apart', () => {
    const rows = array('log', structure('row', value('a', 1), value('b', 2)), structure('row', value('a', 1), value('c', 2)));
    expect(elementLines(rows, '')).toEqual(['log', '  row: a 1, b 2', '  row: a 1, c 2']);
  });

  test('wrappers around one value take no line, empty lists say so', () => {
    expect(elementLines(structure('outer', structure('inner', value('content', 5))), '')).toEqual(['outer.inner: 5']);
    expect(elementLines(array('log'), '')).toEqual(['log: (none)']);
  });

  test('long masks are read by their meaning', () => {
    const mask = value('mask', '0'.repeat(256), { type: 'bit-string', meaning: 'on: none' });
    expect(elementLines(mask, '')).toEqual(['mask: 256 bits  (on: none)']);
  });

  test('an encrypted value shows what it holds', () => {
    const sealed = value('attributes', '3100', {
      type: 'octet-string',
      decrypted: structure('all', value('a', 1), value('b', 2)),
    });
    expect(elementLines(sealed, '')).toEqual(['attributes: encrypted, holds', '  a: 1', '  b: 2']);
  });

  test('attributes are named by what they are, with a status only where there is no value', () => {
    const id = value('attributeIdentifier', '0x0301', { meaning: 'Multiplier' });
    const status = (meaning: string) => value('status', 0, { meaning });
    const group = (...children: readonly ElementJson[]): ElementJson => ({ name: 'attribute', type: 'group', value: children });
    expect(elementLines(group(id, status('SUCCESS'), value('attributeDataType', 34), value('Multiplier', 1)), '')).toEqual([
      'Multiplier: 1',
    ]);
    expect(elementLines(group(id, status('NOT_FOUND')), '')).toEqual(['0x0301 (Multiplier): NOT_FOUND']);
  });

  test('a payload shows its parts, not their wrapper', () => {
    expect(payloadValueLines(structure('value', value('a', 1), structure('b', value('c', 2), value('d', 3))), '  ')).toEqual([
      '  a: 1',
      '  b: c 2, d 3',
    ]);
    expect(payloadValueLines(structure('value', value('keyUsage', '1', { meaning: 'digitalSignature' })), '')).toEqual([
      'keyUsage: 1  (digitalSignature)',
    ]);
    expect(payloadValueLines(value('value', 0, { meaning: 'success' }), '')).toEqual(['value: 0  (success)']);
  });
});

describe('certificates', () => {
  const pki = createTestPki(suite, { seed: 1, signatureProfile: 'deterministic' });
  const lines = (der: Bytes | undefined): string[] =>
    elementLines(elementToJson(decodeDerElement(X509Certificate, der ?? fromHex(''), 'certificate')), '');

  test('of every holder take three lines: whose and what for, how long, by whom', () => {
    for (const { eui, uses } of pki.holders()) {
      for (const use of uses) {
        const [first, ...rest] = lines(pki.certificate(eui, use));
        expect(first).toContain(`certificate: ${eui}`);
        expect(first).toMatch(use === 'digitalSignature' ? /: digitalSignature$/ : /: keyAgreement$/);
        expect(rest).toEqual([
          expect.stringMatching(/^ {2}valid from \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ to \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          expect.stringMatching(/^ {2}issued by .+; serial number 0x[0-9a-f]+$/),
        ]);
      }
    }
  });

  test('of authorities say so', () => {
    expect(lines(pki.authorities.organisationIssuer.certificate.der)[0]).toMatch(/issuingAuthority.*keyCertSign/);
  });
});
