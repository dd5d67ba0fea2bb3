import { describe, expect, it } from 'vitest';
import { ALERT } from '../../firmware-sim/device/alerts.ts';
import type { Ad1PolicyName } from '../../lab/parties/ad1-policy.ts';
import type { Ad1Record } from '../../lab/parties/ad1-record.ts';
import type { Received, ReceivedOutageAlert } from '../../lab/parties/remote-party.ts';
import { judge } from '../../lab/update/assertions.ts';
import { type PlannedOutage, updateConfig } from '../../lab/update/config.ts';
import { runUpdate } from '../../lab/update/run.ts';
import type { UpdateFindings } from '../../lab/update/scenario.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Case {
  readonly cut?: number;
  readonly loss?: number;
  readonly phase?: PlannedOutage['phase'];
  readonly policy?: Ad1PolicyName;
  readonly at?: number | undefined;
}

const AT = Date.UTC(2030, 0, 15, 9);

function findings({ cut = 0, loss, phase = 'activation', policy = 'label', at }: Case = {}): UpdateFindings {
  const result = runUpdate(
    updateConfig({
      image: { kind: 'generated', octets: 512 },
      activateAt: at,
      outages: loss === undefined ? [] : [{ durationMs: loss * 1000, phase, offsetMs: 1_000 }],
      esme: { feedCutDuringActivationMs: cut * 1000 },
      policy: { policy },
    }),
  );
  expect(judge(result.findings).filter(({ verdict }) => verdict === 'fail')).toEqual([]);
  return result.findings;
}

/** Ids of what fails once something in a good run is made wrong. */
function failing(run: UpdateFindings, spoil: (run: UpdateFindings) => void): string[] {
  spoil(run);
  return judge(run)
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ id }) => id);
}

const alertOf = ({ world }: UpdateFindings, i = 0): Writable<ReceivedOutageAlert> =>
  world.networkOperator.outageAlerts[i] ?? expect.fail('no AD1');
const recordOf = ({ world }: UpdateFindings): Writable<Ad1Record> => world.dcc.outageAlerts[0] ?? expect.fail('no AD1');
const withReceived = (run: UpdateFindings, useCase: string, change: (one: Writable<Received>) => void): void => {
  change(run.world.supplier.received.find((one) => one.useCase === useCase) ?? expect.fail(`no ${useCase}`));
};

describe('the verdict on the update fails when', () => {
  it('a second receipt comes, good or bad', () => {
    for (const alertCode of [ALERT.firmwareVerified, ALERT.firmwareVerificationFailed]) {
      const spoiled = failing(findings(), ({ receipt, world }) => {
        if (receipt) world.supplier.received.push({ ...receipt, facts: { ...receipt.facts, alertCode } });
      });
      expect(spoiled).toContain('receipt');
    }
  });

  it.each([undefined, AT])('the meter executes an hour late, or 20 s: --at %s', (at) => {
    for (const late of [3_600_000, 20_000]) {
      const spoiled = failing(findings({ at }), ({ world: { inside } }) => {
        inside.activationsStarted[0] = (inside.activationsStarted[0] ?? 0) + late;
      });
      expect(spoiled).toContain('execution-time');
    }
  });

  it('the meter executes before its time', () => {
    const spoiled = failing(findings({ at: AT }), ({ world }) => (world.inside.activationsStarted[0] = AT - 1));
    expect(spoiled).toContain('execution-time');
  });

  it('an outage before the time of a command does not explain a late one', () => {
    const spoiled = failing(findings({ at: AT, loss: 600, phase: 'distribution' }), ({ world }) => {
      world.inside.activationsStarted[0] = AT + 600_000;
    });
    expect(spoiled).toContain('execution-time');
  });

  it('a replay leaves no line in the security log, or two', () => {
    for (const logged of [0, 2]) {
      const spoiled = failing(findings(), (run) => {
        if (run.replay) run.replay = { ...run.replay, logged };
      });
      expect(spoiled).toEqual(['replay']);
    }
  });

  it.each<[string, (one: Writable<Received>) => void]>([
    ['is MACed where it must be signed', (one) => Object.assign(one, { mac: 'valid', signature: 'absent' })],
    ['has no date-time', (one) => (one.header = { ...one.header, dateTime: undefined })],
  ])('the response to CS06 %s', (_, change) => {
    expect(failing(findings(), (run) => withReceived(run, 'CS06', change))).toEqual(['genuine']);
  });

  it('the response to a version read is signed, not MACed, or an alert only MACed', () => {
    const signed = (one: Writable<Received>) => Object.assign(one, { mac: 'absent', signature: 'valid' });
    const macked = (one: Writable<Received>) => Object.assign(one, { mac: 'valid', signature: 'absent' });
    expect(failing(findings(), (run) => withReceived(run, 'ECS52', signed))).toEqual(['genuine']);
    expect(failing(findings(), ({ receipt }) => receipt && macked(receipt))).toEqual(['genuine']);
  });

  it('the image still waits after its activation, or another runs', () => {
    for (const part of [{ pending: 'ab' }, { hash: 'ab' }, { active: '1' }]) {
      const spoiled = failing(findings(), ({ world: { inside } }) => {
        const last = inside.after[0] ?? expect.fail('no snapshot');
        inside.after[0] = { ...last, firmware: { ...last.firmware, ...part } };
      });
      expect(spoiled).toEqual(['nothing-else']);
    }
  });

  it('an outage hides another line in the power log', () => {
    const spoiled = failing(findings({ loss: 20 }), ({ world: { inside } }) => {
      const last = inside.after[0] ?? expect.fail('no snapshot');
      inside.after[0] = { ...last, logs: { ...last.logs, power: [...last.logs.power, '1 8f57'] } };
    });
    expect(spoiled).toEqual(['nothing-else']);
  });
});

