import { Element } from '../codec/element.ts';
import { dlms, encodeDataNotification, invokeIdOf } from '../gbcs/dlms-apdu.ts';
import { encodeGbzAlert } from '../gbcs/gbz.ts';
import type { MessageHeader } from '../gbcs/header.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import { type Bytes, NO_BYTES } from '../kernel/bytes.ts';
import { type Millis, toSeconds2000 } from '../kernel/time.ts';
import { dlmsDateTime } from './clock.ts';

/** How a device writes what is not ASN.1: an ESME or hub in DLMS COSEM, a GSME or gas proxy in GBZ (GBCS 7.3). */
export type Notation = 'dlms' | 'gbz';

/**
 * What an alert says after its code and time, or a whole payload: of an ASN.1 alert, or composed once the header is known, as
 * sensitive parts are encrypted under its counter.
 */
export type AlertContent =
  | { readonly octetStrings: readonly Bytes[] }
  | { readonly asn1: Bytes }
  | { readonly compose: (header: MessageHeader, at: Millis) => Bytes };

/** COSEM tag of an octet string, which GBZ alerts keep for their content (RTDS 4.5.0 FDRA-ZigBee). */
const OCTET_STRING_TAG = 0x09;

/** The payload of an alert in a device's notation: code, device time, octet strings (RTDS 4.5.0 GCA, FDRA, ECS80, ECS100). */
export function alertPayload(
  notation: Notation,
  code: number,
  at: Millis,
  counter: bigint,
  content: Exclude<AlertContent, { readonly compose: unknown }> | undefined,
): Bytes {
  if (content && 'asn1' in content) return content.asn1;
  const strings = content?.octetStrings ?? [];
  return notation === 'dlms' ? dlmsAlert(code, at, counter, strings) : gbzAlert(code, at, strings);
}

function dlmsAlert(code: number, at: Millis, counter: bigint, strings: readonly Bytes[]): Bytes {
  const fields = [dlms('long-unsigned', code), ...[dlmsDateTime(at), ...strings].map((octets) => dlms('octet-string', octets))];
  const body = dlms('structure', fields);
  return encodeDataNotification({ kind: 'dlms-data-notification', invokeId: invokeIdOf(counter), dateTime: NO_BYTES, body });
}

function gbzAlert(alertCode: number, at: Millis, strings: readonly Bytes[]): Bytes {
  const fields = strings.flatMap((octets) => [
    new Element('tag', 'unsigned', OCTET_STRING_TAG),
    new Element('length', 'unsigned', octets.length),
    new Element('content', 'octets', octets),
  ]);
  return encodeGbzAlert({
    kind: 'gbz-alert',
    alertCode,
    time: toSeconds2000(at),
    content: fields.length === 0 ? undefined : { fields },
  });
}

/** How ECS100 quotes the command it refuses: message code and originator counter (RTDS 4.5.0 ECS100). */
export function commandQuote(messageCode: number, originatorCounter: bigint): AlertContent {
  return { octetStrings: [new ByteWriter(10).u16(messageCode).u64(originatorCounter).finish()] };
}
