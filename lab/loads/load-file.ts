import { type ElectricityLoad, type GasLoad, NO_ELECTRICITY, type Step } from '../../firmware-sim/device/metering/load.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { civilFromIso, fromCivil, type Millis } from '../../firmware-sim/kernel/time.ts';
import { textOf } from '../files/text.ts';
import { type CsvRow, type CsvTable, readCsv } from './csv-rows.ts';
import { HALF_HOUR_MS } from './half-hours.ts';
import { ELECTRICITY_COLUMNS, GAS_COLUMNS, type LoadColumn, type LoadPart } from './load-columns.ts';

/** What is said of each part of a load; whole numbers. */
type Parts = Partial<Record<LoadPart, number>>;

/** How the parts of one kind of meter become its load. */
interface Kind<T> {
  readonly columns: Readonly<Record<string, LoadColumn>>;
  readonly loadOf: (parts: Parts) => T;
  readonly withoutMains: (load: T) => T;
}

const PHASES = ['volts1', 'volts2', 'volts3'] as const;
const NOMINAL_VOLTS = 230;

/** Voltage of as many phases as the file speaks of; where it speaks of none, three at nominal voltage. */
function voltsOf(parts: Parts): readonly number[] {
  const all = parts.volts;
  const spoken = PHASES.findLastIndex((phase) => parts[phase] !== undefined);
  if (spoken < 0) return all === undefined ? NO_ELECTRICITY.volts : PHASES.map(() => all);
  return PHASES.slice(0, spoken + 1).map((phase) => parts[phase] ?? all ?? NOMINAL_VOLTS);
}

const ELECTRICITY: Kind<ElectricityLoad> = {
  columns: ELECTRICITY_COLUMNS,
  loadOf: (parts) => ({
    importWatts: parts.importWatts ?? 0,
    secondaryWatts: parts.secondaryWatts ?? 0,
    exportWatts: parts.exportWatts ?? 0,
    importVars: parts.importVars ?? 0,
    exportVars: parts.exportVars ?? 0,
    volts: voltsOf(parts),
  }),
  withoutMains: (load) => ({ ...NO_ELECTRICITY, volts: load.volts.map(() => 0) }),
};

const GAS: Kind<GasLoad> = {
  columns: GAS_COLUMNS,
  loadOf: ({ flow = 0 }) => ({ flow }),
  withoutMains: (load) => load,
};

/** Digits before and after the point that a cell may have; what no meter measures is refused. */
const NUMBER = /^\d{1,9}(?:\.\d{1,9})?$/;
const TIME = 'time';

function place({ line }: CsvRow): { readonly line: number } {
  return { line };
}

function timeOf(row: CsvRow): Millis {
  const text = row.cells.get(TIME) ?? '';
  const civil = civilFromIso(text);
  if (civil) return fromCivil(civil);
  const cure = 'write it as 2030-01-15T09:00:00Z (UTC)';
  throw new UsageError('bad-load', `column time: ${JSON.stringify(text)} is not a time; ${cure}`, place(row));
}

function cellOf(row: CsvRow, name: string, { factor }: LoadColumn): number | undefined {
  const text = row.cells.get(name) ?? '';
  if (text === '') return undefined;
  const value = Math.round(Number(text) * factor);
  if (NUMBER.test(text) && Number.isSafeInteger(value)) return value;
  const wanted = 'is not a number that is zero or more, with a point before decimals';
  throw new UsageError('bad-load', `column ${name}: ${JSON.stringify(text)} ${wanted}`, place(row));
}

/** Steady columns go on where a cell is empty; what was consumed in a half hour is nothing then. */
function partsOf(row: CsvRow, columns: readonly (readonly [string, LoadColumn])[], before: Parts): Parts {
  const said: Partial<Record<LoadPart, number>> = {};
  for (const [name, column] of columns) {
    const value = cellOf(row, name, column) ?? (column.perHalfHour ? 0 : undefined);
    if (value !== undefined) said[column.part] = (said[column.part] ?? 0) + value;
  }
  return { ...before, outage: undefined, ...said } as Parts;
}

