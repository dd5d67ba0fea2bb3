import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Element, type Meta, type Scalar } from '../../firmware-sim/codec/element.ts';
import { elementToJson } from '../../firmware-sim/codec/element-json.ts';
import type { Layout } from '../../firmware-sim/codec/layout.ts';
import { ALERT_LAYOUTS } from '../../firmware-sim/dictionary/alert-layouts.ts';
import { cosemMember } from '../../firmware-sim/dictionary/cosem.ts';
import { obisBytes } from '../../firmware-sim/dictionary/cosem-obis.ts';
import { type Reading, readingOf } from '../../firmware-sim/dictionary/readings.ts';
import { zclAttribute, zclCommand } from '../../firmware-sim/dictionary/zcl-tables.ts';
import { decodeDataNotification } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { decodeGbzAlert } from '../../firmware-sim/gbcs/gbz.ts';
import { payloadToJson } from '../../firmware-sim/gbcs/payload-json.ts';
import { decodeGeneralPayload } from '../../firmware-sim/gbcs/zcl-general.ts';
import { fromHex } from '../../firmware-sim/kernel/bytes.ts';
import { holds } from '../support/property.ts';

/** A text of zeros with ones at these places, counted from the end. */
function bits(length: number, ...fromEnd: readonly number[]): string {
  return Array.from({ length }, (_, i) => (fromEnd.includes(length - 1 - i) ? '1' : '0')).join('');
}

describe('rules', () => {
  test.each([
    ['message-code', 0x0012, 'CS06 Activate Firmware'],
    ['message-code', 0xfffe, undefined],
    ['cosem-class', 113, 'Charge'],
    ['cluster', 0x0702, 'Metering'],
    ['tariff-script', 48, 'TOU price and register 48'],
    ['tariff-script', 49, undefined],
    ['tariff-script', 99, 'reset the block counters'],
    ['tariff-script', 103, 'block tariff, TOU column 3'],
    ['tariff-script', 204, 'secondary element, TOU price and register 4'],
    ['auxiliary-action', 0x0101, 'controller 1, calendar: on'],
    ['auxiliary-action', 0x0212, 'controller 2, command: off'],
    ['auxiliary-action', 0x0520, 'controller 5, back to calendar control'],
    ['auxiliary-action', 0x1164, 'controller 1, command: output level 100'],
    ['auxiliary-action', 0x23b2, 'controller 3, calendar: input level 50'],
    ['auxiliary-action', 0x0601, undefined],
    ['auxiliary-action', 0x1165, undefined],
    ['apc-direction', 0x11, 'controller 1, output'],
    ['apc-direction', 0x23, 'controller 3, input'],
    ['event-configuration', 0x5b, 'log, WAN alert, HAN alert, alarm'],
    ['event-configuration', 0, 'nothing'],
    ['decimals', 0x50, '5 decimals'],
    ['weekdays', '1000001', 'Mon Sun'],
    ['special-days', '0110', 'special days: 2 3'],
    ['special-days', '', undefined],
    ['page-mask', `11100${bits(27, 0)}`, 'page 28, channel 0'],
    ['page-mask', `11101${bits(27, 0, 1, 7)}`, 'page 29, channels 27-28, 34'],
    ['page-mask', `11111${bits(27)}`, 'page 31, upper band, no channel'],
    ['page-mask', `00001${bits(27)}`, undefined],
    ['device-status', '11001000', 'authorised, reporting, SEP transmitting'],
    ['supplier-alerts', bits(256, 0x05, 0x06, 0xfe), 'on: 0x8105-0x8106, 0x81FE'],
    ['network-operator-alerts', bits(256), 'on: none'],
    ['network-operator-alerts', '1'.repeat(256), 'on: all'],
    ['network-operator-alerts', '1'.repeat(255), undefined],
    ['supplier-alert-changes', bits(256, 1, 2) + bits(256, 1, 3), 'turn on: 0x8101; turn off: 0x8102'],
    ['network-operator-alert-changes', bits(512), 'no change'],
  ] as [Reading, Scalar, string | undefined][])('%s of %s is %s', (reading, value, meaning) => {
    expect(readingOf(reading, value, undefined)).toBe(meaning);
  });

  test.each([
    ['price-index', '01', 'TOU price 1'],
    ['price-index', '30', 'TOU price 48'],
    ['price-index', 'a1', 'block 1, TOU column 1'],
    ['price-index', 'd8', 'block 4, TOU column 8'],
    ['price-index', 'd9', undefined],
    ['price-index', '31', undefined],
    ['price-index', '', undefined],
    ['secondary-price-index', '04', 'secondary TOU price 4'],
    ['controller-type', '', 'no controller'],
    ['controller-type', 'ff', 'APC (proportional controller)'],
    ['controller-type', '0000000000000000', 'ALCS'],
    ['controller-type', '00db1234567890a5', 'HCALCS'],
    ['channel-event', 'e0000001 09 01 07', 'page 28, channel 0; HAN formation'],
    ['channel-event', 'e0000001 09 01 63', 'page 28, channel 0'],
    ['channel-event', 'e0000001', undefined],
  ] as [Reading, string, string | undefined][])('%s of octets %s is %s', (reading, hex, meaning) => {
    expect(readingOf(reading, fromHex(hex), undefined)).toBe(meaning);
  });

  test('say nothing, and never fail, about values of other kinds', () => {
    const readings = fc.constantFrom<Reading>('weekdays', 'price-index', 'zcl-command', 'cosem-object', 'supplier-alerts');
    const values = fc.oneof(fc.integer(), fc.bigInt(), fc.boolean(), fc.string(), fc.constant(null), fc.uint8Array());
    holds(
      fc.property(readings, values, (reading, value) => {
        const meaning = readingOf(reading, value, { beside: [] });
        expect(meaning === undefined || meaning.length > 0).toBe(true);
      }),
      500,
    );
  });
});

