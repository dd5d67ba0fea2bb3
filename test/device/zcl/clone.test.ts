import { describe, expect, it } from 'vitest';
import { clonedFirmware, loadClone } from '../../../firmware-sim/device/zcl/clone.ts';
import { gasDefaults } from '../../../firmware-sim/device/zcl/defaults.ts';
import type { ZclAttribute, ZclRecord } from '../../../firmware-sim/device/zcl/store.ts';
import { gbzTemplate } from '../../../firmware-sim/dictionary/zcl-tables.ts';
import { encodeZclFields } from '../../../firmware-sim/gbcs/gbz.ts';
import type { WholeMessage } from '../../../firmware-sim/gbcs/message.ts';
import { toHex } from '../../../firmware-sim/kernel/bytes.ts';
import { toSeconds2000 } from '../../../firmware-sim/kernel/time.ts';
import { type Ask, askForMessage, type Gas, gasMeter, NOON } from './own-bench.ts';

const SECONDS = toSeconds2000(NOON);
const YEAR = 365 * 86_400;

const span = { 'Earliest Start Time': SECONDS - YEAR, 'Latest End Time': SECONDS };
const slots = (cluster: number, command: number, cause: number, count: number): Ask[] =>
  Array.from({ length: count }, (_, i) => ({
    cluster,
    command,
    fields: { ...span, 'Snapshot Offset': i, 'Snapshot Cause': cause },
  }));
const rows = { 'Latest End Time': SECONDS, 'Number of Records': 5, 'Number of Debts': 10, 'Debt Type': 2 };
const samples = (SampleID: number): Ask => ({
  cluster: 0x0702,
  command: 8,
  fields: { SampleID, EarliestSampleTime: 1, NumberOfSamples: 19_000 },
});
const calendarReads = (id: number): Ask[] => [
  { cluster: 0x0707, command: 1, fields: { 'Issuer Calendar ID': id, 'Start Day Id': 1 } },
  { cluster: 0x0707, command: 2, fields: { 'Issuer Calendar ID': id, 'Start Week Id': 1 } },
  { cluster: 0x0707, command: 3, fields: { 'Issuer Calendar ID': id } },
  { cluster: 0x0707, command: 4, fields: { 'Issuer Calendar ID': id } },
];
const eventLog = (log: number): Ask => ({
  cluster: 0x0709,
  command: 0,
  fields: { 'Event Control / Log ID': log, 'Start Time': 0, 'End Time': SECONDS },
});

/** Reads of attributes as their templates have them. */
const attributesOf = (useCase: string): Ask[] =>
  (gbzTemplate(useCase)?.commands ?? []).flatMap(({ cluster, command, attributes }) =>
    attributes ? [{ cluster, command, attributes }] : [],
  );

/** Reads of everything a gas meter says of itself. */
const READS: Readonly<Record<string, readonly Ask[]>> = {
  CS10a: [eventLog(0x13)],
  CS10b: [eventLog(4)],
  GCS15b: [...slots(0x0705, 7, 0x6008, 12), ...slots(0x0702, 6, 0x6008, 12)],
  GCS15c: [...slots(0x0702, 6, 2, 12), ...slots(0x0705, 7, 2, 12)],
  GCS15d: [{ cluster: 0x0705, command: 10, fromDateTime: 0, fields: rows }],
  GCS15e: [{ cluster: 0x0705, command: 8, fromDateTime: 0, fields: rows }],
  GCS16a: slots(0x0702, 6, 1, 31),
  GCS16b: slots(0x0705, 7, 1, 31),
  GCS17: [samples(0)],
  GCS18: [samples(2)],
  GCS20r: [{ cluster: 0x0708, command: 5, fields: { 'Event ID': 0x81ff } }],
  GCS21b: [...attributesOf('GCS21b'), ...calendarReads(0xffff_fffe)],
  GCS21d: [{ cluster: 0x0700, command: 0x0b, fields: {} }],
  GCS21f: [
    ...attributesOf('GCS21f'),
    ...calendarReads(0xffff_ffff),
    { cluster: 0x0700, command: 0, clusterSpecific: true, fields: {} },
  ],
  GCS21k: [{ cluster: 0x0700, command: 0x0b, fields: {} }],
  ...Object.fromEntries(
    [
      'GCS13a',
      'GCS13b',
      'GCS13c',
      'GCS14',
      'GCS21a',
      'GCS21e',
      'GCS21j',
      'GCS21m',
      'GCS33',
      'GCS38',
      'GCS46',
      'GCS60',
      'GCS60a',
    ].map((useCase) => [useCase, attributesOf(useCase)]),
  ),
};

