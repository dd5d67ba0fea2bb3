import { Element, type Meta } from '../codec/element.ts';
import { decodeZclPayload, encodeZcl } from '../codec/zcl.ts';
import { INTEGRITY_REASONS } from '../dictionary/alert-layouts.ts';
import { GENERAL_COMMAND_NAMES, zclCommand } from '../dictionary/zcl-tables.ts';
import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import { decodeGeneralPayload } from './zcl-general.ts';

/** ZigBee Smart Energy profile, the first two octets of every GBZ payload. */
export const GBZ_PROFILE = 0x0109;

/** Bits of a component's control octet (GBCS 7.2.10). */
export const GBZ_CONTROL = { last: 0x01, encrypted: 0x02, fromDateTime: 0x10 } as const;

/** An encrypted ZCL payload: `31 00000000 || ciphertext || tag`, and its fields once it has been opened. */
export interface SealedFields {
  /** Additional header control, 00 in every example. */
  readonly headerControl: number;
  /** Additional header frame counter: counts the encrypted components of a message from 0. */
  readonly frameCounter: number;
  readonly blob: Bytes;
  readonly fields?: readonly Element[] | undefined;
}

/** One ZCL command inside a GBZ payload. */
export interface GbzComponent {
  readonly control: number;
  readonly cluster: number;
  /** Seconds since 2000-01-01 UTC; big-endian on the wire. */
  readonly fromDateTime: number | undefined;
  readonly frameControl: number;
  readonly sequence: number;
  readonly command: number;
  /** The ZCL payload in the clear; empty when `sealed` is there. */
  readonly fields: readonly Element[];
  readonly sealed: SealedFields | undefined;
}

/** A GBZ command or response. */
export interface GbzMessage {
  readonly kind: 'gbz';
  readonly components: readonly GbzComponent[];
}

/** What an alert carries after code and time. */
export type GbzAlertContent = { readonly component: GbzComponent } | { readonly fields: readonly Element[] };

export interface GbzAlert {
  readonly kind: 'gbz-alert';
  readonly alertCode: number;
  /** Seconds since 2000-01-01 UTC; big-endian on the wire. */
  readonly time: number;
  readonly content: GbzAlertContent | undefined;
}

const isClusterCommand = (frameControl: number): boolean => (frameControl & 0x03) === 1;
const isToClient = (frameControl: number): boolean => (frameControl & 0x08) !== 0;

/** Name of a component's ZCL command. */
export function commandName(component: Pick<GbzComponent, 'cluster' | 'command' | 'frameControl'>): string | undefined {
  if (!isClusterCommand(component.frameControl)) return GENERAL_COMMAND_NAMES[component.command];
  return zclCommand(component.cluster, component.command, isToClient(component.frameControl))?.name;
}

/** Fields of a ZCL payload by its command. Never throws for content: what does not fit becomes unnamed octets. */
export function decodeZclFields(bytes: Bytes, cluster: number, frameControl: number, command: number): readonly Element[] {
  const path = (): string =>
    `cluster0x${cluster.toString(16).padStart(4, '0')}.command0x${command.toString(16).padStart(2, '0')}`;
  if (isClusterCommand(frameControl)) {
    return decodeZclPayload(bytes, zclCommand(cluster, command, isToClient(frameControl))?.fields, path);
  }
  try {
    return decodeGeneralPayload(bytes, cluster, command, isToClient(frameControl)) ?? decodeZclPayload(bytes, undefined, path);
  } catch (error) {
    if (error instanceof ProtocolFault) return decodeZclPayload(bytes, undefined, path);
    throw error;
  }
}

export function encodeZclFields(fields: readonly Element[]): Bytes {
  const writer = new ByteWriter(64);
  for (const field of fields) encodeZcl(writer, field);
  return writer.finish();
}

const NO_FIELDS: readonly Element[] = [];

function readSealed(body: ByteReader, headerControl: number, frameCounter: number): SealedFields {
  const length = body.u16();
  if (length !== body.remaining)
    body.fail('bad-gbz', `ciphered information of ${length} octets, ${body.remaining} left`, body.at - 2);
  return { headerControl, frameCounter, blob: body.rest() };
}

/** The reader is narrowed to the component meanwhile. */
function readComponent(reader: ByteReader): GbzComponent {
  const control = reader.u8();
  if ((control & ~0x13) !== 0) reader.fail('bad-gbz', `control octet 0x${control.toString(16)} has unknown bits`, reader.at - 1);
  const cluster = reader.u16();
  const length = reader.u16();
  reader.need(length);
  const outer = reader.end;
  reader.end = reader.at + length;
  const encrypted = (control & GBZ_CONTROL.encrypted) !== 0;
  const fromDateTime = (control & GBZ_CONTROL.fromDateTime) !== 0 ? reader.u32() : undefined;
  const headerControl = encrypted ? reader.u8() : 0;
  const frameCounter = encrypted ? reader.u8() : 0;
  const frameControl = reader.u8();
  if ((frameControl & 0x04) !== 0)
    reader.fail('bad-gbz', 'manufacturer-specific ZCL commands are not used in GBCS', reader.at - 1);
  const sequence = reader.u8();
  const command = reader.u8();
  const sealed = encrypted ? readSealed(reader, headerControl, frameCounter) : undefined;
  const fields = sealed ? NO_FIELDS : decodeZclFields(reader.rest(), cluster, frameControl, command);
  reader.end = outer;
  return { control, cluster, fromDateTime, frameControl, sequence, command, fields, sealed };
}

