import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { decode, useCaseOf } from '../../firmware-sim/gbcs/message.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { systemEntropy } from '../crypto/native-suite.ts';
import { loadKeystore } from '../keystore/keystore.ts';
import { forEachMessage } from '../messages/each-message.ts';
import { categoryOf, signPreCommand } from '../messages/sign-precommand.ts';
import type { gbcsSignParameters } from './gbcs-sign.ts';
import { EXIT, type Handler } from './operation.ts';

/** `hanbench gbcs sign` */
export const run: Handler<typeof gbcsSignParameters> = (args, context) => {
  const suite = createNodeSuite({ entropy: systemEntropy });
  const keys = loadKeystore(args.keystore, suite);
  return forEachMessage(args.files, args.lines, context, (file, bytes) => {
    const message = decode(bytes);
    const category = args.category === 'auto' ? categoryOf(message.header.messageCode) : args.category;
    const signed = toHex(signPreCommand(suite, keys, bytes, args.profile, category));
    if (context.json) context.result({ file, useCase: useCaseOf(message)?.useCase.code ?? null, category, message: signed });
    else context.out(signed);
    return EXIT.pass;
  });
};
