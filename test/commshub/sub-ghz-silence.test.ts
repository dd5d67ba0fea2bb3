import { describe, expect, it } from 'vitest';
import { linkBlocks } from '../../firmware-sim/device/link-blocks.ts';
import { TunnelEnd } from '../../firmware-sim/device/tunnel-end.ts';
import { gasDefaults } from '../../firmware-sim/device/zcl/defaults.ts';
import { ZclStore } from '../../firmware-sim/device/zcl/store.ts';
import { Esme } from '../../firmware-sim/esme/esme.ts';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { Gsme } from '../../firmware-sim/gsme/gsme.ts';
import { deviceIdentity, trustAnchorCells } from '../../lab/premises/credentials.ts';
import { deviceSetup, pki, suite } from '../device/bench.ts';
import { ESME, GSME, HOUR, type HubBench, MINUTE, messageFor, SECOND, START } from './hub-bench.ts';
import { bandBench } from './sub-ghz-bench.ts';

/** Octets a second that reach the limited threshold within the hour, and that are beyond what regulation allows. */
const LIMITED = 150;
const REGULATED = 6_000;

describe('a hub that has silenced a device of the sub-GHz band', () => {
  /** Messages that went to a device, with when. */
  const sentTo = (bench: HubBench, device: string): readonly number[] =>
    bench.did.flatMap(([at, { kind, ...effect }]) =>
      kind === 'han' && 'to' in effect && effect.to === device && 'frame' in effect && isTunnel(effect.frame) ? [at] : [],
    );
  const isTunnel = (frame: unknown): boolean => (frame as { readonly kind: string }).kind.startsWith('tunnel');

  it('keeps what already waits for it until the silence is over', () => {
    const bench = bandBench({ parameters: { esmeDeliveryMinutes: 600 } }, [0, { octets: { [ESME]: LIMITED } }], [HOUR, {}]);
    bench.unreachable.add(ESME);
    bench.until(48 * MINUTE);
    bench.wan(messageFor(ESME));
    bench.until(51 * MINUTE);
    const silentFrom = bench.alerts.find(({ code }) => code === 0x8f20)?.at ?? expect.fail('not silenced');
    expect(silentFrom).toBeGreaterThan(48 * MINUTE);
    bench.unreachable.delete(ESME);
    bench.until(5 * HOUR);
    const normalAgain = bench.alerts.find(({ code }) => code === 0x8f21)?.at ?? expect.fail('silenced for ever');
    const tries = sentTo(bench, ESME);
    expect(tries.filter((at) => at > silentFrom && at < normalAgain)).toEqual([]);
    const after = tries.filter((at) => at >= normalAgain);
    expect(after).toHaveLength(1);
    expect((after[0] ?? 0) - normalAgain).toBeLessThanOrEqual(5 * MINUTE);
  });

  it('does not answer it, and what the gas meter has not fetched stays for it', () => {
    const bench = bandBench({}, [0, { octets: { [ESME]: REGULATED } }], [10 * MINUTE, {}]);
    bench.wan(messageFor(GSME));
    bench.until(30 * MINUTE);
    expect(bench.hub.life.subGhz.isSilent(GSME)).toBe(true);
    bench.take(bench.hub.receiveHan(GSME, { kind: 'tunnel-get' }, bench.now));
    expect(sentTo(bench, GSME)).toEqual([]);
    bench.until(4 * HOUR);
    bench.take(bench.hub.receiveHan(GSME, { kind: 'tunnel-get' }, bench.now));
    expect(sentTo(bench, GSME)).toEqual([4 * HOUR]);
  });
});

describe('a device that is told to be silent', () => {
  const SUSPEND = { kind: 'suspend-zcl-messages', minutes: 5 } as const;

  it('sends nothing through its tunnel for as long as it was told', () => {
    const end = new TunnelEnd(linkBlocks(2_000));
    end.suspend(5, START);
    const message = messageFor(ESME);
    end.send(message, decodeEnvelope(message).header, START);
    expect([end.silent, end.next(), end.deadline]).toEqual([true, undefined, START + 5 * MINUTE]);
    end.poll(START + 5 * MINUTE - 1);
    expect(end.next()).toBeUndefined();
    end.poll(START + 5 * MINUTE);
    expect([end.silent, end.next()?.frame.kind, end.deadline]).toEqual([false, 'tunnel', undefined]);
  });

  it('an electricity meter keeps its answer until then', () => {
    const ota = { manufacturerCode: 1, imageType: 2, hardwareVersion: 3 };
    const esme = new Esme({ ...deviceSetup(), ota, startedAt: START });
    const frames = (effects: ReturnType<Esme['poll']>): unknown[] =>
      effects.flatMap((effect) => (effect.kind === 'han' ? [effect.frame.kind] : []));
    esme.linkChanged(true, START);
    esme.receive({ kind: 'ota-no-image' }, START);
    expect(frames(esme.receive(SUSPEND, START + SECOND))).toEqual([]);
    const answered = esme.receive({ kind: 'tunnel', message: messageFor(ESME) }, START + 2 * SECOND);
    expect([answered.some(({ kind }) => kind === 'queued'), frames(answered)]).toEqual([true, []]);
    expect(esme.deadline).toBeLessThanOrEqual(START + SECOND + 5 * MINUTE);
    expect(frames(esme.poll(START + SECOND + 5 * MINUTE - 1))).toEqual([]);
    expect(frames(esme.poll(START + SECOND + 5 * MINUTE))).toEqual(['tunnel']);
  });

  it('a gas meter that wakes meanwhile asks for nothing', () => {
    const setup = { suite, signatureProfile: 'deterministic', firmware: { version: 7, hash: new Uint8Array(32) } } as const;
    const cells = trustAnchorCells('GSME', pki);
    const wakes = { wakeMs: 3 * MINUTE, firstWakeAt: START };
    const zcl = new ZclStore(gasDefaults(START));
    const gsme = new Gsme({ ...setup, identity: deviceIdentity(GSME, pki), cells, zcl, ...wakes });
    const asks = (at: number): boolean =>
      gsme.poll(START + at).some((effect) => effect.kind === 'han' && effect.frame.kind === 'tunnel-get');
    gsme.linkChanged(true);
    expect(asks(0)).toBe(true);
    gsme.receive(SUSPEND, START);
    expect([asks(3 * MINUTE), asks(6 * MINUTE)]).toEqual([false, true]);
  });
});
