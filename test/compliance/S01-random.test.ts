import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PoaComparator } from '../../firmware-sim/commshub/hub-power.ts';
import { AD1_POLICIES, type Ad1PolicyName } from '../../lab/parties/ad1-policy.ts';
import type { WanProfile } from '../../lab/premises/wan-link.ts';
import { updateConfig } from '../../lab/update/config.ts';
import { alertsDue, isLong, noticedOutages, overlap } from '../../lab/update/expectations.ts';
import { type UpdateResult, updateRun } from '../../lab/update/run.ts';
import type { UpdateFindings } from '../../lab/update/scenario.ts';

/** Random cases per policy; `npm run test:full` tries more, HANBENCH_S01_RUNS as many as it says. */
const RUNS = Number(process.env.HANBENCH_S01_RUNS ?? (process.env.HANBENCH_FULL ? 600 : 60));
const SEED = Number(process.env.HANBENCH_S01_SEED ?? 102);
const ACTIVATE_AT = Date.UTC(2030, 0, 15, 9);
const WAN_LATENCY = 500;
/** Longest time an AD1 takes on the WAN (MP096). */
const WAN_MOST: Readonly<Record<WanProfile, number>> = { ideal: 0, CS: 240_000, N: 705_000 };
const SLACK = 1_000;

/** Durations and times of one home and its DCC, ms. */
const anyHome = fc.record({
  feedCutMs: fc.constantFrom(0, 60_000, 74_900, 179_000, 180_000, 181_000, 240_000, 900_000),
  holdMs: fc.constantFrom(0, 1, 30_000, 300_000, 600_000, 3_600_000),
  rebootMs: fc.constantFrom(5_000, 45_000, 400_000),
  alertDelayMs: fc.constantFrom(0, 5_000, 90_000, 400_000),
  chBootMs: fc.constantFrom(5_000, 30_000, 120_000),
  thresholdMs: fc.constantFrom(180_000, 180_000, 180_000, 60_000, 1_000),
  comparator: fc.constantFrom<PoaComparator>('gt', 'ge'),
  wanProfile: fc.constantFrom<WanProfile>('ideal', 'ideal', 'CS', 'N'),
  future: fc.boolean(),
  seed: fc.nat(1_000),
});

type Home = typeof anyHome extends fc.Arbitrary<infer T> ? T : never;

/** Distance from an edge: mostly milliseconds, then the WAN's latency, then seconds, sometimes anything. */
const anyJitter = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer({ min: -2 * WAN_LATENCY, max: 2 * WAN_LATENCY }),
  fc.integer({ min: -10_000, max: 10_000 }),
  fc.integer({ min: -120_000, max: 600_000 }),
);

const anyOutage = fc.record({
  /** Which edge it begins at; edges of the activation, or of the end of the outage before it. */
  from: fc.constantFrom<'activation' | 'previous'>('activation', 'activation', 'previous'),
  edge: fc.nat(99),
  jitter: anyJitter,
  length: fc.oneof(
    fc.constantFrom(1, 300, 499, 500, 501, 502, 600),
    fc.integer({ min: 179_990, max: 180_010 }),
    fc.integer({ min: 500, max: 240_000 }),
    fc.integer({ min: 1_000, max: 1_500_000 }),
    fc.constant('edge' as const),
  ),
  /** Where it ends, when its length is one that ends at an edge. */
  endEdge: fc.nat(99),
  endJitter: anyJitter,
});

type Outage = typeof anyOutage extends fc.Arbitrary<infer T> ? T : never;

/** Moments after the activation at which something happens that an outage could fall upon. */
function activationEdges(home: Home): number[] {
  const back = Math.max(home.feedCutMs, 0) + home.chBootMs;
  const reported = Math.max(back, home.rebootMs) + WAN_LATENCY + 20;
  const settled = reported + Math.max(60_000, home.alertDelayMs + 10_000);
  return [
    0,
    home.feedCutMs,
    back,
    back + WAN_LATENCY,
    home.rebootMs,
    reported,
    home.thresholdMs,
    home.thresholdMs + 1 + home.holdMs,
    settled,
    settled + 1_000,
  ];
}

/** Moments after an outage at which something happens. */
function returnEdges(home: Home): number[] {
  const settle = Math.max(60_000, home.alertDelayMs + 10_000);
  const { chBootMs: boot, rebootMs: reboot, alertDelayMs: delay } = home;
  const heard = Math.max(boot, reboot) + WAN_LATENCY;
  return [0, boot, boot + WAN_LATENCY, reboot, heard, reboot + delay, heard + delay, heard + settle, heard + settle + 1_000];
}

