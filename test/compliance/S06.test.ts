import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Element } from '../../firmware-sim/codec/element.ts';
import { GPF_PROFILE } from '../../firmware-sim/commshub/profile.ts';
import { dlmsDateTime } from '../../firmware-sim/device/clock.ts';
import { Device } from '../../firmware-sim/device/device.ts';
import { gasDefaults } from '../../firmware-sim/device/zcl/defaults.ts';
import { numberIn, numbersIn } from '../../firmware-sim/device/zcl/plain.ts';
import { ZclStore } from '../../firmware-sim/device/zcl/store.ts';
import { PROTECTED_ATTRIBUTES } from '../../firmware-sim/dictionary/alert-layouts.ts';
import { obisBytes } from '../../firmware-sim/dictionary/cosem-obis.ts';
import { useCaseByName } from '../../firmware-sim/gbcs/catalogue.ts';
import { dlms } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import type { WholeMessage } from '../../firmware-sim/gbcs/message.ts';
import { openParts, sensitiveContext } from '../../firmware-sim/gbcs/sensitive.ts';
import { GSME_PROFILE } from '../../firmware-sim/gsme/profile.ts';
import { NO_BYTES } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { fromSeconds2000, toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { deviceIdentity, trustAnchorCells } from '../../lab/premises/credentials.ts';
import { ESME, pki, SUPPLIER, suite } from '../device/bench.ts';
import { call, deviceOf, plainOf } from '../device/cosem/calls.ts';
import { ask, GSME } from '../device/zcl/own-bench.ts';

/*
 * S06 (IRP586): the same read on an electricity meter, a gas meter and the gas proxy, with ranges at the edges and after a change of
 * tenancy. Where the three do not do alike, docs/exclusions.md says so; nothing else may differ.
 */

const NOW = Date.UTC(2015, 0, 1);
const AT = toSeconds2000(NOW);
const GPF = '00-DB-12-34-56-78-90-A3' as Eui64;
const HALF_HOUR = 1_800;
const DAY = 86_400;
const END_OF_TIME = 0xffff_fffe;

/** Times of the rows of an answer; or what was answered in place of rows. */
type Answer = readonly number[] | 'empty' | 'NOT_FOUND' | `refused ${number}` | 'no such read';

interface Range {
  readonly from: number;
  readonly to: number;
}

/** A log that meters have, how far apart its rows are, and how each device is asked for it. */
interface Log {
  readonly every: number;
  readonly esme: readonly [useCase: string, method: string, obis: string];
  readonly gas: readonly [useCase: string, kind: 'samples' | 'snapshots', selector: number];
}

const LOGS: Readonly<Record<string, Log>> = {
  'half hours': { every: HALF_HOUR, esme: ['ECS22b', '0-0:43.2.7.255', '0-0:99.1.0.255'], gas: ['GCS17', 'samples', 0] },
  'daily consumption': { every: DAY, esme: ['ECS66', '0-0:43.2.4.255', '0-0:99.1.3.255'], gas: ['GCS61', 'samples', 1] },
  'daily reads': { every: DAY, esme: ['ECS21a', '0-0:43.2.5.255', '0-0:98.1.9.255'], gas: ['GCS16a', 'snapshots', 1] },
};

/** Ranges at the edges; `last` is the time of the newest row, and `every` how far apart rows are. */
const RANGES: Readonly<Record<string, (last: number, every: number) => Range>> = {
  'all of time': () => ({ from: 0, to: END_OF_TIME }),
  'two rows, its ends on them': (last, every) => ({ from: last - every, to: last }),
  'one row, from and to on it': (last) => ({ from: last, to: last }),
  'two rows inside, its ends a second outside them': (last, every) => ({ from: last - every - 1, to: last + 1 }),
  'between two rows': (last, every) => ({ from: last - every + 1, to: last - 1 }),
  'before the first row': () => ({ from: 1, to: 2 * DAY }),
  'in the future': (last) => ({ from: last + 10 * DAY, to: last + 20 * DAY }),
  'its end before its beginning': (last, every) => ({ from: last, to: last - every }),
};

function gasDevice(profile: typeof GSME_PROFILE, eui: Eui64): Device {
  return new Device(profile, {
    suite,
    identity: deviceIdentity(eui, pki),
    cells: trustAnchorCells('GSME', pki),
    firmware: { version: 7, hash: new Uint8Array(32) },
    signatureProfile: 'deterministic',
    zcl: new ZclStore(gasDefaults(NOW)),
  });
}

const DEVICES = {
  ESME: deviceOf('ESME'),
  GSME: gasDevice(GSME_PROFILE, GSME),
  GPF: gasDevice(GPF_PROFILE, GPF),
} as const;

type Kind = keyof typeof DEVICES;

const supports = (device: Device, useCase: string): boolean =>
  device.profile.useCases.has(useCaseByName(useCase)?.command[0] ?? -1);

const octets = (value: Uint8Array): Element => dlms('octet-string', value);

/** The first and last possible moments of a COSEM date-time stand for the ends of time. */
function dateTime(seconds: number): Element {
  const octetsOf = (seconds2000: number): Uint8Array => dlmsDateTime(fromSeconds2000(seconds2000));
  if (seconds === 0) return octets(Uint8Array.from([...new Uint8Array(9), 0x80, 0, 0xff]));
  if (seconds === END_OF_TIME) return octets(Uint8Array.from([...new Uint8Array(9).fill(0xff), 0x80, 0, 0xff]));
  return octets(octetsOf(seconds));
}

function readEsme({ esme: [useCase, method, obis] }: Log, { from, to }: Range): Answer {
  const restriction = dlms('structure', [dlms('enum', 1), dlms('structure', [dateTime(from), dateTime(to)])]);
  const place = [dlms('long-unsigned', 7), octets(obisBytes(obis) ?? NO_BYTES), dlms('integer', 2), dlms('long-unsigned', 0)];
  const agreed = dlms('structure', [octets(new Uint8Array(1)), octets(NO_BYTES)]);
  const parties = [9, 8, 8, 0].map((size) => octets(new Uint8Array(size)));
  const options = dlms('structure', [...parties, dlms('structure', [dlms('enum', 2), agreed])]);
  const objects = dlms('array', [dlms('structure', [...place, restriction])]);
  const data = dlms('structure', [objects, dlms('array', [dlms('structure', [dlms('enum', 2), options])])]);
  const [result] = call(DEVICES.ESME, useCase, [{ operation: 'action', key: `30/${method}/1`, data }], { now: NOW }).results;
  if (result?.result !== 0) return `refused ${result?.result ?? -1}`;
  const [parameters, sealed] = result.data.children;
  if (!parameters || !sealed) return 'empty';
  const named = dlms('structure', [parameters, new Element(PROTECTED_ATTRIBUTES, sealed.type, sealed.value)]);
  const header = {
    cra: 'response',
    originatorCounter: 1_000n,
    originator: ESME,
    recipient: SUPPLIER,
    dateTime: undefined,
    messageCode: useCaseByName(useCase)?.command[0] ?? 0,
    supplementary: undefined,
  } as const;
  const results = [{ operation: 'action' as const, result: 0, data: named }];
  const payload = { kind: 'dlms-access-response', invokeId: 0, dateTime: NO_BYTES, results } as const;
  const message: WholeMessage = { form: 'response', header, payload, signature: undefined, mac: undefined };
  const opened = openParts(suite, message, sensitiveContext(suite, message, pki)).message.payload;
  if (opened.kind !== 'dlms-access-response') return 'empty';
  const [rows] = (plainOf(opened.results[0]?.data.children[1]?.extras?.plaintext) ?? []) as (number | number[])[][][];
  const times = (rows ?? []).map((row) => Number(row[0]));
  return times.length === 0 ? 'empty' : times;
}

/** A service user's system has to say how many samples it wants: as many as periods fit into the range (GCS17, GCS61). */
function readGas(device: Device, { every, gas: [useCase, kind, selector] }: Log, { from, to }: Range): Answer {
  if (!supports(device, useCase)) return 'no such read';
  const bench = { device, store: device.zcl ?? new ZclStore(gasDefaults(NOW)) };
  if (kind === 'samples') {
    const count = Math.max(0, Math.min(0xffff, Math.floor((to - from) / every)));
    const fields = { SampleID: selector, EarliestSampleTime: from, SampleType: 0, NumberOfSamples: count };
    const [said] = ask(bench, useCase, [{ cluster: 0x0702, command: 8, fields }], NOW).said;
    if (!said?.record) return said?.status === 0x8b ? 'NOT_FOUND' : `refused ${said?.status ?? -1}`;
    const start = numberIn(said.record, 'SampleStartTime');
    return numbersIn(said.record, 'Samples').map((_, i) => start + i * every);
  }
  const asks = Array.from({ length: 31 }, (_, offset) => ({
    cluster: 0x0702,
    command: 6,
    fields: { 'Earliest Start Time': from, 'Latest End Time': to, 'Snapshot Offset': offset, 'Snapshot Cause': selector },
  }));
  const { said } = ask(bench, useCase, asks, NOW);
  const found = said.flatMap(({ record }) => (record ? [numberIn(record, 'Snapshot Time')] : []));
  if (found.length > 0) return found;
  return said.every(({ status }) => status === 0x8b) ? 'NOT_FOUND' : `refused ${said[0]?.status ?? -1}`;
}

const readOf = (kind: Kind, log: Log, range: Range): Answer =>
  kind === 'ESME' ? readEsme(log, range) : readGas(DEVICES[kind], log, range);

/** An answer in words: which of the rows that lie within the range came, ends included. */
function classOf(answer: Answer, { from, to }: Range, last: number, every: number): string {
  if (typeof answer === 'string') return answer;
  const within = answer.filter((time) => time >= from && time <= to);
  if (within.length < answer.length) return answer.some((time) => time < from) ? 'rows before the range' : 'rows after the range';
  const expected = [last - every, last].filter((time) => time >= from && time <= to);
  const missing = expected.filter((time) => !answer.includes(time));
  if (missing.length === 0) return 'every row in the range';
  return missing.includes(last) ? 'without the last row' : 'without the first row';
}

type Found = Readonly<Record<Kind, string>>;

/** What each device answers to a request about a log. */
function found(log: Log, range: Range): Found {
  const last = AT;
  const kinds = Object.keys(DEVICES) as Kind[];
  return Object.fromEntries(
    kinds.map((kind) => [kind, classOf(readOf(kind, log, range), range, last, log.every)]),
  ) as unknown as Found;
}

const differs = ({ ESME: esme, GSME: gsme, GPF: gpf }: Found): boolean => esme !== gsme || gsme !== gpf;

const lineOf = (request: string, log: string, one: Found): string =>
  `| ${log} | ${request} | ${one.ESME} | ${one.GSME} | ${one.GPF} |`;

/** Lines of the table in the documentation. */
function declared(): readonly string[] {
  const text = readFileSync(new URL('../../docs/exclusions.md', import.meta.url), 'utf8');
  return text.split('\n').filter((line) => Object.keys(LOGS).some((log) => line.startsWith(`| ${log} |`)));
}

function differences(): readonly string[] {
  return Object.entries(LOGS).flatMap(([name, log]) =>
    Object.entries(RANGES).flatMap(([request, rangeOf]) => {
      const one = found(log, rangeOf(AT, log.every));
      return differs(one) ? [lineOf(request, name, one)] : [];
    }),
  );
}

describe('S06: what the three devices leave out', () => {
  it('differs exactly where docs/exclusions.md says so', () => {
    const lines = differences();
    process.stdout.write(`S06: ${lines.length} declared differences between ESME, GSME and GPF\n`);
    expect(lines).toEqual(declared());
  });

  it('nobody refuses a range, or gives rows from before it', () => {
    for (const log of Object.values(LOGS)) {
      for (const rangeOf of Object.values(RANGES)) {
        const one = Object.values(found(log, rangeOf(AT, log.every)));
        expect(one.filter((text) => text.startsWith('refused') || text === 'rows before the range')).toEqual([]);
      }
    }
  });

  it('a change of tenancy, where there is one, takes nothing from the supplier', () => {
    const before = Object.values(LOGS).map((log) => found(log, { from: 0, to: END_OF_TIME }));
    const reads = (kind: Kind) => Object.values(LOGS).map((log) => readOf(kind, log, { from: 0, to: END_OF_TIME }));
    const had = { ESME: reads('ESME'), GPF: reads('GPF') };
    const moved = AT - DAY;
    call(DEVICES.ESME, 'ECS12', [{ operation: 'set', key: '1/0-0:94.44.3.2/2', data: dateTime(moved) }], { now: NOW });
    ask(
      { device: DEVICES.GPF, store: DEVICES.GPF.zcl ?? new ZclStore(gasDefaults(NOW)) },
      'GCS09',
      [{ cluster: 0x0708, command: 0, fields: { 'Implementation Date/Time': moved, 'Proposed Tenancy Change Control': 0x200 } }],
      NOW,
    );
    expect(supports(DEVICES.GSME, 'GCS09')).toBe(false);
    expect({ ESME: reads('ESME'), GPF: reads('GPF') }).toEqual(had);
    expect(Object.values(LOGS).map((log) => found(log, { from: 0, to: END_OF_TIME }))).toEqual(before);
  });
});
