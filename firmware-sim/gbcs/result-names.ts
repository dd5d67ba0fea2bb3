/** DLMS data-access-result and action-result codes (Green Book) that GBCS devices answer with. */
const NAMES: Readonly<Record<number, string>> = {
  0: 'success',
  1: 'hardware-fault',
  2: 'temporary-failure',
  3: 'read-write-denied',
  4: 'object-undefined',
  9: 'object-class-inconsistent',
  11: 'object-unavailable',
  12: 'type-unmatched',
  13: 'scope-of-access-violated',
  14: 'data-block-unavailable',
  15: 'long-aborted',
  16: 'no-long-in-progress',
  19: 'data-block-number-invalid',
  250: 'other-reason',
};

const NUMBERS = new Map(Object.entries(NAMES).map(([code, name]) => [name, Number(code)]));

/** Name of a result code; the number itself when it has none. */
export function resultName(code: number): string | number {
  return NAMES[code] ?? code;
}

/** Code of a result name or number; undefined when it is neither. */
export function resultCode(name: unknown): number | undefined {
  if (typeof name === 'number') return Number.isInteger(name) && name >= 0 && name <= 255 ? name : undefined;
  return typeof name === 'string' ? NUMBERS.get(name) : undefined;
}
