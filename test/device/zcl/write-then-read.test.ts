import { describe, expect, it } from 'vitest';
import { entriesIn, numberIn, octetsIn } from '../../../firmware-sim/device/zcl/plain.ts';
import { EMPTY_ZCL_STATE, type ZclRecord, ZclStore } from '../../../firmware-sim/device/zcl/store.ts';
import { fromAscii } from '../../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../../firmware-sim/kernel/errors.ts';
import { toSeconds2000 } from '../../../firmware-sim/kernel/time.ts';
import { type Ask, ask, type Gas, gasMeter, NOON } from './own-bench.ts';

const PRICE = 0x0700;
const METERING = 0x0702;
const PREPAYMENT = 0x0705;
const SECONDS = toSeconds2000(NOON);

/** What a use case that reads attributes says, all components together. */
function read(gas: Gas, useCase: string, asks: readonly Ask[]): Record<number, unknown> {
  const { said } = ask(gas, useCase, asks);
  return Object.assign({}, ...said.map(({ attributes }) => attributes ?? {})) as Record<number, unknown>;
}

const statuses = (gas: Gas, useCase: string, asks: readonly Ask[]) => ask(gas, useCase, asks).said.map(({ status }) => status);
const balance = (gas: Gas): unknown =>
  read(gas, 'GCS60', [
    { cluster: METERING, command: 0, attributes: [0x0a00] },
    { cluster: PREPAYMENT, command: 0, attributes: [0x0001] },
  ]);

/** The parts of a calendar of three days, as GCS01a and GCS05 publish them. */
function calendar(type: number, start = 0): readonly Ask[] {
  const head = { 'Issuer Event ID': SECONDS, 'Issuer Calendar ID': SECONDS };
  const day = (id: number, value: number): Ask => ({
    cluster: 0x0707,
    command: 1,
    fields: {
      ...head,
      'Day ID': id,
      'Total Number of Schedule Entries': 1,
      'Total Number of Commands': 1,
      'Calendar Type': type,
      'Day Schedule Entries': [{ 'Start Time': 0, 'Price Tier | Friendly Credit Enable': value }],
    },
  });
  const week = Object.fromEntries(
    ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].map((name) => [`Day ID Ref ${name}`, 3]),
  );
  return [
    { cluster: 0x0707, command: 0, fields: { ...head, 'Start Time': start, 'Calendar Type': type } },
    day(1, 1),
    day(3, 3),
    { cluster: 0x0707, command: 2, fields: { ...head, 'Week ID': 1, ...week } },
    {
      cluster: 0x0707,
      command: 3,
      fields: { ...head, 'Season Entry': [{ 'Season Start Date': Uint8Array.of(0x72, 1, 1, 0xff), 'Week ID Ref': 1 }] },
    },
    { cluster: 0x0707, command: 4, fields: { ...head, 'Start Time': start, 'Calendar Type': type } },
  ];
}

function tariff(scheme: number, prices: readonly (readonly [number, number])[], start = 0): readonly Ask[] {
  const entries = prices.map(([id, price]) => ({ 'Tier / Block ID': id, Price: price }));
  return [
    {
      cluster: PRICE,
      command: 4,
      fields: {
        'Start Time': start,
        'Tariff Type / Charging Scheme': scheme,
        Currency: 978,
        'Price Trailing Digit': 0x50,
        'Standing Charge': 31_000,
        'Block Threshold Multiplier': 1,
        'Block Threshold Divisor': 1000,
      },
    },
    {
      cluster: PRICE,
      command: 5,
      fields: { 'Start Time': start, 'Sub-payload Control': scheme === 0 ? 1 : 0, 'Price Matrix Entry': entries },
    },
  ];
}

