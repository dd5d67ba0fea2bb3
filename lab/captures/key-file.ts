import { type Bytes, fromHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';

/** A key somebody gave, and what they call it. */
export interface GivenKey {
  readonly key: Bytes;
  readonly label: string;
}

const KEY_OCTETS = 16;
/** `"key","Normal" or "Reverse","label"`, as Wireshark writes `zigbee_pc_keys`. */
const LINE = /^"([^"]*)"\s*,\s*"(normal|reverse)"\s*,\s*"([^"]*)"$/i;

function keyOf(text: string): Bytes | undefined {
  try {
    const key = fromHex(text.replace(/^0x/i, '').replace(/[:\-. ]/g, ''));
    return key.length === KEY_OCTETS ? key : undefined;
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}

/**
 * Keys of a `zigbee_pc_keys` file.
 * @param file how messages name it
 * @throws UsageError `bad-keys` with the line
 */
export function readKeyFile(text: string, file: string): readonly GivenKey[] {
  const keys: GivenKey[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, digits = '', order = '', label = ''] = LINE.exec(line) ?? [];
    const key = keyOf(digits);
    if (!key) {
      throw new UsageError('bad-keys', 'a line is "32 hex digits","Normal","label"', { file, line: index + 1 });
    }
    keys.push({ key: order.toLowerCase() === 'reverse' ? key.reverse() : key, label });
  }
  return keys;
}
