import type { Element } from '../../firmware-sim/codec/element.ts';
import type { ClockStatus } from '../../firmware-sim/device/clock.ts';
import type { MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import type { WholeMessage } from '../../firmware-sim/gbcs/message.ts';
import { type Payload, payloadElements } from '../../firmware-sim/gbcs/payload.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { fromCivil, isCivil, type Millis } from '../../firmware-sim/kernel/time.ts';

/** What a captured response says about its device's clock. */
export interface CloneTime {
  readonly at: Millis | undefined;
  readonly status: ClockStatus | undefined;
}

/** GBCS GCS28 deviceTimeStatus, and the clock status octet of gas reads. */
const STATUS: readonly (ClockStatus | undefined)[] = ['reliable', 'invalid', 'unreliable'];

/** The moment of a COSEM date-time (12 octets); undefined when a field of it is open. */
function momentOfDateTime(octets: Bytes): Millis | undefined {
  if (octets.length !== 12) return undefined;
  const [y1 = 0, y2 = 0, month = 0, day = 0, , hour = 0, minute = 0, second = 0] = octets;
  const civil = { year: y1 * 256 + y2, month, day, hour, minute, second };
  return isCivil(civil) ? fromCivil(civil) : undefined;
}

/** The moment of a GeneralizedTime `YYYYMMDDhhmmssZ`. */
function momentOfText(text: string): Millis | undefined {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const civil = { year, month, day, hour, minute, second };
  return isCivil(civil) ? fromCivil(civil) : undefined;
}

function named(elements: readonly Element[], name: string): Element | undefined {
  for (const element of elements) {
    if (element.name === name) return element;
    const inside = Array.isArray(element.value) ? named(element.children, name) : undefined;
    if (inside) return inside;
  }
  return undefined;
}

/** COSEM clock object: attribute 2 is its time, 4 its status (Blue Book 4.5.1). */
const CLOCK_CLASS = 8;

function dlmsTime(payload: Payload): CloneTime {
  if (payload.kind !== 'dlms-access-response') return { at: undefined, status: undefined };
  const valueAt = (member: number): Element['value'] | undefined =>
    payload.results.find(
      ({ access, result }) => result === 0 && access?.[0] === 'get' && access[1] === CLOCK_CLASS && access[3] === member,
    )?.data.value;
  const [time, status] = [valueAt(2), valueAt(4)];
  return {
    at: time instanceof Uint8Array ? momentOfDateTime(time) : undefined,
    status: typeof status === 'number' ? STATUS[status] : undefined,
  };
}

function asn1Time(payload: Payload): CloneTime {
  if (payload.kind !== 'asn1') return { at: undefined, status: undefined };
  const [time, status] = ['deviceTime', 'deviceTimeStatus'].map((name) => named(payloadElements(payload), name)?.value);
  return {
    at: typeof time === 'string' ? momentOfText(time) : undefined,
    status: typeof status === 'number' ? STATUS[status] : undefined,
  };
}

function headerTime({ dateTime }: MessageHeader): CloneTime {
  if (!dateTime) return { at: undefined, status: undefined };
  return { at: momentOfDateTime(dateTime), status: STATUS[dateTime[11] ?? 0xff] };
}

/** The device's time by a captured response: by its payload (ECS70, GCS28), else by its header with the status octet. */
export function cloneTimeOf(message: WholeMessage): CloneTime {
  const times = [dlmsTime(message.payload), asn1Time(message.payload), headerTime(message.header)];
  return { at: times.find(({ at }) => at !== undefined)?.at, status: times.find(({ status }) => status !== undefined)?.status };
}
