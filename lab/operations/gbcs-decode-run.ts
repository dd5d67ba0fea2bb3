import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { decodeAndCheck } from '../../firmware-sim/gbcs/checked-message.ts';
import { messageToJson } from '../../firmware-sim/gbcs/message-json.ts';
import { systemEntropy } from '../crypto/native-suite.ts';
import { loadKeystore } from '../keystore/keystore.ts';
import { forEachMessage } from '../messages/each-message.ts';
import { messageLines } from '../messages/show-message.ts';
import type { gbcsDecodeParameters } from './gbcs-decode.ts';
import { EXIT, type Handler, type Json } from './operation.ts';

/** `hanbench gbcs decode` */
export const run: Handler<typeof gbcsDecodeParameters> = async (args, context) => {
  const suite = createNodeSuite({ entropy: systemEntropy });
  const keys = args.keystore === undefined ? undefined : loadKeystore(args.keystore, suite);
  const code = await forEachMessage(args.files, args.lines, context, (file, bytes) => {
    const { message, checked } = decodeAndCheck(suite, bytes, keys);
    const json = messageToJson(suite, message, checked);
    if (context.json) context.result({ file, ...json } as unknown as Json);
    else for (const line of messageLines(file, json)) context.out(line);
    const bad = checked.mac === 'invalid' || checked.signature === 'invalid';
    return args.strict && bad ? EXIT.failed : EXIT.pass;
  });
  for (const remark of keys?.remarks ?? []) context.note(remark);
  return code;
};
