import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';

/** One block of a PEM text (RFC 7468). */
export interface PemBlock {
  readonly label: string;
  readonly der: Bytes;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n?([\s\S]*?)-----END ([A-Z0-9 ]+)-----/g;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const LINE_CHARACTERS = 64;

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

function blockOf(file: string, text: string, match: RegExpMatchArray): PemBlock {
  const [whole, label = '', body = '', end] = match;
  const line = lineOf(text, match.index ?? 0);
  if (label !== end) throw new UsageError('bad-pem', `BEGIN ${label} ends with END ${end}`, { file, line });
  const bodyAt = (match.index ?? 0) + whole.indexOf(body, label.length);
  const strange = /[^A-Za-z0-9+/=\s]/.exec(body);
  if (strange) {
    const place = { file, line: lineOf(text, bodyAt + strange.index) };
    throw new UsageError('bad-pem', `${JSON.stringify(strange[0])} is no base64 character`, place);
  }
  const digits = body.replace(/\s/g, '');
  if (!BASE64.test(digits) || digits.length % 4 !== 0)
    throw new UsageError('bad-pem', `${label} is not whole base64`, { file, line });
  return { label, der: new Uint8Array(Buffer.from(digits, 'base64')) };
}

/**
 * The blocks of a PEM text in their order; text around them is skipped.
 * @throws UsageError `bad-pem` with file and line
 */
export function readPem(file: string, text: string): readonly PemBlock[] {
  return [...text.matchAll(BLOCK)].map((match) => blockOf(file, text, match));
}

/** One PEM block with lines of 64 characters. */
export function writePem(label: string, der: Bytes): string {
  const digits = Buffer.from(der).toString('base64');
  const lines: string[] = [];
  for (let at = 0; at < digits.length; at += LINE_CHARACTERS) lines.push(digits.slice(at, at + LINE_CHARACTERS));
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
