import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';

/** One block of a PEM text (RFC 7468). */
export interface PemBlock {
  readonly label: string;
  readonly der: Bytes;
}

const BEGIN = /-----BEGIN ([A-Z0-9 ]+)-----/y;
const END = /-----END ([A-Z0-9 ]+)-----/y;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const LINE_CHARACTERS = 64;

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

/** The label of a boundary that starts at `at`, and where the boundary ends. */
function boundary(pattern: RegExp, text: string, at: number): { readonly label: string; readonly end: number } | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match ? { label: match[1] ?? '', end: pattern.lastIndex } : undefined;
}

function decodeBody(file: string, text: string, start: number, end: number): Bytes {
  const body = text.slice(start, end);
  const strange = /[^A-Za-z0-9+/=\s]/.exec(body);
  if (strange) {
    const place = { file, line: lineOf(text, start + strange.index) };
    throw new UsageError('bad-pem', `${JSON.stringify(strange[0])} is no base64 character`, place);
  }
  const digits = body.replace(/\s/g, '');
  if (digits.length % 4 !== 0 || !BASE64.test(digits)) {
    throw new UsageError('bad-pem', 'the base64 of a PEM block is not whole', { file, line: lineOf(text, start) });
  }
  return new Uint8Array(Buffer.from(digits, 'base64'));
}

/**
 * The blocks of a PEM text in their order; text around them is skipped.
 * @throws UsageError `bad-pem` with file and line
 */
export function readPem(file: string, text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  let from = 0;
  for (;;) {
    const at = text.indexOf('-----BEGIN ', from);
    if (at < 0) return blocks;
    const opening = boundary(BEGIN, text, at);
    const closingAt = text.indexOf('-----END ', at);
    const closing = closingAt < 0 ? undefined : boundary(END, text, closingAt);
    if (!opening || !closing)
      throw new UsageError('bad-pem', 'a PEM block begins and does not end', { file, line: lineOf(text, at) });
    if (opening.label !== closing.label) {
      throw new UsageError('bad-pem', `BEGIN ${opening.label} ends with END ${closing.label}`, { file, line: lineOf(text, at) });
    }
    blocks.push({ label: opening.label, der: decodeBody(file, text, opening.end, closingAt) });
    from = closing.end;
  }
}

/** One PEM block with lines of 64 characters. */
export function writePem(label: string, der: Bytes): string {
  const digits = Buffer.from(der).toString('base64');
  const lines: string[] = [];
  for (let at = 0; at < digits.length; at += LINE_CHARACTERS) lines.push(digits.slice(at, at + LINE_CHARACTERS));
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
