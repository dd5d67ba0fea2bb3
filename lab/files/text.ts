import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { writeOctets } from '../ota/image-input.ts';

/** The content of a text file. @throws UsageError when it is not in UTF-8 */
export function textOf(file: string, octets: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError('no-text', 'is no text in UTF-8', { file });
  }
}

/** Writes a text file in UTF-8. @throws UsageError exit code 2 when the path cannot be written */
export function writeText(file: string, text: string): void {
  writeOctets(file, new TextEncoder().encode(text));
}
