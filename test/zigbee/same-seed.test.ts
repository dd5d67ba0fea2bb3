import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { captureHeader, capturePacket, LINK_TYPE } from '../../firmware-sim/air/capture.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { encodeGasTunnel } from '../../firmware-sim/zigbee/se/tunnels.ts';
import { full } from '../support/shared.ts';
import { ESME, GSME, StationHome } from './station-home.ts';

const named = process.env.HANBENCH_HAN_SEED;
const SEEDS = named ? [named] : Array.from({ length: full ? 200 : 12 }, (_, i) => `same ${i + 1}`);
const FAULTS = { loss: 0.08, duplication: 0.05, jitterMs: 3 };

/** A home with bad links, as the octets of its capture. `steps` cuts the time into pieces of any size. */
function capture(seed: string, steps: boolean): { readonly hash: string; readonly frames: number } {
  const home = new StationHome(seed, FAULTS);
  if (steps) {
    const random = randomFor(seed, 'steps');
    const run = home.run.bind(home);
    home.run = (ms) => {
      for (let left = ms; left > 0; ) {
        const step = Math.min(left, 1 + random.below(5_000));
        run(step);
        left -= step;
      }
    };
  }
  const esme = home.join(ESME, 'esme');
  const gsme = home.join(GSME, 'gsme');
  const random = randomFor(seed, 'messages');
  for (let i = 0; i < 3; i++) {
    home.send(home.hub, esme, random.bytes(1 + random.below(600)), 3_000);
    home.send(gsme, home.hub, encodeGasTunnel({ kind: 'put', message: random.bytes(1 + random.below(300)) }), 3_000);
  }
  const hash = createHash('sha256').update(captureHeader(LINK_TYPE.tap, 'air'));
  for (const frame of home.frames) hash.update(capturePacket(frame, LINK_TYPE.tap));
  return { hash: hash.digest('hex'), frames: home.frames.length };
}

it.each(SEEDS)('with faults on, seed "%s" gives one capture, however time is cut into steps', (seed) => {
  const first = capture(seed, false);
  expect(first.frames).toBeGreaterThan(100);
  expect(capture(seed, true), `again: HANBENCH_HAN_SEED='${seed}' npx vitest run test/zigbee/same-seed`).toEqual(first);
});

it('other seeds give other captures', () => {
  expect(capture('one', false).hash).not.toBe(capture('another', false).hash);
});
