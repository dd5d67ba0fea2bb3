import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import { type Identified, identify, type UseCaseRow } from './catalogue.ts';
import {
  decodeEnvelope,
  decodeGbtBlock,
  type Envelope,
  encodeEnvelope,
  encodeGbtBlock,
  type GbtBlock,
  isGbtBlock,
} from './envelope.ts';
import type { MessageHeader } from './header.ts';
import { decodePayload, encodePayload, type Payload } from './payload.ts';

/** What a message is as a whole. */
export type MessageForm = 'command' | 'pre-command' | 'response' | 'alert' | 'gbt-block';

/** A decoded GBCS message: header, payload and protection. */
export interface WholeMessage {
  readonly form: Exclude<MessageForm, 'gbt-block'>;
  readonly header: MessageHeader;
  readonly payload: Payload;
  readonly signature: Bytes | undefined;
  readonly mac: Bytes | undefined;
}

/** A decoded block of general block transfer. */
export interface BlockMessage {
  readonly form: 'gbt-block';
  readonly header: MessageHeader;
  readonly block: GbtBlock;
}

export type GbcsMessage = WholeMessage | BlockMessage;

function formOf(envelope: Envelope): WholeMessage['form'] {
  if (envelope.header.cra !== 'command') return envelope.header.cra;
  return envelope.mac || (envelope.signature && envelope.signature.length > 0) ? 'command' : 'pre-command';
}

/**
 * Decodes a GBCS message (or one block of one) into named, typed values. Protection is not checked here.
 * Values share memory with `bytes`.
 * @throws ProtocolFault with the offset of the octet that does not fit
 */
export function decode(bytes: Bytes): GbcsMessage {
  if (isGbtBlock(bytes)) {
    const block = decodeGbtBlock(bytes);
    return { form: 'gbt-block', header: block.header, block };
  }
  return messageOf(decodeEnvelope(bytes), bytes);
}

/**
 * The message of an envelope that `decodeEnvelope(bytes)` gave.
 * @throws ProtocolFault with the offset in `bytes` of the octet that does not fit
 */
export function messageOf(envelope: Envelope, bytes: Bytes): WholeMessage {
  const { header, signature, mac } = envelope;
  return { form: formOf(envelope), header, payload: payloadOf(envelope, bytes), signature, mac };
}

function payloadOf(envelope: Envelope, bytes: Bytes): Payload {
  try {
    return decodePayload(envelope.payload, envelope.header.messageCode, envelope.header.cra);
  } catch (error) {
    if (error instanceof ProtocolFault) throw error.shifted(envelope.payload.byteOffset - bytes.byteOffset);
    throw error;
  }
}

/** The envelope of a message, its payload encoded from the decoded values alone. */
export function envelopeOf(message: WholeMessage): Envelope {
  return { header: message.header, payload: encodePayload(message.payload), signature: message.signature, mac: message.mac };
}

/**
 * Octets of a message, from its decoded values alone. Inverse of `decode`.
 * Signature and MAC are written as they are: `protect` makes them anew.
 * @throws ProtocolFault on a value its type cannot hold
 */
export function encode(message: GbcsMessage): Bytes {
  return message.form === 'gbt-block'
    ? encodeGbtBlock({ ...message.block, header: message.header })
    : encodeEnvelope(envelopeOf(message));
}

const FAMILY: Readonly<Record<Payload['kind'], UseCaseRow['payload']>> = {
  'dlms-access-request': 'DLMS',
  'dlms-access-response': 'DLMS',
  'dlms-data-notification': 'DLMS',
  gbz: 'GBZ',
  'gbz-alert': 'GBZ',
  asn1: 'ASN.1',
  empty: 'HAN-only',
};

/** Message code of the command that a future-dated DLMS or GBZ alert quotes. */
function quotedCommand(message: WholeMessage): number | undefined {
  const { payload, header } = message;
  if (header.messageCode === 0x00cc && payload.kind === 'dlms-data-notification') {
    const code = payload.body.child('commandIdentity')?.child('messageCode')?.value;
    return typeof code === 'number' ? code : undefined;
  }
  if (header.messageCode === 0x00cd && payload.kind === 'gbz-alert' && payload.content && 'fields' in payload.content) {
    const code = payload.content.fields.find((field) => field.name === 'messageCode')?.value;
    return typeof code === 'number' ? code : undefined;
  }
  return undefined;
}

/** The use case a message belongs to, and its variant where the message tells; undefined for an unknown message code. */
export function useCaseOf(message: GbcsMessage): Identified | undefined {
  const { header } = message;
  if (message.form === 'gbt-block') return identify(header.messageCode, header.cra, { payload: 'DLMS' });
  return identify(header.messageCode, header.cra, {
    payload: FAMILY[message.payload.kind],
    commandCode: quotedCommand(message),
  });
}
