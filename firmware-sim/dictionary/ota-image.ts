import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import { type Bytes, fromAscii, toAscii } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import { type Eui64, eui64At, eui64Bytes } from '../kernel/eui64.ts';

/**
 * The ZigBee OTA upgrade file as GB smart metering uses it: header, Manufacturer Image and, for images that a supplier
 * signs, a trailer of two length octets and the raw signature `r || s`. Header integers are little-endian (ZigBee OTA
 * upgrade cluster, 09-5264 6.3); the trailer's length is big-endian (RTDS 4.5.0, service request 11.1).
 *
 * The signature and the hash that CS06 carries cover the Manufacturer Image only, so that neither protects the header.
 */

/** File identifier `1E F1 EE 0B` (09-5264 6.3.2). */
export const OTA_MAGIC = 0x0beef11e;
/** Header version written by `buildOtaImage` (09-5264 6.3.2). */
export const OTA_HEADER_VERSION = 0x0100;
/** Octets of the header without optional fields (09-5264 6.3.2). */
export const OTA_BASE_HEADER_OCTETS = 56;
/** Octets of the header string (09-5264 6.3.2). */
export const OTA_HEADER_STRING_OCTETS = 32;
/** Largest image a service request 11.1 can carry (DUIS 5.4 schema, length of the image element). */
export const OTA_IMAGE_OCTETS_MAX = 10_240_000;

/** Which optional header fields follow (09-5264 6.3.2, header field control). */
const FIELD = { securityCredentialVersion: 0x0001, destination: 0x0002, hardwareVersions: 0x0004 } as const;
const KNOWN_FIELDS = 0x0007;

const OFFSET = { headerLength: 6, fieldControl: 8, totalSize: 52 } as const;
const TRAILER_LENGTH_OCTETS = 2;

/** Octets of a signature: 64 on P-256 (RTDS 4.5.0), 96 for the `cnsa-p384` profile. */
export type OtaSignatureOctets = 64 | 96;

/** Every trailer there is, the usual one first. */
export const OTA_SIGNATURE_OCTETS: readonly OtaSignatureOctets[] = [64, 96];

export interface OtaHeader {
  readonly headerVersion?: number;
  readonly manufacturerCode: number;
  readonly imageType: number;
  /** The firmware version that ECS52 and CS06 answer with (4 octets there). */
  readonly fileVersion: number;
  readonly stackVersion: number;
  /** At most 32 ISO 646 / Latin-1 characters; padded with zero octets in the file. */
  readonly headerString: string;
  readonly securityCredentialVersion?: number;
  /** The one device this file is for. */
  readonly destination?: Eui64;
  readonly hardwareVersions?: { readonly minimum: number; readonly maximum: number };
  /** Field control bits that name no known field, kept as they were. */
  readonly reservedFieldControl?: number;
  /** Octets of the header after the fields that field control names, kept as they were. */
  readonly extension?: Bytes;
}

export interface OtaImage {
  readonly header: OtaHeader;
  readonly manufacturerImage: Bytes;
  /** `r || s`, absent in an unsigned image. */
  readonly signature?: Bytes;
}

export interface ParsedOtaImage extends OtaImage {
  readonly headerLength: number;
  /** Octets of the whole file, trailer included. */
  readonly totalSize: number;
}

/**
 * How to tell a trailer from the image's own last octets. `detect` takes `00 40` (or `00 60`) at the place where a
 * trailer would start for one; an unsigned image holds it there by chance once in 65,536.
 */
export type OtaTrailer = 'detect' | 'none' | OtaSignatureOctets;

export interface ParseOtaOptions {
  readonly trailer?: OtaTrailer;
  /** Largest file accepted. */
  readonly octetsMax?: number;
}

/** True when the octets start with the file identifier; anything else is taken as a bare Manufacturer Image. */
export function isOtaFile(bytes: Bytes): boolean {
  return bytes.length >= 4 && new ByteReader(bytes).uintLe(4) === OTA_MAGIC;
}

