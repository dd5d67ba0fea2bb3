import { zclAttribute } from '../../dictionary/zcl-tables.ts';
import { fromAscii } from '../../kernel/bytes.ts';
import { assert } from '../../kernel/errors.ts';
import { fromCivil, type Millis, toCivil, toSeconds2000 } from '../../kernel/time.ts';
import { DEFAULT_NON_DISABLEMENT, DEFAULT_TARIFF, publishedCalendar } from './default-calendars.ts';
import { madeUpLitres } from './made-up-gas.ts';
import { numberIn, numbersIn } from './plain.ts';
import { CAUSE, meteringSnapshot, prepaymentSnapshot } from './snapshots.ts';
import { attributeKey, type ZclAttribute, type ZclRecord, type ZclState, ZclStore } from './store.ts';
import { tierInForce } from './tariff-in-force.ts';

/** A GSME's and a gas proxy's attributes by cluster: values of a domestic meter in prepayment mode, with credit low. */
const ATTRIBUTES: Readonly<Record<number, Readonly<Record<number, ZclAttribute['value']>>>> = {
  0: { 3: 1, 4: 'HANBENCH', 5: 'GAS-EMULATOR' },
  1792: {
    256: 100_000,
    257: 200_000,
    258: 300_000,
    514: 1,
    515: 1000,
    // 0.24 GBP a day; 1.02264; 39.5 MJ/m3.
    769: 24_000,
    770: 102_264,
    771: 0x50,
    772: 395,
    773: 1,
    774: 0x10,
    1024: 10_600,
    1025: 11_200,
    1026: 11_800,
    1027: 12_400,
    1040: 9_600,
    1056: 10_200,
    1072: 10_800,
    1088: 11_400,
    1557: 0,
    1558: 826,
    1559: 0x50,
  },
  1794: {
    0: 1_234_567,
    20: 2,
    256: 400_000,
    258: 300_000,
    260: 334_567,
    262: 200_000,
    517: 3650,
    768: 1,
    769: 1,
    770: 1000,
    775: fromAscii('1234567890'),
    1543: 3,
    1544: 3,
    // Blocks in m³; thresholds are in kWh: 95 kWh of the first 100.
    1792: 8_500,
    1793: 0,
    1794: 0,
    1795: 0,
    2560: 3_500_000,
    2832: 496,
    2833: 1,
    2834: 1,
    2835: 10_000,
    2836: 60,
    2837: 30,
  },
  1797: {
    // Prepayment, debt collected whatever happens to supply or emergency credit (GBCS GCS03).
    0: 0x0897,
    1: 100_000,
    2: 1_000_000,
    5: 0,
    6: 500_000,
    16: 1_000_000,
    17: 200_000,
    33: 50_000_000,
    34: 25_000_000,
    49: 500_000,
    64: 0,
    529: 4_000_000,
    534: 1,
    535: 50_000,
    545: 2_000_000,
    550: 0,
    551: 1_000,
    561: 3_000_000,
    569: 1_000,
  },
};

function attributes(): Record<string, ZclAttribute> {
  const out: Record<string, ZclAttribute> = {};
  for (const [cluster, values] of Object.entries(ATTRIBUTES)) {
    for (const [attribute, value] of Object.entries(values)) {
      const [c, a] = [Number(cluster), Number(attribute)];
      const type = zclAttribute(c, a)?.type;
      assert(type, `attribute ${attributeKey(c, a)} has a type in the dictionary`);
      out[attributeKey(c, a)] = { type, value };
    }
  }
  return out;
}

const DAY = 86_400;
const HALF_HOUR = 1800;
const SIX_MINUTES = 360;
/** Samples of the network data log: four hours of six minutes, both ends included (SMETS 4.6.5.12). */
const NETWORK_SAMPLES = 41;
const DAILY_SNAPSHOTS = 31;
const DEBT_ROWS = 10;
const TOP_UP_ROWS = 5;

/** Repeatable small numbers that look like consumption: a quadratic residue sequence. */
const wave = (i: number, limit: number): number => ((i * i + 7 * i + 3) % 97) % limit;

/** Four hours of samples that end at a time. */
function networkSamples(end: number): ZclRecord {
  return {
    SampleStartTime: end - (NETWORK_SAMPLES - 1) * SIX_MINUTES,
    SampleRequestInterval: SIX_MINUTES,
    Samples: Array.from({ length: NETWORK_SAMPLES }, (_, i) => wave(i, 9)),
  };
}

