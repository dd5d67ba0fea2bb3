import type { Element } from '../codec/element.ts';
import { badValue, elementFromJson, hexValue } from '../codec/element-from-json.ts';
import { type ElementJson, elementToJson } from '../codec/element-json.ts';
import { dateTimeOfIso, OCTET_FORMATS, readInteger, showInteger } from '../codec/formats.ts';
import { ALERT_NAMES } from '../dictionary/alert-names.ts';
import { cosemClassName } from '../dictionary/cosem.ts';
import { obisBytes, obisText } from '../dictionary/cosem-obis.ts';
import { CLUSTER_NAMES } from '../dictionary/zcl-tables.ts';
import { type Bytes, NO_BYTES, toHex } from '../kernel/bytes.ts';
import { type AccessItem, type AccessResult, invokeIdOf, NULL_DATA, type Operation } from './dlms-apdu.ts';
import { commandName, GBZ_CONTROL, type GbzAlertContent, type GbzComponent, type SealedFields } from './gbz.ts';
import type { Payload } from './payload.ts';
import { resultCode, resultName } from './result-names.ts';

/** A payload as plain JSON data; see docs/gbcs-json.md. */
export type PayloadJson = { readonly kind: string } & Readonly<Record<string, unknown>>;

const hex = (value: number, octets: number): string => `0x${value.toString(16).padStart(octets * 2, '0')}`;

const memberWord = (operation: Operation): 'attribute' | 'method' => (operation === 'action' ? 'method' : 'attribute');

function dateTimeJson(octets: Bytes): { dateTime?: string } {
  return octets.length === 0 ? {} : { dateTime: OCTET_FORMATS['date-time']?.show(octets) ?? toHex(octets) };
}

function dataJson(data: Element): { data?: ElementJson } {
  return data.type === 'null-data' && data.named ? {} : { data: elementToJson(data) };
}

function itemJson(item: AccessItem): Record<string, unknown> {
  return {
    operation: item.operation,
    class: item.classId,
    className: cosemClassName(item.classId),
    obis: obisText(item.obis),
    [memberWord(item.operation)]: item.member,
    name: item.known?.name,
    ...(item.selection && { selection: { selector: item.selection.selector, value: elementToJson(item.selection.value) } }),
    ...dataJson(item.data),
  };
}

function resultJson(result: AccessResult): Record<string, unknown> {
  const { access } = result;
  return {
    operation: result.operation,
    ...(access && {
      class: access[1],
      className: cosemClassName(access[1]),
      obis: access[2],
      [memberWord(access[0])]: access[3],
      name: result.known?.name,
    }),
    result: resultName(result.result),
    ...dataJson(result.data),
  };
}

function componentJson(component: GbzComponent): Record<string, unknown> {
  const { sealed } = component;
  const fields = sealed ? sealed.fields : component.fields;
  return {
    control: hex(component.control, 1),
    cluster: hex(component.cluster, 2),
    clusterName: CLUSTER_NAMES[component.cluster],
    ...(component.fromDateTime !== undefined && { fromDateTime: showInteger(component.fromDateTime, 'utc') }),
    frameControl: hex(component.frameControl, 1),
    sequence: component.sequence,
    command: hex(component.command, 1),
    commandName: commandName(component),
    ...(fields && { fields: fields.map(elementToJson) }),
    ...(sealed && {
      encrypted: { headerControl: sealed.headerControl, frameCounter: sealed.frameCounter, octets: toHex(sealed.blob) },
    }),
  };
}

/** Left out where it follows from the counter, so that an edited counter takes it along. */
function invokeIdJson(invokeId: number, originatorCounter: bigint): { invokeId?: string } {
  return invokeId === invokeIdOf(originatorCounter) ? {} : { invokeId: hex(invokeId, 4) };
}

