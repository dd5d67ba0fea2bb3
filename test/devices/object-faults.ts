import type { Element } from '../../firmware-sim/codec/element.ts';
import { obisText } from '../../firmware-sim/dictionary/cosem-obis.ts';
import type { GbzComponent } from '../../firmware-sim/gbcs/gbz.ts';
import type { WholeMessage } from '../../firmware-sim/gbcs/message.ts';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** ZCL Default Response and Read Attributes Response. */
const DEFAULT_RESPONSE = 0x0b;
const ATTRIBUTES_RESPONSE = 0x01;

function isGeneral({ frameControl }: GbzComponent): boolean {
  return (frameControl & 0x03) === 0;
}

/** Faults by what is at fault, as `--misbehaviour object-fault=` takes them. */
type Faults = ReadonlyMap<string, number>;

const numberIn = (list: readonly Element[], name: RegExp): number =>
  Number(list.find((field) => name.test(field.name))?.value ?? 0);

/** Times a command may stand in a message here. */
const OCCURRENCES = ['', ...Array.from({ length: 32 }, (_, i) => `#${i + 1}`)];

/** What follows a failure is answered for under this command (RTDS 4.5.0). */
const NOT_TRIED = 0xff;

/** The faults a person would try for a component that failed: its command, the first time or later, or the attribute it read. */
function componentFaults(component: GbzComponent): Faults[] {
  const { cluster, command } = component;
  const fields = component.sealed?.fields ?? component.fields;
  if (!isGeneral(component)) return [];
  if (command === DEFAULT_RESPONSE) {
    const status = numberIn(fields, /status/i);
    const failed = numberIn(fields, /command/i);
    const key = `${hex(cluster, 4)}/${hex(failed, 2)}`;
    return status === 0 || failed === NOT_TRIED ? [] : OCCURRENCES.map((occurrence) => new Map([[key + occurrence, status]]));
  }
  if (command !== ATTRIBUTES_RESPONSE) return [];
  return fields.flatMap(({ children }): Faults[] => {
    const status = numberIn(children, /status/i);
    return status === 0 ? [] : [new Map([[`${hex(cluster, 4)}/${hex(numberIn(children, /attribute/i), 4)}`, status]])];
  });
}

/** FAILURE of ZCL, for answers that say no code. */
const FAILURE = 0x01;

function gbzFaults(command: WholeMessage['payload'], components: readonly GbzComponent[]): Faults[] {
  const shown = components.map(componentFaults).filter((found) => found.length > 0);
  if (shown.length > 0) return [...(shown[0] ?? []), ...(shown.at(-1) ?? [])];
  const asked = command.kind === 'gbz' ? command.components : [];
  return asked.map((one) => new Map([[`${hex(one.cluster, 4)}/${hex(one.command, 2)}`, FAILURE]]));
}

/** Codes of a DER answer that are no success, wherever they stand. */
function codesIn(element: Element): number[] {
  if (Array.isArray(element.value)) return element.children.flatMap(codesIn);
  const isCode = element.type === 'ENUMERATED' || element.type === 'INTEGER';
  return isCode && typeof element.value === 'number' && element.value > 0 && element.value < 256 ? [element.value] : [];
}

function asn1Faults(value: Element, useCase: string): Faults[] {
  const codes = [...new Set(codesIn(value))];
  return codes.map((code) => new Map([[useCase, code]]));
}

/** What a person would try to get an answer like this one: the object at which it first went wrong, with the code it shows. */
export function faultsLike(command: WholeMessage, { payload }: WholeMessage, useCase: string): readonly Faults[] {
  if (payload.kind === 'gbz') return gbzFaults(command.payload, payload.components);
  if (payload.kind === 'asn1') return asn1Faults(payload.value, useCase);
  if (payload.kind !== 'dlms-access-response' || command.payload.kind !== 'dlms-access-request') return [];
  const at = payload.results.findIndex(({ result }) => result !== 0);
  const item = command.payload.items[at];
  const code = payload.results[at]?.result;
  return item && code !== undefined ? [new Map([[`${item.classId}/${obisText(item.obis)}/${item.member}`, code]])] : [];
}
