import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeAxdr } from '../../firmware-sim/codec/axdr-write.ts';
import { encodeDerElement } from '../../firmware-sim/codec/der.ts';
import { Element } from '../../firmware-sim/codec/element.ts';
import { elementFromJson } from '../../firmware-sim/codec/element-from-json.ts';
import { elementToJson } from '../../firmware-sim/codec/element-json.ts';
import { encodeZcl } from '../../firmware-sim/codec/zcl.ts';
import { ByteWriter } from '../../firmware-sim/kernel/byte-writer.ts';
import { fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { holds, refusedAsContent } from '../support/property.ts';

const TYPES = [
  ...[
    'INTEGER',
    'ENUMERATED',
    'BOOLEAN',
    'NULL',
    'BIT STRING',
    'OCTET STRING',
    'OBJECT IDENTIFIER',
    'UTF8String',
    'GeneralizedTime',
  ],
  ...['SEQUENCE', 'SEQUENCE OF', 'EXPLICIT', 'CHOICE', 'ANY', 'array', 'structure', 'compact-array', 'list', 'group'],
  ...['null-data', 'boolean', 'bit-string', 'octet-string', 'visible-string', 'utf8-string', 'float32', 'date-time', 'unsigned'],
  ...[
    'long64-unsigned',
    'uint8',
    'uint48',
    'bool',
    'string',
    'octstr',
    'UTC',
    'zcl-date',
    'octets',
    'constructor',
    '__proto__',
    'x',
  ],
];

const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    '',
    '00',
    'ff00',
    '0101',
    'now',
    '2030-01-15T09:00:00Z',
    '0x10',
    '12',
    null,
    true,
    false,
    0,
    1,
    -1,
    1.5,
    1e300,
  ),
  fc.string({ maxLength: 8 }),
  fc.integer(),
);
const anything = fc.oneof({ weight: 3, arbitrary: scalar }, fc.jsonValue({ maxDepth: 2 }));

/** Objects that look like elements, with any field right, wrong or missing. */
const elementLike = fc.letrec<{ element: unknown }>((tie) => ({
  element: fc.record(
    {
      name: fc.oneof(fc.string({ maxLength: 5 }), anything),
      type: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...TYPES) }, anything),
      value: fc.oneof({ depthSize: 'small' }, anything, fc.array(tie('element'), { maxLength: 3 })),
      format: fc.oneof(fc.constantFrom('eui64', 'date-time', 'text', 'constructor', 'toString', 'code'), anything),
      unit: anything,
      unnamed: anything,
      tag: fc.oneof(fc.constantFrom('0x80', 300, -1), anything),
      lengthOctets: fc.oneof(fc.constantFrom(2, 5, 6, 1e9), anything),
      bits: fc.oneof(fc.constantFrom(3, 8, 1e9), anything),
      of: fc.oneof(
        fc.constantFrom<unknown>('unsigned', { structure: ['unsigned'] }, { array: 2, of: 'long' }, { array: 1e9 }),
        anything,
      ),
      raw: fc.oneof(fc.record({ octets: fc.constantFrom('00', 'zz', ''), shows: anything }), anything),
      decrypted: fc.oneof({ depthSize: 'small' }, anything, tie('element')),
    },
    { requiredKeys: ['type', 'value'] },
  ),
})).element;

const ENCODERS: readonly ((element: Element) => void)[] = [
  (element) => encodeAxdr(new ByteWriter(), element),
  (element) => encodeDerElement(element),
  (element) => encodeZcl(new ByteWriter(), element),
];

