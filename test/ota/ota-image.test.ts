import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildOtaImage,
  isOtaFile,
  OTA_MAGIC,
  type OtaHeader,
  type OtaImage,
  parseOtaImage,
} from '../../firmware-sim/dictionary/ota-image.ts';
import { concat, fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import { parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { full } from '../support/shared.ts';

/** Header values of the ESME image in RTDS 4.5.0, service request 11.1. */
const SAMPLE: OtaHeader = {
  manufacturerCode: 0x121d,
  imageType: 0x0000,
  fileVersion: 0xacdcacdc,
  stackVersion: 0x0002,
  headerString: 'sample',
  hardwareVersions: { minimum: 0x1111, maximum: 0x1211 },
};
const SAMPLE_IMAGE = Uint8Array.from({ length: 235 }, (_, i) => i);
const SIGNATURE = new Uint8Array(64).fill(0x5a);

const sampleFile = buildOtaImage({ header: SAMPLE, manufacturerImage: SAMPLE_IMAGE, signature: SIGNATURE });

function fault(run: () => unknown): ProtocolFault {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolFault) return error;
    throw error;
  }
  return expect.fail('a ProtocolFault was expected');
}

function changed(at: number, ...octets: number[]): Uint8Array {
  const copy = Uint8Array.from(sampleFile);
  copy.set(octets, at);
  return copy;
}

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });

const header: fc.Arbitrary<OtaHeader> = fc
  .record(
    {
      headerVersion: fc.integer({ min: 0x100, max: 0x1ff }),
      manufacturerCode: u16,
      imageType: u16,
      fileVersion: u32,
      stackVersion: u16,
      headerString: fc.uint8Array({ maxLength: 32 }).map((octets) => String.fromCharCode(...octets).replace(/\0+$/, '')),
      securityCredentialVersion: fc.integer({ min: 0, max: 255 }),
      destination: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((octets) => parseEui64(toHex(octets))),
      hardwareVersions: fc.tuple(u16, u16).map(([a, b]) => ({ minimum: Math.min(a, b), maximum: Math.max(a, b) })),
      reservedFieldControl: fc.integer({ min: 1, max: 0x1fff }).map((bits) => bits << 3),
      extension: fc.uint8Array({ minLength: 1, maxLength: 20 }),
    },
    { requiredKeys: ['headerVersion', 'manufacturerCode', 'imageType', 'fileVersion', 'stackVersion', 'headerString'] },
  )
  // The record is what the type says, but for the optional keys that exactOptionalPropertyTypes cannot see.
  .map((value) => value as OtaHeader);

const image: fc.Arbitrary<OtaImage> = fc.record(
  {
    header,
    manufacturerImage: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    signature: fc.constantFrom(64, 96).chain((octets) => fc.uint8Array({ minLength: octets, maxLength: octets })),
  },
  { requiredKeys: ['header', 'manufacturerImage'] },
) as fc.Arbitrary<OtaImage>;

