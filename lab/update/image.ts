import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import type { OtaIdentity } from '../../firmware-sim/device/ota-client.ts';
import { buildOtaImage, type OtaHeader, parseOtaImage } from '../../firmware-sim/dictionary/ota-image.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import type { ImageSource } from './config.ts';

/** The file that goes over the air, and what everyone should find in it. */
export interface UpdateImage {
  readonly file: Bytes;
  readonly header: OtaHeader;
  readonly manufacturerImage: Bytes;
  /** SHA-256 of the manufacturer image: what CS06 names. */
  readonly hash: Bytes;
  readonly signature: Bytes | undefined;
  readonly name: string;
}

/** Header of images that are built here: RTDS 4.5.0's sample of service request 11.1, with a version of our own. */
const BUILT_HEADER: OtaHeader = {
  manufacturerCode: 0x121d,
  imageType: 0x0000,
  fileVersion: 0x01020004,
  stackVersion: 0x0002,
  headerString: 'hanbench ESME application',
  hardwareVersions: { minimum: 0x1111, maximum: 0x1211 },
};

/**
 * The upgrade file of a run: generated from the seed, made of a manufacturer image, or taken as it is.
 * @param sign the supplier's signature over a manufacturer image
 * @throws UsageError exit code 1, naming file and offset, when a finished file is none
 */
export function prepareImage(
  source: ImageSource,
  seed: string,
  suite: Pick<CryptoSuite, 'sha256'>,
  sign: (image: Bytes) => Bytes,
): UpdateImage {
  if (source.kind === 'ota-file') return finishedImage(source, suite);
  const generated = source.kind === 'generated';
  const manufacturerImage = generated ? randomFor(seed, 'manufacturer image').bytes(source.octets) : source.bytes;
  const name = generated ? `generated from seed ${seed}` : source.name;
  if (manufacturerImage.length === 0)
    throw new UsageError('ota-size', 'octet 0: the manufacturer image is empty', { file: name }, 1);
  const signature = sign(manufacturerImage);
  const file = buildFile(manufacturerImage, signature, name);
  return { file, header: BUILT_HEADER, manufacturerImage, hash: suite.sha256(manufacturerImage), signature, name };
}

function buildFile(manufacturerImage: Bytes, signature: Bytes, name: string): Bytes {
  try {
    return buildOtaImage({ header: BUILT_HEADER, manufacturerImage, signature });
  } catch (error) {
    throw error instanceof ProtocolFault ? contentError(error, name) : error;
  }
}

function finishedImage(source: Extract<ImageSource, { kind: 'ota-file' }>, suite: Pick<CryptoSuite, 'sha256'>): UpdateImage {
  try {
    const { header, manufacturerImage, signature } = parseOtaImage(source.bytes);
    const hash = suite.sha256(manufacturerImage);
    return { file: source.bytes, header, manufacturerImage, hash, signature, name: source.name };
  } catch (error) {
    throw error instanceof ProtocolFault ? contentError(error, source.name) : error;
  }
}

function contentError(fault: ProtocolFault, file: string): UsageError {
  return new UsageError(fault.kind, `octet ${fault.offset}: ${fault.message}`, { file }, 1);
}

/** A meter that the image is made for: same maker and type, a hardware version in its range. */
export function identityFor({ manufacturerCode, imageType, hardwareVersions }: OtaHeader): OtaIdentity {
  return { manufacturerCode, imageType, hardwareVersion: hardwareVersions?.minimum ?? 0 };
}

/** What the meter runs before the update: the version just below the image's, or the highest when there is none below. */
export function versionBefore({ fileVersion }: OtaHeader): number {
  return (fileVersion - 1) >>> 0;
}
