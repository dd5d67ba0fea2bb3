import { readFileSync, writeFileSync } from 'node:fs';
import { isOtaFile, type OtaImage, type ParsedOtaImage, parseOtaImage } from '../../firmware-sim/dictionary/ota-image.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { fileError } from '../keystore/key-files.ts';

/** An image as it came in: a finished OTA file, or the manufacturer's own octets. */
export type ImageInput =
  | { readonly form: 'ota-file'; readonly file: string; readonly bytes: Bytes; readonly image: ParsedOtaImage }
  | { readonly form: 'manufacturer-image'; readonly file: string; readonly bytes: Bytes };

/**
 * The octets of a file, or of standard input for `-`.
 * @throws UsageError exit code 2 when the path cannot be read
 */
export async function readOctets(file: string, readStdin: () => Promise<Bytes>): Promise<Bytes> {
  if (file === '-') return await readStdin();
  try {
    return new Uint8Array(readFileSync(file));
  } catch (error) {
    return fileError(file, error);
  }
}

/** Writes a file. @throws UsageError exit code 2 when the path cannot be written */
export function writeOctets(file: string, bytes: Bytes): void {
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    fileError(file, error);
  }
}

/** A fault in an image as a person sees it: file and offset, exit code 1. */
export function imageError(file: string, fault: ProtocolFault): UsageError {
  return new UsageError(fault.kind, `octet ${fault.offset}: ${fault.message}`, { file }, 1);
}

/**
 * Tells a finished OTA file from a bare manufacturer image by its first octets.
 * @throws ProtocolFault when the file starts like an OTA file and is none, or is empty
 */
export function understandImage(file: string, bytes: Bytes): ImageInput {
  if (isOtaFile(bytes)) return { form: 'ota-file', file, bytes, image: parseOtaImage(bytes) };
  if (bytes.length === 0) throw new ProtocolFault('ota-size', 'the file is empty');
  return { form: 'manufacturer-image', file, bytes };
}

/** The part of an input that the signature and the hash cover. */
export function manufacturerImageOf(input: ImageInput): Bytes {
  return input.form === 'ota-file' ? input.image.manufacturerImage : input.bytes;
}

/** Header fields a person gave; those left out come from the input, or from what a new file starts with. */
export interface HeaderChanges {
  readonly manufacturerCode: number | undefined;
  readonly imageType: number | undefined;
  readonly fileVersion: number | undefined;
  readonly stackVersion: number | undefined;
  readonly headerString: string | undefined;
  readonly hardwareMin: number | undefined;
  readonly hardwareMax: number | undefined;
}

/** Image type of an ESME in the RTDS 4.5.0 sample of service request 11.1. */
const DEFAULT_IMAGE_TYPE = 0x0000;
/** ZigBee PRO (09-5264 6.3.2, ZigBee stack version). */
const DEFAULT_STACK_VERSION = 0x0002;

function needed(value: number | undefined, option: string, file: string): number {
  if (value !== undefined) return value;
  throw new UsageError('missing-value', `${file} is a bare manufacturer image, so ${option} is needed for its header`);
}

function hardwareRange(
  changes: HeaderChanges,
  before: OtaImage['header'] | undefined,
): { minimum: number; maximum: number } | undefined {
  const minimum = changes.hardwareMin ?? before?.hardwareVersions?.minimum;
  const maximum = changes.hardwareMax ?? before?.hardwareVersions?.maximum;
  if (minimum === undefined && maximum === undefined) return undefined;
  if (minimum === undefined || maximum === undefined) {
    throw new UsageError('missing-value', '--hardware-min and --hardware-max go together');
  }
  if (minimum > maximum) throw new UsageError('bad-value', `--hardware-min ${minimum} is above --hardware-max ${maximum}`);
  return { minimum, maximum };
}

/**
 * The image to write: the input's, with the header fields that were given.
 * @throws UsageError exit code 2 when a field of a new header is missing or does not fit
 */
export function composeImage(input: ImageInput, changes: HeaderChanges): OtaImage {
  const before = input.form === 'ota-file' ? input.image : undefined;
  const { headerString: text } = changes;
  if (text !== undefined && (text.length > 32 || [...text].some((letter) => letter < ' ' || letter > '~'))) {
    throw new UsageError(
      'bad-value',
      `--header-string: at most 32 printable ISO 646 (ASCII) characters, not ${JSON.stringify(text)}`,
    );
  }
  const hardwareVersions = hardwareRange(changes, before?.header);
  const header = {
    ...before?.header,
    manufacturerCode:
      changes.manufacturerCode ?? before?.header.manufacturerCode ?? needed(undefined, '--manufacturer-code', input.file),
    imageType: changes.imageType ?? before?.header.imageType ?? DEFAULT_IMAGE_TYPE,
    fileVersion: changes.fileVersion ?? before?.header.fileVersion ?? needed(undefined, '--file-version', input.file),
    stackVersion: changes.stackVersion ?? before?.header.stackVersion ?? DEFAULT_STACK_VERSION,
    headerString: text ?? before?.header.headerString ?? '',
    ...(hardwareVersions ? { hardwareVersions } : {}),
  };
  return { header, manufacturerImage: manufacturerImageOf(input), ...(before?.signature ? { signature: before.signature } : {}) };
}
