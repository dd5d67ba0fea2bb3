import { composeImage } from '../ota/image-input.ts';
import { readImage, signImage, writeImage } from '../ota/write-image.ts';
import type { Handler } from './operation.ts';
import type { otaSignParameters } from './ota-sign.ts';

/** `hanbench ota sign` */
export const run: Handler<typeof otaSignParameters> = async (args, context) => {
  const input = await readImage(args.file, context);
  const { image, note } = signImage(composeImage(input, args), args, context);
  const code = writeImage(args.out, args.file, image, context);
  context.note(note);
  return code;
};
