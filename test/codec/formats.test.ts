import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeDerElement } from '../../firmware-sim/codec/der.ts';
import { decodeDerElement } from '../../firmware-sim/codec/der-decode.ts';
import { generalizedTime, utcTime } from '../../firmware-sim/codec/der-schema.ts';
import type { Format } from '../../firmware-sim/codec/element.ts';
import { Element } from '../../firmware-sim/codec/element.ts';
import { elementFromJson } from '../../firmware-sim/codec/element-from-json.ts';
import { elementToJson } from '../../firmware-sim/codec/element-json.ts';
import {
  dateTimeOfIso,
  isoOfDateTime,
  OCTET_FORMATS,
  readAsn1Time,
  readInteger,
  showAsn1Time,
  showInteger,
} from '../../firmware-sim/codec/formats.ts';
import { type Bytes, fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { holds } from '../support/property.ts';
import { ascii, dateTimeOctets, type OctetsArbitrary, octets } from '../support/wire.ts';

const FITTING: Readonly<Record<string, OctetsArbitrary>> = {
  'date-time': dateTimeOctets,
  date: octets(5),
  time: octets(4),
  'zcl-date': octets(4),
  eui64: octets(8),
  obis: octets(6),
  text: ascii(30),
};
const FORMATS = Object.keys(OCTET_FORMATS) as Format[];

const show = (format: Format, bytes: Bytes): string | undefined => OCTET_FORMATS[format]?.show(bytes);
const read = (format: Format, text: string): string | undefined => {
  const bytes = OCTET_FORMATS[format]?.read(text);
  return bytes && toHex(bytes);
};

describe.each(FORMATS)('octets shown as %s', (format) => {
  const asElement = (bytes: Bytes): Element => new Element('value', 'octet-string', bytes, { format });

  test('octets of its size are shown, and read back', () => {
    holds(
      fc.property(FITTING[format] as OctetsArbitrary, (bytes) => {
        const text = show(format, bytes);
        expect(text).toBeDefined();
        expect(read(format, text ?? '')).toBe(toHex(bytes));
      }),
      500,
    );
  });

  test('any octets come back from the JSON form, in hex where they do not fit', () => {
    holds(
      fc.property(octets(0, 20), (bytes) => {
        const json = JSON.parse(JSON.stringify(elementToJson(asElement(bytes))));
        if (show(format, bytes) === undefined) expect(json).toMatchObject({ value: toHex(bytes) });
        expect(json.format).toBe(show(format, bytes) === undefined ? undefined : format);
        expect(toHex(elementFromJson(json, 'value').value as Bytes)).toBe(toHex(bytes));
      }),
      200,
    );
  });

  test('other texts are refused, not guessed', () => {
    for (const text of ['\u20ac', 'x'.repeat(40).concat('\n'), '1-2-3-4-5-6\n', '2030-13-01T00:00:00Z\n', '99999:1\n']) {
      expect(read(format, text)).toBeUndefined();
    }
  });
});

describe('how values look', () => {
  test.each([
    ['date-time', '07ee010fff0900000080 00ff', '2030-01-15T09:00:00Z'],
    ['date-time', '000000000000000000 8000ff', 'now'],
    ['date-time', 'ffffffffffffffffff 8000ff', 'never'],
    ['date-time', '3039010fff090000008000ff', '12345-01-15 09:00:00 8000 ff'],
    ['date-time', '07ee010fff090000008000 08', '2030-01-15 09:00:00 8000 08'],
    ['date', 'ffff0c19ff', '*-12-25'],
    ['date', '07df050105', '2015-05-01/5'],
    ['time', '070000 00', '07:00:00'],
    ['time', '07ff ff32', '07:*:*.50'],
    ['zcl-date', '82010fff', '2030-01-15'],
    ['zcl-date', 'ff010fff', '*-01-15'],
    ['eui64', '90b3d51f30010000', '90-B3-D5-1F-30-01-00-00'],
    ['obis', '0000600d00ff', '0-0:96.13.0.255'],
    ['text', '4142', 'AB'],
  ] as [Format, string, string][])('%s %s is %s', (format, hex, text) => {
    expect(show(format, fromHex(hex))).toBe(text);
    expect(read(format, text)).toBe(toHex(fromHex(hex)));
  });

  test('dates that do not exist and years of five digits are no ISO text', () => {
    for (const hex of ['07ee021eff090000008000ff', '2710010fff090000008000ff', '07ee010fff180000008000ff']) {
      expect(isoOfDateTime(fromHex(hex))).toBeUndefined();
      expect(read('date-time', show('date-time', fromHex(hex)) ?? '')).toBe(hex);
    }
    expect(dateTimeOfIso('2030-02-30T00:00:00Z')).toBeUndefined();
  });
});

describe('integers', () => {
  const formats = fc.constantFrom<Format | undefined>(undefined, 'utc', 'code', 'alert', 'text');
  const integers = fc.oneof(
    fc.integer(),
    fc.constantFrom(0, 1, 0xfffffffd, 0xfffffffe, 0xffffffff, -1, Number.MAX_SAFE_INTEGER),
    fc.nat({ max: 0xffffffff }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 160n }),
  );

  test('of any size are read back as they were, however shown', () => {
    holds(
      fc.property(integers, formats, (value, format) => {
        const back = readInteger(JSON.parse(JSON.stringify(showInteger(value, format))));
        expect(back === undefined ? undefined : BigInt(back)).toBe(BigInt(value));
      }),
      500,
    );
  });

  test.each([
    [0x12, 'code', '0x12'],
    [0x120, 'code', '0x120'],
    [0x8f72, 'alert', '0x8F72'],
    [2n ** 63n + 1n, 'alert', '0x8000000000000001'],
    [946_684_800, 'utc', '2029-12-31T00:00:00Z'],
    [0, 'utc', 0],
    [0xffffffff, 'utc', 0xffffffff],
    [2n ** 60n, undefined, '1152921504606846976'],
  ] as [number | bigint, Format | undefined, number | string][])('%s as %s is shown as %s', (value, format, shown) => {
    expect(showInteger(value, format)).toBe(shown);
  });

  test('a code is as wide as its type', () => {
    expect([1, 2, 4].map((octets) => showInteger(0x12, 'code', octets))).toEqual(['0x12', '0x0012', '0x00000012']);
  });

  test.each([['1.5'], ['0xg'], [''], [' '], [1.5], [null], [true], [[]], ['1e3'], ['--1']])('%s is no integer', (text) => {
    expect(readInteger(text)).toBeUndefined();
  });
});

