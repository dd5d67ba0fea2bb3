import { describe, expect, it } from 'vitest';
import type { Element } from '../../../firmware-sim/codec/element.ts';
import type { CosemDeviceType } from '../../../firmware-sim/device/cosem/store.ts';
import type { Plain } from '../../../firmware-sim/device/cosem/value.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import { obisBytes } from '../../../firmware-sim/dictionary/cosem-obis.ts';
import type { AccessRow } from '../../../firmware-sim/dictionary/use-case.ts';
import { CATALOGUE, useCasesOf } from '../../../firmware-sim/gbcs/catalogue.ts';
import { dlms } from '../../../firmware-sim/gbcs/dlms-apdu.ts';
import { NO_BYTES } from '../../../firmware-sim/kernel/bytes.ts';
import { call, codes, deviceOf, ROWS, type Step } from './calls.ts';

/** Arguments that mean something; others are zero of their type. */
const ARGUMENTS: Readonly<Record<string, Plain>> = {
  '9/0-0:10.0.100.255/1': 99,
  '9/0-0:10.0.103.255/1': 0x111,
  '9/0-0:10.0.106.255/1': 51,
  '9/0-0:10.0.107.255/1': 0x1332,
  '8/0-0:1.0.0.255/5': ['ff'.repeat(12), '07de0c1fff173b0a008000ff', '07df0101ff00000a008000ff'],
  '104/0-0:30.3.0.255/2': '00db1234567890a0',
};

const NOW_TIME = '0000000000000000008000ff';

function argumentOf(device: Device, [operation, classId, obis, member]: AccessRow): Plain | Element | undefined {
  const key = `${classId}/${obis}/${member}`;
  if (operation === 'action') return classId === 30 ? protectedRequest(key) : ARGUMENTS[key];
  if (operation !== 'set') return undefined;
  if (/^(9000\/.*\/6|113\/.*\/7|20\/.*\/10|111\/.*\/13)$/.test(key)) return NOW_TIME;
  if (/94\.44\.1(17|18|19|20|21)\.[13]\/2$/.test(key)) return '07df0101ff000000008000ff';
  if (/94\.44\.1(17|18|19|20|21)\.[24]\/2$/.test(key)) return '07df0101ff010000008000ff';
  return device.cosem?.get(key);
}

/** A class 30 request for what the use case lists behind that method. */
function protectedRequest(key: string): Element {
  const row = CATALOGUE.find(
    ({ access, protectedAccess }) =>
      protectedAccess && access?.[0]?.some(([, classId, obis, member]) => `${classId}/${obis}/${member}` === key),
  );
  const objects = (row?.protectedAccess ?? []).map(([, classId, obis, member]) =>
    dlms('structure', [
      dlms('long-unsigned', classId),
      dlms('octet-string', obisBytes(obis) ?? NO_BYTES),
      dlms('integer', member),
      dlms('long-unsigned', 0),
      dlms('structure', [dlms('enum', 0), dlms('null-data', null)]),
    ]),
  );
  const octets = (size: number): Element => dlms('octet-string', new Uint8Array(size));
  const agreed = dlms('structure', [octets(1), octets(0)]);
  const options = dlms('structure', [octets(9), octets(8), octets(8), octets(0), dlms('structure', [dlms('enum', 2), agreed])]);
  return dlms('structure', [dlms('array', objects), dlms('array', [dlms('structure', [dlms('enum', 2), options])])]);
}

function stepsOf(device: Device, access: readonly AccessRow[]): Step[] {
  return access.map((row): Step => {
    const [operation, classId, obis, member] = row;
    const data = argumentOf(device, row);
    const ranged = operation === 'get-with-selection';
    return {
      operation,
      key: `${classId}/${obis}/${member}`,
      ...(data !== undefined && { data }),
      ...(ranged && { range: [0, 0xffffffff] }),
    };
  });
}

describe('every DLMS use case of the catalogue', () => {
  it('has one row for each message code of each device it is for', () => {
    for (const type of ROWS.keys()) {
      const wanted = CATALOGUE.filter((row) => row.payload === 'DLMS' && row.command.length > 0 && row.devices.includes(type));
      const held = [...(ROWS.get(type)?.values() ?? [])].map((row) => row.messageCode);
      expect(new Set(wanted.map((row) => row.command[0]))).toEqual(
        new Set(type === 'SAPC' ? held.filter((code) => code !== 0x59) : held),
      );
      expect(held.length).toBe(new Set(held).size);
    }
  });

  for (const [type, rows] of ROWS) {
    it(`every access of a ${type} succeeds on a device as it comes`, () => {
      const failed: string[] = [];
      let lists = 0;
      for (const row of rows.values()) {
        if (row.name === 'CS01a') continue;
        for (const useCase of useCasesOf(row.messageCode, 'command').filter(
          (one) => one.devices.includes(type) || one.code === 'ECS52',
        )) {
          const [access] = useCase.access ?? [];
          if (!access) continue;
          lists++;
          const device = deviceOf(type);
          const results = codes(call(device, row.name, stepsOf(device, access)));
          if (results.some((result) => result !== 0) || results.length !== access.length)
            failed.push(`${useCase.code}: ${results}`);
        }
      }
      console.info(`${type}: ${lists - failed.length} of ${lists} access lists succeed on the default device`);
      expect(failed).toEqual([]);
    });
  }

  it('an access that another use case has is refused, and so is everything after it', () => {
    const device = deviceOf();
    const steps: Step[] = [
      { operation: 'get', key: '1/0-0:94.44.0.1/2' },
      { operation: 'set', key: '1/0-0:94.44.0.1/2', data: 5 },
      { operation: 'get', key: '1/0-0:94.44.0.2/2' },
    ];
    expect(codes(call(device, 'ECS26c', steps))).toEqual([0, 3, 250]);
    expect(device.cosem?.snapshot()).toEqual({});
  });

  it('a value of another type is refused and changes nothing', () => {
    const device = deviceOf();
    for (const data of [dlms('unsigned', 5), dlms('double-long-unsigned', 5), dlms('octet-string', new Uint8Array(2))]) {
      expect(codes(call(device, 'ECS38', [{ operation: 'set', key: '1/0-0:94.44.0.1/2', data }]))).toEqual([12]);
    }
    expect(device.cosem?.snapshot()).toEqual({});
  });

  it('a payload that is no access-request is a fault of the peer', () => {
    const device = deviceOf();
    const row = ROWS.get('ESME')?.get('ECS38');
    const header = {
      cra: 'command',
      originatorCounter: 1n,
      originator: device.eui,
      recipient: device.eui,
      dateTime: undefined,
      messageCode: 0x4b,
      supplementary: undefined,
    } as const;
    const context = {
      device,
      command: { header, payload: Uint8Array.of(0xda, 0, 0, 0, 0, 0, 0, 0), role: 'supplier', form: 'maced' },
      now: 0,
      effects: [],
      response: header,
    } as const;
    expect(() => row?.execute({ ...context, effects: [] })).toThrow('no access-request');
  });

  it('types have defaults for every attribute of the dictionary', () => {
    const missing = (['ESME', 'CHF'] as const satisfies CosemDeviceType[]).flatMap((type) =>
      [...new Set(CATALOGUE.filter((row) => row.devices.includes(type)).flatMap((row) => (row.access ?? []).flat()))]
        .filter(([operation]) => operation !== 'action')
        .map(([, classId, obis, member]) => `${classId}/${obis}/${member}`)
        .filter((key) => !deviceOf(type).cosem?.has(key)),
    );
    expect(missing).toEqual([]);
  });
});
