import { captureRecords } from '../captures/capture-reader.ts';
import { Dissector } from '../captures/dissector.ts';
import { frameLines } from '../captures/frame-lines.ts';
import { type GivenKey, readKeyFile } from '../captures/key-file.ts';
import { forEachFile } from '../ota/each-file.ts';
import { readOctets } from '../ota/image-input.ts';
import type { captureShowParameters } from './capture-show.ts';
import { EXIT, type Handler, type Json, type OperationContext } from './operation.ts';

/** Frames after which output and Ctrl-C get their turn. */
const FRAMES_A_TURN = 500;

async function keysOf(file: string | undefined, context: OperationContext): Promise<readonly GivenKey[]> {
  if (file === undefined) return [];
  return readKeyFile(new TextDecoder().decode(await readOctets(file, context.readStdin)), file);
}

/** `hanbench capture show` */
export const run: Handler<typeof captureShowParameters> = async ({ file, keys }, context) => {
  const dissector = new Dissector(await keysOf(keys, context));
  return forEachFile([file], context, async (_name, octets) => {
    for (const record of captureRecords(octets)) {
      const frame = dissector.frame(record);
      if (frame.number % FRAMES_A_TURN === 0) await context.breathe();
      if (context.json) context.result(frame as unknown as Json);
      else for (const line of frameLines(frame)) context.out(line);
    }
    return EXIT.pass;
  });
};