function tariff(issued: number): ZclState['records'] {
  return {
    ...publishedCalendar('tariff', DEFAULT_TARIFF, issued),
    ...publishedCalendar('nonDisablement', DEFAULT_NON_DISABLEMENT, issued),
    'tariff.information': [{ 'Tariff Type / Charging Scheme': 0, 'Number of Price Tiers in Use': 4 }],
    'tariff.currentPrice': [
      {
        'Provider ID': 0,
        'Rate Label': new Uint8Array(0),
        'Issuer Event ID': issued,
        // Cubic metres (ZSE unit of measure 1).
        'Unit of Measure': 1,
        'Start Time': 0,
        'Duration In Minutes': 1440,
      },
    ],
    'billing.period': [
      {
        'Provider ID': 0,
        'Issuer Event ID': issued,
        'Billing Period Start Time': issued,
        'Billing Period Duration': 1,
        // Months from the start of the month (GBCS GCS25).
        'Billing Period Duration Type': 0x23,
        'Tariff Type': 0,
      },
    ],
  };
}

/** What was made up to have been counted from each midnight up to the one that history leads up to. */
interface Counted {
  readonly total: number;
  readonly tiers: readonly number[];
}

/** By midnight, as far back as snapshots go. */
function countedSince(store: ZclStore, earliest: number, midnight: number): ReadonlyMap<number, Counted> {
  const counted = new Map<number, Counted>([[midnight, { total: 0, tiers: [0, 0, 0, 0] }]]);
  let { total, tiers } = { total: 0, tiers: [0, 0, 0, 0] };
  for (let day = midnight - DAY; day >= earliest; day -= DAY) {
    const litres = madeUpLitres(day + DAY, DAY);
    const tier = tierInForce(store, day, 1);
    total += litres;
    tiers = tiers.map((one, i) => (i === tier - 1 ? one + litres : one));
    counted.set(day, { total, tiers });
  }
  return counted;
}

/** A metering snapshot at a midnight before the one up to which history is made up. */
function earlierSnapshot(store: ZclStore, time: number, since: Counted | undefined, cause: number): ZclRecord {
  const now = meteringSnapshot(store, time, cause);
  return {
    ...now,
    'Current Summation': numberIn(now, 'Current Summation') - (since?.total ?? 0),
    'Tier Summation': numbersIn(now, 'Tier Summation').map((litres, i) => litres - (since?.tiers[i] ?? 0)),
  };
}

/** Metering and prepayment snapshots at some midnights; what they show is what the half hours in between add up to. */
function snapshotLogs(
  store: ZclStore,
  log: 'daily' | 'billing' | 'change',
  times: readonly number[],
  counted: ReadonlyMap<number, Counted>,
  cause: number,
): ZclState['records'] {
  return {
    [`snapshots.${log}`]: times.map((time) => earlierSnapshot(store, time, counted.get(time), cause)),
    [`prepaySnapshots.${log}`]: times.map((time) => prepaymentSnapshot(store, time, cause)),
  };
}

/** Events and security events of a meter's first days (GBCS table 16.2). */
const EVENTS: readonly number[] = [0x8145, 0x8161, 0x8162, 0x8183, 0x8184, 0x81a1];
const SECURITY_EVENTS: readonly number[] = [0x8f0c, 0x8f3e, 0x8f43, 0x8f4d, 0x8f4f, 0x8f72];
const EVENT_SPACING = 3600;

function eventRows(id: number, codes: readonly number[], end: number): readonly ZclRecord[] {
  return codes.map((code, i) => ({
    'Log ID': id,
    'Event ID': code,
    'Event Time': end - (codes.length - i) * EVENT_SPACING,
    'Event Data': new Uint8Array(0),
  }));
}

/**
 * Event configuration as it leaves the factory: bits 0 to 2 log (011), 3 alert to the wide area, 4 to the home, 6 alarm
 * (GBCS GCS20; values after RTDS 4.5.0 GCS20r, but activating emergency credit is no news to the supplier who did it).
 */
