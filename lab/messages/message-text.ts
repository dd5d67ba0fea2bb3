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
/** A message has at most 65,535 octets and a few of header; written wide, with white space, that stays below this. */
const TEXT_OCTETS_MAX = 1_000_000;

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

const isText = (octet: number): boolean => (octet >= 0x20 && octet <= 0x7e) || (octet >= 9 && octet <= 13);

/** A stray letter is a wrong digit; many octets that are no text at all are another kind of file. */
const STRANGE_SHARE_MAX = 0.1;
const STRANGE_OCTETS_MAX = 8;

function refuseBinary(octets: Bytes): void {
  let strange = 0;
  for (const octet of octets) if (!isText(octet)) strange++;
  if (strange <= Math.max(STRANGE_OCTETS_MAX, octets.length * STRANGE_SHARE_MAX)) return;
  const first = octets.findIndex((octet) => !isText(octet));
  throw new ProtocolFault('not-text', 'is binary; a message is written as hex digits and white space, or as base64', first);
}

/**
 * Octets of a message written as hex (digits and white space, wrapped at will) or base64; a byte order mark is passed over.
 * @throws ProtocolFault whose offset counts characters
 */
export function messageOctets(written: Bytes): Bytes {
  const octets = written[0] === 0xef && written[1] === 0xbb && written[2] === 0xbf ? written.subarray(3) : written;
  if (octets.length > TEXT_OCTETS_MAX) {
    throw new ProtocolFault(
      'too-long',
      `${octets.length} characters are more than any GBCS message has (with one message a line, use --lines)`,
    );
  }
  refuseBinary(octets);
  const text = toAscii(octets);
  if (text.trim() === '') throw new ProtocolFault('empty', 'there is no message in it');
  if (HEX_TEXT.test(text)) return fromHex(text);
  const decoded = fromBase64(text);
  if (decoded && MESSAGE_TAGS.includes(decoded[0] ?? -1)) return decoded;
  throw wrongDigit(text);
}

function octetsOrFault(written: Bytes): Bytes | ProtocolFault {
  try {
    return messageOctets(written);
  } catch (error) {
    if (error instanceof ProtocolFault) return error;
    throw error;
  }
}

const NEW_LINE = 10;

/** The lines of an input without their ends, one at a time, with their numbers. */
export function* linesOf(octets: Bytes): Generator<{ readonly number: number; readonly line: Bytes }> {
  let start = 0;
  for (let number = 1; start < octets.length; number++) {
    const found = octets.indexOf(NEW_LINE, start);
    const end = found < 0 ? octets.length : found;
    yield { number, line: octets.subarray(start, end > start && octets[end - 1] === 13 ? end - 1 : end) };
    start = end + 1;
  }
}

/** The messages of an input: the whole of it, or one a line (empty lines are passed over). */
export function* inputMessages(file: string, octets: Bytes, lines: boolean): Generator<InputMessage> {
  if (!lines) {
    yield { label: file, bytes: octetsOrFault(octets) };
    return;
  }
  for (const { number, line } of linesOf(octets)) {
    if (line.every((octet) => octet <= 0x20)) continue;
    yield { label: `${file}:${number}`, bytes: octetsOrFault(line) };
  }
}

/** True when a text that was taken as one message looks like one a line. */
export function looksLikeLines(octets: Bytes): boolean {
  let messages = 0;
  for (const { line } of linesOf(octets)) if (/^\s*d[df]/i.test(toAscii(line.subarray(0, 16))) && ++messages > 1) return true;
  return false;
}
