import type { AirFrame } from '../../../firmware-sim/air/air.ts';
import { captureHeader, capturePacket, LINK_TYPE, type LinkType } from '../../../firmware-sim/air/capture.ts';
import { type Bytes, concat } from '../../../firmware-sim/kernel/bytes.ts';
import { assert } from '../../../firmware-sim/kernel/errors.ts';
import { updateConfig } from '../../../lab/update/config.ts';
import { runUpdate } from '../../../lab/update/run.ts';

/** A whole run on the air: its frames, its keys, and the messages that crossed the network operator's side. */
function run() {
  const frames: AirFrame[] = [];
  const image = { kind: 'generated', octets: 16_384 } as const;
  const { findings } = runUpdate(updateConfig({ image, link: 'zigbee', tap: (frame) => frames.push(frame) }));
  const { han, archive } = findings.world;
  assert('keys' in han, 'a run on the air has keys');
  return { frames, keys: han.keys, messages: archive.messages };
}

let kept: ReturnType<typeof run> | undefined;

/** Made once for all tests of a file. */
export function homeRun(): ReturnType<typeof run> {
  kept ??= run();
  return kept;
}

export function captureOf(frames: readonly AirFrame[], linkType: LinkType = LINK_TYPE.withFcs): Bytes {
  return concat(captureHeader(linkType, 'air'), ...frames.map((frame) => capturePacket(frame, linkType)));
}

/** The same frames as a classic file of either octet order; link type 230 leaves the check sequences out. */
export function classicOf(frames: readonly AirFrame[], little: boolean, linkType: 195 | 230): Bytes {
  const words = (...values: number[]): Bytes => {
    const view = new DataView(new ArrayBuffer(values.length * 4));
    for (const [i, value] of values.entries()) view.setUint32(i * 4, value, little);
    return new Uint8Array(view.buffer);
  };
  const version = new DataView(new ArrayBuffer(4));
  version.setUint16(0, 2, little);
  version.setUint16(2, 4, little);
  const records = frames.map(({ at, psdu }) => {
    const octets = linkType === 230 ? psdu.subarray(0, psdu.length - 2) : psdu;
    const micros = Math.round(at * 1000);
    return concat(words(Math.floor(micros / 1_000_000), micros % 1_000_000, octets.length, octets.length), octets);
  });
  return concat(words(0xa1b2c3d4), new Uint8Array(version.buffer), words(0, 0, 0xffff, linkType), ...records);
}
