import { encodeDerElement } from '../codec/der.ts';
import { decodeDerElement, decodeUnknownDer } from '../codec/der-decode.ts';
import { countUnnamed, type Element } from '../codec/element.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import { ASN1_STRUCTURES } from './asn1/table.ts';
import { accessLists } from './catalogue.ts';
import {
  ACCESS_REQUEST_TAG,
  ACCESS_RESPONSE_TAG,
  type AccessRequest,
  type AccessResponse,
  DATA_NOTIFICATION_TAG,
  type DataNotification,
  decodeAccessRequest,
  decodeAccessResponse,
  decodeDataNotification,
  encodeAccessRequest,
  encodeAccessResponse,
  encodeDataNotification,
} from './dlms-apdu.ts';
import {
  decodeGbz,
  decodeGbzAlert,
  encodeGbz,
  encodeGbzAlert,
  type GbzAlert,
  type GbzComponent,
  type GbzMessage,
} from './gbz.ts';
import type { Cra } from './header.ts';

/** A DER payload. */
export interface Asn1Payload {
  readonly kind: 'asn1';
  readonly value: Element;
}

/** A message without payload. */
export interface EmptyPayload {
  readonly kind: 'empty';
}

/** What a message carries, by its own form (GBCS 7.2.8 to 7.2.10). */
export type Payload = AccessRequest | AccessResponse | DataNotification | GbzMessage | GbzAlert | Asn1Payload | EmptyPayload;

export type PayloadKind = Payload['kind'];

function decodeAsn1(bytes: Bytes, messageCode: number, cra: Cra): Asn1Payload {
  const schema = ASN1_STRUCTURES.get(messageCode)?.[cra];
  const path = `asn1.0x${messageCode.toString(16).padStart(4, '0')}`;
  if (!schema) return { kind: 'asn1', value: decodeUnknownDer(bytes, path) };
  try {
    return { kind: 'asn1', value: decodeDerElement(schema, bytes, 'value') };
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    return { kind: 'asn1', value: decodeUnknownDer(bytes, path) };
  }
}

/**
 * Decodes payload octets.
 * @throws ProtocolFault whose offset counts from the start of the payload
 */
export function decodePayload(bytes: Bytes, messageCode: number, cra: Cra): Payload {
  switch (bytes[0]) {
    case undefined:
      return { kind: 'empty' };
    case ACCESS_REQUEST_TAG:
      return decodeAccessRequest(bytes);
    case ACCESS_RESPONSE_TAG:
      return decodeAccessResponse(bytes, accessLists(messageCode));
    case DATA_NOTIFICATION_TAG:
      return decodeDataNotification(bytes, messageCode);
    default:
      if (bytes[0] === 0x01 && bytes[1] === 0x09) return cra === 'alert' ? decodeGbzAlert(bytes, messageCode) : decodeGbz(bytes);
      return decodeAsn1(bytes, messageCode, cra);
  }
}

/** Octets of a payload. Inverse of `decodePayload`. @throws ProtocolFault on a value its type cannot hold */
export function encodePayload(payload: Payload): Bytes {
  switch (payload.kind) {
    case 'dlms-access-request':
      return encodeAccessRequest(payload);
    case 'dlms-access-response':
      return encodeAccessResponse(payload);
    case 'dlms-data-notification':
      return encodeDataNotification(payload);
    case 'gbz':
      return encodeGbz(payload);
    case 'gbz-alert':
      return encodeGbzAlert(payload);
    case 'asn1':
      return encodeDerElement(payload.value);
    case 'empty':
      return new Uint8Array(0);
  }
}

function componentElements(component: GbzComponent): readonly Element[] {
  return component.sealed?.fields ?? component.fields;
}

/** Every top-level value of a payload. */
export function payloadElements(payload: Payload): readonly Element[] {
  switch (payload.kind) {
    case 'dlms-access-request':
      return payload.items.flatMap((item) => (item.selection ? [item.selection.value, item.data] : [item.data]));
    case 'dlms-access-response':
      return payload.results.map((result) => result.data);
    case 'dlms-data-notification':
      return [payload.body];
    case 'gbz':
      return payload.components.flatMap(componentElements);
    case 'gbz-alert':
      if (!payload.content) return [];
      return 'component' in payload.content ? componentElements(payload.content.component) : payload.content.fields;
    case 'asn1':
      return [payload.value];
    case 'empty':
      return [];
  }
}

/** Values of a payload that no dictionary names. */
export function unnamedValues(payload: Payload): number {
  return payloadElements(payload).reduce((sum, element) => sum + countUnnamed(element), 0);
}

/** Paths of the values that no dictionary names. */
export function unnamedPaths(payload: Payload): string[] {
  const paths: string[] = [];
  const walk = (element: Element): void => {
    if (!element.named) paths.push(element.name);
    if (element.extras?.plaintext) walk(element.extras.plaintext);
    for (const child of element.children) walk(child);
  };
  for (const element of payloadElements(payload)) walk(element);
  return paths;
}
