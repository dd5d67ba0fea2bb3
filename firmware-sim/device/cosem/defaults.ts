import type { Element } from '../../codec/element.ts';
import { type CosemMember, cosemMember } from '../../dictionary/cosem.ts';
import { obisBytes } from '../../dictionary/cosem-obis.ts';
import { COSEM_MEMBERS } from '../../dictionary/data/cosem-members.ts';
import { CHF_VALUES, DEFAULT_ACTIVATION_TIME, ESME_VALUES, SINGLE_ELEMENT_VALUES } from './default-values.ts';
import { type CosemDefaults, type CosemDeviceType, cosemKey } from './store.ts';
import { build, type Elements, type Plain } from './value.ts';

const NO_VALUES: Readonly<Record<string, Plain>> = {};

function valuesOf(type: CosemDeviceType, elements: Elements): Readonly<Record<string, Plain>> {
  if (type === 'CHF') return CHF_VALUES;
  if (type === 'SAPC') return NO_VALUES;
  return elements === 'twin' ? ESME_VALUES : { ...ESME_VALUES, ...SINGLE_ELEMENT_VALUES };
}

/** Activation attributes by class: attribute 6 of extended data, 7 of a charge, 10 of a calendar, 13 of an account (Blue Book). */
const ACTIVATION_MEMBERS: Readonly<Record<number, number>> = { 9000: 6, 113: 7, 20: 10, 111: 13 };

/** Whether a member of a class says when passive values become active. */
export function isActivationTime(classId: number, member: number): boolean {
  return ACTIVATION_MEMBERS[classId] === member;
}

function defaultOf(member: CosemMember, plain: Plain | undefined, elements: Elements): Element | undefined {
  const { type, layout, obis, number } = member;
  if (type === undefined) return undefined;
  const given = plain ?? (isActivationTime(member.class, number) ? DEFAULT_ACTIVATION_TIME : undefined);
  return build(type, given, { layout, path: cosemKey(member.class, obis, number), elements });
}

function makeDefaults(type: CosemDeviceType, elements: Elements): CosemDefaults {
  const values = valuesOf(type, elements);
  const defaults = new Map<string, Element>();
  for (const member of COSEM_MEMBERS) {
    if (member.kind !== 'attribute' || !member.devices.includes(type)) continue;
    const key = cosemKey(member.class, member.obis, member.number);
    const value = defaultOf(member, values[key], elements);
    if (value) defaults.set(key, value);
  }
  return defaults;
}

const CACHE = new Map<string, CosemDefaults>();

/**
 * The values that every device of a type starts with: each attribute of the dictionary that the type has, built once and shared.
 * @param elements a twin-element meter has every optional field, a single-element one none (GBCS mapping table)
 */
export function cosemDefaults(type: CosemDeviceType, elements: Elements = 'twin'): CosemDefaults {
  const name = `${type} ${elements}`;
  const cached = CACHE.get(name);
  if (cached) return cached;
  const made = makeDefaults(type, elements);
  CACHE.set(name, made);
  return made;
}

/** What the dictionary has of an attribute's key. */
export function attributeOf(key: string): CosemMember | undefined {
  const [classId = '', obis = '', member = ''] = key.split('/');
  const octets = obisBytes(obis);
  return octets && cosemMember(Number(classId), octets, 'attribute', Number(member));
}
