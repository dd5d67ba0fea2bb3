import type { Layout } from '../codec/layout.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { obisBytes, obisKey } from './cosem-obis.ts';
import { COSEM_MEMBERS } from './data/cosem-members.ts';
import type { ValueType } from './value-type.ts';

/** One attribute or method of a COSEM object, as GBCS uses it. */
export interface CosemMember {
  readonly class: number;
  readonly className: string;
  readonly obis: string;
  readonly kind: 'attribute' | 'method';
  readonly number: number;
  /** SMETS name of what it holds. */
  readonly name: string;
  /** Device types that have it. */
  readonly devices: readonly string[];
  /** Type of an attribute's value, or of a method's argument. */
  readonly type?: ValueType;
  /** Names of an attribute's value, or of a method's argument. */
  readonly layout?: Layout;
  /** Names of what a method returns. */
  readonly response?: Layout;
  /** Names of a selective-access argument. */
  readonly selection?: Layout;
}

/** Editions of the DLMS UA books that GBCS cites (GBCS 3, references: UA 1000-2 and UA 1000-1), and that everything here keeps to. */
export const DLMS_EDITION = { greenBook: '8', blueBook: '12.0' } as const;

const BY_OBIS = new Map<number, CosemMember[]>();
const CLASS_NAMES = new Map<number, string>();
for (const member of COSEM_MEMBERS) {
  const key = obisKey(obisBytes(member.obis) as Bytes);
  const list = BY_OBIS.get(key);
  if (list) list.push(member);
  else BY_OBIS.set(key, [member]);
  CLASS_NAMES.set(member.class, member.className);
}

/** The member of that class, OBIS code (6 octets), kind and number; undefined when GBCS names none. */
export function cosemMember(classId: number, obis: Bytes, kind: 'attribute' | 'method', number: number): CosemMember | undefined {
  const list = BY_OBIS.get(obisKey(obis));
  if (!list) return undefined;
  for (const member of list) if (member.number === number && member.class === classId && member.kind === kind) return member;
  return undefined;
}

/** Blue Book name of a COSEM interface class. */
export function cosemClassName(classId: number): string | undefined {
  return CLASS_NAMES.get(classId);
}
