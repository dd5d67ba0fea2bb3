import { describe, expect, it } from 'vitest';
import { CHF_PROFILE, GPF_PROFILE } from '../../firmware-sim/commshub/profile.ts';
import { cosemDefaults } from '../../firmware-sim/device/cosem/defaults.ts';
import { CosemStore } from '../../firmware-sim/device/cosem/store.ts';
import { DLMS_EDITION } from '../../firmware-sim/dictionary/cosem.ts';
import { COSEM_MEMBERS } from '../../firmware-sim/dictionary/data/cosem-members.ts';
import { ESME_PROFILE } from '../../firmware-sim/esme/profile.ts';
import { type AccessItem, decodeAccessResponse, encodeAccessRequest, NULL_DATA } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { decode, encode } from '../../firmware-sim/gbcs/message.ts';
import { fromHex, NO_BYTES, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { SAPC_PROFILE } from '../../firmware-sim/sapc/profile.ts';
import { command, esmeDevice, NOW, sent } from '../device/bench.ts';
import { readReferenceData } from '../support/corpus.ts';
import { skipReason } from '../support/shared.ts';

/** S12 (DP132): what GBCS cites is Green Book edition 8 and Blue Book edition 12.0, and nothing later shows. */

/** Number of the last attribute and method of the interface classes of Blue Book 12.0 that GBCS uses. */
const BLUE_BOOK_12: Readonly<Record<number, readonly [attributes: number, methods: number]>> = {
  1: [2, 0],
  3: [3, 1],
  4: [5, 1],
  7: [8, 4],
  8: [9, 6],
  9: [2, 1],
  10: [2, 3],
  11: [2, 2],
  20: [10, 1],
  21: [4, 0],
  22: [4, 0],
  30: [6, 3],
  70: [4, 2],
  71: [11, 0],
  104: [4, 11],
  111: [19, 3],
  112: [11, 3],
  113: [13, 5],
  115: [6, 1],
};
/** GBCS's own class, Extended Data, which is in no edition. */
const OWN_CLASS = 9000;

const reference = readReferenceData();
const dlms = reference?.messages.filter(({ payloadKind }) => payloadKind.startsWith('dlms')) ?? [];

describe('S12 (DP132): DLMS editions', () => {
  it('devices with COSEM objects say which editions they follow', () => {
    expect(DLMS_EDITION).toEqual({ greenBook: '8', blueBook: '12.0' });
    for (const profile of [ESME_PROFILE, CHF_PROFILE, SAPC_PROFILE]) expect(profile.dlmsEdition).toBe(DLMS_EDITION);
    expect(GPF_PROFILE.dlmsEdition).toBeUndefined();
  });

  it('the dictionary has no class, attribute or method that the Blue Book of that edition lacks', () => {
    const later = COSEM_MEMBERS.filter(({ class: id, kind, number }) => {
      const [attributes, methods] = BLUE_BOOK_12[id] ?? [0, 0];
      return id !== OWN_CLASS && number > (kind === 'attribute' ? attributes : methods);
    });
    expect(later).toEqual([]);
  });

  it.each(['ESME', 'CHF', 'SAPC'] as const)('a whole %s holds nothing outside the dictionary', (type) => {
    const known = new Set(
      COSEM_MEMBERS.map(({ class: id, obis, kind, number }) => `${id}/${obis}/${kind === 'method' ? 'm' : ''}${number}`),
    );
    const keys = new CosemStore(type, cosemDefaults(type)).keys();
    expect(keys.filter((key) => !known.has(key))).toEqual([]);
    if (type === 'ESME') expect(keys.length).toBeGreaterThan(100);
  });

  it('an attribute beyond the edition is not returned, nor is any the use case does not have', () => {
    const get = (classId: number, obis: string, member: number): AccessItem => ({
      operation: 'get',
      classId,
      obis: fromHex(obis),
      member,
      data: NULL_DATA,
    });
    for (const item of [get(1, '0000000201ff', 3), get(8, '0000010000ff', 10), get(1, '0000000201ff', 1)]) {
      const request = { kind: 'dlms-access-request', invokeId: 0x20000001, dateTime: NO_BYTES, items: [item] } as const;
      const [response] = sent(esmeDevice().receive(command({ payload: encodeAccessRequest(request) }), NOW));
      const [result] = decodeAccessResponse(response?.payload ?? NO_BYTES).results;
      expect(result?.result).not.toBe(0);
      expect(result?.data.type).toBe(NULL_DATA.type);
    }
  });
});

describe.skipIf(!reference)(`S12 over the reference data (${reference ? dlms.length : skipReason})`, () => {
  it('every DLMS payload is written as the reference has it, octet for octet', () => {
    expect(dlms.length).toBeGreaterThan(0);
    const different = dlms.filter(({ id }) => {
      const octets = reference?.octets(id) ?? NO_BYTES;
      return toHex(encode(decode(octets))) !== toHex(octets);
    });
    expect(different.map(({ id }) => id)).toEqual([]);
  });

  it('everything that is asked for is in the dictionary', () => {
    const unknown = dlms.flatMap(({ id }) => {
      const message = decode(reference?.octets(id) ?? NO_BYTES);
      if (message.form === 'gbt-block' || message.payload.kind !== 'dlms-access-request') return [];
      return message.payload.items
        .filter(({ known }) => !known)
        .map(({ classId, obis, member }) => `${classId}/${toHex(obis)}/${member}`);
    });
    expect(unknown).toEqual([]);
  });
});
