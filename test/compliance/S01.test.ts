import { describe, expect, it } from 'vitest';
import type { PoaComparator } from '../../firmware-sim/commshub/hub-power.ts';
import { AD1_POLICIES, type Ad1PolicyName } from '../../lab/parties/ad1-policy.ts';
import { isDelivered } from '../../lab/parties/ad1-record.ts';
import { type PlannedOutage, updateConfig } from '../../lab/update/config.ts';
import { runUpdate, type UpdateResult } from '../../lab/update/run.ts';
import { TEST_MPAN } from '../../lab/update/world.ts';

/** S01 (MP102): power outage alerts set off by firmware activation. A small image keeps each run short; nothing here depends on its size. */
const image = { kind: 'generated', octets: 2_048 } as const;
const COMPARATORS: readonly PoaComparator[] = ['gt', 'ge'];
const EVERY_POLICY = COMPARATORS.flatMap((comparator) => AD1_POLICIES.map((policy) => [comparator, policy] as const));

interface Case {
  readonly feedCut?: number;
  readonly outages?: readonly PlannedOutage[];
  readonly comparator?: PoaComparator;
  readonly policy?: Ad1PolicyName;
  readonly newBuild?: boolean;
  readonly activateAt?: number;
}

function run({
  feedCut = 0,
  outages = [],
  comparator = 'gt',
  policy = 'label',
  newBuild = false,
  activateAt,
}: Case): UpdateResult {
  return runUpdate(
    updateConfig({
      image,
      outages,
      newBuild,
      activateAt,
      esme: { feedCutDuringActivationMs: feedCut * 1000 },
      hubPower: { poaComparator: comparator },
      policy: { policy },
    }),
  );
}

const outage = (seconds: number, phase: PlannedOutage['phase'], offsetMs = 1_000): PlannedOutage => ({
  durationMs: seconds * 1000,
  phase,
  offsetMs,
});
const failures = ({ assertions }: UpdateResult) => assertions.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'note');
const ad1s = ({ findings }: UpdateResult) => findings.world.dcc.outageAlerts;
const restored = ({ findings }: UpdateResult) =>
  findings.world.networkOperator.received.flatMap(({ facts }) => (facts?.outage ? [facts.alertCode] : []));

describe('S01 (a) a compliant meter', () => {
  it.each([0, 60, 179])('a feed cut of %d s raises no AD1, under either comparator and any policy', (feedCut) => {
    for (const [comparator, policy] of EVERY_POLICY) {
      const result = run({ feedCut, comparator, policy, newBuild: true });
      expect(failures(result)).toEqual([]);
      expect(ad1s(result)).toEqual([]);
      expect(restored(result)).toEqual([]);
    }
  });

  it('a new-build meter that cuts for longer fails', () => {
    expect(failures(run({ feedCut: 180, newBuild: true })).map(({ id }) => id)).toEqual(['feed-cut']);
  });
});

describe('S01 (b) the boundary', () => {
  it.each(EVERY_POLICY)('180 s and 181 s under %s, policy %s', (comparator, policy) => {
    const [at, above] = [run({ feedCut: 180, comparator, policy }), run({ feedCut: 181, comparator, policy })];
    expect(ad1s(at)).toHaveLength(comparator === 'ge' ? 1 : 0);
    expect(ad1s(above)).toHaveLength(1);
    expect([...failures(at), ...failures(above)]).toEqual([]);
    const fate = { off: 'delivered', label: 'delivered-labelled', suppress: 'withheld' }[policy];
    for (const record of [...ad1s(at), ...ad1s(above)]) expect(record.fate).toBe(fate);
  });
});