describe('lines a person wrote', () => {
  test('anything at all is an element or refused as content', () => {
    holds(
      fc.property(fc.oneof({ weight: 6, arbitrary: elementLike }, { weight: 1, arbitrary: anything }), (json) => {
        const written = JSON.parse(JSON.stringify(json) ?? 'null') as unknown;
        let element: Element | undefined;
        refusedAsContent(() => {
          element = elementFromJson(written, 'line');
        });
        const made = element;
        if (made) for (const encode of ENCODERS) refusedAsContent(() => encode(made));
      }),
      1_500,
    );
  });

  test.each([
    ['a number for octets', { type: 'octet-string', value: 5 }, 'payload: hex octets'],
    ['odd hex', { type: 'octet-string', value: '123' }, 'payload: hex octets'],
    ['a text for an integer', { type: 'unsigned', value: 'ten' }, 'payload: an integer'],
    ['a fraction', { type: 'unsigned', value: 1.5 }, 'payload: an integer'],
    ['a number for a text', { type: 'visible-string', value: 1 }, 'payload: a text'],
    ['letters beyond one octet', { type: 'visible-string', value: 'caf\u00e9 \u20ac' }, 'payload: a text of ISO 8859-1 letters'],
    ['a text for a boolean', { type: 'boolean', value: 'yes' }, 'payload: true or false'],
    ['a value for null', { type: 'null-data', value: 0 }, 'payload: null'],
    ['digits for bits', { type: 'bit-string', value: '012' }, 'payload: a text of 0 and 1'],
    ['bits that are not there', { type: 'bit-string', value: 'ff', bits: 9 }, 'payload.bits: bits of 1 octets'],
    ['a text for a float', { type: 'float64', value: 'x' }, 'payload: a number'],
    ['a date that is none', { type: 'octet-string', value: 'soon', format: 'date-time' }, 'payload: a date-time value'],
    ['one value for a list', { type: 'structure', value: 1 }, 'payload: a list of values'],
    ['a list for one value', { type: 'unsigned', value: [] }, 'payload: one value'],
    ['no type', { value: 1 }, 'payload.type: the name of a'],
    ['a list', [], 'payload: an object'],
    [
      'a child that is wrong',
      { type: 'structure', value: [{ name: 'rate', type: 'long', value: 'x' }] },
      'payload.value[0]: an integer',
    ],
    [
      'a wrong row type',
      { type: 'compact-array', value: [], of: { structure: ['nothing'] } },
      'payload.of.structure[0]: a DLMS data type',
    ],
    ['a row type of neither', { type: 'compact-array', value: [], of: 5 }, 'payload.of: a type name'],
    [
      'a length of many octets',
      { type: 'octet-string', value: '', lengthOctets: 9 },
      'payload.lengthOctets: an integer from 0 to 5',
    ],
    ['a tag of two octets', { type: 'OCTET STRING', value: '', tag: '0x1234' }, 'payload.tag: an integer from 0 to 255'],
  ])('%s: refused with its place, exit code 1', (_, json, message) => {
    const run = (): Element => elementFromJson(json, 'payload');
    expect(run).toThrow(UsageError);
    expect(run).toThrow(message);
    expect(refusedAsContent(run)).toBe(true);
  });

  test('nesting has an end', () => {
    let json: unknown = { type: 'NULL', value: null };
    for (let i = 0; i < 5_000; i++) json = { type: 'SEQUENCE', value: [json] };
    expect(() => elementFromJson(json, 'payload')).toThrow('at most 64 levels');
  });
});

describe('what JSON shows', () => {
  test('names, meanings, units and formats', () => {
    const meta = { unit: 'Wh', format: 'code', meanings: { '18': 'eighteen' } } as const;
    expect(elementToJson(new Element('reading', 'unsigned', 18, meta))).toEqual({
      name: 'reading',
      type: 'unsigned',
      value: '0x12',
      unit: 'Wh',
      meaning: 'eighteen',
    });
    expect(elementToJson(new Element('class7.buffer.0', 'octet-string', fromHex('01'), undefined, false))).toEqual({
      name: 'class7.buffer.0',
      type: 'octet-string',
      value: '01',
      unnamed: true,
    });
  });

  test('numbers that JSON has no form for', () => {
    const shown = (value: number): unknown => JSON.parse(JSON.stringify(elementToJson(new Element('f', 'float64', value)))).value;
    expect([-0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1.5].map(shown)).toEqual([
      '-0',
      'Infinity',
      '-Infinity',
      'NaN',
      1.5,
    ]);
    expect(elementFromJson({ type: 'float64', value: '-0' }, 'f').value).toBe(-0);
  });

  test('octets behind a value stand in for it only until it is edited', () => {
    const json = elementToJson(new Element('flag', 'boolean', true, undefined, true, { raw: fromHex('2a') }));
    const octets = (line: unknown): string => {
      const writer = new ByteWriter();
      encodeAxdr(writer, elementFromJson(line, 'flag'));
      return toHex(writer.finish());
    };
    expect(octets(json)).toBe('032a');
    expect(octets({ ...json, value: false })).toBe('0300');
  });
});