/** A payload as plain JSON data. */
export function payloadToJson(payload: Payload, originatorCounter: bigint): PayloadJson {
  const { kind } = payload;
  switch (kind) {
    case 'dlms-access-request':
      return {
        kind,
        ...invokeIdJson(payload.invokeId, originatorCounter),
        ...dateTimeJson(payload.dateTime),
        accesses: payload.items.map(itemJson),
      };
    case 'dlms-access-response':
      return {
        kind,
        ...invokeIdJson(payload.invokeId, originatorCounter),
        ...dateTimeJson(payload.dateTime),
        accesses: payload.results.map(resultJson),
      };
    case 'dlms-data-notification':
      return {
        kind,
        ...invokeIdJson(payload.invokeId, originatorCounter),
        ...dateTimeJson(payload.dateTime),
        body: elementToJson(payload.body),
      };
    case 'gbz':
      return { kind, components: payload.components.map(componentJson) };
    case 'gbz-alert': {
      const { content } = payload;
      const shown =
        content &&
        ('component' in content
          ? { component: componentJson(content.component) }
          : { fields: content.fields.map(elementToJson) });
      return {
        kind,
        alertCode: showInteger(payload.alertCode, 'alert'),
        alertName: ALERT_NAMES.get(payload.alertCode),
        time: showInteger(payload.time, 'utc'),
        ...shown,
      };
    }
    case 'asn1':
      return { kind, value: elementToJson(payload.value) };
    case 'empty':
      return { kind };
  }
}

type Json = Readonly<Record<string, unknown>>;

/** An object of the input line. */
export function objectAt(value: unknown, path: string): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : badValue(path, 'an object', value);
}

function listAt(value: unknown, path: string): readonly unknown[] {
  return Array.isArray(value) ? value : badValue(path, 'a list', value);
}

/** An unsigned integer of the input line, as number or text. */
export function numberAt(value: unknown, path: string, max: number): number {
  const read = readInteger(value);
  return typeof read === 'number' && read >= 0 && read <= max ? read : badValue(path, `an integer from 0 to ${max}`, value);
}

const OPERATIONS: readonly Operation[] = ['get', 'set', 'action', 'get-with-selection', 'set-with-selection'];

function operationAt(value: unknown, path: string): Operation {
  return OPERATIONS.find((operation) => operation === value) ?? badValue(path, OPERATIONS.join(', '), value);
}

function dataAt(json: Json, path: string): Element {
  return json.data === undefined ? NULL_DATA : elementFromJson(json.data, `${path}.data`);
}

function itemFrom(value: unknown, path: string): AccessItem {
  const json = objectAt(value, path);
  const operation = operationAt(json.operation, `${path}.operation`);
  const word = memberWord(operation);
  const obis = typeof json.obis === 'string' ? obisBytes(json.obis) : undefined;
  const selection = json.selection === undefined ? undefined : objectAt(json.selection, `${path}.selection`);
  return {
    operation,
    classId: numberAt(json.class, `${path}.class`, 0xffff),
    obis: obis ?? badValue(`${path}.obis`, 'an OBIS code such as 0-0:1.0.0.255', json.obis),
    member: numberAt(json[word], `${path}.${word}`, 0xff),
    ...(selection && {
      selection: {
        selector: numberAt(selection.selector, `${path}.selection.selector`, 0xff),
        value: elementFromJson(selection.value, `${path}.selection.value`),
      },
    }),
    data: dataAt(json, path),
  };
}

function resultFrom(value: unknown, path: string): AccessResult {
  const json = objectAt(value, path);
  const operation = operationAt(json.operation, `${path}.operation`);
  if (operation !== 'get' && operation !== 'set' && operation !== 'action')
    return badValue(`${path}.operation`, 'get, set or action', operation);
  return {
    operation,
    result: resultCode(json.result) ?? badValue(`${path}.result`, 'a result name or a number up to 255', json.result),
    data: dataAt(json, path),
  };
}

/** DLMS date-time of an input line. */
export function dateTimeAt(value: unknown, path: string): Bytes {
  if (value === undefined) return NO_BYTES;
  const read = typeof value === 'string' ? (OCTET_FORMATS['date-time']?.read(value) ?? dateTimeOfIso(value)) : undefined;
  return read ?? badValue(path, 'a DLMS date-time', value);
}

/** The control octet, its bit for a date following from whether there is one. */
function controlOf(json: Json, path: string, encrypted: boolean): number {
  const bits = GBZ_CONTROL;
  const given = numberAt(json.control, `${path}.control`, 0xff) & ~(bits.encrypted | bits.fromDateTime);
  return given | (encrypted ? bits.encrypted : 0) | (json.fromDateTime === undefined ? 0 : bits.fromDateTime);
}