const CONFIGURATION: Readonly<Record<number, readonly number[]>> = {
  3: [0x8145, 0x8154, 0x8155, 0x8161, 0x8162, 0x81c6],
  8: [0x810e],
  11: [
    ...[0x8183, 0x8184, 0x81a0, 0x81a1, 0x81a4, 0x81a5, 0x81a6, 0x81a7, 0x81a8, 0x81a9, 0x81ac, 0x81ad, 0x81ae, 0x81af],
    ...[0x81b0, 0x81b1, 0x81b2, 0x81b3, 0x81b4, 0x81b5, 0x81b6, 0x81b9, 0x81ba, 0x81bc, 0x81bd, 0x81be, 0x81bf],
    ...[0x81c0, 0x81c2, 0x81c3, 0x81c5],
  ],
  16: [0x8168],
  19: [0x81ab],
  24: [0x810d, 0x8119],
  27: [0x81aa, 0x81c4],
};

function configuration(): readonly ZclRecord[] {
  return Object.entries(CONFIGURATION)
    .flatMap(([bits, codes]) => codes.map((code) => ({ 'Event ID': code, 'Event Configuration': Number(bits) })))
    .sort((a, b) => a['Event ID'] - b['Event ID']);
}

function logs(end: number): ZclState['records'] {
  return {
    'log.debts': Array.from({ length: DEBT_ROWS }, (_, i) => ({
      'Collection Time': end - (DEBT_ROWS - i) * 3 * DAY,
      'Amount Collected': 100_000 + 1_000 * i,
      'Debt Type': 2,
      'Outstanding Debt': 3_000_000 + 110_000 * (DEBT_ROWS - i),
    })),
    'log.topUps': Array.from({ length: TOP_UP_ROWS }, (_, i) => ({
      'TopUp Code': fromAscii(`7394156990786306${1000 + i}`),
      'TopUp Amount': 1_000_000,
      'TopUp Time': end - (TOP_UP_ROWS - i) * 5 * DAY,
    })),
    'log.event': eventRows(3, EVENTS, end),
    'log.security': eventRows(4, SECURITY_EVENTS, end),
  };
}

/** The last midnight and the first of the month before a moment, seconds since 2000. */
function boundaries(at: Millis): { readonly midnight: number; readonly month: number } {
  const t = toCivil(at);
  const midnight = { ...t, hour: 0, minute: 0, second: 0 };
  return { midnight: toSeconds2000(fromCivil(midnight)), month: toSeconds2000(fromCivil({ ...midnight, day: 1 })) };
}

/** 2015-01-01, the device time without another (RTDS 4.5.0). */
export const DEFAULT_TIME: Millis = fromCivil({ year: 2015, month: 1, day: 1, hour: 0, minute: 0, second: 0 });

const MADE = new Map<number, ZclState>();

/**
 * What a GSME or gas proxy of the default profile holds: every attribute, calendars and a tariff, and logs whose deterministic
 * entries end at the last midnight before a moment. Made once for a midnight and shared; nothing changes it.
 */
export function gasDefaults(at: Millis = DEFAULT_TIME): ZclState {
  const { midnight, month } = boundaries(at);
  let made = MADE.get(midnight);
  if (!made) {
    made = makeDefaults(midnight, month);
    if (MADE.size < 16) MADE.set(midnight, made);
  }
  return made;
}

function makeDefaults(midnight: number, month: number): ZclState {
  const held = attributes();
  const offers = tariff(midnight - 30 * DAY);
  const store = new ZclStore({ attributes: held, records: offers });
  const days = Array.from({ length: DAILY_SNAPSHOTS }, (_, i) => midnight - (DAILY_SNAPSHOTS - 1 - i) * DAY);
  const bills = [month - 31 * DAY, month];
  const changes = [midnight - 20 * DAY, midnight - 10 * DAY];
  const counted = countedSince(store, month - 31 * DAY, midnight);
  const records: ZclState['records'] = {
    ...offers,
    ...snapshotLogs(store, 'daily', days, counted, CAUSE.general),
    ...snapshotLogs(store, 'billing', bills, counted, CAUSE.billing),
    ...snapshotLogs(store, 'change', changes, counted, CAUSE.tariff),
    'samples.profile': [{ SampleRequestInterval: HALF_HOUR, 'Made Up Until': midnight }],
    'samples.daily': [{ SampleRequestInterval: DAY, 'Made Up Until': midnight }],
    'samples.network': [networkSamples(midnight)],
    ...logs(midnight),
    'events.configuration': configuration(),
    'payment.friendlyCredit': [{ 'Friendly Credit': 1, 'Friendly Credit Calendar ID': 2 }],
  };
  return { attributes: held, records };
}
