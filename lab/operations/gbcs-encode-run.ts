import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { NO_KEYS } from '../../firmware-sim/gbcs/checked-message.ts';
import { messageFromJson } from '../../firmware-sim/gbcs/message-json.ts';
import { fromAscii, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { runEntropy } from '../crypto/run-entropy.ts';
import { loadKeystore } from '../keystore/keystore.ts';
import { reportFault } from '../messages/each-message.ts';
import { type JsonLine, jsonLines } from '../messages/message-lines.ts';
import { rewriteMessage } from '../messages/rewrite-message.ts';
import { readOctets } from '../ota/image-input.ts';
import type { gbcsEncodeParameters } from './gbcs-encode.ts';
import { EXIT, type ExitCode, type Handler, type OperationContext } from './operation.ts';

/** True for a line in which decode reported a file that was no message. */
function isErrorLine(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'error' in value && !('form' in value);
}

function encodeLine(line: JsonLine, protector: Parameters<typeof rewriteMessage>[1], context: OperationContext): void {
  if (line.value instanceof UsageError) throw line.value;
  if (isErrorLine(line.value)) throw new UsageError('no-message', 'the line reports a file that was no message', {}, 1);
  const { bytes, notes } = rewriteMessage(messageFromJson(line.value), protector);
  for (const note of notes) context.note(`${line.label}: ${note}`);
  if (context.json) context.result({ file: line.label, message: toHex(bytes) });
  else context.out(toHex(bytes));
}

/** `hanbench gbcs encode` */
export const run: Handler<typeof gbcsEncodeParameters> = async (args, context) => {
  const { entropy, next } = runEntropy(context, 'gbcs encode');
  const suite = createNodeSuite({ entropy });
  const keys = args.keystore === undefined ? NO_KEYS : loadKeystore(args.keystore, suite);
  const protector = { suite, keys, profile: args.profile };
  let code: ExitCode = EXIT.pass;
  for (const file of args.files) {
    const lines = jsonLines(file, await readOctets(file, context.readStdin));
    if (lines.length === 0) {
      reportFault(context, file, new UsageError('empty', 'there is no line in it', {}, 1));
      code = EXIT.failed;
    }
    for (const line of lines) {
      next(() => fromAscii(`${line.label} ${JSON.stringify(line.value)}`));
      try {
        encodeLine(line, protector, context);
      } catch (error) {
        if (!(error instanceof ProtocolFault) && !(error instanceof UsageError && error.exitCode === 1)) throw error;
        reportFault(context, line.label, error);
        code = EXIT.failed;
      }
    }
    await context.breathe();
  }
  return code;
};