/** Encrypted parts of a line; without `octets` they are still to be made from the fields (an empty blob). */
function sealedFrom(json: Json, fields: readonly Element[] | undefined, path: string): SealedFields | undefined {
  const wanted = (numberAt(json.control, `${path}.control`, 0xff) & GBZ_CONTROL.encrypted) !== 0;
  if (json.encrypted === undefined && !wanted) return undefined;
  const encrypted = json.encrypted === undefined ? {} : objectAt(json.encrypted, `${path}.encrypted`);
  if (encrypted.octets === undefined && !fields)
    return badValue(`${path}.encrypted`, 'octets, or fields to encrypt', json.encrypted);
  return {
    headerControl: numberAt(encrypted.headerControl ?? 0, `${path}.encrypted.headerControl`, 0xff),
    frameCounter: numberAt(encrypted.frameCounter ?? 0, `${path}.encrypted.frameCounter`, 0xff),
    blob: encrypted.octets === undefined ? NO_BYTES : hexValue(encrypted.octets, `${path}.encrypted.octets`),
    fields,
  };
}

function componentFrom(value: unknown, path: string): GbzComponent {
  const json = objectAt(value, path);
  const fields =
    json.fields === undefined
      ? undefined
      : listAt(json.fields, `${path}.fields`).map((f, i) => elementFromJson(f, `${path}.fields[${i}]`));
  const sealed = sealedFrom(json, fields, path);
  return {
    control: controlOf(json, path, sealed !== undefined),
    cluster: numberAt(json.cluster, `${path}.cluster`, 0xffff),
    fromDateTime: json.fromDateTime === undefined ? undefined : numberAt(json.fromDateTime, `${path}.fromDateTime`, 0xffffffff),
    frameControl: numberAt(json.frameControl, `${path}.frameControl`, 0xff),
    sequence: numberAt(json.sequence, `${path}.sequence`, 0xff),
    command: numberAt(json.command, `${path}.command`, 0xff),
    fields: sealed ? [] : (fields ?? []),
    sealed,
  };
}

function alertContent(json: Json, path: string): GbzAlertContent | undefined {
  if (json.component !== undefined) return { component: componentFrom(json.component, `${path}.component`) };
  if (json.fields === undefined) return undefined;
  return { fields: listAt(json.fields, `${path}.fields`).map((f, i) => elementFromJson(f, `${path}.fields[${i}]`)) };
}

/**
 * The payload of its JSON form.
 * @param originatorCounter the message's counter, from which a missing `invokeId` follows
 * @throws UsageError `bad-value` naming the place in the line
 */
export function payloadFromJson(value: unknown, originatorCounter: bigint, path = 'payload'): Payload {
  const json = objectAt(value, path);
  const head = () => ({
    invokeId:
      json.invokeId === undefined ? invokeIdOf(originatorCounter) : numberAt(json.invokeId, `${path}.invokeId`, 0xffffffff),
    dateTime: dateTimeAt(json.dateTime, `${path}.dateTime`),
  });
  const accesses = () => listAt(json.accesses, `${path}.accesses`);
  switch (json.kind) {
    case 'dlms-access-request':
      return { kind: json.kind, ...head(), items: accesses().map((item, i) => itemFrom(item, `${path}.accesses[${i}]`)) };
    case 'dlms-access-response':
      return { kind: json.kind, ...head(), results: accesses().map((result, i) => resultFrom(result, `${path}.accesses[${i}]`)) };
    case 'dlms-data-notification':
      return { kind: json.kind, ...head(), body: elementFromJson(json.body, `${path}.body`) };
    case 'gbz':
      return {
        kind: json.kind,
        components: listAt(json.components, `${path}.components`).map((c, i) => componentFrom(c, `${path}.components[${i}]`)),
      };
    case 'gbz-alert':
      return {
        kind: json.kind,
        alertCode: numberAt(json.alertCode, `${path}.alertCode`, 0xffff),
        time: numberAt(json.time, `${path}.time`, 0xffffffff),
        content: alertContent(json, path),
      };
    case 'asn1':
      return { kind: json.kind, value: elementFromJson(json.value, `${path}.value`) };
    case 'empty':
      return { kind: json.kind };
    default:
      return badValue(`${path}.kind`, 'a payload kind (dlms-access-request, gbz, asn1, ...)', json.kind);
  }
}