/** The load between the half hours that the file speaks of. */
function idle(parts: Parts, columns: readonly (readonly [string, LoadColumn])[]): Parts {
  const consumed = columns.filter(([, { perHalfHour }]) => perHalfHour).map(([, { part }]) => [part, 0]);
  return { ...parts, ...Object.fromEntries(consumed) };
}

function columnsOf({ columns }: CsvTable, known: Kind<unknown>['columns']): readonly (readonly [string, LoadColumn])[] {
  if (!columns.includes(TIME)) throw new UsageError('bad-load', 'has no column time', { line: 1 });
  const found = columns
    .filter((name) => name !== TIME)
    .map((name) => {
      const column = Object.hasOwn(known, name) ? known[name] : undefined;
      if (column) return [name, column] as const;
      const choices = Object.keys(known).join(', ');
      throw new UsageError('bad-load', `has no use for a column ${JSON.stringify(name)}; there are time, ${choices}`, {
        line: 1,
      });
    });
  const parts = found.map(([, { part }]) => part);
  const twice = found.find(([, { part, perHalfHour }]) => perHalfHour && parts.filter((one) => one === part).length > 1);
  if (twice) throw new UsageError('bad-load', `says twice what ${twice[0]} says; leave one of the columns out`, { line: 1 });
  if (found.length > 0) return found;
  throw new UsageError('bad-load', 'has a column time and none beside it', { line: 1 });
}

function checkOrder(row: CsvRow, at: Millis, next: Millis | undefined, halfHours: boolean): void {
  if (next === undefined || next >= at + (halfHours ? HALF_HOUR_MS : 1)) return;
  const what = halfHours ? 'its half hour overlaps that of the next row' : 'the next row is not later';
  throw new UsageError('bad-load', `column time: ${what}; rows stand in order of time`, place(row));
}

/** The steps a row makes: its load, an outage before that, and what follows its half hour. */
function stepsOf<T>(kind: Kind<T>, parts: Parts, rest: Parts | undefined, at: Millis, next: Millis): readonly Step<T>[] {
  const until = rest ? at + HALF_HOUR_MS : next;
  const load = kind.loadOf(parts);
  const seconds = parts.outage ?? 0;
  const dark = seconds === 1 ? until : Math.min(until, at + seconds * 1000);
  return [
    ...(dark > at ? [{ from: at, value: kind.withoutMains(load) }] : []),
    ...(dark < until ? [{ from: dark, value: load }] : []),
    ...(rest && until < next ? [{ from: until, value: kind.loadOf(rest) }] : []),
  ];
}

function stepsOfTable<T>(table: CsvTable, kind: Kind<T>): readonly Step<T>[] {
  const columns = columnsOf(table, kind.columns);
  const halfHours = columns.some(([, { perHalfHour }]) => perHalfHour);
  if (table.rows.length === 0) throw new UsageError('bad-load', 'has no row below its first line');
  const times = table.rows.map(timeOf);
  const steps: Step<T>[] = [];
  let parts: Parts = {};
  table.rows.forEach((row, i) => {
    const at = times[i] as Millis;
    checkOrder(row, at, times[i + 1], halfHours);
    parts = partsOf(row, columns, parts);
    const rest = halfHours ? idle(parts, columns) : undefined;
    for (const step of stepsOf(kind, parts, rest, at, times[i + 1] ?? Number.POSITIVE_INFINITY)) steps.push(step);
  });
  return steps;
}

async function stepsOfFile<T>(file: string, octets: Uint8Array, kind: Kind<T>): Promise<readonly Step<T>[]> {
  try {
    return stepsOfTable(await readCsv(textOf(file, octets)), kind);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.kind, error.message, { file, ...error.place });
  }
}

/**
 * The steps of a load that a file describes (docs/simulate.md): comma-separated rows with a time each, that hold until the next row, or
 * for half an hour where a column says what was consumed. Before the first one nothing is drawn.
 * @throws UsageError naming file, line, column and what would be right
 */
export function electricityFile(file: string, octets: Uint8Array): Promise<readonly Step<ElectricityLoad>[]> {
  return stepsOfFile(file, octets, ELECTRICITY);
}

/** The same for a gas meter. @throws UsageError */
export function gasFile(file: string, octets: Uint8Array): Promise<readonly Step<GasLoad>[]> {
  return stepsOfFile(file, octets, GAS);
}
