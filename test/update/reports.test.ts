import { describe, expect, it } from 'vitest';
import { junitXml } from '../../lab/reports/junit.ts';
import { isoMillis, timelineJson } from '../../lab/reports/timeline.ts';
import { type Assertion, passed, type Verdict } from '../../lab/reports/verdict.ts';
import { verdictTable } from '../../lab/reports/verdict-table.ts';
import { updateConfig } from '../../lab/update/config.ts';
import { alertsDue, differences, unexplained } from '../../lab/update/expectations.ts';
import { createWorld } from '../../lab/update/world.ts';

const assertion = (verdict: Verdict, detail = 'seen'): Assertion => ({
  id: `is-${verdict}`,
  title: `it is ${verdict}`,
  source: 'GBCS 1 & "2"',
  verdict,
  detail,
});
const START = Date.UTC(2030, 0, 15, 9);

describe('verdicts', () => {
  it('pass with notes, and with nothing failed or left open', () => {
    expect(passed([assertion('pass'), assertion('note')])).toBe(true);
    expect(passed([assertion('pass'), assertion('fail')])).toBe(false);
    expect(passed([assertion('pass'), assertion('incomplete')])).toBe(false);
    expect(passed([])).toBe(false);
  });

  it('are JUnit XML with counts, sources, failures and escaped text', () => {
    const xml = junitXml('a <suite>', [
      assertion('pass'),
      assertion('fail', "1 < 2 & 'no'\u0000"),
      assertion('incomplete'),
      assertion('note'),
    ]);
    expect(xml).toContain('tests="4" failures="1" errors="1"');
    expect(xml).toContain('name="a &lt;suite&gt;"');
    expect(xml).toContain('value="GBCS 1 &amp; &quot;2&quot;"');
    expect(xml).toContain('<failure message="1 &lt; 2 &amp; &apos;no&apos;?"/>');
    expect(xml).toContain('<error message="seen"/>');
    expect(xml.match(/<testcase /g)).toHaveLength(4);
  });

  it('fit a terminal, coloured only when asked', () => {
    const lines = verdictTable([assertion('fail', 'word '.repeat(40).trim()), assertion('pass')], 60, false);
    expect(lines[1]).toMatch(/^FAIL {4}it is fail {2}GBCS 1/);
    expect(lines.filter((line) => line.startsWith('          '))).not.toHaveLength(0);
    for (const line of lines.slice(2, -2)) expect(line.length).toBeLessThanOrEqual(60);
    expect(verdictTable([assertion('pass')], 60, true)[1]).toContain('\u001b[32mpass');
  });
});

describe('timelines', () => {
  it('carry time to the millisecond, the seconds since the start, and the fate of an alert', () => {
    const ad1 = {
      hub: '00-00-00-00-00-00-00-0A' as never,
      mpxn: 'm',
      startedAt: START,
      raisedAt: START + 180_001,
      deliveredAt: START + 250_001,
      fate: 'delivered-delayed' as const,
    };
    expect(isoMillis(START + 1)).toBe('2030-01-15T09:00:00.001Z');
    expect(timelineJson([{ at: START + 180_001, actor: 'hub', kind: 'AD1', text: 'x', ad1 }], START)).toMatchObject([
      {
        t: '2030-01-15T09:03:00.001Z',
        seconds: 180.001,
        actor: 'hub',
        kind: 'AD1',
        fate: 'delivered-delayed',
        delaySeconds: 70,
        within60Seconds: false,
      },
    ]);
  });
});

describe('what is expected is computed from what really happened', () => {
  const rule = { poaThresholdMs: 180_000, poaComparator: 'gt', holdupMs: 200_000, chBootMs: 0, dipMs: 0 } as const;
  const losses = [179_999, 180_000, 180_001, 900_000].map((to) => ({ from: 0, to }));

  it('alerts due by the rule', () => {
    expect(alertsDue(losses, rule)).toHaveLength(2);
    expect(alertsDue(losses, { ...rule, poaComparator: 'ge' })).toHaveLength(3);
    expect(alertsDue(losses, { ...rule, holdupMs: 180_000 })).toHaveLength(0);
    expect(alertsDue(losses, { ...rule, holdupMs: 180_000, poaComparator: 'ge' })).toHaveLength(3);
  });

  it('differences that an activation does not explain', () => {
    const { esme } = createWorld(updateConfig({ image: { kind: 'generated', octets: 10 } }), START).premises;
    const before = esme.snapshot(START);
    const hash = 'ab'.repeat(32);
    const installed = { version: 0x01020004, hash };
    const grown = { ...before.logs, security: [`${START} 8f43`] };
    const after = {
      ...before,
      logs: grown,
      firmware: { active: '1020004', hash, pending: '' },
      registers: { activeImportWh: '5' },
    };
    const paths = (now: typeof before, allowed: Partial<Parameters<typeof unexplained>[2]> = {}): string[] =>
      unexplained(before, now, { alertRaised: false, interruptions: 0, installed, ...allowed }).map(
        (one) => one.split(':')[0] ?? '',
      );
    expect(differences(before, before)).toEqual([]);
    expect(paths(after)).toEqual([]);
    const worse = { ...after, credentials: { ...after.credentials, 'supplier.keyAgreement': 'x' }, originatorCounter: '9' };
    expect(paths(worse, { alertRaised: true })).toEqual(['credentials.supplier.keyAgreement', 'originatorCounter']);
    expect(paths({ ...after, logs: { ...grown, security: [`${START} 8f43`, `${START} 8f43`] } })).toEqual(['logs.security']);
    for (const part of [{ active: '1020005' }, { hash: 'cd' }, { pending: hash }]) {
      const [name = ''] = Object.keys(part);
      expect(paths({ ...after, firmware: { ...after.firmware, ...part } })).toEqual([`firmware.${name}`]);
    }
    const interrupted = { ...after, logs: { ...grown, power: [`${START} 8f57`] } };
    expect(paths(interrupted)).toEqual(['logs.power']);
    expect(paths(interrupted, { interruptions: 1 })).toEqual([]);
    expect(paths(interrupted, { interruptions: 2 })).toEqual(['logs.power']);
    expect(paths({ ...after, logs: { ...grown, power: [`${START} 8f36`] } }, { interruptions: 1 })).toEqual(['logs.power']);
    expect(paths(after, { installed: undefined })).toEqual(['firmware.active', 'firmware.hash', 'logs.security']);
    expect(
      paths(
        { ...before, registers: after.registers, firmware: { ...after.firmware, ...before.firmware } },
        { installed: undefined },
      ),
    ).toEqual([]);
  });
});
