import { describe, expect, it } from 'vitest';
import type { AirFrame } from '../../firmware-sim/air/air.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { OUTAGE_OFFSETS, updateConfig } from '../../lab/update/config.ts';
import { runUpdate } from '../../lab/update/run.ts';

const image = { kind: 'generated', octets: 16_384 } as const;

type Changes = NonNullable<Parameters<typeof updateConfig>[0]>;

function run(changes: Changes) {
  const frames: AirFrame[] = [];
  const result = runUpdate(updateConfig({ image, link: 'zigbee', tap: (frame) => frames.push(frame), ...changes }));
  return { ...result, frames };
}

const outage = (phase: keyof typeof OUTAGE_OFFSETS) => [{ durationMs: 240_000, phase, offsetMs: OUTAGE_OFFSETS[phase] }];

describe('an update over the home area network on the air', () => {
  it.each<readonly [string, Changes, number]>([
    ['that behaves', {}, 0],
    ['whose meter cuts the hub’s feed while it activates', { esme: { feedCutDuringActivationMs: 240_000 } }, 1],
    ['with a mains loss before', { outages: outage('before') }, 1],
    ['with a mains loss while the image is distributed', { outages: outage('distribution') }, 1],
    ['with a mains loss while the meter activates', { outages: outage('activation') }, 1],
    ['with P-384 signatures', { signatureProfile: 'cnsa-p384' }, 0],
    ['whose messages go in blocks', { maxMessageOctets: 200 }, 0],
  ])('%s passes', (_name, changes, alerts) => {
    const { assertions, passed, findings, frames } = run(changes);
    expect(assertions.filter(({ verdict }) => verdict === 'fail' || verdict === 'incomplete')).toEqual([]);
    expect(passed).toBe(true);
    expect(findings.world.dcc.outageAlerts).toHaveLength(alerts);
    expect(frames.length).toBeGreaterThan(100);
  });

  it('says the same as without the air: the same messages, the same verdicts', () => {
    const [air, direct] = [run({}), runUpdate(updateConfig({ image }))];
    const messages = ({ findings }: { findings: typeof direct.findings }) =>
      findings.world.archive.messages.map(({ file }) => file);
    expect(messages(air)).toEqual(messages(direct));
    const verdicts = (result: typeof direct) => result.assertions.map(({ id, verdict }) => `${id} ${verdict}`);
    expect(verdicts(air)).toEqual(verdicts(direct));
  });

  it('shows no GBCS octets and no keys on the air', () => {
    const { frames, findings } = run({});
    const air = frames.map(({ psdu }) => toHex(psdu)).join(' ');
    const { han, archive } = findings.world;
    const keys = 'keys' in han ? han.keys : [];
    expect(keys.length).toBeGreaterThanOrEqual(5);
    for (const { key } of keys) expect(air).not.toContain(toHex(key));
    for (const { bytes } of archive.messages) expect(air).not.toContain(toHex(bytes.subarray(0, 40)));
  });

  it('is the same, frame by frame, for the same seed', () => {
    const octets = (seed: string) => run({ seed }).frames.map(({ at, psdu }) => `${at} ${toHex(psdu)}`);
    expect(octets('9')).toEqual(octets('9'));
  });
});
