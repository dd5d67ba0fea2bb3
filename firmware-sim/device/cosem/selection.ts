import type { Element } from '../../codec/element.ts';
import { obisBytes } from '../../dictionary/cosem-obis.ts';
import { equalBytes } from '../../kernel/bytes.ts';
import { toSeconds2000 } from '../../kernel/time.ts';
import { momentOfDateTime } from './activations.ts';
import { ALL_TIME, type TimeRange } from './log-source.ts';

/** Selective access by range (Blue Book, profile generic). */
const BY_RANGE = 1;

/** The column that ranges restrict: the time of a row (GBCS 9.1; RTDS 4.5.0 ECS22a). */
const TIME_COLUMN = { classId: 1, obis: obisBytes('0-0:94.44.100.255'), attribute: 2 };

/** Class 30 restriction by date, and none (GBCS 9.1.5; RTDS 4.5.0 ECS20c, ECS17b). */
const RESTRICTION = { none: 0, byDate: 1 } as const;

const SECONDS_MAX = 0xffff_ffff;

function isTimeColumn(element: Element | undefined): boolean {
  const [classId, obis, attribute] = element?.children ?? [];
  return (
    classId?.value === TIME_COLUMN.classId &&
    obis?.value instanceof Uint8Array &&
    TIME_COLUMN.obis !== undefined &&
    equalBytes(obis.value, TIME_COLUMN.obis) &&
    attribute?.value === TIME_COLUMN.attribute
  );
}

/**
 * Range of a selective access: restricting column, from, to, and an empty list of columns.
 * @returns undefined when it is none that GBCS uses
 */
export function rangeOfSelection(
  selection: { readonly selector: number; readonly value: Element } | undefined,
): TimeRange | undefined {
  const [column, from, to, columns] = selection?.value.children ?? [];
  if (selection?.selector !== BY_RANGE || !isTimeColumn(column) || (columns?.children.length ?? 1) !== 0) return undefined;
  if (from?.type !== 'double-long-unsigned' || to?.type !== 'double-long-unsigned') return undefined;
  return { from: Number(from.value), to: Number(to.value) };
}

/** Seconds since 2000 of a date-time; one filled with zeros or `ff` stands for the start or the end of time. */
function boundOf(element: Element | undefined): number | undefined {
  const octets = element?.value;
  if (!(octets instanceof Uint8Array) || octets.length !== 12) return undefined;
  const head = octets.subarray(0, 9);
  if (head.every((octet) => octet === 0)) return 0;
  if (head.every((octet) => octet === 0xff)) return SECONDS_MAX;
  return Math.min(SECONDS_MAX, Math.max(0, toSeconds2000(momentOfDateTime(octets))));
}

/** Range of a class 30 restriction; undefined when it is none that GBCS uses. @throws ProtocolFault `bad-time` */
export function rangeOfRestriction(restriction: Element | undefined): TimeRange | undefined {
  const [kind, bounds] = restriction?.children ?? [];
  if (kind?.value === RESTRICTION.none) return ALL_TIME;
  if (kind?.value !== RESTRICTION.byDate) return undefined;
  const from = boundOf(bounds?.children[0]);
  const to = boundOf(bounds?.children[1]);
  return from === undefined || to === undefined ? undefined : { from, to };
}
