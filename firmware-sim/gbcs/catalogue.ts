import { USE_CASES } from '../dictionary/data/use-cases.ts';
import type { AccessRow, UseCaseRow } from '../dictionary/use-case.ts';
import type { Cra } from './header.ts';

export type { AccessRow, UseCaseRow } from '../dictionary/use-case.ts';

/** Every GBCS use case hanbench knows, by code. */
export const CATALOGUE: readonly UseCaseRow[] = USE_CASES;

const BY_NAME = new Map(USE_CASES.map((row) => [row.code, row]));
const BY_CODE: Readonly<Record<Cra, Map<number, UseCaseRow[]>>> = { command: new Map(), response: new Map(), alert: new Map() };
for (const row of USE_CASES) {
  for (const cra of ['command', 'response', 'alert'] as const) {
    for (const code of row[cra]) {
      const list = BY_CODE[cra].get(code);
      if (list) list.push(row);
      else BY_CODE[cra].set(code, [row]);
    }
  }
}

/** A use case by its code, e.g. `CS06`. */
export function useCaseByName(code: string): UseCaseRow | undefined {
  return BY_NAME.get(code);
}

/** All use cases and variants that share a message code. */
export function useCasesOf(messageCode: number, cra: Cra): readonly UseCaseRow[] {
  return BY_CODE[cra].get(messageCode) ?? [];
}

/** What of a message tells use cases with one message code apart. */
export interface UseCaseClues {
  readonly payload: UseCaseRow['payload'];
  /** Message code of the command that a future-dated alert reports on. */
  readonly commandCode?: number | undefined;
}

/** The use case of a message and, where its message code tells, its variant. */
export interface Identified {
  readonly useCase: UseCaseRow;
  readonly variant: UseCaseRow | undefined;
}

/** Future-dated alerts share message codes; the command they quote, or the only use case there is, names them. */
function alertRows(messageCode: number, clues: UseCaseClues): readonly UseCaseRow[] {
  if (clues.commandCode !== undefined) return useCasesOf(clues.commandCode, 'command');
  const rows = useCasesOf(messageCode, 'alert');
  const own = rows.filter((row) => !row.code.startsWith('ALERT-'));
  const pure = own.filter((row) => row.command.length === 0);
  if (pure.length > 0) return pure;
  const bases = new Set(own.map((row) => row.baseCode ?? row.code));
  return bases.size === 1 ? own : rows.filter((row) => row.code.startsWith('ALERT-'));
}

/** The use case a message belongs to; undefined for a message code that is not in the catalogue. */
export function identify(messageCode: number, cra: Cra, clues: UseCaseClues): Identified | undefined {
  const rows = (cra === 'alert' ? alertRows(messageCode, clues) : useCasesOf(messageCode, cra)).filter(
    (row, _, all) => row.payload === clues.payload || all.every((other) => other.payload !== clues.payload),
  );
  const first = rows[0];
  if (!first) return undefined;
  const base = rows.find((row) => row.baseCode === undefined) ?? BY_NAME.get(first.baseCode ?? '') ?? first;
  const variants = rows.filter((row) => row.baseCode !== undefined);
  // A base with one message code has variants that only their content tells apart.
  return { useCase: base, variant: base.command.length > 1 && variants.length === 1 ? variants[0] : undefined };
}

const ACCESS_LISTS = new Map<number, readonly (readonly AccessRow[])[]>();

/** Access lists that a response with this message code may answer, the likeliest first. */
export function accessLists(messageCode: number): readonly (readonly AccessRow[])[] {
  let lists = ACCESS_LISTS.get(messageCode);
  if (!lists) {
    lists = useCasesOf(messageCode, 'response').flatMap((row) => row.access ?? []);
    ACCESS_LISTS.set(messageCode, lists);
  }
  return lists;
}

/** What class 30 methods of a use case fetch, in order; candidates for responses with this message code. */
export function protectedAccess(messageCode: number): readonly (readonly AccessRow[])[] {
  return useCasesOf(messageCode, 'response').flatMap((row) => (row.protectedAccess ? [row.protectedAccess] : []));
}

const DEVICE_TO_DEVICE = new Set(USE_CASES.filter((row) => row.category === 'SME.C.PPMID-GSME').flatMap((row) => row.command));

/** True for messages between two devices, MACed under their own keys (PCS01, PCS02). */
export function isDeviceToDevice(messageCode: number): boolean {
  return DEVICE_TO_DEVICE.has(messageCode);
}
