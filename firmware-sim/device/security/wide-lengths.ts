import { derElementOf, encodeDerElement } from '../../codec/der.ts';
import type { DerSchema } from '../../codec/der-schema.ts';
import { Element } from '../../codec/element.ts';
import type { Bytes } from '../../kernel/bytes.ts';

/** Contents of this length and more have a length field of three octets, `82 00 c4`, up to where DER needs them anyway. */
const WIDE_FROM = 128;
const WIDE_OCTETS = 3;

/**
 * DER of a report about credentials. Every length from 128 on is written `82 hh ll`, as RTDS 4.5.0 devices write them in answers and alerts
 * of CS02a, CS02b, CS02f and CS02g; shorter ones are minimal.
 */
export function encodeReport<T>(schema: DerSchema<T>, value: T): Bytes {
  return encodeDerElement(widened(derElementOf(schema, value, 'value')).element);
}

/** An element with wide lengths, and how many octets its encoding has. */
function widened(element: Element): { element: Element; octets: number } {
  if (!Array.isArray(element.value)) return { element, octets: encodeDerElement(element).length };
  const children = element.children.map(widened);
  const content = children.reduce((sum, { octets }) => sum + octets, 0);
  const wide = content >= WIDE_FROM;
  const extras = wide ? { ...element.extras, lengthOctets: WIDE_OCTETS } : element.extras;
  const value = children.map((child) => child.element);
  const whole = new Element(element.name, element.type, value, element.meta, element.named, extras);
  return { element: whole, octets: content + (wide ? 1 + WIDE_OCTETS : 2) };
}