describe('UTC times', () => {
  const utc = (value: unknown): unknown => elementFromJson({ name: 'Start Time', type: 'UTC', value }, 'field').value;

  test.each([
    ['now', 0],
    ['never', 0xffffffff],
    [0, 0],
    ['2029-12-31T00:00:00Z', 946_684_800],
  ])('%s is read as %s', (text, seconds) => expect(utc(text)).toBe(seconds));

  test('other integers are not now, and other words are no time', () => {
    expect(() => elementFromJson({ name: 'count', type: 'uint32', value: 'now' }, 'field')).toThrow(UsageError);
    for (const word of ['constructor', 'later', 'NOW', '']) expect(() => utc(word)).toThrow(UsageError);
  });
});

describe('bit strings of octets', () => {
  const name = new Element('x500UniqueIdentifier', 'BIT STRING', fromHex('90b3d51f30010000'), { format: 'eui64' }, true, {
    bits: 64,
  });

  test('are shown in the format of the octets and read back', () => {
    const json = elementToJson(name);
    expect(json).toMatchObject({ value: '90-B3-D5-1F-30-01-00-00', format: 'eui64' });
    expect(elementFromJson(json, 'name')).toMatchObject({ value: name.value, extras: { bits: 64 } });
  });

  test('others stay bits', () => {
    for (const [hex, bits] of [
      ['90b3', 16],
      ['90b3d51f30010000', 63],
    ] as const) {
      const json = elementToJson(new Element('name', 'BIT STRING', fromHex(hex), { format: 'eui64' }, true, { bits }));
      expect(json.format).toBeUndefined();
      expect(json.value).toMatch(/^[01]+$/);
    }
  });

  test('a wrong one is refused', () => {
    const json = { ...elementToJson(name), value: '90-B3' };
    expect(() => elementFromJson(json, 'name')).toThrow(UsageError);
  });
});

describe('ASN.1 times', () => {
  test.each([
    ['20300115090000Z', '2030-01-15T09:00:00Z'],
    ['99991231235959Z', '9999-12-31T23:59:59Z'],
    ['20301315090000Z', '20301315090000Z'],
    ['300115090000Z', '300115090000Z'],
    ['', ''],
  ])('%s is shown as %s', (text, shown) => {
    expect(showAsn1Time(text)).toBe(shown);
    expect(readAsn1Time(shown)).toBe(text);
  });

  test.each([
    ['160110000000Z', '2016-01-10T00:00:00Z'],
    ['491231235959Z', '2049-12-31T23:59:59Z'],
    ['500101000000Z', '1950-01-01T00:00:00Z'],
    ['991231235959Z', '1999-12-31T23:59:59Z'],
    ['161310000000Z', '161310000000Z'],
    ['1601100000Z', '1601100000Z'],
    ['160110000000+0100', '160110000000+0100'],
    ['20160110000000Z', '20160110000000Z'],
  ])('UTCTime %s is shown as %s (RFC 5280 4.1.2.5.1)', (text, shown) => {
    expect(showAsn1Time(text, 'UTCTime')).toBe(shown);
    expect(readAsn1Time(shown, 'UTCTime')).toBe(text);
  });

  test('a year that two digits cannot tell stays as it was written', () => {
    expect(readAsn1Time('2050-01-01T00:00:00Z', 'UTCTime')).toBe('2050-01-01T00:00:00Z');
    expect(readAsn1Time('1949-12-31T23:59:59Z', 'UTCTime')).toBe('1949-12-31T23:59:59Z');
  });

  test('any text of either type comes back from its JSON form', () => {
    const texts = fc.oneof(fc.stringMatching(/^\d{12,14}Z$/), fc.stringMatching(/^[\d:TZ+-]{0,20}$/));
    holds(
      fc.property(texts, fc.constantFrom('UTCTime', 'GeneralizedTime'), (text, type) => {
        const content = Uint8Array.from([type === 'UTCTime' ? 0x17 : 0x18, text.length, ...Buffer.from(text)]);
        const element = decodeDerElement(type === 'UTCTime' ? utcTime() : generalizedTime(), content, 'time');
        const back = elementFromJson(JSON.parse(JSON.stringify(elementToJson(element))), 'time');
        expect(toHex(encodeDerElement(back))).toBe(toHex(content));
      }),
      500,
    );
  });
});
