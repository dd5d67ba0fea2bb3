import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OtaFrame } from '../../firmware-sim/device/han-frame.ts';
import { IMAGE_OCTETS_MAX, OtaClient } from '../../firmware-sim/device/ota-client.ts';
import { OUTBOX_MAX, Outbox } from '../../firmware-sim/device/outbox.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import { InProcessLink } from '../../lab/premises/han-link.ts';
import { outageAlertDelayMs, WanLink } from '../../lab/premises/wan-link.ts';

const a = '00-00-00-00-00-00-00-0A' as Eui64;
const b = '00-00-00-00-00-00-00-0B' as Eui64;
const frame = { kind: 'ota-image-notify' } as const;

function link(loses?: () => boolean) {
  const scheduler = new Scheduler(0);
  const han = new InProcessLink(scheduler, loses ? { loses } : {});
  const arrived: number[] = [];
  const done: [number, boolean][] = [];
  let listening = true;
  han.attach(a, { listening: () => true, receive: () => {} });
  han.attach(b, { listening: () => listening, receive: () => arrived.push(scheduler.now) });
  const send = () => han.send(a, b, frame, (ok) => done.push([scheduler.now, ok]));
  return { scheduler, han, arrived, done, send, silence: () => (listening = false) };
}

describe('the in-process home area network', () => {
  it('delivers after its latency and confirms', () => {
    const { scheduler, send, arrived, done } = link();
    send();
    scheduler.runUntil(10_000);
    expect([arrived, done]).toEqual([[20], [[20, true]]]);
  });

  it.each([
    ['nobody listens', (l: ReturnType<typeof link>) => l.silence()],
    ['an end was silent while it was on its way', (l: ReturnType<typeof link>) => l.han.silenced(a)],
  ])('says after a while that a frame was lost when %s', (_, happens) => {
    const one = link();
    one.send();
    happens(one);
    one.scheduler.runUntil(10_000);
    expect([one.arrived, one.done]).toEqual([[], [[2_020, false]]]);
  });

  it('loses what it is told to lose', () => {
    const { scheduler, send, arrived, done } = link(() => true);
    send();
    scheduler.runUntil(10_000);
    expect([arrived, done]).toEqual([[], [[2_020, false]]]);
  });
});

describe('an outbox', () => {
  it('sends one at a time and again until it is confirmed, ignoring reports about earlier tries', () => {
    const box = new Outbox();
    box.put(frame);
    const first = box.next();
    expect(box.next()).toBeUndefined();
    box.reset();
    const second = box.next();
    box.confirmed(first?.ticket ?? 0, true);
    expect(box.size).toBe(1);
    box.confirmed(second?.ticket ?? 0, false);
    box.confirmed(box.next()?.ticket ?? 0, true);
    expect([box.size, box.next()]).toEqual([0, undefined]);
  });

  it('is bounded', () => {
    const box = new Outbox();
    const taken = Array.from({ length: OUTBOX_MAX + 5 }, () => box.put(frame));
    expect(taken.filter((one) => one)).toHaveLength(OUTBOX_MAX);
  });
});

describe('the device’s side of an image transfer', () => {
  const identity = { manufacturerCode: 1, imageType: 2, hardwareVersion: 3 };
  const image = { manufacturerCode: 1, imageType: 2, fileVersion: 9 };
  const client = () => new OtaClient(identity, () => 8, { blockOctets: 10, retryMs: 100 });

  it('asks again for a block that does not come, and ignores one that is not the next', () => {
    const ota = client();
    const request = ota.receive({ kind: 'ota-next-image', image, totalOctets: 25 }, 0).frames;
    expect(request).toEqual([{ kind: 'ota-block-request', image, offset: 0, maxOctets: 10 }]);
    expect(ota.poll(99).frames).toEqual([]);
    expect(ota.poll(100).frames).toEqual(request);
    expect(ota.receive({ kind: 'ota-block', image, offset: 10, data: new Uint8Array(10) }, 110).frames).toEqual([]);
    expect(ota.receive({ kind: 'ota-block', image, offset: 0, data: new Uint8Array(26) }, 110).frames).toEqual([]);
  });

  it('goes on after a power cut where it was, and starts anew for another image', () => {
    const ota = client();
    ota.receive({ kind: 'ota-next-image', image, totalOctets: 25 }, 0);
    ota.receive({ kind: 'ota-block', image, offset: 0, data: new Uint8Array(10) }, 0);
    ota.stop();
    expect(ota.deadline).toBeUndefined();
    expect(ota.start(1_000).frames).toMatchObject([{ kind: 'ota-block-request', offset: 10 }]);
    const other = { ...image, fileVersion: 10 };
    expect(ota.receive({ kind: 'ota-next-image', image: other, totalOctets: 5 }, 1_000).frames).toMatchObject([
      { offset: 0, maxOctets: 5 },
    ]);
  });

  it('refuses an image larger than any may be', () => {
    const { frames } = client().receive({ kind: 'ota-next-image', image, totalOctets: IMAGE_OCTETS_MAX + 1 }, 0);
    expect(frames).toEqual([{ kind: 'ota-upgrade-end', image, status: 'invalid-image' }]);
  });

  it('takes any frame without throwing', () => {
    const anyImage = fc.constantFrom(image, { ...image, fileVersion: 3 });
    const anyFrame: fc.Arbitrary<OtaFrame> = fc.oneof(
      fc.constantFrom<OtaFrame>({ kind: 'ota-image-notify' }, { kind: 'ota-no-image' }, { kind: 'ota-abort' }),
      fc.record({
        kind: fc.constant('ota-next-image' as const),
        image: anyImage,
        totalOctets: fc.integer({ min: -5, max: 100 }),
      }),
      fc.record({
        kind: fc.constant('ota-block' as const),
        image: anyImage,
        offset: fc.integer({ min: -5, max: 100 }),
        data: fc.uint8Array({ maxLength: 20 }),
      }),
      fc.record({ kind: fc.constant('ota-wait-for-command' as const), image: anyImage }),
    );
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 30 }), (frames) => {
        const ota = client();
        for (const [i, one] of frames.entries()) {
          for (const answer of ota.receive(one, i).frames) {
            if (answer.kind === 'ota-block-request') expect(answer.maxOctets).toBeGreaterThan(0);
          }
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('the wide area network', () => {
  it('takes as long for power outage alerts as was measured (MP096)', () => {
    const seconds = (profile: 'CS' | 'N' | 'ideal', place: number, alerts?: number) =>
      outageAlertDelayMs(profile, place, alerts) / 1000;
    expect([0, 0.5, 1].map((place) => seconds('CS', place))).toEqual([120, 180, 240]);
    expect([0, 1].map((place) => seconds('CS', place, 20_000))).toEqual([120, 420]);
    expect([0, 0.4, 0.8, 1].map((place) => seconds('N', place))).toEqual([0, 22.5, 45, 705]);
    expect(seconds('ideal', 0.9)).toBe(0);
  });

  it('keeps what a hub cannot take, in order, until it is back', () => {
    const scheduler = new Scheduler(0);
    const wan = new WanLink(scheduler, randomFor(1, 'wan'));
    const got: number[] = [];
    let there = false;
    wan.hubReachable = () => there;
    wan.toHub = (down) => got.push(down.kind === 'image-offer' ? down.transfer : 0);
    for (const transfer of [1, 2, 3]) wan.down({ kind: 'image-offer', transfer, target: a, totalOctets: 1 });
    scheduler.runUntil(10_000);
    expect(got).toEqual([]);
    there = true;
    wan.drain();
    expect(got).toEqual([1, 2, 3]);
  });
});
