import { Element, type Meta } from '../codec/element.ts';
import { decodeZclValue, ZCL_TYPE_OF_CODE } from '../codec/zcl.ts';
import type { ZclAttributeRow } from '../dictionary/zcl.ts';
import { GENERAL_COMMAND_NAMES, ZCL_STATUS_NAMES, zclAttribute, zclCommand } from '../dictionary/zcl-tables.ts';
import { ByteReader } from '../kernel/byte-reader.ts';
import type { Bytes } from '../kernel/bytes.ts';

const STATUS: Meta = { meanings: ZCL_STATUS_NAMES };
const CODE: Meta = { format: 'code' };
const TYPE_CODE: Meta = { meanings: Object.fromEntries(Object.entries(ZCL_TYPE_OF_CODE)) };

const ATTRIBUTE_META = new Map<number, Meta>();

/** An attribute identifier with the attribute's name as its meaning. */
function identifier(cluster: number, attribute: number): Element {
  const key = cluster * 65_536 + attribute;
  let meta = ATTRIBUTE_META.get(key);
  if (!meta) {
    const known = zclAttribute(cluster, attribute);
    meta = known ? { format: 'code', meanings: { [attribute]: known.name } } : CODE;
    if (ATTRIBUTE_META.size < 4096) ATTRIBUTE_META.set(key, meta);
  }
  return new Element('attributeIdentifier', 'uint16', attribute, meta);
}

const VALUE_META = new WeakMap<ZclAttributeRow, Meta>();

/** Unit, meanings or text format of a known attribute's value. */
function valueMeta(row: ZclAttributeRow | undefined): Meta | undefined {
  if (!row || !(row.text || row.unit || row.meanings || row.reading)) return undefined;
  let meta = VALUE_META.get(row);
  if (!meta) {
    meta = row.text
      ? { format: 'text' }
      : {
          ...(row.unit && { unit: row.unit }),
          ...(row.meanings && { meanings: row.meanings }),
          ...(row.reading && { reading: row.reading }),
        };
    VALUE_META.set(row, meta);
  }
  return meta;
}

function readAttributes(reader: ByteReader, cluster: number): Element[] {
  const out: Element[] = [];
  while (reader.remaining > 0) out.push(identifier(cluster, reader.uintLe(2)));
  return out;
}

function value(reader: ByteReader, cluster: number, attribute: number): Element[] {
  const known = zclAttribute(cluster, attribute);
  const typeAt = reader.at;
  const code = reader.u8();
  const type = ZCL_TYPE_OF_CODE[code] ?? reader.fail('bad-zcl', `0x${code.toString(16)} is not a ZCL data type`, typeAt);
  const name = known?.name ?? `attribute0x${attribute.toString(16).padStart(4, '0')}`;
  const meta = valueMeta(known);
  return [
    new Element('attributeDataType', 'uint8', code, TYPE_CODE),
    decodeZclValue(reader, type, name, meta, known !== undefined),
  ];
}

function attributeRecords(reader: ByteReader, cluster: number, withStatus: boolean): Element[] {
  const out: Element[] = [];
  while (reader.remaining > 0) {
    const attribute = reader.uintLe(2);
    const parts = [identifier(cluster, attribute)];
    const status = withStatus ? reader.u8() : 0;
    if (withStatus) parts.push(new Element('status', 'enum8', status, STATUS));
    if (status === 0) parts.push(...value(reader, cluster, attribute));
    out.push(new Element('attribute', 'group', parts));
  }
  return out;
}

/** ZCL 2.5.5.1: one success octet for all, or a status and identifier for each failure. */
function writeStatuses(reader: ByteReader, cluster: number): Element[] {
  const out: Element[] = [];
  while (reader.remaining > 0) {
    out.push(new Element('status', 'enum8', reader.u8(), STATUS));
    if (reader.remaining > 0) out.push(identifier(cluster, reader.uintLe(2)));
  }
  return out;
}

const ANSWERED = new Map<number, Meta>();

/** GBCS puts this where a command was not carried out because an earlier one of the message had failed. */
const NOT_EXECUTED = { '255': 'instruction not executed after an earlier failure' } as const;

/** Names of the commands that a default response of a cluster answers: those sent the other way. */
function answered(cluster: number, toClient: boolean | undefined): Meta {
  const key = cluster * 4 + (toClient === undefined ? 2 : toClient ? 1 : 0);
  let meta = ANSWERED.get(key);
  if (!meta) {
    meta = { format: 'code', meanings: { ...answerable(cluster, toClient), ...NOT_EXECUTED } };
    if (ANSWERED.size < 4096) ANSWERED.set(key, meta);
  }
  return meta;
}

/** Names by command identifier: of the other direction, else of either, else what every cluster has. */
function answerable(cluster: number, toClient: boolean | undefined): Record<string, string> {
  const meanings: Record<string, string> = {};
  for (let command = 0; command < 255; command++) {
    const named = (direction: boolean): string[] => [zclCommand(cluster, command, direction)?.name ?? []].flat();
    const both = [...named(false), ...named(true)];
    const names = toClient !== undefined && named(!toClient).length > 0 ? named(!toClient) : both;
    const name = names.length > 0 ? names.join(' or ') : GENERAL_COMMAND_NAMES[command];
    if (name !== undefined) meanings[command] = name;
  }
  return meanings;
}

/**
 * Payload of a command that every cluster has; undefined for those GBCS does not use.
 * @param toClient the direction it is sent in, which tells the command that a default response answers
 * @throws ProtocolFault
 */
export function decodeGeneralPayload(bytes: Bytes, cluster: number, command: number, toClient?: boolean): Element[] | undefined {
  const reader = new ByteReader(bytes);
  switch (command) {
    case 0x00:
      return readAttributes(reader, cluster);
    case 0x01:
      return attributeRecords(reader, cluster, true);
    case 0x02:
      return attributeRecords(reader, cluster, false);
    case 0x04:
      return writeStatuses(reader, cluster);
    case 0x0b: {
      const out = [
        new Element('commandIdentifier', 'uint8', reader.u8(), answered(cluster, toClient)),
        new Element('status', 'enum8', reader.u8(), STATUS),
      ];
      reader.finish('the default response');
      return out;
    }
    default:
      return undefined;
  }
}