const readTariff = (gas: Gas) =>
  ask(gas, 'GCS21f', [
    { cluster: PRICE, command: 0, attributes: [0x0301, 0x0616, 0x0401, 0x0430, 0x0100] },
    { cluster: 0x0707, command: 1, fields: { 'Issuer Calendar ID': 0xffff_ffff, 'Start Day Id': 1 } },
    { cluster: 0x0707, command: 2, fields: { 'Issuer Calendar ID': 0xffff_ffff, 'Start Week Id': 1 } },
    { cluster: 0x0707, command: 3, fields: { 'Issuer Calendar ID': 0xffff_ffff } },
    { cluster: 0x0707, command: 4, fields: { 'Issuer Calendar ID': 0xffff_ffff } },
  ]).said;

/** GetCurrentPrice shares cluster and number with Read Attributes, whose frame control comes first in the template. */
const priceNow = (gas: Gas): ZclRecord | undefined => {
  const { said } = ask(gas, 'GCS21f', [{ cluster: PRICE, command: 0, clusterSpecific: true, fields: { 'Command Options': 0 } }]);
  return said[0]?.record;
};

describe('what is written to a gas meter is what it says afterwards', () => {
  it('GCS01a: a tariff with tiers', () => {
    const gas = gasMeter();
    const asks = [...calendar(0), ...tariff(0, [[3, 9_999]])];
    expect(statuses(gas, 'GCS01a', asks)).toEqual(asks.map(() => 0));
    const said = readTariff(gas);
    expect(said[0]?.attributes).toEqual({ 769: 31_000, 1558: 978, 1025: 11_200, 1072: 9_999, 256: 100_000 });
    expect(said.map(({ sequence }) => sequence)).toEqual([0, 1, 1, 2, 3, 4]);
    expect(said.slice(1, 3).map(({ record }) => numberIn(record, 'Day ID'))).toEqual([1, 3]);
    const price = priceNow(gas);
    expect([numberIn(price, 'Price'), numberIn(price, 'Price Trailing Digit & Price Tier'), numberIn(price, 'Currency')]).toEqual(
      [9_999, 0x53, 978],
    );
  });

  it('GCS01a: a tariff with blocks, whose price follows the block counters', () => {
    const gas = gasMeter();
    const thresholds: Ask = {
      cluster: PRICE,
      command: 6,
      fields: { 'Sub-payload Control': 1, 'Tier / Number of Block Thresholds': 3, 'Block Threshold': [10_000, 200_000, 300_000] },
    };
    const [information, matrix] = tariff(0x10, [[1, 8_888]]);
    if (!information || !matrix) throw new TypeError('a tariff has two parts');
    const asks = [...calendar(0), information, thresholds, matrix];
    expect(statuses(gas, 'GCS01a', asks)).toEqual(asks.map(() => 0));
    expect(readTariff(gas)[0]?.attributes).toMatchObject({ 1025: 8_888, 256: 10_000 });
    const price = priceNow(gas);
    expect([numberIn(price, 'Price'), numberIn(price, 'Price Trailing Digit & Price Tier')]).toEqual([8_888, 0x50]);
  });

  it('GCS05: prepayment configuration and non-disablement calendar; the tariff stays', () => {
    const gas = gasMeter();
    const asks: readonly Ask[] = [
      { cluster: PREPAYMENT, command: 3, fields: { 'Emergency Credit Limit': 700_000, 'Emergency Credit Threshold': 150_000 } },
      { cluster: PREPAYMENT, command: 12, fields: { 'Overall Debt Cap': 250_000 } },
      { cluster: PREPAYMENT, command: 9, fromDateTime: 0, fields: { 'Low Credit Warning Level': 333_000 } },
      { cluster: PREPAYMENT, command: 11, fields: { 'Maximum Credit Level': 9_000_000, 'Maximum Credit Per Top Up': 5_000_000 } },
      ...calendar(3),
    ];
    expect(statuses(gas, 'GCS05', asks)).toEqual(asks.map(() => 0));
    const { said } = ask(gas, 'GCS21b', [
      { cluster: PREPAYMENT, command: 0, attributes: [0x0006, 0x0010, 0x0011, 0x0021, 0x0022, 0x0031] },
      { cluster: 0x0707, command: 1, fields: { 'Issuer Calendar ID': 0xffff_fffe, 'Start Day Id': 3 } },
    ]);
    expect(said[0]?.attributes).toEqual({
      6: 250_000,
      16: 700_000,
      17: 150_000,
      33: 9_000_000,
      34: 5_000_000,
      49: 333_000,
    });
    expect(said.slice(1).map(({ record }) => [numberIn(record, 'Day ID'), numberIn(record, 'Calendar Type')])).toEqual([[3, 3]]);
    expect(readTariff(gas).filter(({ command }) => command === 1)).toHaveLength(5);
  });

  it('GCS02 and GCS03: the payment mode, and a snapshot of what was before', () => {
    const gas = gasMeter();
    const change = (useCase: string, control: number, cutOff: number) =>
      ask(gas, useCase, [
        {
          cluster: PREPAYMENT,
          command: 6,
          fields: { 'Proposed Payment Control Configuration': control, 'Cut Off Value': cutOff },
        },
      ]).said[0]?.record;
    expect(change('GCS02', 0x0c94, -1)).toMatchObject({ 'Friendly Credit Calendar ID': 2, 'Emergency Credit Limit': 1_000_000 });
    const mode = () => read(gas, 'GCS21j', [{ cluster: PREPAYMENT, command: 0, attributes: [0x0000] }]);
    expect(mode()).toEqual({ 0: 0x0c94 });
    change('GCS03', 0x0497, -5_000);
    expect(mode()).toEqual({ 0: 0x0497 });
    const cutOff = read(gas, 'GCS21b', [{ cluster: PREPAYMENT, command: 0, attributes: [0x0040] }]);
    expect(cutOff).toEqual({ 64: -5_000 });
    const { said } = ask(gas, 'GCS15b', [
      { cluster: PREPAYMENT, command: 7, fields: { 'Latest End Time': SECONDS, 'Snapshot Offset': 3, 'Snapshot Cause': 0x6008 } },
    ]);
    expect(said[0]?.record).toMatchObject({ 'Snapshot Cause': 0x4000, 'Total Snapshots Found': 4, 'Credit Remaining': 100_000 });
  });

  it('GCS04: debts grow, rates are replaced; a period other than hour or day is refused and stops the rest', () => {
    const gas = gasMeter();
    const debt = (type: number, amount: number, frequency = 0): Ask => ({
      cluster: PREPAYMENT,
      command: 2,
      fields: {
        'Debt Amount': amount,
        'Debt Amount Type': type,
        'Debt Recovery Frequency': frequency,
        'Debt Recovery Amount': 7_000,
        'Debt Recovery Balance Percentage': 2_500,
      },
    });
    expect(statuses(gas, 'GCS04', [debt(1, 1_000), debt(3, -9_000_000, 1), debt(5, 500)])).toEqual([0, 0, 0]);
    const registers = { cluster: PREPAYMENT, command: 0, attributes: [0x0211, 0x0221, 0x0231] };
    expect(read(gas, 'GCS14', [registers])).toEqual({ 529: 4_001_000, 545: 0, 561: 3_000_500 });
    const rates = { cluster: PREPAYMENT, command: 0, attributes: [0x0216, 0x0217, 0x0226, 0x0239] };
    expect(read(gas, 'GCS21b', [rates])).toEqual({ 534: 0, 535: 7_000, 550: 1, 569: 2_500 });
    expect(statuses(gas, 'GCS04', [debt(1, 1_000, 2), debt(3, 1_000)])).toEqual([0x85, 1]);
    expect(read(gas, 'GCS14', [registers])).toMatchObject({ 529: 4_001_000, 545: 0 });
  });

  it('GCS40a to GCS40d: both balances', () => {
    const gas = gasMeter();
    const adjust = (useCase: string, type: number, value: number) =>
      statuses(gas, useCase, [
        { cluster: PREPAYMENT, command: 5, fields: { 'Credit Adjustment Type': type, 'Credit Adjustment Value': value } },
      ]);
    expect(adjust('GCS40a', 0, -40_000)).toEqual([0]);
    expect(adjust('GCS40c', 3, 500_000)).toEqual([0]);
    expect(balance(gas)).toEqual({ 1: 60_000, 2560: 3_000_000 });
    expect(adjust('GCS40b', 1, 0)).toEqual([0]);
    expect(adjust('GCS40d', 2, 0)).toEqual([0]);
    expect(balance(gas)).toEqual({ 1: 0, 2560: 0 });
    expect(adjust('GCS40a', 9, 1)).toEqual([0x85]);
  });

  it('GCS23, GCS24a, GCS25a, GCS41: configuration', () => {
    const gas = gasMeter();
    const flow = {
      'Uncontrolled Flow Threshold': 321,
      'Unit of Measure': 1,
      Multiplier: 1,
      Divisor: 10_000,
      'Stabilisation Period': 50,
      'Measurement Period': 20,
    };
    statuses(gas, 'GCS23', [
      { cluster: PRICE, command: 2, fields: { 'Conversion Factor': 101_000, 'Conversion Factor Trailing Digit': 0x50 } },
      {
        cluster: PRICE,
        command: 3,
        fields: { 'Calorific Value': 401, 'Calorific Value Unit': 1, 'Calorific Value Trailing Digit': 0x10 },
      },
    ]);
    statuses(gas, 'GCS24a', [
      { cluster: METERING, command: 0x0e, fields: flow },
      { cluster: METERING, command: 0x0d, fields: { 'SupplyTamper State': 0, 'SupplyDepletion State': 3 } },
    ]);
    const said = read(gas, 'GCS21a', [
      { cluster: PRICE, command: 0, attributes: [0x0302, 0x0304] },
      { cluster: METERING, command: 0, attributes: [0x0b10, 0x0b13, 0x0b14, 0x0b15] },
    ]);
    expect(said).toEqual({ 770: 101_000, 772: 401, 2832: 321, 2835: 10_000, 2836: 50, 2837: 20 });
    expect(read(gas, 'GCS21m', [{ cluster: METERING, command: 0, attributes: [0x0608, 0x0607] }])).toEqual({ 1544: 3, 1543: 0 });
    const period = { 'Billing Period Start Time': SECONDS, 'Billing Period Duration': 3, 'Billing Period Duration Type': 0x23 };
    statuses(gas, 'GCS25a', [
      { cluster: PRICE, command: 9, fields: period },
      { cluster: PRICE, command: 1, fields: {} },
    ]);
    expect(ask(gas, 'GCS21k', [{ cluster: PRICE, command: 0x0b, fields: {} }]).said[0]?.record).toMatchObject(period);
    statuses(gas, 'GCS41', [{ cluster: 0x0708, command: 3, fields: { SiteID: fromAscii('7654321') } }]);
    expect(read(gas, 'GCS46', [{ cluster: METERING, command: 0, attributes: [0x0307] }])).toEqual({ 775: fromAscii('7654321') });
  });

  it('GCS32, GCS39: the valve', () => {
    const gas = gasMeter();
    const change = (useCase: string, status: number) =>
      ask(gas, useCase, [
        { cluster: METERING, command: 0x0b, fields: { 'Issuer Event ID': 5, 'Proposed Supply Status': status } },
      ]).said[0]?.record;
    const valve = () => read(gas, 'GCS33', [{ cluster: METERING, command: 0, attributes: [0x0014] }]);
    expect(change('GCS39', 1)).toMatchObject({ 'Supply Status': 2 });
    expect(change('GCS32', 0)).toMatchObject({ 'Supply Status': 0, 'Issuer Event ID': 5 });
    expect(valve()).toEqual({ 20: 0 });
    expect(change('GCS39', 1)).toMatchObject({ 'Supply Status': 1 });
    expect(valve()).toEqual({ 20: 1 });
  });

  it('GCS06: emergency credit only below its threshold, in prepayment mode', () => {
    const gas = gasMeter();
    const activate = () => statuses(gas, 'GCS06', [{ cluster: PREPAYMENT, command: 0, fields: {} }]);
    gas.store.change(PREPAYMENT, 0x0001, 200_000);
    expect(activate()).toEqual([1]);
    gas.store.change(PREPAYMENT, 0x0001, 199_999);
    expect(activate()).toEqual([0]);
    gas.store.change(PREPAYMENT, 0x0001, 900_000);
    expect(activate()).toEqual([0]);
    expect(gas.device.logs.event.entries.map(({ code }) => code)).toContain(0x81ab);
  });

  it('GCS20: event configuration, which CS10a then follows; CS11 clears the log', () => {
    const gas = gasMeter();
    statuses(gas, 'GCS20', [
      { cluster: 0x0708, command: 4, fields: { 'Event Configuration': 0, 'Number of Events': 2, 'Event ID': [0x81ab, 0x8199] } },
    ]);
    const report = (event: number) =>
      ask(gas, 'GCS20r', [{ cluster: 0x0708, command: 5, fields: { 'Event ID': event } }]).said[0];
    const rows = entriesIn(report(0x81ff)?.record, 'Event Configuration Payload');
    expect(rows.find((row) => row['Event ID'] === 0x81ab)).toEqual({ 'Event ID': 0x81ab, 'Event Configuration': 0 });
    expect(rows.length).toBeGreaterThan(20);
    expect(report(0x8199)?.status).toBe(0x8b);
    ask(gas, 'GCS06', [{ cluster: PREPAYMENT, command: 0, fields: {} }]);
    const log = () =>
      ask(gas, 'CS10a', [{ cluster: 0x0709, command: 0, fields: { 'Event Control / Log ID': 0x13, 'End Time': SECONDS } }])
        .said[0];
    const codes = entriesIn(log()?.record, 'Log Payload').map((row) => row['Event ID']);
    expect(codes).toHaveLength(6);
    expect(codes).not.toContain(0x81ab);
    const cleared = ask(gas, 'CS11', [{ cluster: 0x0709, command: 1, fields: { 'Log ID': 3 } }]).said[0]?.record;
    expect(cleared).toEqual({ ClearedEventsLogs: 8 });
    expect(log()?.status).toBe(0x8b);
    expect(gas.device.logs.security.entries.map(({ code }) => code)).toEqual([0x8f52]);
    expect(ask(gas, 'CS11', [{ cluster: 0x0709, command: 1, fields: { 'Log ID': 4 } }]).said[0]?.record).toEqual({
      ClearedEventsLogs: 0,
    });
  });

  it('GCS31: the network data log starts afresh', () => {
    const gas = gasMeter();
    const samples = () =>
      ask(gas, 'GCS18', [{ cluster: METERING, command: 8, fields: { SampleID: 2, EarliestSampleTime: 1, NumberOfSamples: 41 } }])
        .said[0];
    expect(numberIn(samples()?.record, 'NumberOfSamples')).toBe(41);
    const fields = { 'SampleRequest Interval': 360, 'MaxNumber of Samples': 41 };
    expect(ask(gas, 'GCS31', [{ cluster: METERING, command: 7, fields }]).said[0]?.record).toEqual({ 'Sample ID': 2 });
    expect(samples()?.status).toBe(0x8b);
  });

  it('GCS07, GCS11, GCS36, GCS44: what the display shows and knows', () => {
    const gas = gasMeter();
    statuses(gas, 'GCS07', [{ cluster: 0x0703, command: 0, fields: { Message: 'Hello' } }]);
    statuses(gas, 'GCS11', [{ cluster: 0x0708, command: 2, fields: { 'Password Type': 2 } }]);
    statuses(gas, 'GCS36', [{ cluster: 0x0708, command: 6, fields: { 'CustomerID Number': fromAscii('42') } }]);
    statuses(gas, 'GCS44', [{ cluster: 0x0708, command: 1, fields: { 'Proposed Provider Name': fromAscii('Gas & Co') } }]);
    expect(gas.store.record('message')?.Message).toBe('Hello');
    expect(gas.store.record('privacyPin')).toMatchObject({ 'Password Type': 2 });
    expect(octetsIn(gas.store.record('customerNumber'), 'CustomerID Number')).toEqual(fromAscii('42'));
    expect(octetsIn(gas.store.record('contact'), 'Proposed Provider Name')).toEqual(fromAscii('Gas & Co'));
  });
});

