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

/** An OBIS code, and the members of the objects that have it. */
export interface CosemObject {
  readonly obis: Bytes;
  readonly members: readonly CosemMember[];
}

const BY_OBIS = new Map<number, { readonly obis: Bytes; readonly members: CosemMember[] }>();
const CLASS_NAMES = new Map<number, string>();
for (const member of COSEM_MEMBERS) {
  const obis = obisBytes(member.obis) as Bytes;
  const object = BY_OBIS.get(obisKey(obis));
  if (object) object.members.push(member);
  else BY_OBIS.set(obisKey(obis), { obis, members: [member] });
  CLASS_NAMES.set(member.class, member.className);
}

/** What GBCS has under the OBIS code at `at` of some octets; its own octets of the code are shared. */
export function cosemObject(octets: Bytes, at = 0): CosemObject | undefined {
  return BY_OBIS.get(obisKey(octets, at));
}

/** The member of that class, kind and number among those of an OBIS code. */
export function memberIn(
  object: CosemObject,
  classId: number,
  kind: CosemMember['kind'],
  number: number,
): CosemMember | undefined {
  for (const one of object.members) if (one.number === number && one.class === classId && one.kind === kind) return one;
  return undefined;
}

/** The member of that class, OBIS code (6 octets), kind and number; undefined when GBCS names none. */
export function cosemMember(classId: number, obis: Bytes, kind: CosemMember['kind'], number: number): CosemMember | undefined {
  const object = cosemObject(obis);
  return object && memberIn(object, classId, kind, number);
}

/** Blue Book name of a COSEM interface class. */
export function cosemClassName(classId: number): string | undefined {
  return CLASS_NAMES.get(classId);
}