describe('OTA upgrade file', () => {
  it('has the layout of the RTDS 11.1 sample', () => {
    expect(sampleFile.length).toBe(361);
    expect(toHex(sampleFile.subarray(0, 20))).toBe(`1ef1ee0b00013c0004001d120000dcacdcac0200`);
    expect(toHex(sampleFile.subarray(52, 60))).toBe('6901000011111112');
    expect(toHex(sampleFile.subarray(361 - 66, 361 - 64))).toBe('0040');
    expect(toHex(sampleFile.subarray(361 - 64))).toBe(toHex(SIGNATURE));
  });

  it('reads back what was written', () => {
    const read = parseOtaImage(sampleFile);
    expect(read.header).toEqual({ ...SAMPLE, headerVersion: 0x0100 });
    expect(toHex(read.manufacturerImage)).toBe(toHex(SAMPLE_IMAGE));
    expect(read.headerLength).toBe(60);
    expect(read.totalSize).toBe(361);
  });

  it('reads an unsigned image, as the RTDS 11.4 sample for a PPMID is', () => {
    const file = buildOtaImage({ header: { ...SAMPLE, imageType: 0x0084 }, manufacturerImage: SAMPLE_IMAGE });
    expect(file.length).toBe(295);
    const read = parseOtaImage(file);
    expect(read.signature).toBeUndefined();
    expect(read.manufacturerImage.length).toBe(235);
  });

  it('tells a bare manufacturer image from a file', () => {
    expect(isOtaFile(sampleFile)).toBe(true);
    expect(isOtaFile(SAMPLE_IMAGE)).toBe(false);
    expect(isOtaFile(fromHex('1ef1ee'))).toBe(false);
    expect(OTA_MAGIC).toBe(0x0beef11e);
  });

  it('keeps the signature valid when only the header changes: it does not cover the header', () => {
    const sha256 = (octets: Uint8Array) => createHash('sha256').update(octets).digest('hex');
    const other = buildOtaImage({ ...parseOtaImage(sampleFile), header: { ...SAMPLE, fileVersion: 1 } });
    expect(sha256(parseOtaImage(other).manufacturerImage)).toBe(sha256(SAMPLE_IMAGE));
    expect(parseOtaImage(other).signature).toEqual(SIGNATURE);
  });

  it.each([
    ['a wrong file identifier', () => parseOtaImage(changed(0, 0x1f)), 'ota-magic', 0],
    ['an unknown header version', () => parseOtaImage(changed(5, 2)), 'ota-header-version', 4],
    ['a header length below the fixed part', () => parseOtaImage(changed(6, 55)), 'ota-header-length', 6],
    ['a header length past the file', () => parseOtaImage(changed(6, 0x6a, 0x01)), 'ota-header-length', 6],
    ['a header too short for its fields', () => parseOtaImage(changed(6, 58)), 'truncated', 58],
    ['a hardware range upside down', () => parseOtaImage(changed(56, 0xff, 0xff)), 'ota-hardware-range', 56],
    ['a total size that is not the file’s', () => parseOtaImage(changed(52, 0x68)), 'ota-size', 52],
    ['a file cut short', () => parseOtaImage(sampleFile.subarray(0, 360)), 'ota-size', 52],
    ['octets after the end', () => parseOtaImage(concat(sampleFile, SIGNATURE)), 'ota-size', 52],
    ['a file cut inside the header', () => parseOtaImage(sampleFile.subarray(0, 40)), 'ota-header-length', 6],
    ['a missing trailer', () => parseOtaImage(changed(296, 0x41), { trailer: 64 }), 'ota-trailer', 295],
    ['a trailer of the other profile', () => parseOtaImage(sampleFile, { trailer: 96 }), 'ota-trailer', 263],
    ['a file above the limit', () => parseOtaImage(sampleFile, { octetsMax: 360 }), 'ota-size', 360],
    ['an empty file', () => parseOtaImage(new Uint8Array(0)), 'truncated', 0],
    ['an empty image', () => buildOtaImage({ header: SAMPLE, manufacturerImage: new Uint8Array(0) }), 'ota-size', 0],
    [
      'a long header string',
      () => buildOtaImage({ header: { ...SAMPLE, headerString: 'x'.repeat(33) }, manufacturerImage: SAMPLE_IMAGE }),
      'ota-header-string',
      0,
    ],
    [
      'a signature of 63 octets',
      () => buildOtaImage({ header: SAMPLE, manufacturerImage: SAMPLE_IMAGE, signature: new Uint8Array(63) }),
      'ota-trailer',
      0,
    ],
    [
      'an image too large to build',
      () => buildOtaImage({ header: SAMPLE, manufacturerImage: new Uint8Array(10_240_000) }),
      'ota-size',
      0,
    ],
  ])('refuses %s', (_name, run, kind, offset) => {
    expect(fault(run)).toMatchObject({ kind, offset });
  });

  it('round trip: every image that can be built is read back, and built again octet by octet', () => {
    fc.assert(
      fc.property(image, (value) => {
        const file = buildOtaImage(value);
        const trailer = value.signature ? (value.signature.length === 96 ? 96 : 64) : 'none';
        const read = parseOtaImage(file, { trailer });
        expect(read.header).toEqual(value.header);
        expect(toHex(read.manufacturerImage)).toBe(toHex(value.manufacturerImage));
        expect(read.signature && toHex(read.signature)).toBe(value.signature && toHex(value.signature));
        expect(toHex(buildOtaImage(read))).toBe(toHex(file));
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('fuzz: mutated files and arbitrary octets give an image or a ProtocolFault within the file', () => {
    const mutated = fc
      .tuple(fc.array(fc.tuple(fc.nat(360), fc.nat(255)), { maxLength: 6 }), fc.nat(361))
      .map(([edits, length]) => {
        const copy = Uint8Array.from(sampleFile);
        for (const [at, octet] of edits) copy[at] = octet;
        return length % 3 === 0 ? copy.subarray(0, length) : copy;
      });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 400 })), (bytes) => {
        try {
          const read = parseOtaImage(bytes);
          expect(toHex(buildOtaImage(read))).toBe(toHex(bytes));
        } catch (error) {
          if (!(error instanceof ProtocolFault)) throw error;
          expect(error.offset).toBeLessThanOrEqual(bytes.length);
        }
      }),
      { seed: 3, numRuns: full ? 50_000 : 2_000 },
    );
  });
});
