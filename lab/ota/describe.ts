import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import type { OtaHeader } from '../../firmware-sim/dictionary/ota-image.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import type { Json } from '../operations/operation.ts';
import { type ImageInput, manufacturerImageOf } from './image-input.ts';

/** Above this a device image is larger than what is known to be handled (recalled, about 750 kB; docs/deviations.md). */
export const USUAL_OCTETS_MAX = 750_000;

/** What can be said about an image: plain data, the result of `ota inspect`. */
export interface ImageDescription {
  readonly file: string;
  readonly form: ImageInput['form'];
  readonly size: number;
  readonly header?: { readonly [field: string]: Json };
  readonly headerLength?: number;
  readonly manufacturerImage: { readonly offset: number; readonly size: number; readonly sha256: string };
  readonly signature?: string;
  readonly notes: readonly string[];
  readonly [field: string]: Json | undefined;
}

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

function describeHeader(header: OtaHeader): { readonly [field: string]: Json } {
  const { securityCredentialVersion: credential, destination, hardwareVersions: hardware } = header;
  return {
    manufacturerCode: hex(header.manufacturerCode, 4),
    imageType: hex(header.imageType, 4),
    fileVersion: hex(header.fileVersion, 8),
    stackVersion: hex(header.stackVersion, 4),
    headerString: header.headerString,
    ...(credential === undefined ? {} : { securityCredentialVersion: credential }),
    ...(destination === undefined ? {} : { destination }),
    ...(hardware ? { hardwareVersions: { minimum: hex(hardware.minimum, 4), maximum: hex(hardware.maximum, 4) } } : {}),
    ...(header.reservedFieldControl ? { reservedFieldControl: hex(header.reservedFieldControl, 4) } : {}),
    ...(header.extension ? { extension: toHex(header.extension) } : {}),
  };
}

function notesOn(input: ImageInput): string[] {
  const notes: string[] = [];
  if (input.form === 'manufacturer-image') notes.push('a bare manufacturer image: no header, no signature');
  else {
    notes.push('the header is not protected: the signature and the hash in CS06 cover the manufacturer image only');
    if (!input.image.signature) notes.push('unsigned; ESME and GSME images carry a supplier’s signature, PPMID images do not');
  }
  if (input.bytes.length > USUAL_OCTETS_MAX)
    notes.push(`larger than the usual limit of ${USUAL_OCTETS_MAX} octets for a device image`);
  return notes;
}

/** Header, sizes, hash and signature of an image. */
export function describeImage(input: ImageInput, suite: Pick<CryptoSuite, 'sha256'>): ImageDescription {
  const body = manufacturerImageOf(input);
  const image = input.form === 'ota-file' ? input.image : undefined;
  return {
    file: input.file,
    form: input.form,
    size: input.bytes.length,
    ...(image ? { header: describeHeader(image.header), headerLength: image.headerLength } : {}),
    manufacturerImage: { offset: image?.headerLength ?? 0, size: body.length, sha256: toHex(suite.sha256(body)) },
    ...(image?.signature ? { signature: toHex(image.signature) } : {}),
    notes: notesOn(input),
  };
}

const LABELS: Readonly<Record<string, string>> = {
  manufacturerCode: 'manufacturer code',
  imageType: 'image type',
  fileVersion: 'file version',
  stackVersion: 'ZigBee stack version',
  headerString: 'header string',
  securityCredentialVersion: 'security credential version',
  destination: 'for the one device',
  reservedFieldControl: 'unknown field control bits',
  extension: 'unknown header octets',
};

function headerLines(header: { readonly [field: string]: Json }): [string, string][] {
  return Object.entries(header).map(([field, value]): [string, string] => {
    if (field === 'hardwareVersions' && value && typeof value === 'object' && 'minimum' in value) {
      return ['hardware versions', `${value.minimum} to ${value.maximum}`];
    }
    return [LABELS[field] ?? field, typeof value === 'string' && value === '' ? '(empty)' : String(value)];
  });
}

/** The description as lines for a person. */
export function descriptionLines(description: ImageDescription): string[] {
  const { manufacturerImage: body, signature } = description;
  const rows: [string, string][] = [
    ['size', `${description.size} octets`],
    ...(description.header ? headerLines(description.header) : []),
    ['manufacturer image', `${body.size} octets at ${body.offset}`],
    ['hash (SHA-256)', body.sha256],
  ];
  if (signature) {
    const half = signature.length / 2;
    rows.push(
      [`signature r (${signature.length / 2} octets in all)`, signature.slice(0, half)],
      ['signature s', signature.slice(half)],
    );
  }
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`);
  return [description.file, ...lines, ...description.notes.map((note) => `  note: ${note}`)];
}
