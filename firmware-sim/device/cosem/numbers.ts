import { Element } from '../../codec/element.ts';
import { type Bytes, NO_BYTES } from '../../kernel/bytes.ts';
import { assert } from '../../kernel/errors.ts';
import { attributeOf, type CosemKey } from './key.ts';
import type { CosemStore } from './store.ts';
import { build, type Plain } from './value.ts';

const INT32_MAX = 0x7fff_ffff;
const INT32_MIN = -0x8000_0000;

/** The same element with another value. */
export function withValue(element: Element, value: Element['value']): Element {
  return new Element(element.name, element.type, value, element.meta, element.named, element.extras);
}

/** Octets of a string; none when there is no such value. */
export function octetsOf(element: Element | undefined): Bytes {
  return element?.value instanceof Uint8Array ? element.value : NO_BYTES;
}

/** The number an attribute holds; 0 when the device does not have it. */
export function numberAt(store: CosemStore, key: CosemKey): number {
  const value = store.get(key)?.value;
  return typeof value === 'number' ? value : 0;
}

/** Gives an attribute a number, held at the limits of a double-long. */
export function setNumber(store: CosemStore, key: CosemKey, value: number): void {
  const element = store.get(key);
  assert(element, `${key} is there`);
  store.set(key, withValue(element, Math.min(INT32_MAX, Math.max(INT32_MIN, value))));
}

/** Gives an attribute a value in plain form, of the type the dictionary declares. */
export function setPlain(store: CosemStore, key: CosemKey, plain: Plain): void {
  const member = attributeOf(key);
  assert(member?.type, `${key} is in the dictionary`);
  store.set(key, build(member.type, plain, { layout: member.layout, path: key, elements: 'twin' }));
}