describe('meanings in context', () => {
  const meanings = (json: unknown): Record<string, string> => {
    const found: Record<string, string> = {};
    JSON.stringify(json, (_, value) => {
      if (value && typeof value.meaning === 'string') found[value.name] = value.meaning;
      return value;
    });
    return found;
  };

  test('a future-dated DLMS alert names command, class, object and attribute', () => {
    const body = '020312 8f66 090c 07ee010fff090000008000ff 0913 0019 00000000000003e9 0071 0000131400ff 07';
    const payload = decodeDataNotification(fromHex(`0f 20000001 00 ${body}`), 0x00cc);
    expect(meanings(payloadToJson(payload, 1n))).toMatchObject({
      messageCode: expect.stringMatching(/^ECS01a /),
      classId: 'Charge',
      instanceId: 'TariffBlockPriceMatrixTOU',
      attributeId: 'TariffBlockPriceMatrixTOU.activateNextDateTime',
    });
  });

  test.each([
    ['0700', '09', '05', 'Price', 'PublishPriceMatrix'],
    ['0705', '01', '06', 'Prepayment', 'ChangePaymentMode'],
    ['0707', '01', '04', 'Calendar', 'PublishSpecialDays'],
  ])(
    'a future-dated GBZ alert names command and cluster %s, frame control %s',
    (cluster, control, command, name, commandName) => {
      const alert = decodeGbzAlert(
        fromHex(`0109 01 8f66 30000000 0e 00a3 00000000000003e9 ${cluster} ${control} ${command}`),
        0xcd,
      );
      expect(meanings(payloadToJson(alert, 1n))).toMatchObject({
        messageCode: expect.stringMatching(/^GCS01/),
        cluster: name,
        commandIdentifier: commandName,
      });
    },
  );

  test('an integrity warning of a ZigBee meter has its reason', () => {
    const alert = decodeGbzAlert(fromHex('0109 01 8183 30000000 0005'), 0x00f2);
    expect(meanings(payloadToJson(alert, 1n))).toEqual({ warningReason: 'unexpected hardware reset' });
  });

  test.each([
    [0x0705, '04', true, 'ConsumerTopUp'],
    [0x0700, '05', false, 'PublishPriceMatrix'],
    [0x0700, 'ff', undefined, 'instruction not executed after an earlier failure'],
    [0x0702, 'ee', true, undefined],
  ])('a default response of cluster %s to command %s', (cluster, command, toClient, meaning) => {
    const [first] = decodeGeneralPayload(fromHex(`${command} 00`), cluster, 0x0b, toClient) ?? [];
    expect(first && elementToJson(first).meaning).toBe(meaning);
  });

  test('an entry of a day profile depends on the calendar', () => {
    const fields = zclCommand(0x0707, 1, true)?.fields ?? [];
    const entry = fields.at(-1)?.fields?.at(-1);
    const shown = (calendar: number, value: number): unknown => {
      const group = new Element('entry', 'group', [new Element(entry?.name ?? '', 'enum8', value, entry?.meta)]);
      const list = [new Element('Calendar Type', 'enum8', calendar), new Element('entries', 'list', [group])];
      return meanings(list.map(elementToJson))[entry?.name ?? ''];
    };
    expect([shown(0, 0), shown(0, 3), shown(3, 1), shown(3, 0), shown(1, 1)]).toEqual([
      'block tariff',
      'TOU tier 3',
      'non-disablement starts',
      'non-disablement stops',
      undefined,
    ]);
  });
});

