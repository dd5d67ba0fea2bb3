import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { systemEntropy } from '../crypto/native-suite.ts';
import { describeImage, descriptionLines } from '../ota/describe.ts';
import { forEachFile } from '../ota/each-file.ts';
import { understandImage } from '../ota/image-input.ts';
import { EXIT, type Handler } from './operation.ts';
import type { otaInspectParameters } from './ota-inspect.ts';

/** `hanbench ota inspect` */
export const run: Handler<typeof otaInspectParameters> = (args, context) => {
  const suite = createNodeSuite({ entropy: systemEntropy });
  return forEachFile(args.files, context, (file, bytes) => {
    const description = describeImage(understandImage(file, bytes), suite);
    if (context.json) context.result(description);
    else for (const line of descriptionLines(description)) context.out(line);
    return EXIT.pass;
  });
};
