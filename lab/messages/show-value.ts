import type { ElementJson } from '../../firmware-sim/codec/element-json.ts';
import { certificateLines, isCertificate } from './show-certificate.ts';

const isList = (element: ElementJson): boolean => Array.isArray(element.value);
const childrenOf = (element: ElementJson): readonly ElementJson[] =>
  isList(element) ? (element.value as readonly ElementJson[]) : [];

/** Longer bit strings are read by what they mean. */
const BITS_MAX = 64;

function shown({ value, type, meaning }: ElementJson): string {
  if (value === '') return '(empty)';
  const text = String(value);
  return type === 'bit-string' && meaning !== undefined && text.length > BITS_MAX ? `${text.length} bits` : text;
}

/** A value with what it means. */
function meant(element: ElementJson): string {
  return element.meaning === undefined ? shown(element) : `${shown(element)} (${element.meaning})`;
}

function annotation(element: ElementJson): string {
  const parts = [element.unit, element.meaning].filter((part) => part !== undefined);
  return parts.length > 0 ? `  (${parts.join('; ')})` : '';
}

/** Values of one kind in a row. */
function isSeries(element: ElementJson): boolean {
  const list = childrenOf(element);
  return list.length > 1 && list.every((item) => !isList(item) && !item.decrypted && item.name === list[0]?.name);
}

function seriesText(element: ElementJson): string {
  const list = childrenOf(element);
  return list.some((item) => item.meaning !== undefined) ? list.map(meant).join(', ') : list.map(shown).join(' ');
}

/** A part of a row: what its column is called and what stands in it. */
interface Cell {
  readonly label: string;
  readonly text: string;
}

const withUnit = (label: string, unit: string | undefined): string => (unit === undefined ? label : `${label} [${unit}]`);

/** The parts of a structure side by side; undefined where it holds lists of structures or encrypted values. */
function cellsOf(element: ElementJson): readonly Cell[] | undefined {
  if (element.decrypted) return undefined;
  if (!isList(element)) return [{ label: withUnit(element.name, element.unit), text: meant(element) }];
  if (isSeries(element)) {
    return [{ label: withUnit(element.name, childrenOf(element)[0]?.unit), text: seriesText(element) }];
  }
  const cells: Cell[] = [];
  for (const child of childrenOf(element)) {
    const inner = cellsOf(child);
    if (!inner) return undefined;
    cells.push(...inner);
  }
  return cells;
}

/** More columns than a person can follow. */
const COLUMNS_MAX = 24;

/** Rows with the same columns, one line each; undefined for other lists. */
function tableLines(element: ElementJson, label: string, indent: string): string[] | undefined {
  const list = childrenOf(element);
  if (list.length < 2 || !list.every((item) => isList(item) && item.name === list[0]?.name)) return undefined;
  const rows: (readonly Cell[])[] = [];
  for (const item of list) {
    const cells = cellsOf(item);
    const first = rows[0] ?? cells;
    if (!cells || !first || cells.length < 2 || cells.length > COLUMNS_MAX || cells.length !== first.length) return undefined;
    if (!cells.every((cell, i) => cell.label === first[i]?.label)) return undefined;
    rows.push(cells);
  }
  const heads = (rows[0] ?? []).map((cell) => cell.label);
  const body = rows.map((cells) => cells.map((cell) => cell.text));
  return [`${indent}${label} (${rows.length})`, ...aligned([heads, ...body]).map((line) => `${indent}  ${line}`)];
}

/** Wider columns are not filled up. */
const FILL_MAX = 100;

/** Lines whose columns stand below each other. */
function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, i) => Math.min(FILL_MAX, Math.max(...lines.map((cells) => cells[i]?.length ?? 0))));
  return lines.map((cells) =>
    cells
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** What fits a line together with its name. */
const LINE_MAX = 100;

/** A structure of a few plain values in one line; undefined for larger ones. */
function shortLine(element: ElementJson, label: string, indent: string): string | undefined {
  const children = childrenOf(element);
  if (children.length < 2 || children.some(isList)) return undefined;
  const cells = cellsOf(element);
  if (!cells) return undefined;
  const line = `${indent}${label}: ${cells.map((cell) => `${cell.label} ${cell.text}`).join(', ')}`;
  return line.length <= LINE_MAX ? line : undefined;
}

/** Record of a read attributes response: the attribute with its value, or why there is none. */
function attributeLine(element: ElementJson, indent: string): string | undefined {
  const [identifier, ...rest] = childrenOf(element);
  const last = rest.at(-1);
  if (element.type !== 'group' || identifier?.name !== 'attributeIdentifier' || !last || isList(last)) return undefined;
  if (last.name === 'status') return `${indent}${meant(identifier)}: ${last.meaning ?? shown(last)}`;
  return `${indent}${last.name}: ${shown(last)}${annotation(last)}`;
}

function scalarLines(element: ElementJson, label: string, indent: string): string[] {
  const { decrypted } = element;
  if (!decrypted) return [`${indent}${label}: ${shown(element)}${annotation(element)}`];
  return [`${indent}${label}: encrypted, holds`, ...insideLines(decrypted, `${indent}  `)];
}

function insideLines(element: ElementJson, indent: string): string[] {
  return childrenOf(element).flatMap((child) => elementLines(child, indent));
}

/**
 * A value and what is inside it, for people: rows and short structures take a line each, wrappers around one value none,
 * certificates three.
 * @param label what to call it; its name when nothing is said
 */
export function elementLines(element: ElementJson, indent: string, label: string = element.name): string[] {
  if (!isList(element)) return scalarLines(element, label, indent);
  if (isCertificate(element)) return certificateLines(element, indent);
  const children = childrenOf(element);
  const [only] = children;
  if (!only) return [`${indent}${label}: (none)`];
  if (children.length === 1) {
    return elementLines(only, indent, only.name === 'content' || only.name === label ? label : `${label}.${only.name}`);
  }
  if (isSeries(element)) return [`${indent}${label} (${children.length}): ${seriesText(element)}${unitOf(only)}`];
  const line = attributeLine(element, indent) ?? shortLine(element, label, indent);
  if (line !== undefined) return [line];
  return tableLines(element, label, indent) ?? [`${indent}${label}`, ...insideLines(element, `${indent}  `)];
}

const unitOf = (element: ElementJson): string => (element.unit === undefined ? '' : `  (${element.unit})`);

/** The whole of a payload: its parts without a name for all of them. */
export function payloadValueLines(element: ElementJson, indent: string): string[] {
  const children = childrenOf(element);
  const [only] = children;
  if (isCertificate(element)) return certificateLines({ ...element, name: 'certificate' }, indent);
  if (!only || isSeries(element)) return elementLines(element, indent);
  if (children.length === 1) return elementLines(only, indent);
  return tableLines(element, 'entries', indent) ?? insideLines(element, indent);
}
