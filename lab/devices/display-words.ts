import type { EsmeDisplay } from '../../firmware-sim/esme/display.ts';
import type { GasDisplay } from '../../firmware-sim/gsme/display.ts';

/** One thing a display shows. */
export interface DisplayFact {
  /** Where it stands in the display's data: `account.emergencyCredit.state`. */
  readonly key: string;
  readonly name: string;
  readonly value: string;
}

/** `emergencyCredit` as words. */
const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function factsIn(value: unknown, path: readonly string[]): readonly DisplayFact[] {
  if (value === undefined || value === '') return [];
  if (typeof value !== 'object' || value === null) {
    return [{ key: path.join('.'), name: path.map(words).join(' '), value: String(value) }];
  }
  return Object.entries(value).flatMap(([name, inner]) =>
    factsIn(inner, [...path, /^\d+$/.test(name) ? String(Number(name) + 1) : name]),
  );
}

/** What a display shows, one fact each, in the order of its data; what it leaves blank is left out. */
export function displayFacts(display: EsmeDisplay | GasDisplay): readonly DisplayFact[] {
  return factsIn(display, []);
}
