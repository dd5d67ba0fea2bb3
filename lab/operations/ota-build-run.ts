import { existsSync } from 'node:fs';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { composeImage } from '../ota/image-input.ts';
import { readImage, signImage, writeImage } from '../ota/write-image.ts';
import type { Handler } from './operation.ts';
import type { otaBuildParameters } from './ota-build.ts';

/** `hanbench ota build` */
export const run: Handler<typeof otaBuildParameters> = async (args, context) => {
  const toSign = args.key !== undefined || args.supplier !== undefined;
  if (toSign && args.unsigned) throw new UsageError('bad-usage', '--unsigned and --key or --supplier exclude each other');
  if (args.profile !== undefined && !toSign)
    throw new UsageError('bad-usage', '--profile says how to sign; --key or --supplier is missing');
  if (!args.force && existsSync(args.out)) {
    throw new UsageError('exists', 'is there already; --force writes over it', { file: args.out });
  }
  const input = await readImage(args.file, context);
  const composed = composeImage(input, args);
  if (args.unsigned) {
    const { header, manufacturerImage } = composed;
    return writeImage(args.out, args.file, { header, manufacturerImage }, context);
  }
  if (!toSign) return writeImage(args.out, args.file, composed, context);
  const { image, note } = signImage(composed, args, context);
  const code = writeImage(args.out, args.file, image, context);
  context.note(note);
  return code;
};
