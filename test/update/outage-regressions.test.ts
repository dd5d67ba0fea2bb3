import { describe, expect, it } from 'vitest';
import { ALERT } from '../../firmware-sim/device/alerts.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import { Ad1Policy, type Ad1PolicyName, CORRELATED, type DccObservation } from '../../lab/parties/ad1-policy.ts';
import { Dcc } from '../../lab/parties/dcc.ts';
import { MessageArchive } from '../../lab/parties/message-archive.ts';
import { WanLink } from '../../lab/premises/wan-link.ts';
import { type OutagePhase, updateConfig } from '../../lab/update/config.ts';
import { runUpdate, type UpdateResult, updateRun } from '../../lab/update/run.ts';

const image = { kind: 'generated', octets: 512 } as const;
const HOLD = 600_000;
const failures = ({ assertions }: UpdateResult): string[] =>
  assertions.filter(({ verdict }) => verdict === 'fail').map(({ id, detail }) => `${id}: ${detail}`);

interface Case {
  readonly cut?: number;
  readonly loss: number;
  readonly phase?: OutagePhase;
  readonly offsetMs?: number;
  readonly delay?: number;
  readonly policy?: Ad1PolicyName;
}

function run({ cut = 0, loss, phase = 'activation', offsetMs = 1_000, delay = 5, policy = 'suppress' }: Case): UpdateResult {
  return runUpdate(
    updateConfig({
      image,
      outages: [{ durationMs: loss * 1000, phase, offsetMs }],
      esme: { feedCutDuringActivationMs: cut * 1000, restoreAlertDelayMs: delay * 1000 },
      policy: { policy, holdMs: HOLD },
    }),
  );
}

describe('AD1s of real outages under suppress', () => {
  it.each([74.52, 74.7, 74.9, 74.96])(
    'a registration and a version on the WAN when mains fails are older news: feed cut %d s',
    (cut) => {
      const result = run({ cut, loss: 86_400, phase: 'after', offsetMs: 60_000 });
      expect(failures(result)).toEqual([]);
      for (const record of result.findings.world.dcc.outageAlerts) {
        expect(record.withheldAt).toBeUndefined();
        expect((record.deliveredAt ?? Number.POSITIVE_INFINITY) - (record.receivedAt ?? 0)).toBeLessThanOrEqual(HOLD);
      }
    },
  );

  it.each([60, 90, 400, 86_400])('a meter that reports an outage %d s after its start loses none', (delay) => {
    const result = run({ loss: 240, delay });
    expect(failures(result)).toEqual([]);
    const [record, ...more] = result.findings.world.dcc.outageAlerts;
    expect(more).toEqual([]);
    expect(record?.withheldAt).toBeUndefined();
    expect((record?.deliveredAt ?? Number.POSITIVE_INFINITY) - (record?.receivedAt ?? 0)).toBeLessThanOrEqual(HOLD);
  });

  it('an outage that delays the report of the first does not make it look like a false alarm', () => {
    const outages = [
      { durationMs: 240_000, phase: 'activation', offsetMs: 0 },
      { durationMs: 100_000, phase: 'activation', offsetMs: 287_000 },
    ] as const;
    const result = runUpdate(updateConfig({ image, outages, policy: { policy: 'suppress' } }));
    expect(failures(result)).toEqual([]);
    const { outageAlerts } = result.findings.world.dcc;
    expect(outageAlerts.map(({ fate, withheldAt }) => [fate, withheldAt])).toEqual([['delivered-delayed', undefined]]);
  });

  it('a dip that the meter rode through is no outage: withholding is right', () => {
    const result = run({ cut: 240, loss: 0.3 });
    expect(failures(result)).toEqual([]);
    expect(result.findings.world.dcc.outageAlerts).toMatchObject([{ fate: 'withheld' }]);
  });
});

