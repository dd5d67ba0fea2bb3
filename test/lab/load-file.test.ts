import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoadProfile } from '../../firmware-sim/device/metering/load.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { electricityRows, gasRows, keptElectricity, keptGas } from '../../lab/loads/kept-load.ts';
import { electricityFile, gasFile } from '../../lab/loads/load-file.ts';
import { full } from '../support/shared.ts';

const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
// As a state file keeps it.
const electricity = async (text: string) =>
  keptElectricity({ steps: electricityRows(await electricityFile('load.csv', octets(text))) });
const gas = async (text: string) => keptGas({ steps: gasRows(await gasFile('load.csv', octets(text))) });
const at = (text: string): number => Date.parse(`${text}Z`);

/** Energy between two moments by walking along the stretches: watts times milliseconds over 3,600,000. */
function wattHours<T>(profile: LoadProfile<T>, part: (load: T) => number, from: number, to: number): number {
  let total = 0;
  for (let moment = from; moment < to; ) {
    const { value, until } = profile.at(moment);
    const end = Math.min(until, to);
    total += part(value) * (end - moment);
    moment = end;
  }
  return total / 3_600_000;
}

async function refusal(text: string, read = electricity): Promise<UsageError> {
  const error: unknown = await read(text).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return error as UsageError;
}

