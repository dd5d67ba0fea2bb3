import { describe, expect, it } from 'vitest';
import { HUB_IMAGE_OCTETS_MAX, ImageStore } from '../../firmware-sim/commshub/image-store.ts';
import { buildOtaImage } from '../../firmware-sim/dictionary/ota-image.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';

const target = '00-DB-12-34-56-78-90-A0' as Eui64;
const header = {
  manufacturerCode: 0x121d,
  imageType: 0,
  fileVersion: 2,
  stackVersion: 2,
  headerString: 'x',
  hardwareVersions: { minimum: 16, maximum: 32 },
};
const file = buildOtaImage({ header, manufacturerImage: randomFor(1, 'image').bytes(300) });
const query = (hardwareVersion: number, fileVersion = 1) =>
  ({ kind: 'ota-query-next-image', image: { manufacturerCode: 0x121d, imageType: 0, fileVersion }, hardwareVersion }) as const;

function stored(octets = file): { store: ImageStore; result: unknown } {
  const store = new ImageStore();
  store.receive({ kind: 'image-offer', transfer: 1, target, totalOctets: octets.length }, 0);
  let result: unknown;
  for (let offset = 0; offset < octets.length; offset += 100) {
    result = store.receive({ kind: 'image-chunk', transfer: 1, offset, data: octets.subarray(offset, offset + 100) }, 0);
  }
  return { store, result };
}

describe('the hub’s image store (CS05a, CS05b)', () => {
  it('takes an image chunk by chunk and tells the device', () => {
    expect(stored().result).toEqual({
      up: [{ kind: 'image-result', transfer: 1, stored: true, detail: `${file.length} octets` }],
      notify: target,
      outcomes: [],
    });
  });

  it('goes on at its offset when the offer is repeated, and ignores a chunk out of place', () => {
    const store = new ImageStore();
    const offer = { kind: 'image-offer', transfer: 1, target, totalOctets: file.length } as const;
    store.receive(offer, 0);
    store.receive({ kind: 'image-chunk', transfer: 1, offset: 0, data: file.subarray(0, 100) }, 0);
    expect(store.receive(offer, 0).up).toEqual([{ kind: 'image-progress', transfer: 1, nextOffset: 100 }]);
    expect(store.receive({ kind: 'image-chunk', transfer: 1, offset: 0, data: file.subarray(0, 100) }, 0).up).toEqual([]);
    expect(store.receive({ kind: 'image-chunk', transfer: 9, offset: 100, data: file.subarray(100) }, 0).up).toEqual([]);
    expect(store.receive({ kind: 'image-chunk', transfer: 1, offset: 100, data: new Uint8Array(file.length) }, 0).up).toEqual([]);
  });

  it('F05: refuses a file whose total size is not its length, and one that is too large', () => {
    const { result } = stored(file.subarray(0, file.length - 1));
    expect(result).toMatchObject({ up: [{ kind: 'image-result', stored: false, detail: expect.stringContaining('offset 52') }] });
    const store = new ImageStore();
    const offer = { kind: 'image-offer', transfer: 1, target, totalOctets: HUB_IMAGE_OCTETS_MAX + 1 } as const;
    expect(store.receive(offer, 0).up).toMatchObject([{ kind: 'image-result', stored: false }]);
  });

  it('offers an image to the hardware it is for, and to no other (F04)', () => {
    const { store } = stored();
    expect(store.serve(query(16), target).answer).toEqual({
      kind: 'ota-next-image',
      image: { manufacturerCode: 0x121d, imageType: 0, fileVersion: 2 },
      totalOctets: file.length,
    });
    expect(store.serve(query(33), target).answer).toEqual({ kind: 'ota-no-image' });
    expect(store.serve(query(16, 2), target).answer).toEqual({ kind: 'ota-no-image' });
    expect(new ImageStore().serve(query(16), target).answer).toEqual({ kind: 'ota-no-image' });
  });

  it('serves blocks, none past the end, and forgets an image the device found bad', () => {
    const { store } = stored();
    const image = { manufacturerCode: 0x121d, imageType: 0, fileVersion: 2 };
    const block = store.serve({ kind: 'ota-block-request', image, offset: file.length - 10, maxOctets: 50 }, target).answer;
    expect(block).toEqual({ kind: 'ota-block', image, offset: file.length - 10, data: file.subarray(file.length - 10) });
    expect(store.serve({ kind: 'ota-block-request', image, offset: file.length, maxOctets: 50 }, target).answer).toEqual({
      kind: 'ota-abort',
    });
    expect(
      store.serve({ kind: 'ota-block-request', image: { ...image, fileVersion: 3 }, offset: 0, maxOctets: 5 }, target).answer,
    ).toEqual({
      kind: 'ota-abort',
    });
    expect(store.serve({ kind: 'ota-upgrade-end', image, status: 'invalid-image' }, target).answer).toEqual({
      kind: 'ota-wait-for-command',
      image,
    });
    expect(store.serve(query(16), target).answer).toEqual({ kind: 'ota-no-image' });
  });
});
