import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import type { CryptoSuite, Entropy, SignatureProfile } from '../../firmware-sim/crypto/suite.ts';
import { buildOtaImage, type OtaImage } from '../../firmware-sim/dictionary/ota-image.ts';
import { type Bytes, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { systemEntropy } from '../crypto/native-suite.ts';
import { EXIT, type ExitCode, type OperationContext } from '../operations/operation.ts';
import { describeImage, descriptionLines } from './describe.ts';
import { type ImageInput, imageError, readOctets, understandImage, writeOctets } from './image-input.ts';
import { profileFor, signerAt } from './signer.ts';

/** Who signs, as the person said it. */
export interface SigningArguments {
  readonly key: string | undefined;
  readonly keystore: string | undefined;
  readonly supplier: Eui64 | undefined;
  readonly profile: SignatureProfile | undefined;
}

/**
 * Reads an image; what is wrong with its content names file and offset and is exit code 1.
 * @throws UsageError
 */
export async function readImage(file: string, context: OperationContext): Promise<ImageInput> {
  const bytes = await readOctets(file, context.readStdin);
  try {
    return understandImage(file, bytes);
  } catch (error) {
    throw error instanceof ProtocolFault ? imageError(file, error) : error;
  }
}

/** Per-message secrets: from the seed and the image when a seed was given, so that no two images share one; else the system's. */
function entropyFor(context: OperationContext, image: Bytes, sha256: CryptoSuite['sha256']): Entropy {
  if (!context.seedGiven) return systemEntropy;
  const source = randomFor(context.seed, `ota-signature ${toHex(sha256(image))}`);
  return (count) => source.bytes(count);
}

/** The image with a signature over its manufacturer image, and who made it how. @throws UsageError exit code 2 */
export function signImage(
  image: OtaImage,
  args: SigningArguments,
  context: OperationContext,
): { readonly image: OtaImage; readonly note: string } {
  const { sha256 } = createNodeSuite({ entropy: systemEntropy });
  const suite = createNodeSuite({ entropy: entropyFor(context, image.manufacturerImage, sha256) });
  const signer = signerAt({ file: args.key, keystore: args.keystore, supplier: args.supplier }, suite);
  const profile = profileFor(signer, args.profile);
  const signature = suite.sign(profile, signer.key, image.manufacturerImage);
  return { image: { ...image, signature }, note: `signed with the key of ${signer.label}, profile ${profile}` };
}

/** Writes the file and says what it holds. @throws UsageError */
export function writeImage(file: string, source: string, image: OtaImage, context: OperationContext): ExitCode {
  let bytes: Bytes;
  try {
    bytes = buildOtaImage(image);
  } catch (error) {
    throw error instanceof ProtocolFault ? imageError(source, error) : error;
  }
  writeOctets(file, bytes);
  const description = describeImage(understandImage(file, bytes), createNodeSuite({ entropy: systemEntropy }));
  if (context.json) context.result(description);
  else for (const line of descriptionLines(description)) context.out(line);
  return EXIT.pass;
}