describe('a false alarm', () => {
  it('is withheld with the threshold that the hub has', () => {
    const hubPower = { poaThresholdMs: 60_000 };
    const esme = { feedCutDuringActivationMs: 100_000 };
    const result = runUpdate(updateConfig({ image, hubPower, esme, policy: { policy: 'suppress' } }));
    expect(failures(result)).toEqual([]);
    expect(result.findings.world.dcc.outageAlerts.map(({ fate }) => fate)).toEqual(['withheld']);
  });

  it('that comes late and may hardly be held is delivered, which is right', () => {
    const esme = { feedCutDuringActivationMs: 240_000, esmeRebootMs: 5_000, restoreAlertDelayMs: 0 };
    const policy = { policy: 'suppress', holdMs: 1 } as const;
    const hubPower = { chBootMs: 5_000 };
    const results = ['0', '1', '2', '3'].map((seed) =>
      runUpdate(updateConfig({ seed, image, wanProfile: 'N', esme, hubPower, policy: { ...policy, settleMs: 0 } })),
    );
    for (const result of results) expect(failures(result)).toEqual([]);
    const late = runUpdate(
      updateConfig({ seed: '0', image, wanProfile: 'CS', esme, hubPower, policy: { ...policy, settleMs: 0 } }),
    );
    expect(failures(late)).toEqual([]);
    expect(late.findings.world.dcc.outageAlerts.map(({ fate }) => fate)).toEqual(['delivered-delayed']);
  });
});

describe('an activation that waits for mains', () => {
  function late(policy: Ad1PolicyName): UpdateResult {
    const at = Date.UTC(2030, 0, 15, 9);
    const config = updateConfig({ image, activateAt: at, esme: { feedCutDuringActivationMs: 240_000 }, policy: { policy } });
    const steps = updateRun(config, ({ world: { scheduler, premises } }) => {
      scheduler.at(at - 100_000, () => premises.mainsLost());
      scheduler.at(at + 900_000, () => premises.mainsRestored());
    });
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  it('is still near its alert: label says so, suppress holds it', () => {
    const labelled = late('label');
    expect(failures(labelled)).toEqual([]);
    expect(labelled.findings.world.networkOperator.outageAlerts.map(({ label }) => label)).toEqual([undefined, CORRELATED]);
    const held = late('suppress');
    expect(failures(held)).toEqual([]);
    expect(held.findings.world.dcc.outageAlerts.map(({ heldUntil }) => heldUntil !== undefined)).toEqual([false, true]);
  });
});

describe('the DCC', () => {
  const { world } = run({ loss: 240, policy: 'label' }).findings;

  /** What the policy hears of a message that comes from the hub. */
  function heard(message: Uint8Array): string[] {
    const scheduler = new Scheduler(world.scheduler.now);
    const kinds: string[] = [];
    const policy = new Ad1Policy();
    policy.observe = (observation: DccObservation) => {
      kinds.push(observation.kind);
      return [];
    };
    const wan = new WanLink(scheduler, randomFor(1, 'wan'));
    const { suite, broker, networkOperator, supplier, names, mpxn, euis } = world;
    new Dcc({
      scheduler,
      suite,
      inventory: { hub: euis.hub, esme: euis.esme, mpxn, names },
      wan,
      broker,
      parties: [supplier, networkOperator, broker.party],
      networkOperator,
      policy,
      archive: new MessageArchive(scheduler),
      journal: () => {},
    });
    wan.toNetwork({ kind: 'gbcs', message });
    return kinds;
  }

  const flipped = (message: Uint8Array): Uint8Array => {
    const copy = message.slice();
    const at = copy.length - 5;
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };

  it('believes a version and an outage only when their signature is valid', () => {
    const version = world.supplier.received.find(({ useCase }) => useCase === 'CS06')?.bytes ?? expect.fail('no response');
    const [restored] = world.networkOperator.alerts(ALERT.supplyRestoredLong);
    const outage = restored?.bytes ?? expect.fail('no alert');
    expect([heard(version), heard(outage)]).toEqual([['version-reported'], ['outage-reported']]);
    expect([heard(flipped(version)), heard(flipped(outage))]).toEqual([[], []]);
  });
});
