import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { decodeAndCheck } from '../../firmware-sim/gbcs/checked-message.ts';
import { useCaseOf } from '../../firmware-sim/gbcs/message.ts';
import { unnamedPaths } from '../../firmware-sim/gbcs/payload.ts';
import { systemEntropy } from '../crypto/native-suite.ts';
import { loadKeystore } from '../keystore/keystore.ts';
import { dictionaryGaps } from '../messages/dictionary-gaps.ts';
import { forEachMessage } from '../messages/each-message.ts';
import type { gbcsUnnamedParameters } from './gbcs-unnamed.ts';
import { EXIT, type Handler, type OperationContext } from './operation.ts';

function listGaps(context: OperationContext): void {
  const gaps = dictionaryGaps();
  for (const gap of gaps) {
    if (context.json) context.result({ ...gap });
    else context.out(`${gap.useCase.padEnd(14)} ${gap.path.padEnd(34)} ${gap.reason}`);
  }
  if (!context.json) context.out(`${gaps.length} structures without names`);
}

/** `hanbench gbcs unnamed` */
export const run: Handler<typeof gbcsUnnamedParameters> = async (args, context) => {
  if (args.files.length === 0) {
    listGaps(context);
    return EXIT.pass;
  }
  const suite = createNodeSuite({ entropy: systemEntropy });
  const keys = args.keystore === undefined ? undefined : loadKeystore(args.keystore, suite);
  const counts = new Map<string, number>();
  let messages = 0;
  const code = await forEachMessage(args.files, args.lines, context, (_, bytes) => {
    const { message } = decodeAndCheck(suite, bytes, keys);
    messages++;
    if (message.form === 'gbt-block') return EXIT.pass;
    const name = useCaseOf(message)?.useCase.code ?? '-';
    for (const path of unnamedPaths(message.payload)) counts.set(`${name}\t${path}`, (counts.get(`${name}\t${path}`) ?? 0) + 1);
    return EXIT.pass;
  });
  for (const [key, count] of counts) {
    const [useCase = '', path = ''] = key.split('\t');
    if (context.json) context.result({ useCase, path, count });
    else context.out(`${useCase.padEnd(10)} ${path.padEnd(40)} ${count}`);
  }
  if (!context.json) context.out(`${counts.size} kinds of values without a name in ${messages} messages`);
  return code;
};