function readOptionalFields(reader: ByteReader, control: number): Partial<OtaHeader> {
  const credential = control & FIELD.securityCredentialVersion ? { securityCredentialVersion: reader.u8() } : {};
  const destination = control & FIELD.destination ? { destination: eui64At(Uint8Array.from(reader.take(8)).reverse()) } : {};
  if (!(control & FIELD.hardwareVersions)) return { ...credential, ...destination };
  const at = reader.at;
  const hardwareVersions = { minimum: reader.uintLe(2), maximum: reader.uintLe(2) };
  if (hardwareVersions.minimum > hardwareVersions.maximum) {
    reader.fail('ota-hardware-range', `minimum hardware version ${hex(hardwareVersions.minimum, 4)} is above the maximum`, at);
  }
  return { ...credential, ...destination, hardwareVersions };
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

function readHeader(reader: ByteReader): { header: OtaHeader; headerLength: number; totalSize: number } {
  const magic = reader.uintLe(4);
  if (magic !== OTA_MAGIC) reader.fail('ota-magic', `file identifier is ${hex(magic, 8)}, not ${hex(OTA_MAGIC, 8)}`, 0);
  const headerVersion = reader.uintLe(2);
  if (headerVersion >> 8 !== OTA_HEADER_VERSION >> 8) {
    reader.fail('ota-header-version', `header version ${hex(headerVersion, 4)} is not known`, 4);
  }
  const headerLength = reader.uintLe(2);
  if (headerLength < OTA_BASE_HEADER_OCTETS || headerLength > reader.end) {
    const limits = `at least ${OTA_BASE_HEADER_OCTETS} and at most the file's ${reader.end}`;
    reader.fail('ota-header-length', `header length ${headerLength} is not ${limits}`, OFFSET.headerLength);
  }
  const control = reader.uintLe(2);
  const fixed = {
    manufacturerCode: reader.uintLe(2),
    imageType: reader.uintLe(2),
    fileVersion: reader.uintLe(4),
    stackVersion: reader.uintLe(2),
    headerString: toAscii(reader.take(OTA_HEADER_STRING_OCTETS)).replace(/\0+$/, ''),
  };
  const totalSize = reader.uintLe(4);
  const rest = new ByteReader(reader.bytes, reader.at, headerLength);
  const optional = readOptionalFields(rest, control);
  const extension = rest.remaining > 0 ? { extension: rest.rest() } : {};
  const reserved = control & ~KNOWN_FIELDS ? { reservedFieldControl: control & ~KNOWN_FIELDS } : {};
  return { header: { headerVersion, ...fixed, ...optional, ...reserved, ...extension }, headerLength, totalSize };
}

function trailerStart(bytes: Bytes, bodyAt: number, octets: OtaSignatureOctets): number | undefined {
  const at = bytes.length - TRAILER_LENGTH_OCTETS - octets;
  return at >= bodyAt && bytes[at] === 0 && bytes[at + 1] === octets ? at : undefined;
}

/** Where the Manufacturer Image ends, and how long the signature is (0 without one). */
function findTrailer(bytes: Bytes, bodyAt: number, trailer: OtaTrailer): { end: number; octets: number } {
  if (trailer === 'none') return { end: bytes.length, octets: 0 };
  for (const octets of trailer === 'detect' ? OTA_SIGNATURE_OCTETS : [trailer]) {
    const end = trailerStart(bytes, bodyAt, octets);
    if (end !== undefined) return { end, octets };
  }
  if (trailer === 'detect') return { end: bytes.length, octets: 0 };
  const at = Math.max(bodyAt, bytes.length - TRAILER_LENGTH_OCTETS - trailer);
  throw new ProtocolFault(
    'ota-trailer',
    `no signature trailer: ${hex(trailer, 4)} expected ${trailer + 2} octets before the end`,
    at,
  );
}

/**
 * Reads an OTA upgrade file. The Manufacturer Image and the signature share memory with `bytes`.
 * @throws ProtocolFault `truncated`, `ota-magic`, `ota-header-version`, `ota-header-length`, `ota-hardware-range`,
 *   `ota-size`, `ota-trailer`, with the offset in the file
 */
export function parseOtaImage(bytes: Bytes, options: ParseOtaOptions = {}): ParsedOtaImage {
  const octetsMax = options.octetsMax ?? OTA_IMAGE_OCTETS_MAX;
  if (bytes.length > octetsMax)
    throw new ProtocolFault('ota-size', `file of ${bytes.length} octets; at most ${octetsMax}`, octetsMax);
  const { header, headerLength, totalSize } = readHeader(new ByteReader(bytes));
  if (totalSize !== bytes.length) {
    throw new ProtocolFault('ota-size', `header says ${totalSize} octets in all, the file has ${bytes.length}`, OFFSET.totalSize);
  }
  const { end, octets } = findTrailer(bytes, headerLength, options.trailer ?? 'detect');
  if (end === headerLength) throw new ProtocolFault('ota-size', 'the Manufacturer Image is empty', headerLength);
  const manufacturerImage = bytes.subarray(headerLength, end);
  const signature = octets > 0 ? { signature: bytes.subarray(end + TRAILER_LENGTH_OCTETS) } : {};
  return { header, manufacturerImage, ...signature, headerLength, totalSize };
}

function writeOptionalFields(writer: ByteWriter, header: OtaHeader): number {
  let control = header.reservedFieldControl ?? 0;
  if (header.securityCredentialVersion !== undefined) {
    control |= FIELD.securityCredentialVersion;
    writer.u8(header.securityCredentialVersion);
  }
  if (header.destination !== undefined) {
    control |= FIELD.destination;
    writer.bytes(eui64Bytes(header.destination).reverse());
  }
  if (header.hardwareVersions) {
    control |= FIELD.hardwareVersions;
    writer.uintLe(header.hardwareVersions.minimum, 2).uintLe(header.hardwareVersions.maximum, 2);
  }
  if (header.extension) writer.bytes(header.extension);
  return control;
}

function checkParts(image: OtaImage): void {
  const { header, manufacturerImage, signature } = image;
  const { hardwareVersions: hardware, headerString } = header;
  if (manufacturerImage.length === 0) throw new ProtocolFault('ota-size', 'the Manufacturer Image is empty');
  if (headerString.length > OTA_HEADER_STRING_OCTETS || [...headerString].some((letter) => letter.charCodeAt(0) > 0xff)) {
    throw new ProtocolFault('ota-header-string', `the header string has room for ${OTA_HEADER_STRING_OCTETS} ISO 646 characters`);
  }
  if (hardware && hardware.minimum > hardware.maximum) {
    throw new ProtocolFault('ota-hardware-range', `minimum hardware version ${hex(hardware.minimum, 4)} is above the maximum`);
  }
  if (signature && !OTA_SIGNATURE_OCTETS.some((octets) => octets === signature.length)) {
    throw new ProtocolFault('ota-trailer', `a signature has 64 or 96 octets, not ${signature.length}`);
  }
}

/**
 * Writes an OTA upgrade file; header length, field control, total size and trailer follow from the parts.
 * `buildOtaImage(parseOtaImage(file))` gives the file again.
 * @throws ProtocolFault `ota-size`, `ota-header-string`, `ota-hardware-range`, `ota-trailer`
 */
export function buildOtaImage(image: OtaImage, octetsMax = OTA_IMAGE_OCTETS_MAX): Bytes {
  checkParts(image);
  const { header, manufacturerImage, signature } = image;
  const optional = new ByteWriter(16);
  const control = writeOptionalFields(optional, header);
  const headerLength = OTA_BASE_HEADER_OCTETS + optional.length;
  const totalSize = headerLength + manufacturerImage.length + (signature ? TRAILER_LENGTH_OCTETS + signature.length : 0);
  if (totalSize > octetsMax) throw new ProtocolFault('ota-size', `file of ${totalSize} octets; at most ${octetsMax}`);
  const text = new Uint8Array(OTA_HEADER_STRING_OCTETS);
  text.set(fromAscii(header.headerString));
  const writer = new ByteWriter(totalSize)
    .uintLe(OTA_MAGIC, 4)
    .uintLe(header.headerVersion ?? OTA_HEADER_VERSION, 2)
    .uintLe(headerLength, 2)
    .uintLe(control, 2)
    .uintLe(header.manufacturerCode, 2)
    .uintLe(header.imageType, 2)
    .uintLe(header.fileVersion, 4)
    .uintLe(header.stackVersion, 2)
    .bytes(text)
    .uintLe(totalSize, 4)
    .bytes(optional.finish())
    .bytes(manufacturerImage);
  if (signature) writer.u16(signature.length).bytes(signature);
  return writer.finish();
}
