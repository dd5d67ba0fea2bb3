import { describe, expect, it } from 'vitest';
import { PARKED_MAX } from '../../firmware-sim/commshub/relay.ts';
import { linkBlocks } from '../../firmware-sim/device/link-blocks.ts';
import { OUTBOX_MAX } from '../../firmware-sim/device/outbox.ts';
import { segment } from '../../firmware-sim/gbcs/block-transfer.ts';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { SUPPLIER } from '../device/bench.ts';
import { BROKER, DAY, ESME, GSME, HOUR, HubBench, MINUTE, messageFor, PPMID, SECOND } from './hub-bench.ts';

const hexOf = (eui: Eui64): string => eui.replaceAll('-', '').toLowerCase();
const given = (bench: HubBench) =>
  bench.did.flatMap(([at, effect]) => (effect.kind === 'undelivered' ? [{ at, to: effect.to, reason: effect.reason }] : []));
const framesTo = (bench: HubBench, eui: Eui64) =>
  bench.did.flatMap(([, effect]) => (effect.kind === 'han' && effect.to === eui ? [effect.frame] : []));

describe('a message for an electricity meter', () => {
  it('is tried until it arrives', () => {
    const bench = new HubBench();
    bench.unreachable.add(ESME);
    bench.wan(messageFor(ESME));
    bench.until(59 * MINUTE);
    bench.unreachable.clear();
    bench.until(2 * HOUR);
    expect([given(bench), bench.alerts]).toEqual([[], []]);
    expect(framesTo(bench, ESME).length).toBeGreaterThan(100);
  });

  it('that cannot be delivered gives 0x8F84 to the broker, with its identity (ALERT-00D5)', () => {
    const bench = new HubBench();
    bench.unreachable.add(ESME);
    bench.wan(messageFor(ESME, 0x1234n));
    bench.until(2 * HOUR);
    const [alert, ...others] = bench.alerts;
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      code: 0x8f84,
      header: { messageCode: 0x00d5, recipient: BROKER },
      verdicts: ['valid', 'absent'],
    });
    expect(alert?.content).toEqual([[hexOf(SUPPLIER), hexOf(ESME), 1, 0x1234n]]);
    expect(given(bench)).toEqual([{ at: alert?.at, to: ESME, reason: 'expired' }]);
    expect(alert?.at).toBeGreaterThanOrEqual(HOUR);
    expect(alert?.at).toBeLessThan(HOUR + 3 * SECOND);
  });

  it('waits for the rest of its time when the hub was off, and is given up when that is over', () => {
    const bench = new HubBench();
    bench.unreachable.add(ESME);
    bench.wan(messageFor(ESME));
    bench.until(10 * MINUTE);
    bench.take(bench.hub.feedChanged(false, bench.now));
    bench.until(2 * HOUR);
    expect(bench.codes()).toEqual([]);
    bench.take(bench.hub.feedChanged(true, bench.now));
    bench.until(2 * HOUR + 5 * MINUTE);
    expect(bench.codes()).toEqual([0x8f84]);
  });

  it('that no longer fits is reported at once, and the others stay', () => {
    const bench = new HubBench();
    bench.unreachable.add(ESME);
    for (let i = 0; i <= OUTBOX_MAX; i++) bench.wan(messageFor(ESME, BigInt(1_000 + i)));
    expect(given(bench)).toEqual([{ at: 0, to: ESME, reason: 'full' }]);
    expect(bench.alerts.map(({ code, content }) => [code, (content[0] as unknown[])[3]])).toEqual([
      [0x8f84, BigInt(1_000 + OUTBOX_MAX)],
    ]);
  });

  it('in blocks is reported once', () => {
    const bench = new HubBench({ parameters: { esmeDeliveryMinutes: 1 } });
    bench.unreachable.add(ESME);
    const message = messageFor(ESME);
    const blocks = segment(message, decodeEnvelope(message).header, linkBlocks(60));
    expect(blocks.length).toBeGreaterThan(3);
    for (const block of blocks) bench.wan(block);
    bench.until(5 * MINUTE);
    expect(bench.codes()).toEqual([0x8f84]);
    expect(given(bench)).toHaveLength(1);
  });
});

describe('a message for a gas meter', () => {
  const get = (bench: HubBench) => bench.take(bench.hub.receiveHan(GSME, { kind: 'tunnel-get' }, bench.now));
  const fetched = (bench: HubBench): (string | undefined)[] =>
    framesTo(bench, GSME).flatMap((frame) => (frame.kind === 'tunnel-reply' ? [frame.message && toHex(frame.message)] : []));

  it('waits until the meter fetches it, and says what is left', () => {
    const bench = new HubBench();
    const messages = [messageFor(GSME, 1n), messageFor(GSME, 2n)];
    for (const message of messages) bench.wan(message);
    bench.until(23 * HOUR);
    get(bench);
    bench.until(23 * HOUR + SECOND);
    get(bench);
    bench.until(23 * HOUR + 2 * SECOND);
    get(bench);
    expect(fetched(bench)).toEqual([...messages.map((one) => toHex(one)), undefined]);
    expect(bench.alerts).toEqual([]);
  });

  it('that is not fetched in time gives 0x819D, and is gone', () => {
    const bench = new HubBench();
    bench.wan(messageFor(GSME));
    bench.until(2 * DAY);
    expect(bench.alerts).toMatchObject([
      { at: DAY, code: 0x819d, content: [], header: { messageCode: 0x1001, recipient: BROKER }, verdicts: ['valid', 'absent'] },
    ]);
    expect(bench.hub.device.logs.event.entries.at(-1)?.code).toBe(0x819d);
    get(bench);
    expect(fetched(bench)).toEqual([undefined]);
  });

  it('waits as long as the parameter says', () => {
    const bench = new HubBench({ parameters: { gsmeBufferHours: 2 } });
    bench.wan(messageFor(GSME));
    bench.until(3 * HOUR);
    expect(bench.alerts).toMatchObject([{ at: 2 * HOUR, code: 0x819d }]);
  });

  it('too many: the oldest gives way and is reported', () => {
    const bench = new HubBench();
    const messages = Array.from({ length: PARKED_MAX + 2 }, (_, i): Bytes => messageFor(GSME, BigInt(i + 1)));
    for (const message of messages) bench.wan(message);
    expect(bench.codes()).toEqual([0x819d, 0x819d]);
    expect(given(bench).map(({ reason }) => reason)).toEqual(['full', 'full']);
    for (let i = 0; i < PARKED_MAX; i++) {
      get(bench);
      bench.until((i + 1) * SECOND);
    }
    expect(fetched(bench)).toEqual(messages.slice(2).map((one) => toHex(one)));
  });
});

describe('a message for somebody else', () => {
  it('is not carried for a device that is not in the hub’s log, nor taken from it', () => {
    const bench = new HubBench({ devices: [{ eui: PPMID, sleepy: false, type: 'PPMID' }] });
    bench.wan(messageFor(PPMID));
    bench.wan(messageFor(ESME));
    expect(given(bench).map(({ to, reason }) => [to, reason])).toEqual([
      [PPMID, 'unknown-device'],
      [ESME, 'unknown-device'],
    ]);
    expect(bench.take(bench.hub.receiveHan(PPMID, { kind: 'tunnel', message: messageFor(PPMID) }, bench.now))).toEqual([]);
  });

  it('that is no message is dropped', () => {
    const bench = new HubBench();
    expect(bench.wan(Uint8Array.of(1, 2, 3))).toEqual([]);
  });
});