const pick = (edges: readonly number[], at: number): number => edges[at % edges.length] ?? 0;

/** Begin and end of each outage, ms from the activation; none begins before it unless the time of it is known beforehand. */
function placed(home: Home, outages: readonly Outage[]): { from: number; to: number }[] {
  const done: { from: number; to: number }[] = [];
  for (const outage of outages) {
    const previous = done.at(-1);
    const edge =
      outage.from === 'previous' && previous
        ? previous.to + pick(returnEdges(home), outage.edge)
        : pick(activationEdges(home), outage.edge);
    const from = Math.max(edge + outage.jitter, home.future ? -3_600_000 : 0);
    const end = pick(activationEdges(home), outage.endEdge) + outage.endJitter;
    const to = outage.length === 'edge' ? Math.max(end, from + 1) : from + outage.length;
    done.push({ from, to });
  }
  return done;
}

function runCase(home: Home, outages: readonly Outage[], policy: Ad1PolicyName): UpdateResult {
  const times = placed(home, outages);
  const planned = times.map(({ from, to }) => ({ durationMs: to - from, phase: 'activation' as const, offsetMs: from }));
  const config = updateConfig({
    seed: String(home.seed),
    image: { kind: 'generated', octets: 512 },
    outages: home.future ? [] : planned,
    wanProfile: home.wanProfile,
    activateAt: home.future ? ACTIVATE_AT : undefined,
    esme: { feedCutDuringActivationMs: home.feedCutMs, esmeRebootMs: home.rebootMs, restoreAlertDelayMs: home.alertDelayMs },
    hubPower: {
      poaComparator: home.comparator,
      chBootMs: home.chBootMs,
      poaThresholdMs: home.thresholdMs,
      holdupMs: home.thresholdMs + 20_000,
    },
    policy: { policy, holdMs: home.holdMs },
  });
  const schedule = (findings: UpdateFindings): void => {
    const { scheduler, premises } = findings.world;
    for (const { from, to } of home.future ? times : []) {
      scheduler.at(ACTIVATE_AT + from, () => premises.mainsLost());
      scheduler.at(ACTIVATE_AT + to, () => premises.mainsRestored());
      findings.outagesEndAt = Math.max(findings.outagesEndAt, ACTIVATE_AT + to);
    }
  };
  const run = updateRun(config, schedule);
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
  }
}

const failures = ({ assertions }: UpdateResult) => assertions.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'note');

describe('S01: no real outage inside an update is kept from the network operator', () => {
  it.each(AD1_POLICIES)(
    'under policy %s, at any time, of any length, next to any feed cut',
    (policy) => {
      fc.assert(
        fc.property(anyHome, fc.array(anyOutage, { minLength: 1, maxLength: 3 }), (home, outages) => {
          const result = runCase(home, outages, policy);
          const { premises, dcc, networkOperator, euis, mpxn, config } = result.findings.world;
          const noticed = noticedOutages(premises.mainsLosses, config.esme.rideThroughMs);
          expect(dcc.outageAlerts).toHaveLength(alertsDue(premises.feedLosses, config.hubPower).length);
          for (const record of dcc.outageAlerts) {
            const loss = premises.feedLosses.find(({ from }) => from === record.startedAt);
            const got = networkOperator.outageAlerts.filter(({ startedAt }) => startedAt === record.startedAt);
            expect(got.length, 'deliveries of one AD1').toBeLessThanOrEqual(1);
            for (const one of got) expect(one).toMatchObject({ hub: euis.hub, mpxn });
            const real = loss !== undefined && noticed.some((outage) => isLong(outage) && overlap(outage, loss));
            if (!real && policy === 'suppress') continue;
            expect(record.withheldAt, 'withheld').toBeUndefined();
            expect(got).toHaveLength(1);
            const held = policy === 'suppress' ? home.holdMs : 0;
            expect(got[0]?.at).toBeLessThanOrEqual(record.raisedAt + WAN_MOST[home.wanProfile] + held + SLACK);
          }
          expect(networkOperator.outageAlerts.length).toBeLessThanOrEqual(dcc.outageAlerts.length);
          const reported = networkOperator.received.filter(({ facts, genuine }) => genuine && facts?.alertCode === 0x8f36);
          expect(reported).toHaveLength(premises.mainsLosses.filter(isLong).length);
          expect(failures(result)).toEqual([]);
        }),
        { seed: SEED, numRuns: RUNS },
      );
    },
    3_600_000,
  );
});
