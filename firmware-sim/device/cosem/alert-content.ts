import type { Element } from '../../codec/element.ts';
import { dlms, encodeDataNotification, invokeIdOf } from '../../gbcs/dlms-apdu.ts';
import type { MessageHeader } from '../../gbcs/header.ts';
import { NO_BYTES } from '../../kernel/bytes.ts';
import { dlmsDateTime } from '../clock.ts';
import type { AlertContent } from '../notation.ts';

/**
 * An alert that says more than octet strings: code, time, and fields of any type, made once the header is known
 * (RTDS 4.5.0 CS14, DBCH08, ECS102).
 */
export function fieldsAlert(code: number, fieldsOf: (header: MessageHeader) => readonly Element[]): AlertContent {
  return {
    compose: (header, at) => {
      const head = [dlms('long-unsigned', code), dlms('octet-string', dlmsDateTime(at))];
      const body = dlms('structure', [...head, ...fieldsOf(header)]);
      const invokeId = invokeIdOf(header.originatorCounter);
      return encodeDataNotification({ kind: 'dlms-data-notification', invokeId, dateTime: NO_BYTES, body });
    },
  };
}
