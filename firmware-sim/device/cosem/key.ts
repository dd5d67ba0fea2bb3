import type { Layout } from '../../codec/layout.ts';
import { type CosemMember, cosemMember } from '../../dictionary/cosem.ts';
import { obisBytes } from '../../dictionary/cosem-obis.ts';
import { COSEM_MEMBERS } from '../../dictionary/data/cosem-members.ts';

/**
 * One attribute: `class/OBIS/number`, as in `112/0-0:19.10.0.255/2`; `m4` in place of the number is what method 4 answers, and a word
 * is something the Blue Book keeps inside an object without an attribute for it.
 */
export type CosemKey = string;

/** Key of an attribute. */
export function cosemKey(classId: number, obis: string, member: number): CosemKey {
  return `${classId}/${obis}/${member}`;
}

const KEYS = new WeakMap<CosemMember, CosemKey>();

/** Key of a member of the dictionary, made once. */
export function keyOfMember(member: CosemMember): CosemKey {
  const made = KEYS.get(member);
  if (made !== undefined) return made;
  const key = cosemKey(member.class, member.obis, member.number);
  KEYS.set(member, key);
  return key;
}

const ATTRIBUTES = new Map<CosemKey, CosemMember>();
for (const member of COSEM_MEMBERS) if (member.kind === 'attribute') ATTRIBUTES.set(keyOfMember(member), member);

/** What the dictionary has of an attribute's key. */
export function attributeOf(key: CosemKey): CosemMember | undefined {
  return ATTRIBUTES.get(key);
}

/** Names of what a key holds. */
export function namesOf(key: CosemKey): Layout | undefined {
  const [classId = '', obis = '', member = ''] = key.split('/');
  const octets = obisBytes(obis);
  if (!octets || !member.startsWith('m')) return attributeOf(key)?.layout;
  return cosemMember(Number(classId), octets, 'method', Number(member.slice(1)))?.response;
}
