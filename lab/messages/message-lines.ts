import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';

/** A JSON value of an input with the place it stands at. */
export interface JsonLine {
  readonly label: string;
  readonly value: unknown | UsageError;
}

function parse(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new UsageError('bad-json', `is not JSON: ${error.message}`, { file, line }, 1);
  }
}

const UTF8 = new TextDecoder();

/** The JSON objects of an input: one a line, or a single one over many lines. */
export function jsonLines(file: string, octets: Bytes): JsonLine[] {
  const text = UTF8.decode(octets);
  const whole = wholeObject(text);
  if (whole !== undefined) return [{ label: file, value: whole }];
  const lines = text.split(/\r?\n/).map((line, i) => ({ line, number: i + 1 }));
  return lines
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => ({ label: `${file}:${number}`, value: parse(line, file, number) }));
}

/** A pretty-printed object spans lines; a file of lines does not parse as a whole. */
function wholeObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
