import type { Element } from '../../codec/element.ts';
import type { CosemMember } from '../../dictionary/cosem.ts';
import { COSEM_MEMBERS } from '../../dictionary/data/cosem-members.ts';
import type { ValueType } from '../../dictionary/value-type.ts';
import { assert } from '../../kernel/errors.ts';
import { CHF_ANSWERS, CHF_VALUES, DEFAULT_ACTIVATION_TIME, ESME_VALUES, SINGLE_ELEMENT_VALUES } from './default-values.ts';
import { attributeOf, cosemKey, namesOf } from './key.ts';
import type { CosemDefaults, CosemDeviceType } from './store.ts';
import { build, type Elements, type Plain } from './value.ts';

export { attributeOf } from './key.ts';

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

/** What backup_PAN answers (GBCS mapping table, CCS07). */
const BACKUP: ValueType = {
  structure: [{ octets: 12 }, { octets: 8 }, { array: { structure: [{ octets: 8 }, { octets: 16 }] }, max: 16 }],
};

function addAnswers(defaults: Map<string, Element>, elements: Elements): void {
  for (const [key, plain] of Object.entries(CHF_ANSWERS)) {
    defaults.set(key, build(BACKUP, plain, { layout: namesOf(key), path: key, elements }));
  }
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
  if (type === 'CHF') addAnswers(defaults, elements);
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

/**
 * Defaults of a variant: those of its type with other values for some attributes.
 * @param values by key, in plain form; of attributes that the defaults have
 */
export function withValues(defaults: CosemDefaults, values: Readonly<Record<string, Plain>>, elements: Elements): CosemDefaults {
  const changed = Object.entries(values).map(([key, plain]): [string, Element] => {
    const member = attributeOf(key);
    assert(member?.type !== undefined && defaults.has(key), `${key} is an attribute of these devices`);
    return [key, build(member.type, plain, { layout: member.layout, path: key, elements })];
  });
  return changed.length === 0 ? defaults : new Map([...defaults, ...changed]);
}