function writeComponent(writer: ByteWriter, component: GbzComponent): void {
  const payload = component.sealed ? component.sealed.blob : encodeZclFields(component.fields);
  const extra = (component.sealed ? 4 : 0) + (component.fromDateTime === undefined ? 0 : 4);
  writer
    .u8(component.control)
    .u16(component.cluster)
    .u16(extra + 3 + payload.length);
  if (component.fromDateTime !== undefined) writer.u32(component.fromDateTime);
  if (component.sealed) writer.u8(component.sealed.headerControl).u8(component.sealed.frameCounter);
  writer.u8(component.frameControl).u8(component.sequence).u8(component.command);
  if (component.sealed) writer.u16(payload.length);
  writer.bytes(payload);
}

/** Decodes a GBZ command or response. @throws ProtocolFault */
export function decodeGbz(bytes: Bytes): GbzMessage {
  const reader = new ByteReader(bytes, 2);
  const count = reader.u8();
  const components: GbzComponent[] = [];
  for (let i = 0; i < count; i++) components.push(readComponent(reader));
  reader.finish('the GBZ components');
  return { kind: 'gbz', components };
}

/** Inverse of `decodeGbz`. */
export function encodeGbz(message: GbzMessage): Bytes {
  const writer = new ByteWriter(128).u16(GBZ_PROFILE).u8(message.components.length);
  for (const component of message.components) writeComponent(writer, component);
  return writer.finish();
}

const MESSAGE_CODE: Meta = { format: 'code', reading: 'message-code' };
const CLUSTER: Meta = { format: 'code', reading: 'cluster' };
const COMMAND: Meta = { format: 'code', reading: 'zcl-command' };
const WARNING_REASON: Meta = { format: 'code', meanings: INTEGRITY_REASONS };

/** Content of alerts that is not a ZCL component, by message code; integers are big-endian. */
function readAlertFields(reader: ByteReader, messageCode: number): readonly Element[] {
  if (messageCode === 0x00cd && reader.remaining === 15 && reader.peek() === 14) {
    reader.u8();
    return [
      new Element('length', 'unsigned', 14),
      new Element('messageCode', 'long-unsigned', reader.u16(), MESSAGE_CODE),
      new Element('originatorCounter', 'long64-unsigned', reader.u64()),
      new Element('cluster', 'long-unsigned', reader.u16(), CLUSTER),
      new Element('frameControl', 'unsigned', reader.u8()),
      new Element('commandIdentifier', 'unsigned', reader.u8(), COMMAND),
    ];
  }
  if (messageCode === 0x00cf && reader.remaining === 34 && reader.peek() === 9 && reader.peek(1) === 32) {
    return [
      new Element('tag', 'unsigned', reader.u8()),
      new Element('length', 'unsigned', reader.u8()),
      new Element('manufacturerImageHash', 'octets', reader.rest()),
    ];
  }
  if (messageCode === 0x00f2 && reader.remaining === 2)
    return [new Element('warningReason', 'long-unsigned', reader.u16(), WARNING_REASON)];
  return [new Element('content', 'octets', reader.rest(), undefined, false)];
}

const BIG_ENDIAN_OCTETS: Readonly<Record<string, 1 | 2 | 8>> = { unsigned: 1, 'long-unsigned': 2, 'long64-unsigned': 8 };

function writeAlertField(writer: ByteWriter, field: Element): void {
  const size = BIG_ENDIAN_OCTETS[field.type];
  if (size === undefined) {
    encodeZcl(writer, field);
    return;
  }
  const value = BigInt(field.value as number | bigint);
  if (BigInt.asUintN(size * 8, value) !== value)
    throw new ProtocolFault('bad-value', `${field.name}: ${value} does not fit ${size} octets`);
  if (size === 8) writer.u64(value);
  else if (size === 2) writer.u16(Number(value));
  else writer.u8(Number(value));
}

/** Decodes a GBZ alert; what its content is follows from its message code. @throws ProtocolFault */
export function decodeGbzAlert(bytes: Bytes, messageCode: number): GbzAlert {
  const reader = new ByteReader(bytes, 2);
  const countAt = reader.at;
  const count = reader.u8();
  if (count > 1) reader.fail('bad-gbz', `an alert has no or one content, not ${count}`, countAt);
  const alertCode = reader.u16();
  const time = reader.u32();
  if (count === 0) {
    reader.finish('the alert');
    return { kind: 'gbz-alert', alertCode, time, content: undefined };
  }
  if (messageCode !== 0x008b)
    return { kind: 'gbz-alert', alertCode, time, content: { fields: readAlertFields(reader, messageCode) } };
  const component = readComponent(reader);
  reader.finish('the alert');
  return { kind: 'gbz-alert', alertCode, time, content: { component } };
}

/** Inverse of `decodeGbzAlert`. */
export function encodeGbzAlert(alert: GbzAlert): Bytes {
  const writer = new ByteWriter(64)
    .u16(GBZ_PROFILE)
    .u8(alert.content ? 1 : 0)
    .u16(alert.alertCode)
    .u32(alert.time);
  if (alert.content && 'component' in alert.content) writeComponent(writer, alert.content.component);
  else if (alert.content) for (const field of alert.content.fields) writeAlertField(writer, field);
  return writer.finish();
}
