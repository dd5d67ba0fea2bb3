import type { Element } from '../../firmware-sim/codec/element.ts';
import { elementToJson } from '../../firmware-sim/codec/element-json.ts';
import { decode } from '../../firmware-sim/gbcs/message.ts';
import type { Payload } from '../../firmware-sim/gbcs/payload.ts';
import { resultName } from '../../firmware-sim/gbcs/result-names.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';

/** Fields of ZCL commands that say how it went. */
const VERDICTS = /status|result/i;

function fieldWords(field: Element): string {
  const { name, value, meaning } = elementToJson(field);
  return `${name} ${meaning ?? String(value)}`;
}

function payloadWords(payload: Payload): string {
  if (payload.kind === 'dlms-access-response') {
    const failed = payload.results.filter(({ result }) => result !== 0);
    return failed.map(({ result }) => resultName(result)).join(', ');
  }
  if (payload.kind !== 'gbz') return '';
  const said = payload.components.flatMap(({ fields }) => fields.filter(({ name }) => VERDICTS.test(name)));
  return said.map(fieldWords).join(', ');
}

/** What a response says about success, in words; empty when it says nothing against it. */
export function answerWords(response: Bytes): string {
  const message = decode(response);
  return message.form === 'gbt-block' ? '' : payloadWords(message.payload);
}
