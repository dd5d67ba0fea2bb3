import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import { EXIT, type ExitCode, type OperationContext } from '../operations/operation.ts';
import { readOctets } from './image-input.ts';

/**
 * Does `work` for every file. A file whose content is bad is reported (as `{file, error}` with JSON) and the others are
 * still done; the exit code is then 1. A path that cannot be read ends it with a `UsageError`.
 */
export async function forEachFile(
  files: readonly string[],
  context: OperationContext,
  work: (file: string, bytes: Bytes) => ExitCode | Promise<ExitCode>,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.pass;
  for (const file of files) {
    const bytes = await readOctets(file, context.readStdin);
    try {
      const one = await work(file, bytes);
      if (one !== EXIT.pass) code = one;
    } catch (error) {
      if (!(error instanceof ProtocolFault)) throw error;
      const { kind, message, offset } = error;
      if (context.json) context.result({ file, error: { kind, message, offset } });
      else context.complain(`${file}: octet ${offset}: ${message}`);
      code = EXIT.failed;
    }
    await context.breathe();
  }
  return code;
}
