import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../../firmware-sim/device/life/parameters.ts';
import { entriesIn } from '../../../firmware-sim/device/zcl/plain.ts';
import { makeUtrn, type UtrnParties, utrnOriginatorCounter } from '../../../firmware-sim/gbcs/utrn.ts';
import { fromAscii } from '../../../firmware-sim/kernel/bytes.ts';
import { toSeconds2000 } from '../../../firmware-sim/kernel/time.ts';
import { pki, suite } from '../bench.ts';
import { alertsIn, ask, type Gas, GSME, gasMeter, NOON, SUPPLIER } from './own-bench.ts';

const PREPAYMENT = 0x0705;

function parties(device = GSME): UtrnParties {
  const key = pki.privateKey(device, 'keyAgreement');
  const peer = pki.publicKey(SUPPLIER, 'prePaymentTopUp');
  if (!key || !peer) throw new TypeError('the test PKI has prepayment keys');
  return { supplier: SUPPLIER, device, z: suite.sharedSecret(key, peer) };
}

const token = (value: number, counter: number, device = GSME): string =>
  makeUtrn(suite, parties(device), { valueClass: 'pence', value, counter });

/** Remote top-up; the command's own counter is that of the token. */
function remote(gas: Gas, utrn: string, counter: number) {
  const fields = { 'Originating Device': 0, 'TopUp Code': fromAscii(utrn) };
  return ask(gas, 'CS01b', [{ cluster: PREPAYMENT, command: 4, fields }], NOON, utrnOriginatorCounter(counter)).said[0]?.record;
}

function local(gas: Gas, utrn: string) {
  const fields = { 'Originating Device': 2, 'TopUp Code': fromAscii(utrn) };
  return ask(gas, 'PCS01', [{ cluster: PREPAYMENT, command: 4, fields }]);
}

describe('a top-up of a gas meter', () => {
  it('adds credit and logs it; the same token a second time is a duplicate', () => {
    const gas = gasMeter();
    // Ten per cent go to the payment debt.
    expect(remote(gas, token(1_000, 6), 6)).toEqual({
      'Result Type': 0,
      'Top Up Value': 1_000_000,
      'Source of Top up': 0,
      'Credit Remaining': 100_000 + 900_000,
    });
    expect(gas.store.number(PREPAYMENT, 0x0231)).toBe(2_900_000);
    expect(remote(gas, token(1_000, 6), 6)).toMatchObject({ 'Result Type': 2, 'Top Up Value': -1, 'Credit Remaining': -1 });
    expect(gas.store.number(PREPAYMENT, 0x0001)).toBe(1_000_000);
    expect(gas.device.logs.security.entries.map(({ code }) => code)).toEqual([0x8f51]);
    const logs = ask(gas, 'GCS15e', [
      { cluster: PREPAYMENT, command: 8, fromDateTime: 0, fields: { 'Latest End Time': 0xffff_fffe, 'Number of Records': 5 } },
    ]).said[0]?.record;
    expect(entriesIn(logs, 'Top Up Payload').at(-1)).toMatchObject({
      'TopUp Amount': 1_000_000,
      'TopUp Time': toSeconds2000(NOON),
    });
  });

  it('is refused for another meter, a mistyped digit, too much at once, too much in all, and in credit mode', () => {
    const gas = gasMeter();
    expect(remote(gas, token(100, 7, '00-DB-12-34-56-78-90-A0' as typeof GSME), 7)).toMatchObject({ 'Result Type': 1 });
    expect(remote(gas, '12345678901012314156', 8)).toMatchObject({ 'Result Type': 1, 'Top Up Value': -1 });
    gas.store.change(PREPAYMENT, 0x0022, 999_999);
    expect(remote(gas, token(1_000, 9), 9)).toMatchObject({ 'Result Type': 6 });
    gas.store.change(PREPAYMENT, 0x0022, 1_000_000);
    gas.store.change(PREPAYMENT, 0x0021, 999_999);
    expect(remote(gas, token(1_000, 9), 9)).toMatchObject({ 'Result Type': 4 });
    gas.store.change(PREPAYMENT, 0x0021, 1_000_000);
    expect(remote(gas, token(1_000, 9), 9)).toMatchObject({ 'Result Type': 0 });
    gas.store.change(PREPAYMENT, 0x0000, 0x0c94);
    expect(remote(gas, token(1, 10), 10)).toMatchObject({ 'Result Type': 3 });
  });

  it('by a display: the counter is found from the cache, and the supplier hears of it', () => {
    const gas = gasMeter();
    expect(remote(gas, token(1, 700), 700)).toMatchObject({ 'Result Type': 0 });
    const { said, effects } = local(gas, token(100, 705));
    expect(said[0]?.record).toMatchObject({ 'Result Type': 0, 'Source of Top up': 2, 'Top Up Value': 100_000 });
    expect(
      alertsIn(effects).map(({ header, payload }) => [header.messageCode, payload.kind === 'gbz-alert' && payload.alertCode]),
    ).toEqual([[0x1001, 0x810e]]);
  });

  it('by a display whose counter is high, with an empty cache', () => {
    expect(local(gasMeter(), token(100, 1_000)).said[0]?.record).toMatchObject({ 'Result Type': 0 });
  });

  it('fails as hardware does', () => {
    const gas = gasMeter(new Map([['0x0705/0x04', 0xc0]]));
    expect(remote(gas, token(1, 6), 6)).toEqual({
      'Result Type': 3,
      'Top Up Value': -1,
      'Source of Top up': 0,
      'Credit Remaining': -1,
    });
  });
});

describe('tokens below a floor', () => {
  it('of a new supplier have been used already', () => {
    const gas = gasMeter();
    gas.device.counters.setTopUpFloor('supplier', utrnOriginatorCounter(6));
    expect(remote(gas, token(1, 6), 6)).toMatchObject({ 'Result Type': 2 });
    expect(remote(gas, token(1, 7), 7)).toMatchObject({ 'Result Type': 0 });
  });

  it('of a full cache are forgotten and refused', () => {
    const gas = gasMeter();
    const cached = Array.from({ length: DEFAULT_PARAMETERS.utrnCacheSize }, (_, i) => ({ Counter: 100 + i }));
    gas.store.setRecords('payment.utrnCounters', cached);
    expect(remote(gas, token(1, 99), 99)).toMatchObject({ 'Result Type': 2 });
    expect(remote(gas, token(1, 300), 300)).toMatchObject({ 'Result Type': 0 });
    expect(gas.store.records('payment.utrnCounters')).toHaveLength(DEFAULT_PARAMETERS.utrnCacheSize);
  });

  it('that pay a debt off say so', () => {
    const gas = gasMeter();
    gas.store.change(PREPAYMENT, 0x0231, 50);
    expect(remote(gas, token(1, 6), 6)).toMatchObject({ 'Credit Remaining': 100_000 + 950 });
    expect(gas.device.logs.event.entries.map(({ code }) => code)).toEqual([0x81a9]);
  });
});
