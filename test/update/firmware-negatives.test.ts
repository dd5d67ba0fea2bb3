import { describe, expect, it } from 'vitest';
import { buildOtaImage, parseOtaImage } from '../../firmware-sim/dictionary/ota-image.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { updateConfig } from '../../lab/update/config.ts';
import { runUpdate, type UpdateResult } from '../../lab/update/run.ts';
import { createWorld } from '../../lab/update/world.ts';

const START = Date.UTC(2030, 0, 15, 9);
const small = updateConfig({ image: { kind: 'generated', octets: 1_000 } });
const world = createWorld(small, START);
const good = parseOtaImage(world.image.file);

const send = (bytes: Bytes): UpdateResult => runUpdate(updateConfig({ image: { kind: 'ota-file', name: 'test.ota', bytes } }));
const failed = ({ assertions }: UpdateResult): string[] =>
  assertions.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);

/** What must come of an image that the meter refuses: 0x8F1C, no image held, the old version runs. */
function expectRefused(result: UpdateResult): void {
  const { receipt, activationResponse, versionAfter, world: run } = result.findings;
  expect(receipt?.facts?.alertCode).toBe(0x8f1c);
  expect(receipt?.genuine).toBe(true);
  expect(activationResponse?.facts).toEqual({ activationCode: 1, version: run.versions.esme });
  expect(versionAfter?.facts).toEqual({ version: run.versions.esme });
  expect(run.premises.esme.device.firmware.pending).toBeUndefined();
  expect(failed(result)).toEqual(['receipt', 'activation', 'execution-time', 'new-version', 'nothing-else']);
  expect(result.passed).toBe(false);
}

describe('firmware that must not run', () => {
  it('F01: one changed bit of the manufacturer image', () => {
    for (const at of [0, 499, 999]) {
      const bytes = world.image.file.slice();
      bytes[good.headerLength + at] = (bytes[good.headerLength + at] ?? 0) ^ 0x10;
      expectRefused(send(bytes));
    }
  });

  it('F02: signed by a supplier the meter does not have', () => {
    const key = world.pki.privateKey('90-B3-D5-1F-30-03-00-00' as Eui64, 'digitalSignature');
    const signature = key && world.suite.sign('deterministic', key, good.manufacturerImage);
    expectRefused(send(buildOtaImage({ ...good, ...(signature && { signature }) })));
  });

  it('not signed at all, or with a signature cut off', () => {
    const { header, manufacturerImage } = good;
    expectRefused(send(buildOtaImage({ header, manufacturerImage })));
  });

  it('F05: a file whose size is not what its header says is refused before it is sent', () => {
    expect(() => send(world.image.file.subarray(0, 900))).toThrowError(UsageError);
    try {
      send(world.image.file.subarray(0, 900));
    } catch (error) {
      expect(error).toMatchObject({ exitCode: 1, place: { file: 'test.ota' }, message: expect.stringContaining('octet 52') });
    }
  });
});

describe('firmware that runs', () => {
  it('F03: another version in the header passes the signature, which covers the manufacturer image only', () => {
    const result = send(buildOtaImage({ ...good, header: { ...good.header, fileVersion: 0x0f0e0d0c } }));
    expect(failed(result)).toEqual([]);
    expect(result.findings.versionAfter?.facts?.version).toBe(0x0f0e0d0c);
  });

  it('a finished file of another maker, type and hardware meets a meter it is made for', () => {
    const header = { ...good.header, manufacturerCode: 0x1044, imageType: 0x55, hardwareVersions: { minimum: 7, maximum: 7 } };
    expect(failed(send(buildOtaImage({ ...good, header })))).toEqual([]);
  });

  it('version 0 has none below it and is installed all the same', () => {
    expect(failed(send(buildOtaImage({ ...good, header: { ...good.header, fileVersion: 0 } })))).toEqual([]);
  });

  it('waits as long as a slow hub or meter takes', () => {
    const slow = {
      image: small.image,
      esme: { feedCutDuringActivationMs: 1_000, esmeRebootMs: 7_200_000 },
      hubPower: { chBootMs: 7_200_000 },
    };
    expect(failed(runUpdate(updateConfig(slow)))).toEqual([]);
  });

  it('F06: frames lost on the home area network are asked for again', () => {
    let frames = 0;
    const result = runUpdate(updateConfig({ image: small.image, losesHanFrame: () => ++frames % 5 === 0 }));
    expect(failed(result)).toEqual([]);
    expect(frames).toBeGreaterThan(40);
  });

  it('F06: a power cut during the transfer resumes where it was', () => {
    const outages = [{ durationMs: 600_000, phase: 'distribution', offsetMs: 0 }] as const;
    const result = runUpdate(updateConfig({ outages }));
    expect(failed(result)).toEqual([]);
    const progress = result.findings.world.events.flatMap(({ kind, detail }) =>
      kind === 'ota-progress' ? [Number(detail?.received)] : [],
    );
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
  });

  it('F09: future-dated, the reply is an acceptance, the outcome an alert at the time', () => {
    const activateAt = Date.UTC(2031, 5, 1, 3);
    const result = runUpdate(updateConfig({ image: small.image, activateAt }));
    expect(failed(result)).toEqual([]);
    const { activationResponse, activationAlert, world: run } = result.findings;
    expect(activationResponse?.facts).toEqual({ accepted: true });
    expect(activationAlert?.facts).toEqual({ alertCode: 0x8f66, activationCode: 0, version: run.image.header.fileVersion });
    expect(run.inside.activationsStarted).toEqual([activateAt]);
  });

  it('F10: an execution time inside an outage is kept after it', () => {
    const hour = 3_600_000;
    const activateAt = Date.UTC(2031, 5, 1, 3);
    // The run starts 11 h before the activation and has half of the image within its first 35 min.
    const outages = [{ durationMs: 6 * hour, phase: 'distribution', offsetMs: 10.4 * hour }] as const;
    const result = runUpdate(updateConfig({ image: small.image, activateAt, outages }));
    expect(failed(result)).toEqual([]);
    const { inside, premises } = result.findings.world;
    const [loss] = premises.mainsLosses;
    expect(loss?.from).toBeLessThan(activateAt);
    expect(loss?.to).toBeGreaterThan(activateAt);
    expect(inside.activationsStarted).toEqual([(loss?.to ?? 0) + 45_000]);
  });

  it('F11: its CS06, sent once more, is dropped and logged', () => {
    const { findings } = runUpdate(small);
    expect(findings.replay).toEqual({ rejectedAs: ['replayed-counter'], logged: 1, answered: false, activatedAgain: false });
    expect(findings.world.premises.esme.device.logs.security.entries.at(-1)?.code).toBe(0x8f53);
  });

  it('F14: credentials, counters, clock and logs are what they were', () => {
    const { before, after } = runUpdate(small).findings.world.inside;
    const { firmware: _, logs, registers: __, ...was } = before[0] ?? expect.fail('no snapshot');
    const { firmware: ___, logs: logsAfter, registers: ____, ...is } = after[0] ?? expect.fail('no snapshot');
    expect(is).toEqual(was);
    expect(logsAfter.security).toEqual([...logs.security, expect.stringMatching(/ 8f43$/)]);
  });

  it('a new image the old one cannot hand over to is reported and the old one runs', () => {
    const result = runUpdate(updateConfig({ image: small.image, esme: { activationFails: true } }));
    expect(result.findings.activationResponse?.facts?.activationCode).toBe(3);
    expect(failed(result)).toEqual(['activation', 'new-version']);
  });
});
