import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { EXIT, type ExitCode, type OperationContext } from '../operations/operation.ts';
import { readOctets } from '../ota/image-input.ts';
import { inputMessages, looksLikeLines } from './message-text.ts';

/** Reports what is wrong with one input and goes on with the next. */
export function reportFault(context: OperationContext, file: string, fault: ProtocolFault | UsageError): void {
  const { kind, message } = fault;
  const offset = fault instanceof ProtocolFault ? fault.offset : 0;
  if (context.json) context.result({ file, error: { kind, message, offset } });
  else if (fault instanceof ProtocolFault) context.complain(`${file}: offset ${offset}: ${message}`);
  else context.complain(`${file}: ${message}`);
}

const BREATH_MS = 50;
const worse = (a: ExitCode, b: ExitCode): ExitCode => (a > b ? a : b);

/**
 * Does `work` for every message of the inputs. A message that cannot be read is reported (as `{file, error}` with JSON) and
 * the others are still done: exit code 1. So is a path that cannot be read: exit code 2. Mistakes in what the person asked for
 * (a keystore file that is needed and broken) end it.
 */
export async function forEachMessage(
  files: readonly string[],
  lines: boolean,
  context: OperationContext,
  work: (label: string, bytes: Bytes) => ExitCode,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.pass;
  let lastBreath = performance.now();
  for (const file of files) {
    let octets: Bytes;
    try {
      octets = await readOctets(file, context.readStdin);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      if (context.json) reportFault(context, file, error);
      context.complain(`${file}: ${error.message}`);
      code = EXIT.usage;
      continue;
    }
    for (const input of inputMessages(file, octets, lines)) {
      const hint = () => (!lines && looksLikeLines(octets) ? ' (one message a line? then use --lines)' : '');
      code = worse(code, one(input.label, input.bytes, context, work, hint));
      if (performance.now() - lastBreath > BREATH_MS) {
        await context.breathe();
        lastBreath = performance.now();
      }
    }
  }
  return code;
}

function one(
  label: string,
  bytes: Bytes | ProtocolFault,
  context: OperationContext,
  work: (label: string, bytes: Bytes) => ExitCode,
  hint: () => string,
): ExitCode {
  try {
    if (bytes instanceof ProtocolFault) throw bytes;
    return work(label, bytes);
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    reportFault(context, label, new ProtocolFault(error.kind, `${error.message}${hint()}`, error.offset, error.clause));
    return EXIT.failed;
  }
}