describe('load files', () => {
  it('steps hold from their time on; an empty cell goes on as before', async () => {
    const load = await electricity('time,import_w,volts\n2030-01-01T00:00:00Z,100,240\n2030-01-01T06:15:00Z,2000,\n');
    expect(load.at(at('2029-12-31T23:59:59')).value).toMatchObject({ importWatts: 0, volts: [230, 230, 230] });
    expect(load.at(at('2030-01-01T00:00:00'))).toMatchObject({
      value: { importWatts: 100, volts: [240, 240, 240] },
      until: at('2030-01-01T06:15:00'),
    });
    expect(load.at(at('2031-01-01T00:00:00'))).toMatchObject({
      value: { importWatts: 2000, volts: [240, 240, 240] },
      until: Number.POSITIVE_INFINITY,
    });
  });

  it('half hours hold for half an hour, and nothing flows between them', async () => {
    const load = await electricity('time;import_kwh;export_wh\n2030-01-01 00:00;0.123;\n2030-01-01 01:00;0.5;40\n');
    const day = [at('2030-01-01T00:00:00'), at('2030-01-02T00:00:00')] as const;
    expect(wattHours(load, (one) => one.importWatts, ...day)).toBe(623);
    expect(wattHours(load, (one) => one.exportWatts, ...day)).toBe(40);
    expect(load.at(at('2030-01-01T00:30:00'))).toMatchObject({ value: { importWatts: 0 }, until: at('2030-01-01T01:00:00') });
  });

  it('a year of random half hours adds up to the watt hour', async () => {
    const start = at('2030-01-01T00:00:00');
    const wh = Array.from({ length: 17_520 }, (_, i) => (i * i * 31 + 7 * i) % 2_400);
    const rows = wh.map((value, i) => `${new Date(start + i * 1_800_000).toISOString().slice(0, 19)}Z,${value}`);
    const load = await electricity(['time,import_wh', ...rows].join('\n'));
    const total = wattHours(load, (one) => one.importWatts, start, start + 366 * 86_400_000);
    expect(total).toBe(wh.reduce((sum, one) => sum + one, 0));
  });

  it('phases are added up and have voltages of their own', async () => {
    const load = await electricity('time,import_l1_w,import_l2_w,import_l3_w,volts_l1,volts_l3\n2030-01-01,1,2,3,240,250\n');
    expect(load.at(at('2030-01-01T00:00:00')).value).toMatchObject({ importWatts: 6, volts: [240, 230, 250] });
  });

  it('an outage takes mains away for so many seconds, or for the whole row', async () => {
    const load = await electricity(
      'time,import_w,volts,outage\n2030-01-01,100,240,90\n2030-01-01T01:00,100,240,1\n2030-01-01T02:00,100,240,\n',
    );
    const [dark, light] = [
      { importWatts: 0, volts: [0, 0, 0] },
      { importWatts: 100, volts: [240, 240, 240] },
    ];
    expect(load.at(at('2030-01-01T00:00:00'))).toMatchObject({ value: dark, until: at('2030-01-01T00:01:30') });
    expect(load.at(at('2030-01-01T00:01:30'))).toMatchObject({ value: light, until: at('2030-01-01T01:00:00') });
    expect(load.at(at('2030-01-01T01:00:00'))).toMatchObject({ value: dark, until: at('2030-01-01T02:00:00') });
    expect(load.at(at('2030-01-01T02:00:00')).value).toMatchObject(light);
  });

  it('gas by flow and by volume', async () => {
    const flow = await gas('time,flow_m3_per_h\n2030-01-01,0.25\n');
    expect(flow.at(at('2030-01-01T00:00:00')).value).toEqual({ flow: 2500 });
    const volume = await gas('time\tm3\n2030-01-01\t0.1234\n');
    expect(volume.at(at('2030-01-01T00:10:00')).value).toEqual({ flow: 2468 });
    expect(volume.at(at('2030-01-01T00:30:00')).value).toEqual({ flow: 0 });
  });

  it('a byte order mark, comments, quotes and Windows line ends are no mistake', async () => {
    const load = await electricity('\ufeff# from a spreadsheet\r\n"Time","Import_W"\r\n"2030-01-01","5"\r\n\r\n');
    expect(load.at(at('2030-01-01T00:00:00')).value).toMatchObject({ importWatts: 5 });
  });

  it.each([
    ['', undefined, /empty/],
    ['import_w\n5\n', 1, /no column time/],
    ['time\n2030-01-01\n', 1, /none beside it/],
    ['time,import_w\n', undefined, /no row/],
    ['time,watts\n2030-01-01,5\n', 1, /column "watts"; there are time, import_w/],
    ['time,time\n2030-01-01,5\n', 1, /two columns "time"/],
    ['time,import_w\nyesterday,5\n', 2, /column time: "yesterday"/],
    ['time,import_w\n2030-01-01,5\n2030-01-02,-1\n', 3, /column import_w: "-1"/],
    ['time,import_w\n2030-01-01,1e3\n', 2, /column import_w/],
    ['time,import_w\n2030-01-01,5,6\n', 2, /3 cells/],
    ['time,import_w\n2030-01-02,5\n2030-01-01,5\n', 2, /order of time/],
    ['time,import_wh\n2030-01-01T00:00,5\n2030-01-01T00:15,5\n', 2, /half hour overlaps/],
    ['time,import_wh,import_w\n2030-01-01T00:00,5,5\n', 1, /says twice/],
    ['time,import_w\n"2030-01-01,5\n', 2, /quot/],
  ])('refuses %j with its line', async (text, line, message) => {
    const error = await refusal(text);
    expect(error.message).toMatch(message);
    expect(error.place).toEqual({ file: 'load.csv', ...(line !== undefined && { line }) });
  });

  it('refuses what is no text', async () => {
    await expect(electricityFile('load.csv', Uint8Array.of(0xff, 0xfe, 0x00))).rejects.toThrow(/UTF-8/);
  });

  it('reads any text, or refuses it in words', async () => {
    const cell = fc.oneof(
      fc.constantFrom('time', 'import_w', 'import_wh', 'outage', '2030-01-01', '5', '', '"', '#', 'volts'),
      fc.string(),
    );
    const table = fc.array(
      fc.array(cell, { maxLength: 4 }).map((cells) => cells.join(',')),
      { maxLength: 5 },
    );
    const text = fc.oneof(
      fc.string(),
      table.map((lines) => lines.join('\n')),
    );
    await fc.assert(
      fc.asyncProperty(text, async (input) => {
        try {
          const { until } = (await electricity(input)).at(0);
          expect(until).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof UsageError)) throw error;
          expect(error.place.file).toBe('load.csv');
          expect(error.message).not.toMatch(/\n/);
        }
      }),
      { seed: 20_300_115, numRuns: full ? 20_000 : 1_000 },
    );
  });
});
