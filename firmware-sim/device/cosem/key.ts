import type { Layout } from '../../codec/layout.ts';
import { type CosemMember, cosemMember } from '../../dictionary/cosem.ts';
import { obisBytes } from '../../dictionary/cosem-obis.ts';

/**
 * One attribute: `class/OBIS/number`, as in `112/0-0:19.10.0.255/2`; `m4` in place of the number is what method 4 answers, and a word
 * is something the Blue Book keeps inside an object without an attribute for it.
 */
export type CosemKey = string;

/** Key of an attribute. */
export function cosemKey(classId: number, obis: string, member: number): CosemKey {
  return `${classId}/${obis}/${member}`;
}

/** What the dictionary has of an attribute's key. */
export function attributeOf(key: CosemKey): CosemMember | undefined {
  const [classId = '', obis = '', member = ''] = key.split('/');
  const octets = obisBytes(obis);
  return octets && cosemMember(Number(classId), octets, 'attribute', Number(member));
}

/** Names of what a key holds. */
export function namesOf(key: CosemKey): Layout | undefined {
  const [classId = '', obis = '', member = ''] = key.split('/');
  const octets = obisBytes(obis);
  if (!octets || !member.startsWith('m')) return attributeOf(key)?.layout;
  return cosemMember(Number(classId), octets, 'method', Number(member.slice(1)))?.response;
}
