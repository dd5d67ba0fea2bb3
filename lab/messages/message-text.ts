import { type Bytes, fromHex, toAscii } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';

/** One message of an input: where it came from, and its octets or what is wrong with the text. */
export interface InputMessage {
  /** File name as the person wrote it, with `:LINE` when each line is a message. */
  readonly label: string;
  readonly bytes: Bytes | ProtocolFault;
}

const HEX_TEXT = /^[0-9a-fA-F\s]*$/;
const BASE64_TEXT = /^[A-Za-z0-9+/_-]*={0,2}$/;
/** First octets a GBCS message can have: general ciphering and general signing. */
const MESSAGE_TAGS = [0xdd, 0xdf];

function wrongDigit(text: string): ProtocolFault {
  const offset = text.search(/[^0-9a-fA-F\s]/);
  const shown = JSON.stringify(text[offset]);
  return new ProtocolFault(
    'bad-hex',
    `character ${shown} is neither a hex digit nor white space, and as base64 it is no GBCS message`,
    offset,
  );
}

function fromBase64(text: string): Bytes | undefined {
  const compact = text.replace(/\s+/g, '');
  if (!BASE64_TEXT.test(compact) || compact.length % 4 === 1) return undefined;
  return new Uint8Array(Buffer.from(compact, 'base64'));
}

/**
 * Octets of a message written as hex (digits and white space, wrapped at will) or base64.
 * @throws ProtocolFault whose offset counts characters
 */
export function messageOctets(text: string): Bytes {
  if (text.trim() === '') throw new ProtocolFault('empty', 'there is no message in it');
  if (HEX_TEXT.test(text)) return fromHex(text);
  const decoded = fromBase64(text);
  if (decoded && MESSAGE_TAGS.includes(decoded[0] ?? -1)) return decoded;
  throw wrongDigit(text);
}

function octetsOrFault(text: string): Bytes | ProtocolFault {
  try {
    return messageOctets(text);
  } catch (error) {
    if (error instanceof ProtocolFault) return error;
    throw error;
  }
}

/** The messages of an input: the whole of it, or one a line (empty lines are passed over). */
export function inputMessages(file: string, octets: Bytes, lines: boolean): InputMessage[] {
  const text = toAscii(octets);
  if (!lines) return [{ label: file, bytes: octetsOrFault(text) }];
  return text
    .split(/\r?\n/)
    .map((line, i) => ({ line, label: `${file}:${i + 1}` }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, label }) => ({ label, bytes: octetsOrFault(line) }));
}
