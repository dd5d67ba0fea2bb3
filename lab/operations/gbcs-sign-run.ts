import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { decode, useCaseOf } from '../../firmware-sim/gbcs/message.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { runEntropy } from '../crypto/run-entropy.ts';
import { loadKeystore } from '../keystore/keystore.ts';
import { forEachMessage } from '../messages/each-message.ts';
import { categoryOf, signPreCommand } from '../messages/sign-precommand.ts';
import type { gbcsSignParameters } from './gbcs-sign.ts';
import { EXIT, type Handler } from './operation.ts';

/** A key that is missing is missing in a keystore: say in which. */
function inKeystore<T>(directory: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UsageError) || error.kind !== 'no-key') throw error;
    throw new UsageError(error.kind, error.message, { file: directory });
  }
}

/** `hanbench gbcs sign` */
export const run: Handler<typeof gbcsSignParameters> = (args, context) => {
  const { entropy, next } = runEntropy(context, 'gbcs sign');
  const suite = createNodeSuite({ entropy });
  const keys = loadKeystore(args.keystore, suite);
  return forEachMessage(args.files, args.lines, context, (file, bytes) => {
    const message = decode(bytes);
    next(() => bytes);
    const category = args.category === 'auto' ? categoryOf(message.header.messageCode) : args.category;
    const signed = toHex(inKeystore(args.keystore, () => signPreCommand(suite, keys, bytes, args.profile, category)));
    if (context.json) context.result({ file, useCase: useCaseOf(message)?.useCase.code ?? null, category, message: signed });
    else context.out(signed);
    return EXIT.pass;
  });
};
