import type { ElementJson } from '../../firmware-sim/codec/element-json.ts';
import type { MessageJson } from '../../firmware-sim/gbcs/message-json.ts';
import { elementLines, payloadValueLines } from './show-value.ts';

const MARKS: Readonly<Record<string, string>> = {
  valid: 'valid',
  invalid: 'INVALID',
  absent: 'none',
  'no-key': 'not checked (no key)',
};

/** Clock status in a response's header, as devices of the reference data set it (GPF: 04 while it relays the GSME). */
const CLOCK_STATUS: Readonly<Record<string, string>> = {
  '0x00': 'reliable',
  '0x02': 'not reliable',
  '0x04': 'reliable, relayed by the GPF',
  '0xff': 'not given',
};

type Json = Readonly<Record<string, unknown>>;

function accessLines(access: Json): string[] {
  const member =
    access.attribute !== undefined
      ? `attribute ${access.attribute}`
      : access.method !== undefined
        ? `method ${access.method}`
        : '';
  const object = access.obis === undefined ? '' : ` class ${access.class} (${access.className}) ${access.obis} ${member}`;
  const result = access.result === undefined ? '' : `  -> ${access.result}`;
  const lines = [`  ${access.operation}${object}${access.name ? `  ${access.name}` : ''}${result}`];
  const selection = access.selection as { selector: number; value: ElementJson } | undefined;
  if (selection) lines.push(...elementLines(selection.value, '      '));
  if (access.data) lines.push(...elementLines(access.data as ElementJson, '      '));
  return lines;
}

function componentLines(component: Json): string[] {
  const from = component.fromDateTime === undefined ? '' : `  from ${component.fromDateTime}`;
  const lines = [
    `  ${component.clusterName ?? component.cluster}: ${component.commandName ?? component.command}${component.encrypted ? '  (encrypted)' : ''}${from}`,
  ];
  const fields = component.fields as readonly ElementJson[] | undefined;
  if (fields) for (const field of fields) lines.push(...elementLines(field, '      '));
  else lines.push('      not opened: no key');
  return lines;
}

function payloadLines(payload: Json): string[] {
  if (payload.accesses) return (payload.accesses as readonly Json[]).flatMap(accessLines);
  if (payload.components) return (payload.components as readonly Json[]).flatMap(componentLines);
  if (payload.body) return payloadValueLines(payload.body as ElementJson, '  ');
  if (payload.kind === 'asn1') return payloadValueLines(payload.value as ElementJson, '  ');
  const lines = Object.entries(payload)
    .filter(([key, value]) => typeof value !== 'object' && key !== 'kind')
    .map(([key, value]) => `  ${key}: ${value}`);
  if (payload.fields) for (const field of payload.fields as readonly ElementJson[]) lines.push(...elementLines(field, '  '));
  if (payload.component) lines.push(...componentLines(payload.component as Json));
  return lines;
}

function timeLine(dateTime: NonNullable<MessageJson['dateTime']>): string {
  const { iso, octets, status } = dateTime;
  const words = CLOCK_STATUS[status];
  return `  time ${iso ?? octets}, clock status ${status}${words === undefined ? '' : ` (${words})`}`;
}

/** A decoded message as a person at the bench reads it. */
export function messageLines(file: string, m: MessageJson): string[] {
  const s = m.supplementary;
  return [
    `${file}`,
    `  ${m.variant ?? m.useCase ?? 'unknown use case'} ${m.title ?? ''}  (${m.form}, message code ${m.messageCode})`,
    `  from ${m.originator} to ${m.recipient}, counter ${m.originatorCounter}`,
    ...(s
      ? [
          `  on behalf of ${s.remoteParty}${s.counter ? `, counter ${s.counter}` : ''}${s.certificate ? ', with its certificate' : ''}`,
        ]
      : []),
    ...(m.dateTime ? [timeLine(m.dateTime)] : []),
    `  signature: ${MARKS[m.signature]}   MAC: ${MARKS[m.mac]}${m.sensitive ? `   encrypted parts: ${m.sensitive.opened} of ${m.sensitive.parts} opened` : ''}`,
    ...payloadLines(m.payload).map((line) => `  ${line}`),
    ...(m.unnamed > 0 ? [`  ${m.unnamed} values without a known name`] : []),
  ];
}
