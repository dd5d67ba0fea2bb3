import { describe, expect, it } from 'vitest';
import { DEVICE_TYPES } from '../../lab/devices/device-types.ts';
import { cosemStoreOf, variantOf, zclStoreOf } from '../../lab/devices/kinds.ts';
import { lifeParameters } from '../../lab/devices/life-parameters.ts';
import { profileNamed, profilesOf } from '../../lab/devices/profiles.ts';
import { runHere } from '../support/run-cli.ts';

const NOW = Date.UTC(2030, 0, 1);
const useCasesOf = (type: 'ESME' | 'GSME', name: string): string[] =>
  [...variantOf(type, profileNamed(type, name)).useCases.values()].map((row) => row.name);

describe('variants of devices', () => {
  it.each(DEVICE_TYPES.flatMap((type) => profilesOf(type).map((profile) => [type, profile] as const)))(
    '%s $name can be made',
    (type, profile) => {
      expect(variantOf(type, profile).useCases.size).toBeGreaterThan(0);
      expect(variantOf(type, profile)).toBe(variantOf(type, profile));
      const store = cosemStoreOf(type, profile);
      expect(store?.snapshot() ?? {}).toEqual({});
      expect(zclStoreOf(type, profile, NOW)?.snapshot().attributes ?? {}).toEqual({});
    },
  );

  it('the bench device of a type has every use case; those of GBCS 4.1 lack what it superseded', () => {
    expect(useCasesOf('ESME', 'default')).toContain('ECS30');
    expect(useCasesOf('ESME', 'single-element')).toContain('ECS30');
    for (const name of ['credit', 'prepayment', 'tou', 'blocks', 'economy-7']) {
      const useCases = useCasesOf('ESME', name);
      for (const superseded of ['ECS08', 'ECS26d', 'ECS30', 'ECS61a']) expect(useCases).not.toContain(superseded);
      for (const current of ['ECS08a', 'ECS30a', 'ECS17b']) expect(useCases).toContain(current);
    }
    expect(useCasesOf('GSME', 'credit')).not.toContain('GCS24');
  });

  it('large gas meters have no valve to command', () => {
    expect(useCasesOf('GSME', 'prepayment')).toContain('GCS32');
    for (const name of ['u16', 'u40'])
      for (const useCase of ['GCS32', 'GCS39', 'CS01b']) expect(useCasesOf('GSME', name)).not.toContain(useCase);
  });

  it('parameters are read by their type', () => {
    expect(lifeParameters([])).toBeUndefined();
    expect(lifeParameters(['clockDriftMsPerDay=-500', 'remoteDisableLocks=false', 'factoryAlerts=few'])).toEqual({
      clockDriftMsPerDay: -500,
      remoteDisableLocks: false,
      factoryAlerts: 'few',
    });
    expect(() => lifeParameters(['remoteDisableLocks=no'])).toThrow(/takes true or false, not "no"/);
    expect(() => lifeParameters(['clockDriftMsPerDay=fast'])).toThrow(/takes a whole number/);
    expect(() => lifeParameters(['toString=1'])).toThrow(/there are /);
    expect(() => lifeParameters(['factoryAlerts'])).toThrow(/NAME=VALUE/);
  });
});

/** Half hours of three days, watt hours; enough to pass two block thresholds. */
const wattHours = (i: number): number => 1_000 + ((i * 37) % 50) * 20;

interface Summary {
  readonly supply: string;
  readonly start: Readonly<Record<string, number>>;
  readonly end: Readonly<Record<string, number>>;
}

async function threeDays(profile: string, load: string): Promise<Summary> {
  const words = [
    'simulate',
    '--quiet',
    '--json',
    '--profile',
    profile,
    '--load',
    '-',
    '--from',
    '2030-01-01',
    '--to',
    '2030-01-04',
  ];
  const { code, stdout } = await runHere(words, { stdin: load });
  expect(code).toBe(0);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Summary;
}

describe('what three days cost, against arithmetic by half hours', () => {
  const slots = Array.from({ length: 144 }, (_, i) => ({ wh: wattHours(i), ofDay: i % 48 }));
  const load = [
    'time,import_wh',
    ...slots.map(({ wh }, i) => `${new Date(NOW + i * 1_800_000).toISOString().slice(0, 16)}Z,${wh}`),
  ].join('\n');
  const total = slots.reduce((sum, { wh }) => sum + wh, 0);

  /** Millipence of a part of the energy at a price for a kilowatt hour. */
  const cost = (wh: number, price: number): number => (wh * price) / 1000;
  const spent = ({ start, end }: Summary): number => (start.meterBalanceMillipence ?? 0) - (end.meterBalanceMillipence ?? 0);
  const STANDING = 3 * 53_000;

  const imported = ({ start, end }: Summary): number => (end.importWh ?? 0) - (start.importWh ?? 0);

  it('credit: one rate', async () => {
    const summary = await threeDays('credit', load);
    expect(imported(summary)).toBe(total);
    expect(spent(summary)).toBe(Math.floor(cost(total, 24_500)) + STANDING);
  });

  it('prepayment: one rate until ten pounds are gone, then nothing flows', async () => {
    const summary = await threeDays('prepayment', load);
    expect(summary.supply).toBe('disabled');
    expect(imported(summary)).toBeLessThan(total);
    // The register cuts off a part of a watt hour, which costs less than 25 millipence.
    const consumed = spent(summary) - STANDING;
    expect(consumed - cost(imported(summary), 24_500)).toBeGreaterThanOrEqual(0);
    expect(consumed - cost(imported(summary), 24_500)).toBeLessThan(25);
    expect(summary.end.meterBalanceMillipence).toBeLessThanOrEqual(0);
  });

  it('tou: night, day and evening', async () => {
    const price = (ofDay: number): number => (ofDay < 11 ? 9_500 : ofDay >= 32 && ofDay < 38 ? 42_000 : 24_500);
    const expected = slots.reduce((sum, { wh, ofDay }) => sum + cost(wh, price(ofDay)), 0);
    // Switches of the tariff are delayed by the randomised offset of the meter, 120 s (parameter tariffRandomised).
    const delayed = slots.reduce((sum, { wh, ofDay }, i) => {
      const before = price((ofDay + 47) % 48);
      return i === 0 ? sum : sum + cost((wh * 120) / 1800, before - price(ofDay));
    }, 0);
    expect(Math.abs(spent(await threeDays('tou', load)) - STANDING - expected)).toBeLessThanOrEqual(Math.abs(delayed) + 1);
  });

  it('blocks: each kilowatt hour at the price of its block', async () => {
    const limits = [50_000, 100_000, 200_000, Number.POSITIVE_INFINITY];
    const prices = [18_000, 24_500, 30_000, 36_000];
    const expected = limits.reduce((sum, limit, i) => {
      const from = limits[i - 1] ?? 0;
      return sum + cost(Math.max(0, Math.min(total, limit) - from), prices[i] ?? 0);
    }, 0);
    expect(total).toBeGreaterThan(200_000);
    expect(spent(await threeDays('blocks', load))).toBe(Math.floor(expected) + STANDING);
  });
});
