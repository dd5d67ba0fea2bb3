import { describe, expect, it } from 'vitest';
import { Element } from '../../../firmware-sim/codec/element.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import { PROTECTED_ATTRIBUTES } from '../../../firmware-sim/dictionary/alert-layouts.ts';
import { type AccessResult, dlms } from '../../../firmware-sim/gbcs/dlms-apdu.ts';
import type { MessageHeader } from '../../../firmware-sim/gbcs/header.ts';
import type { WholeMessage } from '../../../firmware-sim/gbcs/message.ts';
import { openParts, sensitiveContext } from '../../../firmware-sim/gbcs/sensitive.ts';
import { NO_BYTES } from '../../../firmware-sim/kernel/bytes.ts';
import { toSeconds2000 } from '../../../firmware-sim/kernel/time.ts';
import { ESME, pki, SUPPLIER, suite } from '../bench.ts';
import { call, codes, deviceOf, NOW, plainOf } from './calls.ts';
import { ALL, between, object, request } from './protected-request.ts';

const read = (device: Device, useCase: string, method: string, data: Element) =>
  call(device, useCase, [{ operation: 'action', key: `30/${method}/1`, data }]);

/** What the asker sees in an answer, opened with its own key. */
function opened(result: AccessResult | undefined, messageCode: number): unknown {
  const [parameters, sealed] = result?.data.children ?? [];
  if (!parameters || !sealed) return undefined;
  const named = new Element(PROTECTED_ATTRIBUTES, sealed.type, sealed.value);
  const data = dlms('structure', [parameters, named]);
  const header: MessageHeader = {
    cra: 'response',
    originatorCounter: 1_000n,
    originator: ESME,
    recipient: SUPPLIER,
    dateTime: undefined,
    messageCode,
    supplementary: undefined,
  };
  const results = [{ operation: 'action' as const, result: 0, data }];
  const payload = { kind: 'dlms-access-response' as const, invokeId: 0, dateTime: NO_BYTES, results };
  const message: WholeMessage = { form: 'response', header, payload, signature: undefined, mac: undefined };
  const parts = openParts(suite, message, sensitiveContext(suite, message, pki)).message.payload;
  if (parts.kind !== 'dlms-access-response') return undefined;
  return plainOf(parts.results[0]?.data.children[1]?.extras?.plaintext);
}

const BILLING = '0-0:43.2.2.255';
const DAY = 86_400;
const AT = toSeconds2000(NOW);

describe('protected attributes', () => {
  it('come encrypted for the party that asked, and say whose they are', () => {
    const device = deviceOf();
    const { results } = read(device, 'ECS19', '0-0:43.2.1.255', request([object(1, '0-0:94.44.34.30')]));
    expect(opened(results[0], 0x002d)).toEqual([[80_000, 500_000, 0, 0, 0, 0]]);
    const [parameters, sealed] = results[0]?.data.children ?? [];
    const said = JSON.stringify(plainOf(parameters));
    expect(said).toContain('0400000000000003e8');
    expect(said).toContain(`"${ESME.replaceAll('-', '').toLowerCase()}","${SUPPLIER.replaceAll('-', '').toLowerCase()}"`);
    expect(String(plainOf(sealed))).toMatch(/^3100000000/);
  });

  it('are restricted by date, ends included, also from and to the end of time', () => {
    const times = (from: string, to: string): unknown => {
      const device = deviceOf();
      const { results } = read(device, 'ECS66', '0-0:43.2.4.255', request([object(7, '0-0:99.1.3.255', between(from, to))]));
      const [rows] = (opened(results[0], 0x0060) ?? []) as number[][][];
      return rows?.map((row) => row[0]);
    };
    expect(times('07de0c1eff000000008000ff', '07df0101ff000000008000ff')).toEqual([AT - 2 * DAY, AT - DAY, AT]);
    expect(times('07de0c1eff000001008000ff', '07de0c1fff173b3b008000ff')).toEqual([AT - DAY]);
    expect((times('0000000000000000008000ff', 'ffffffffffffffffff8000ff') as unknown[]).length).toBe(731);
    expect(times('07df0201ff000000008000ff', '07df0301ff000000008000ff')).toEqual([]);
  });

  it('come all or not at all', () => {
    const both = [object(7, '0-0:98.1.0.255'), object(7, '0-0:98.1.1.255')];
    const whole = read(deviceOf(), 'ECS20c', BILLING, request(both));
    expect([codes(whole), (opened(whole.results[0], 0x0030) as unknown[]).length]).toEqual([[0], 2]);
    const faulty = read(deviceOf('ESME', { faults: new Map([['7/0-0:98.1.1.255/2', 1]]) }), 'ECS20c', BILLING, request(both));
    expect([codes(faulty), faulty.results[0]?.data.type]).toEqual([[1], 'null-data']);
  });

  it('are only those of the use case, asked for in the form of GBCS', () => {
    const ask = (data: Element) => codes(read(deviceOf(), 'ECS20c', BILLING, data));
    expect(ask(request([object(7, '0-0:98.1.8.255')]))).toEqual([3]);
    expect(ask(request([object(7, '0-0:98.1.0.255', ALL, 1)]))).toEqual([12]);
    expect(ask(request([]))).toEqual([12]);
    expect(ask(request([object(7, '0-0:98.1.0.255')], 0))).toEqual([12]);
    expect(ask(request([object(7, '0-0:98.1.0.255')], 2))).toEqual([12]);
    expect(ask(request([object(7, '0-0:98.1.0.255', dlms('structure', [dlms('enum', 2), dlms('null-data', null)]))]))).toEqual([
      12,
    ]);
    expect(ask(request([object(7, '0-0:98.1.0.255', between('07df0d01ff000000008000ff', '07df0101ff000000008000ff'))]))).toEqual([
      250,
    ]);
  });
});
