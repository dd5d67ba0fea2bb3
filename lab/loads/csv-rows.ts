import { type SourcePlace, UsageError } from '../../firmware-sim/kernel/errors.ts';

/** A line of a table as texts by the names of its columns. */
export interface CsvRow {
  /** Where it stands in the file, from 1. */
  readonly line: number;
  readonly cells: ReadonlyMap<string, string>;
}

/** A table with named columns. */
export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

/** What csv-parse hands out with `info`: a record and the line it ends on. */
interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** The first line with anything in it decides what separates the columns. */
function delimiterOf(text: string): string {
  const first = text.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
  return [',', ';', '\t'].find((candidate) => first.includes(candidate)) ?? ',';
}

function placeOf(error: Error): SourcePlace {
  const line = 'lines' in error && typeof error.lines === 'number' ? { line: error.lines } : {};
  return line;
}

/** Sentences of csv-parse begin with its own words for the mistake and name a line that the place says already. */
function messageOf(error: Error): string {
  return error.message
    .replace(/^[\w ]+: /, '')
    .replace(/ at line \d+/, '')
    .replace(/\n/g, ' ');
}

async function parsed(text: string): Promise<readonly Parsed[]> {
  const { CsvError, parse } = await import('csv-parse/sync');
  const options = { bom: true, comment: '#', comment_no_infix: true, delimiter: delimiterOf(text), info: true, trim: true };
  try {
    // With `info`, records come with where they stand; the type of csv-parse does not say so.
    return parse(text, { ...options, relax_column_count: true, skip_empty_lines: true }) as unknown as readonly Parsed[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UsageError('bad-csv', `is not a table of separated values: ${messageOf(error)}`, placeOf(error));
  }
}

/**
 * Reads a comma-, semicolon- or tab-separated table whose first line names its columns; lines that begin with # are passed over.
 * @throws UsageError `bad-csv` with the line, without a file: whoever knows its name adds it
 */
export async function readCsv(text: string): Promise<CsvTable> {
  const [header, ...rest] = await parsed(text);
  if (!header) throw new UsageError('bad-csv', 'is empty; its first line names the columns');
  const columns = header.record.map((name) => name.trim().toLowerCase());
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined)
    throw new UsageError('bad-csv', `has two columns ${JSON.stringify(twice)}`, { line: header.info.lines });
  const rows = rest.map(({ record, info: { lines: line } }): CsvRow => {
    if (record.length !== columns.length) {
      throw new UsageError('bad-csv', `has ${record.length} cells; the first line names ${columns.length} columns`, { line });
    }
    return { line, cells: new Map(columns.map((name, i) => [name, record[i] ?? ''])) };
  });
  return { columns, rows };
}
