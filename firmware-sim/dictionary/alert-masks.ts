/** Numbers in order, runs as `first-last`. */
export function ranges(numbers: readonly number[], show: (value: number) => string): string {
  const parts: string[] = [];
  for (let i = 0; i < numbers.length; ) {
    let end = i;
    while (end + 1 < numbers.length && numbers[end + 1] === (numbers[end] as number) + 1) end++;
    const first = show(numbers[i] as number);
    parts.push(end > i ? `${first}-${show(numbers[end] as number)}` : first);
    i = end + 1;
  }
  return parts.join(', ');
}

/** Bits of an alert mask: one for each code of a family. */
const CODES = 256;

const codeText = (code: number): string => `0x${code.toString(16).toUpperCase()}`;

/** Codes of a family whose bit says so; bit n counts from the end of the text. */
function codes(family: number, chosen: (bit: number) => boolean): string {
  const list: number[] = [];
  for (let low = 0; low < CODES; low++) if (chosen(CODES - 1 - low)) list.push(family * 256 + low);
  return list.length === CODES ? 'all' : ranges(list, codeText);
}

/** Alert codes that are on, from 256 settings (ECS25r1, ECS25r2). `family` is the high octet of the codes. */
export function alertsOn(bits: string, family: number): string | undefined {
  if (bits.length !== CODES) return undefined;
  return `on: ${codes(family, (bit) => bits[bit] === '1') || 'none'}`;
}

/** Alert codes to turn on and off, from 256 mask bits (change) and 256 action bits (ECS25a, ECS25b). */
export function alertsByMask(bits: string, family: number): string | undefined {
  if (bits.length !== 2 * CODES) return undefined;
  const changed = (action: string): string => codes(family, (bit) => bits[bit] === '1' && bits[CODES + bit] === action);
  const [on, off] = [changed('1'), changed('0')];
  const parts = [on && `turn on: ${on}`, off && `turn off: ${off}`].filter((part) => part !== '');
  return parts.length === 0 ? 'no change' : parts.join('; ');
}