describe('what the tables say', () => {
  const member = (classId: number, obis: string, number: number, kind: 'attribute' | 'method' = 'attribute') =>
    cosemMember(classId, obisBytes(obis) ?? new Uint8Array(6), kind, number);
  const metaOf = (layout: Layout | undefined, ...names: readonly string[]): Meta | undefined =>
    names.reduce<Layout | undefined>((at, name) => (name === '' ? at?.of : at?.fields?.find((f) => f.name === name)), layout)
      ?.meta;
  const meaning = (meta: Meta | undefined, type: string, value: Scalar): string | undefined =>
    elementToJson(new Element('x', type, value, meta)).meaning;

  test('booleans, texts, references and words of time have meanings', () => {
    const currency = member(9000, '0-0:94.44.2.0', 2)?.layout;
    expect(meaning(metaOf(currency), 'boolean', true)).toBe('GBP');
    expect(meaning(metaOf(member(1, '0-0:94.44.0.4', 2)?.layout), 'boolean', false)).toBe('Unchanged');
    expect(meaning(metaOf(member(1, '0-0:96.1.2.255', 2)?.layout), 'octet-string', fromHex('42'))).toBe('twin element');
    const entry = ['', 'credit_reference'] as const;
    const list = member(111, '0-0:19.0.0.255', 11)?.layout;
    expect(meaning(metaOf(list, ...entry), 'octet-string', fromHex('0000130a01ff'))).toBe('emergency credit');
    expect(meaning(metaOf(list, '', 'charge_reference'), 'octet-string', fromHex('0000131403ff'))).toBe('payment debt');
    const activation = metaOf(member(9000, '0-0:94.44.2.0', 6)?.layout);
    expect(meaning(activation, 'octet-string', fromHex('0000000000000000008000ff'))).toBe('activate immediately');
  });

  test('units of collections, unused thresholds and the payment mode have theirs', () => {
    const collection = member(1, '0-0:94.44.34.10', 2)?.layout;
    const unit = collection?.fields?.flatMap((field) => field.fields ?? []).find((field) => field.name === 'active_import_unit');
    expect(meaning(unit?.meta, 'enum', 30)).toBe('Wh');
    expect(meaning(metaOf(member(21, '0-0:16.0.11.255', 2)?.layout, ''), 'double-long-unsigned', 0xffffffff)).toBe('not used');
    expect(meaning(metaOf(member(21, '0-0:16.0.0.255', 2)?.layout, ''), 'double-long-unsigned', 0xffffffff)).toBeUndefined();
    expect(zclAttribute(0x0705, 0)?.meanings?.[String(0x0c94)]).toBe('credit');
  });

  test('every activation time of a ZCL command says now and cancel', () => {
    const start = zclCommand(0x0707, 0, true)?.fields.find((field) => field.name === 'Start Time');
    for (const [value, wanted] of [
      [0, 'now'],
      [0xffffffff, 'cancel'],
      [0xfffffffe, 'cancel'],
    ] as const) {
      expect(meaning(start?.meta, 'UTC', value)).toBe(wanted);
    }
    const from = zclCommand(0x0709, 0, false)?.fields.find((field) => field.name === 'Start Time');
    expect(meaning(from?.meta, 'UTC', 0)).toBe('start of time');
  });

  test('a sample identifier means the same in command and response', () => {
    const id = (toClient: boolean, command: number) =>
      zclCommand(0x0702, command, toClient)?.fields.find((f) => f.name === 'SampleID');
    expect(id(true, 7)?.meta?.meanings).toEqual(id(false, 8)?.meta?.meanings);
    expect(id(true, 7)?.meta?.meanings).toBeDefined();
  });

  test('alert bodies declare the types of their first fields', () => {
    for (const layout of ALERT_LAYOUTS.values()) {
      expect(layout.fields?.slice(0, 2).map((field) => field.type)).toEqual(['long-unsigned', 'octet-string']);
    }
  });
});
