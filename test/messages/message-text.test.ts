import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { jsonLines } from '../../lab/messages/message-lines.ts';
import { inputMessages, messageOctets } from '../../lab/messages/message-text.ts';
import { join } from '../second/octets.ts';
import { holds, unlessRefused } from '../support/property.ts';
import { octets } from '../support/wire.ts';

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

describe('messages as text', () => {
  const space = fc.constantFrom('', '', '', ' ', '\n', '\r\n', '\t', '  ');
  const message = fc.tuple(fc.constantFrom(0xdd, 0xdf), octets(0, 200)).map(([tag, rest]) => join(tag, rest));

  const spread = (text: string): fc.Arbitrary<string> =>
    fc
      .array(space, { minLength: text.length, maxLength: text.length })
      .map((gaps) => [...text].map((c, i) => c + gaps[i]).join(''));

  test('hex in any case, wrapped anywhere', () => {
    const written = message.chain((bytes) =>
      fc
        .tuple(fc.constant(bytes), spread(toHex(bytes)), fc.boolean())
        .map(([b, text, upper]) => [b, upper ? text.toUpperCase() : text] as const),
    );
    holds(
      fc.property(written, ([bytes, text]) => {
        expect(toHex(messageOctets(bytesOf(text)))).toBe(toHex(bytes));
      }),
    );
  });

  test('base64, plain or for web addresses, wrapped anywhere', () => {
    const forms = fc.constantFrom('base64', 'base64url');
    const written = fc
      .tuple(message, forms)
      .chain(([bytes, form]) => fc.tuple(fc.constant(bytes), spread(Buffer.from(bytes).toString(form as 'base64'))));
    holds(
      fc.property(written, ([bytes, text]) => {
        if (/^[0-9a-f\s]*$/i.test(text)) return;
        expect(toHex(messageOctets(bytesOf(text)))).toBe(toHex(bytes));
      }),
    );
  });

  test('any text is octets or refused inside it', () => {
    holds(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.base64String()), (text) => {
        const found = unlessRefused(() => messageOctets(bytesOf(text)));
        if (found) expect(found).toBeInstanceOf(Uint8Array);
      }),
      500,
    );
  });

  test.each([
    ['', 'empty', 0],
    [' \n ', 'empty', 0],
    ['dd 0g', 'bad-hex', 4],
    ['dd0', 'bad-hex', 3],
    ['dd\u00a000', 'bad-hex', 2],
    ['hello world', 'bad-hex', 0],
  ])('%j is refused', (text, kind, offset) => {
    expect(() => messageOctets(bytesOf(text))).toThrow(ProtocolFault);
    expect(() => messageOctets(bytesOf(text))).toThrow(expect.objectContaining({ kind, offset }));
  });

  test('lines carry their numbers and their own faults', () => {
    const found = [...inputMessages('log', bytesOf('dd00\r\n\n  \nxx\ndf'), true)];
    expect(found.map(({ label, bytes }) => [label, bytes instanceof ProtocolFault ? bytes.kind : toHex(bytes)])).toEqual([
      ['log:1', 'dd00'],
      ['log:4', 'bad-hex'],
      ['log:5', 'df'],
    ]);
    expect([...inputMessages('log', bytesOf('dd\n00'), false)]).toEqual([{ label: 'log', bytes: Uint8Array.of(0xdd, 0) }]);
  });
});

describe('lines of JSON', () => {
  test('one object over many lines, or one a line', () => {
    expect(jsonLines('f', bytesOf('{\n "a": 1\n}\n'))).toEqual([{ label: 'f', value: { a: 1 } }]);
    expect(jsonLines('f', bytesOf('{"a":1}\r\n\n{"a":2}\n'))).toEqual([
      { label: 'f:1', value: { a: 1 } },
      { label: 'f:3', value: { a: 2 } },
    ]);
  });

  test('a line that is no JSON is content, with file and line', () => {
    const [, bad] = jsonLines('f', bytesOf('{"a":1}\n{"a":\n'));
    expect(bad?.value).toBeInstanceOf(UsageError);
    expect(bad?.value).toMatchObject({ kind: 'bad-json', exitCode: 1, place: { file: 'f', line: 2 } });
  });

  test('nothing gives nothing', () => {
    expect(jsonLines('f', bytesOf(''))).toEqual([]);
    expect(jsonLines('f', bytesOf('\n \n'))).toEqual([]);
  });
});
