import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { makeUtrn, type UtrnContent, utrnOriginatorCounter } from '../../firmware-sim/gbcs/utrn.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { systemEntropy } from '../crypto/native-suite.ts';
import { utrnSecret } from '../keystore/utrn-secret.ts';
import { EXIT, type Handler } from './operation.ts';
import type { utrnMakeParameters } from './utrn.ts';

function tokenValue(pence: number | undefined, pounds: number | undefined): Pick<UtrnContent, 'valueClass' | 'value'> {
  if (pence !== undefined && pounds === undefined) return { valueClass: 'pence', value: pence };
  if (pounds !== undefined && pence === undefined) return { valueClass: 'pounds', value: pounds };
  throw new UsageError('bad-usage', 'one of --pence N and --pounds N is needed, not both');
}

/** `hanbench gbcs utrn make` */
export const run: Handler<typeof utrnMakeParameters> = (args, context) => {
  const content = { ...tokenValue(args.pence, args.pounds), counter: args.counter };
  const suite = createNodeSuite({ entropy: systemEntropy });
  const { supplier, device } = args;
  const utrn = makeUtrn(suite, { supplier, device, z: utrnSecret(suite, args) }, content);
  if (context.json)
    context.result({ utrn, supplier, device, ...content, originatorCounter: utrnOriginatorCounter(content.counter).toString() });
  else context.out(utrn);
  context.note(`${content.value} ${content.valueClass} for ${device}, UTRN counter ${content.counter}`);
  return EXIT.pass;
};