/** What a response says, encrypted or not. */
function content({ payload }: WholeMessage): unknown {
  if (payload.kind !== 'gbz') return payload;
  return payload.components.map(({ control, cluster, frameControl, sequence, command, sealed, fields }) => {
    const said = toHex(encodeZclFields(sealed?.fields ?? fields));
    return [control, cluster, frameControl, sequence, command, sealed?.frameCounter, said];
  });
}

/** The record with every number in it and in its lists one off. */
function altered(record: ZclRecord): ZclRecord {
  const one = (value: unknown): unknown => {
    if (typeof value === 'number') return value ^ 1;
    return Array.isArray(value) ? value.map(one) : value;
  };
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, one(value)])) as ZclRecord;
}

/** Another meter: every number it holds differs, and its logs are shorter. */
function otherMeter(): Gas {
  const gas = gasMeter();
  const { attributes, records } = gas.store.whole();
  const other = ({ type, value }: ZclAttribute): ZclAttribute => {
    if (typeof value === 'number') return { type, value: value ^ 1 };
    return { type, value: value instanceof Uint8Array ? value.slice(1) : value };
  };
  const fewer = (name: string, all: readonly ZclRecord[]): readonly ZclRecord[] => {
    if (/^(samples|billing)/.test(name)) return all.map(altered);
    return /^(log|snapshots|prepay|tariff\.days|events)/.test(name) ? all.slice(1) : all;
  };
  gas.store.restore({
    attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, other(value)])),
    records: Object.fromEntries(Object.entries(records).map(([name, all]) => [name, fewer(name, all)])),
  });
  gas.device.firmware.runs(0x0a0b0c0d);
  return gas;
}

function empty(): Gas {
  const gas = gasMeter();
  gas.store.restore({
    attributes: {},
    records: Object.fromEntries(Object.keys(gasDefaults(NOON).records).map((name) => [name, []])),
  });
  return gas;
}

function cloned(useCase: string, original: Gas) {
  const message = askForMessage(original, useCase, READS[useCase] ?? []);
  const copy = gasMeter();
  loadClone(copy.store, message);
  const version = clonedFirmware(message);
  if (version) copy.device.firmware.runs(new DataView(version.buffer, version.byteOffset).getUint32(0));
  return { message, again: askForMessage(copy, useCase, READS[useCase] ?? []) };
}

describe('a clone of a response makes a meter say the same', () => {
  for (const useCase of Object.keys(READS)) {
    it(`${useCase}: of another meter`, () => {
      const { message, again } = cloned(useCase, otherMeter());
      expect(content(again)).toEqual(content(message));
      expect(content(again)).not.toEqual(content(askForMessage(gasMeter(), useCase, READS[useCase] ?? [])));
    });

    it(`${useCase}: of a meter with nothing in its logs`, () => {
      const { message, again } = cloned(useCase, empty());
      expect(content(again)).toEqual(content(message));
    });
  }

  it('and leaves everything else as it was', () => {
    const message = askForMessage(otherMeter(), 'GCS60', READS.GCS60 ?? []);
    const copy = gasMeter();
    loadClone(copy.store, message);
    expect(Object.keys(copy.store.snapshot().attributes)).toEqual(['0702/0a00', '0705/0001']);
    expect(copy.store.snapshot().records).toEqual({});
    loadClone(copy.store, { ...message, header: { ...message.header, cra: 'alert' } });
    expect(Object.keys(copy.store.snapshot().attributes)).toHaveLength(2);
  });
});
