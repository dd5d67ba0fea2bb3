import { describe, expect, it } from 'vitest';
import { Element } from '../../../firmware-sim/codec/element.ts';
import { clonedLive, loadClone } from '../../../firmware-sim/device/cosem/clone.ts';
import { FIRMWARE_VERSION } from '../../../firmware-sim/device/cosem/reads.ts';
import type { CosemStore } from '../../../firmware-sim/device/cosem/store.ts';
import { PROTECTED_ATTRIBUTES } from '../../../firmware-sim/dictionary/alert-layouts.ts';
import { useCaseByName } from '../../../firmware-sim/gbcs/catalogue.ts';
import { type AccessResult, dlms, NULL_DATA } from '../../../firmware-sim/gbcs/dlms-apdu.ts';
import type { WholeMessage } from '../../../firmware-sim/gbcs/message.ts';
import { ESME, SUPPLIER } from '../bench.ts';
import { deviceOf, plainOf } from './calls.ts';

function response(useCase: string, results: readonly Pick<AccessResult, 'result' | 'data'>[]): WholeMessage {
  const row = useCaseByName(useCase);
  const [access] = row?.access ?? [];
  const header = {
    cra: 'response',
    originatorCounter: 1n,
    originator: ESME,
    recipient: SUPPLIER,
    dateTime: undefined,
    messageCode: row?.response[0] ?? 0,
    supplementary: undefined,
  } as const;
  const full = results.map(
    (one, i): AccessResult => ({ ...one, operation: access?.[i]?.[0] === 'action' ? 'action' : 'get', access: access?.[i] }),
  );
  return {
    form: 'response',
    header,
    payload: { kind: 'dlms-access-response', invokeId: 1, dateTime: new Uint8Array(0), results: full },
    signature: undefined,
    mac: undefined,
  };
}

const storeOf = (): CosemStore => {
  const { cosem } = deviceOf();
  if (!cosem) throw new TypeError('a device with objects');
  return cosem;
};
const number = (type: string, value: number): Element => dlms(type, value);
const failed = { result: 1, data: NULL_DATA };

describe('a clone', () => {
  it('keeps no memory of the response', () => {
    const store = storeOf();
    const octets = Uint8Array.of(1, 2, 3);
    const [key] = loadClone(store, response('ECS40', [{ result: 0, data: dlms('octet-string', octets.subarray(1)) }, failed]));
    octets.fill(9);
    expect(plainOf(store.get(key ?? ''))).toBe('0203');
  });

  it('takes what was read and leaves what was not', () => {
    const store = storeOf();
    const keys = loadClone(
      store,
      response('ECS26c', [
        { result: 0, data: number('long-unsigned', 5) },
        failed,
        { result: 0, data: number('long-unsigned', 7) },
      ]),
    );
    expect(keys).toEqual(['1/0-0:94.44.0.0/2', '1/0-0:94.44.0.1/2']);
    expect([...keys, '1/0-0:94.44.0.2/2'].map((key) => plainOf(store.get(key)))).toEqual([5, 7, 2_000]);
  });

  it('never changes what the device is by itself, and tells it apart', () => {
    const store = storeOf();
    const version = response('ECS52', [{ result: 0, data: dlms('octet-string', Uint8Array.of(1, 2, 3, 4)) }]);
    expect([loadClone(store, version), store.snapshot()]).toEqual([[], {}]);
    expect(plainOf(clonedLive(version).get(FIRMWARE_VERSION))).toBe('01020304');
  });

  it('takes encrypted attributes only where they have been opened', () => {
    const store = storeOf();
    const balances = dlms(
      'structure',
      [1, 2, 3, 4, 5, 6].map((value) => number('double-long', value)),
    );
    const blob = (plaintext?: Element): Element =>
      new Element(PROTECTED_ATTRIBUTES, 'octet-string', new Uint8Array(20), undefined, true, plaintext && { plaintext });
    const answer = (plaintext?: Element) =>
      response('ECS19', [{ result: 0, data: dlms('structure', [dlms('array', []), blob(plaintext)]) }]);
    expect([loadClone(store, answer()), store.snapshot()]).toEqual([[], {}]);
    expect(loadClone(store, answer(dlms('structure', [balances])))).toEqual(['1/0-0:94.44.34.30/2']);
    expect(plainOf(store.get('112/0-0:19.10.1.255/2'))).toBe(2);
  });

  it('leaves out a value of another kind', () => {
    const store = storeOf();
    expect(loadClone(store, response('ECS38', [{ result: 0, data: number('unsigned', 5) }]))).toEqual([]);
    const short = dlms('structure', [number('double-long', 1)]);
    const blob = new Element(PROTECTED_ATTRIBUTES, 'octet-string', new Uint8Array(20), undefined, true, {
      plaintext: dlms('structure', [short]),
    });
    expect(loadClone(store, response('ECS19', [{ result: 0, data: dlms('structure', [blob]) }]))).toEqual([]);
  });
});