describe('the verdict on AD1 fails when', () => {
  it.each<[string, (one: Writable<ReceivedOutageAlert>) => void]>([
    ['another MPxN', (one) => (one.mpxn = 'WRONG')],
    ['another hub', (one) => (one.hub = '00-00-00-00-00-00-00-01' as never)],
    ['another start', (one) => (one.startedAt += 1)],
  ])('the network operator gets %s', (_, change) => {
    expect(failing(findings({ loss: 240 }), (run) => change(alertOf(run)))).toContain('ad1-content');
  });

  it('the network operator gets one twice, or not at all', () => {
    const twice = (run: UpdateFindings) => run.world.networkOperator.outageAlerts.push(alertOf(run));
    expect(failing(findings({ loss: 240 }), twice)).toContain('ad1-content');
    const never = (run: UpdateFindings) => run.world.networkOperator.outageAlerts.splice(0);
    expect(failing(findings({ loss: 240 }), never)).toEqual(
      expect.arrayContaining(['ad1-content', 'outage-reported', 'ad1-fate']),
    );
  });

  it('label does not label what is near, or labels what is not', () => {
    expect(failing(findings({ cut: 240 }), (run) => (alertOf(run).label = undefined))).toEqual(['ad1-fate']);
    const far = findings({ loss: 240, phase: 'before' });
    expect(failing(far, (run) => (alertOf(run).label = 'correlated-with-activation'))).toEqual(['ad1-fate']);
    expect(failing(findings({ cut: 240, policy: 'off' }), (run) => (alertOf(run).label = 'x'))).toEqual(['ad1-fate']);
  });

  it('suppress does not hold what is near', () => {
    const spoiled = failing(findings({ cut: 240, policy: 'suppress' }), (run) => {
      const record = recordOf(run);
      const { hub, mpxn, startedAt, receivedAt: at = 0 } = record;
      run.world.networkOperator.outageAlerts.push({ hub, mpxn, startedAt, at, label: record.label, delayed: false });
      Object.assign(record, { heldUntil: undefined, withheldAt: undefined, deliveredAt: at, fate: 'delivered' });
    });
    expect(spoiled).toEqual(['ad1-fate']);
  });

  it('suppress holds a false alarm to the end', () => {
    const spoiled = failing(findings({ cut: 240, policy: 'suppress' }), (run) => {
      const record = recordOf(run);
      const { hub, mpxn, startedAt, heldUntil: at = 0 } = record;
      const label = 'correlated-with-activation';
      run.world.networkOperator.outageAlerts.push({ hub, mpxn, startedAt, at, label, delayed: true });
      Object.assign(record, { withheldAt: undefined, deliveredAt: at, fate: 'delivered-delayed' });
    });
    expect(spoiled).toEqual(['ad1-fate']);
  });

  it('suppress withholds without the hub’s return, without the version, too early, or while the feed is off', () => {
    const without = (spoil: (run: UpdateFindings) => void) => failing(findings({ cut: 240, policy: 'suppress' }), spoil);
    expect(without((run) => run.world.events.splice(0))).toContain('ad1-fate');
    expect(without((run) => withReceived(run, 'CS06', (one) => (one.genuine = false)))).toContain('ad1-fate');
    expect(without((run) => (recordOf(run).withheldAt = (recordOf(run).withheldAt ?? 0) - 2_000))).toEqual(['ad1-fate']);
    expect(without((run) => (recordOf(run).withheldAt = recordOf(run).receivedAt ?? 0))).toEqual(['ad1-fate']);
  });

  it('mains was away, however shortly, while an alert that was withheld began', () => {
    const spoiled = failing(findings({ cut: 240, policy: 'suppress' }), (run) => {
      const from = recordOf(run).startedAt + 1_000;
      run.world.premises.mainsLosses.push({ from, to: from + 2_000 });
    });
    expect(spoiled).toContain('ad1-fate');
  });

  it('a real outage was ever withheld, or held for longer than it may', () => {
    const real = () => findings({ loss: 240, policy: 'suppress' });
    expect(failing(real(), (run) => (recordOf(run).withheldAt = alertOf(run).at))).toEqual(
      expect.arrayContaining(['outage-reported', 'ad1-fate']),
    );
    const late = failing(real(), (run) => (alertOf(run).at = (recordOf(run).receivedAt ?? 0) + 600_001));
    expect(late).toEqual(expect.arrayContaining(['outage-reported', 'ad1-fate']));
    expect(failing(real(), (run) => (alertOf(run).at += 1_000))).toEqual(['ad1-fate']);
  });
});