describe('S01 (c) a legacy meter', () => {
  it.each(EVERY_POLICY)(
    'a cut of 240 s raises exactly one AD1 from its start, and no 0x8F35 or 0x8F36: %s, %s',
    (comparator, policy) => {
      const result = run({ feedCut: 240, comparator, policy });
      const [record, ...more] = ad1s(result);
      expect(more).toEqual([]);
      const { world } = result.findings;
      expect(record).toMatchObject({ hub: world.euis.hub, mpxn: TEST_MPAN, startedAt: world.inside.activationsStarted[0] });
      expect(restored(result)).toEqual([]);
      expect(failures(result)).toEqual([]);
    },
  );

  it('label keeps every alert and names what it is near; suppress keeps a record of what it withheld', () => {
    expect(ad1s(run({ feedCut: 240 }))[0]).toMatchObject({ fate: 'delivered-labelled', label: 'correlated-with-activation' });
    const withheld = ad1s(run({ feedCut: 240, policy: 'suppress' }))[0];
    expect(withheld?.fate).toBe('withheld');
    expect(withheld?.deliveredAt).toBeUndefined();
    expect(withheld?.reason).toContain('no outage reported');
  });

  it('a future-dated activation is correlated by its execution time', () => {
    const result = run({ feedCut: 240, policy: 'suppress', activateAt: Date.UTC(2030, 0, 15, 9) });
    expect(failures(result)).toEqual([]);
    expect(ad1s(result)[0]).toMatchObject({ fate: 'withheld', startedAt: Date.UTC(2030, 0, 15, 9) });
  });
});

describe('S01 (d) a real loss of mains without an update', () => {
  it.each(EVERY_POLICY)('240 s gives one AD1 at once and 0x8F36 with its times: %s, %s', (comparator, policy) => {
    const result = run({ outages: [outage(240, 'before')], comparator, policy });
    expect(ad1s(result)).toMatchObject([{ fate: 'delivered' }]);
    expect(ad1s(result)[0]?.deliveredAt).toBe(ad1s(result)[0]?.raisedAt);
    expect(restored(result)).toEqual([0x8f36]);
    expect(failures(result)).toEqual([]);
  });

  it.each([
    [179, 0x8f35, 0, 0],
    [180, 0x8f36, 0, 1],
    [181, 0x8f36, 1, 1],
  ])('%d s: the meter says 0x%s, the hub by its comparator', (seconds, code, gt, ge) => {
    for (const [comparator, count] of [
      ['gt', gt],
      ['ge', ge],
    ] as const) {
      const result = run({ outages: [outage(seconds, 'before')], comparator });
      expect(restored(result)).toEqual([code]);
      expect(ad1s(result)).toHaveLength(count);
      expect(failures(result)).toEqual([]);
    }
  });
});

describe('S01 (e) a real loss of mains during activation', () => {
  it.each(EVERY_POLICY)(
    'its AD1 reaches the network operator, whatever the meter does to the feed: %s, %s',
    (comparator, policy) => {
      for (const feedCut of [0, 179, 240]) {
        const result = run({ feedCut, outages: [outage(240, 'activation')], comparator, policy });
        expect(ad1s(result).map(isDelivered)).toEqual([true]);
        expect(restored(result)).toEqual([0x8f36]);
        expect(failures(result)).toEqual([]);
      }
    },
  );

  it('suppress delivers it late, marked so, when the meter reports the outage or the hold time is up', () => {
    expect(ad1s(run({ policy: 'suppress', outages: [outage(240, 'activation')] }))[0]).toMatchObject({
      fate: 'delivered-delayed',
      reason: 'the meter reported an outage',
    });
    const long = ad1s(run({ policy: 'suppress', outages: [outage(7_200, 'activation')] }))[0];
    expect(long).toMatchObject({ fate: 'delivered-delayed', reason: 'hold time is up' });
    expect((long?.deliveredAt ?? 0) - (long?.receivedAt ?? 0)).toBe(600_000);
  });

  it.each(['distribution', 'after'] as const)(
    'an outage in the phase %s is delivered at once under suppress, and the update goes on',
    (phase) => {
      const result = run({ policy: 'suppress', feedCut: 240, outages: [outage(240, phase, phase === 'after' ? 600_000 : 0)] });
      expect(failures(result)).toEqual([]);
      const loss = result.findings.world.premises.mainsLosses[0];
      expect(ad1s(result).find(({ startedAt }) => startedAt === loss?.from)?.fate).toBe('delivered');
    },
  );
});