describe('reads of a gas meter', () => {
  it('GCS16a: a slot for each snapshot in the time span, NOT_FOUND for the others', () => {
    const gas = gasMeter();
    const day = 86_400;
    const asks = [0, 1, 2].map((offset): Ask => {
      const fields = {
        'Earliest Start Time': SECONDS - 2 * day,
        'Latest End Time': SECONDS,
        'Snapshot Offset': offset,
        'Snapshot Cause': 1,
      };
      return { cluster: METERING, command: 6, fields };
    });
    const { said } = ask(gas, 'GCS16a', asks);
    expect(said.map(({ record }) => record && numberIn(record, 'Snapshot Time'))).toEqual([
      SECONDS - 1.5 * day,
      SECONDS - 0.5 * day,
      undefined,
    ]);
    expect(said[2]?.status).toBe(0x8b);
    expect(said[0]?.record).toMatchObject({ 'Total Snapshots Found': 2, 'Snapshot ID': 0 });
  });

  it('GCS17: samples from a time on', () => {
    const gas = gasMeter();
    const midnight = SECONDS - 43_200;
    const fields = { SampleID: 0, EarliestSampleTime: midnight - 3_599, NumberOfSamples: 100 };
    const { said } = ask(gas, 'GCS17', [{ cluster: METERING, command: 8, fields }]);
    expect(said[0]?.record).toMatchObject({ SampleStartTime: midnight - 1_800, NumberOfSamples: 2, SampleRequestInterval: 1800 });
  });

  it('GCS15d, GCS15e: rows from From-Date-Time on', () => {
    const gas = gasMeter();
    const from = SECONDS - 10 * 86_400;
    const debts = ask(gas, 'GCS15d', [
      {
        cluster: PREPAYMENT,
        command: 10,
        fromDateTime: from,
        fields: { 'Latest End Time': SECONDS, 'Number of Debts': 10, 'Debt Type': 2 },
      },
    ]).said[0]?.record;
    expect(entriesIn(debts, 'Debt Payload')).toHaveLength(3);
    const credits = ask(gas, 'GCS15e', [
      { cluster: PREPAYMENT, command: 8, fromDateTime: from, fields: { 'Latest End Time': 0xffff_fffe, 'Number of Records': 1 } },
    ]).said[0]?.record;
    expect(entriesIn(credits, 'Top Up Payload')).toHaveLength(1);
  });

  it('an attribute the meter has not got fails, and nothing after its component is executed', () => {
    const gas = gasMeter(undefined, new ZclStore(EMPTY_ZCL_STATE));
    const { said } = ask(gas, 'GCS60', [
      { cluster: METERING, command: 0, attributes: [0x0a00] },
      { cluster: PREPAYMENT, command: 0, attributes: [0x0001] },
    ]);
    expect(said[0]?.attributes).toEqual({ 2560: { status: 0x86 } });
    expect(said[1]?.status).toBe(1);
  });

  it('only attributes a use case is for can be read with it', () => {
    const gas = gasMeter();
    const asks: readonly Ask[] = [{ cluster: METERING, command: 0, attributes: [0x0a00, 0x0014] }];
    expect(() => ask(gas, 'GCS60', asks)).toThrow(ProtocolFault);
  });
});
