import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import {
  checkUtrn,
  type ReadUtrn,
  readUtrn,
  reconstructUtrnCounter,
  utrnOriginatorCounter,
} from '../../firmware-sim/gbcs/utrn.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { systemEntropy } from '../crypto/native-suite.ts';
import { utrnSecret } from '../keystore/utrn-secret.ts';
import { type Arguments, EXIT, type Handler } from './operation.ts';
import type { utrnCheckParameters } from './utrn.ts';

type CheckArguments = Arguments<typeof utrnCheckParameters>;

interface Answer {
  readonly utrn: string;
  readonly form: 'good' | 'bad-format' | 'bad-check-digit';
  readonly authentic: 'valid' | 'invalid' | 'no-key';
  readonly message?: string;
  readonly valueClass?: string;
  readonly value?: number;
  readonly counter?: number;
  readonly originatorCounter?: string;
  readonly [field: string]: string | number | undefined;
}

function authenticity(utrn: string, args: CheckArguments): 'valid' | 'invalid' | 'no-key' {
  const { supplier, device, keystore, supplierKey, deviceKey, highestCounter } = args;
  if (supplier === undefined && device === undefined && supplierKey === undefined && deviceKey === undefined) return 'no-key';
  if (supplier === undefined || device === undefined) {
    throw new UsageError('missing-value', '--supplier EUI and --device EUI go together: the token is bound to both');
  }
  const suite = createNodeSuite({ entropy: systemEntropy });
  const z = utrnSecret(suite, { supplier, device, keystore, supplierKey, deviceKey });
  return checkUtrn(suite, { supplier, device, z }, utrn, highestCounter).verdict === 'valid' ? 'valid' : 'invalid';
}

function answerFor(utrn: string, args: CheckArguments): Answer {
  const read = readUtrn(utrn);
  if ('verdict' in read) return { utrn, form: read.verdict, authentic: 'no-key', message: read.message };
  const authentic = authenticity(utrn, args);
  const why = `not made by ${args.supplier} for ${args.device} with a counter near ${args.highestCounter}`;
  return { utrn, form: 'good', authentic, ...(authentic === 'invalid' && { message: why }), ...contentOf(read, args) };
}

function contentOf(read: ReadUtrn, args: CheckArguments): Pick<Answer, 'valueClass' | 'value' | 'counter' | 'originatorCounter'> {
  const { valueClass, value, truncatedCounter } = read;
  const counter = reconstructUtrnCounter(args.highestCounter, truncatedCounter);
  return { valueClass, value, counter, originatorCounter: utrnOriginatorCounter(counter).toString() };
}

function linesOf(answer: Answer): string[] {
  const { utrn, form, authentic, message, value, valueClass, counter, originatorCounter } = answer;
  if (form !== 'good') return [`${utrn}: ${message}`];
  return [
    `${utrn}: ${value} ${valueClass}, UTRN counter ${counter} (originator counter ${originatorCounter})`,
    `  authentic: ${authentic}${message === undefined ? '' : ` (${message})`}`,
  ];
}

/** `hanbench gbcs utrn check` */
export const run: Handler<typeof utrnCheckParameters> = (args, context) => {
  const answer = answerFor(args.utrn.replace(/[\s-]/g, ''), args);
  if (context.json) context.result(answer);
  else for (const line of linesOf(answer)) context.out(line);
  return answer.form === 'good' && answer.authentic !== 'invalid' ? EXIT.pass : EXIT.failed;
};
