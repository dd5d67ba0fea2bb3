import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { samplePeriod } from '../../lab/simulate/plot/plot-record.ts';
import { numberScale, tickText, timeTicks } from '../../lab/simulate/plot/scale.ts';
import { holds } from '../support/property.ts';
import { runHere } from '../support/run-cli.ts';

const directory = mkdtempSync(join(tmpdir(), 'hanbench-plot-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const path = (name: string): string => join(directory, name);

interface PageData {
  readonly t: readonly number[];
  readonly panels: readonly {
    readonly unit: string;
    readonly lines: readonly { readonly name: string; readonly v: readonly (number | null)[] }[];
  }[];
}

async function page(...args: string[]): Promise<string> {
  const file = path('page.html');
  const { code, stderr } = await runHere(['simulate', '--quiet', '--json', ...args, '--plot', file]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return readFileSync(file, 'utf8');
}

function dataIn(html: string): PageData {
  const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json) as PageData;
}

const PERIOD = ['--from', '2030-06-01', '--to', '2030-06-03'];

describe('plot of a simulation', () => {
  it('draws load, registers and voltage from what the meter held', async () => {
    const html = await page(...PERIOD, '--load', 'prosumer', '--profile', 'single-element');
    const { t, panels } = dataIn(html);
    expect(t[0]).toBe(Date.UTC(2030, 5, 1));
    expect(t).toHaveLength(97);
    expect(panels.map(({ unit }) => unit)).toEqual(['kW', 'kWh', 'GBP', 'V']);
    const [load, registers] = panels;
    for (const [i, { name, v }] of (load?.lines ?? []).entries()) {
      const energy = v.reduce<number>((sum, kilowatts) => sum + (kilowatts ?? 0) / 2, 0);
      expect(registers?.lines[i]?.name).toBe(name);
      expect(energy).toBeCloseTo(registers?.lines[i]?.v.at(-1) ?? -1, 6);
    }
    expect(load?.lines.map(({ name }) => name)).toEqual(['imported', 'exported']);
    expect(html.match(/<svg /g)).toHaveLength(5);
  });

  it('needs nothing but itself', async () => {
    const html = await page(...PERIOD);
    expect(html).toMatch(/Content-Security-Policy" content="default-src 'none'/);
    expect(html).not.toMatch(/https?:|src=|href=|@import|url\(/);
  });

  it('is the same for the same seed, and reads as HTML whatever names it shows', async () => {
    writeFileSync(path('a<b>&"c.csv'), 'time,import_w\n2030-06-01,100\n');
    const args = [...PERIOD, '--load', path('a<b>&"c.csv')];
    const html = await page(...args);
    expect(await page(...args)).toBe(html);
    expect(html).toContain('a&lt;b&gt;&amp;&quot;c.csv');
    expect(html).not.toContain('a<b>');
  });

  it('marks commands and outages', async () => {
    writeFileSync(
      path('orders.txt'),
      '2030-06-01T10:00 topup 5 via keypad\n2030-06-01T12:00 mains off\n2030-06-01T13:30 mains on\n',
    );
    const html = await page(...PERIOD, '--commands', path('orders.txt'));
    expect(html).toContain('<title>2030-06-01 10:00:00 topup 5 via keypad: done (accepted, 5.00 GBP)</title>');
    expect(html.match(/<title>no mains for 1800 s<\/title>/g)).toHaveLength(3);
    expect(html).toMatch(/<tr><td>2030-06-01 12:00:00<\/td><td>command<\/td><td>mains off: done<\/td><\/tr>/);
  });

  it('draws a gas meter', async () => {
    const { panels } = dataIn(await page('--device', 'gsme', '--from', '2030-01-01', '--to', '2030-01-03'));
    expect(panels.map(({ unit }) => unit)).toEqual(['m³/h', 'm³', 'GBP']);
    expect(panels[1]?.lines[0]?.v.at(-1)).toBeGreaterThan(0);
  });

  it('finds out at once that the page cannot be written', async () => {
    const { code, stdout, stderr } = await runHere(['simulate', ...PERIOD, '--plot', '/nowhere/page.html']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe('hanbench: /nowhere/page.html: no such file or directory\n');
  });
});

describe('axes', () => {
  it('of numbers hold all values between a few round ticks', () => {
    const value = fc.integer({ min: -1e9, max: 1e9 }).map((one) => one / 1e5);
    holds(
      fc.property(value, value, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const scale = numberScale(low, high);
        expect(scale.low).toBeLessThanOrEqual(low);
        expect(scale.high).toBeGreaterThanOrEqual(high);
        expect(scale.high).toBeGreaterThan(scale.low);
        expect(scale.ticks.length).toBeGreaterThanOrEqual(2);
        expect(scale.ticks.length).toBeLessThanOrEqual(8);
      }),
    );
    expect(numberScale(0, 3.2).ticks.map(tickText)).toEqual(['0', '1', '2', '3', '4']);
    expect(numberScale(0, 0.25).ticks.map(tickText)).toEqual(['0', '0.1', '0.2', '0.3']);
  });

  it('of time have a few ticks, all inside', () => {
    const start = Date.UTC(2030, 0, 1, 5);
    holds(
      fc.property(fc.integer({ min: 1, max: 24 * 366 * 3 }), (hours) => {
        const to = start + hours * 3_600_000;
        const ticks = timeTicks(start, to);
        expect(ticks.length).toBeLessThanOrEqual(14);
        for (const { at } of ticks) expect(at >= start && at <= to).toBe(true);
      }),
    );
    expect(timeTicks(Date.UTC(2030, 0, 1), Date.UTC(2031, 0, 1)).map(({ text }) => text)).toContain('Jul');
  });

  it('a plot has at most two thousand samples, on half hours', () => {
    const start = Date.UTC(2030, 0, 1);
    for (const days of [1, 30, 41, 42, 365, 1500]) {
      const period = samplePeriod(start, start + days * 86_400_000);
      expect(period % 1_800_000).toBe(0);
      expect((days * 86_400_000) / period).toBeLessThanOrEqual(2000);
    }
  });
});
