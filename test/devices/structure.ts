import type { Element } from '../../firmware-sim/codec/element.ts';
import type { GbzComponent } from '../../firmware-sim/gbcs/gbz.ts';
import type { WholeMessage } from '../../firmware-sim/gbcs/message.ts';

/** Shape of a value: its types without its content. A list without entries has the shape of any other. */
type Shape = string | { readonly list: Shape | undefined } | readonly Shape[];

const LISTS = new Set(['array', 'SEQUENCE OF', 'SET OF', 'list']);

function shapeOf(element: Element): Shape {
  const inside = element.extras?.plaintext;
  if (inside) return ['encrypted', shapeOf(inside)];
  if (element.type === 'compact-array') return `compact-array ${JSON.stringify(element.extras?.of)}`;
  if (!Array.isArray(element.value)) return element.type;
  const children = element.children.map(shapeOf);
  return LISTS.has(element.type) ? { list: children[0] } : [element.type, ...children];
}

function sameShape(a: Shape, b: Shape): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  if ('list' in a || 'list' in b) {
    if (!('list' in a && 'list' in b)) return false;
    return a.list === undefined || b.list === undefined || sameShape(a.list, b.list);
  }
  return a.length === b.length && a.every((one, i) => sameShape(one, b[i] ?? ''));
}

/** Attribute ids of a read, field names of anything else; repeated fields once. */
function componentShape({ cluster, command, frameControl, fields, sealed }: GbzComponent): string {
  const shown = (sealed?.fields ?? fields).map(({ name }) => name);
  return JSON.stringify([cluster, command, frameControl & 0x0b, sealed !== undefined, [...new Set(shown)]]);
}

/**
 * True when two responses are made of the same parts: results, types and compact-array descriptors of DLMS data, components and
 * attributes of GBZ, types of DER. Values and the length of lists are free.
 */
export function sameStructure(a: WholeMessage, b: WholeMessage): boolean {
  const [p, q] = [a.payload, b.payload];
  if (p.kind === 'dlms-access-response' && q.kind === p.kind) {
    return (
      p.results.length === q.results.length &&
      p.results.every((one, i) => {
        const other = q.results[i];
        return other !== undefined && one.result === other.result && sameShape(shapeOf(one.data), shapeOf(other.data));
      })
    );
  }
  if (p.kind === 'gbz' && q.kind === p.kind) {
    const [own, reference] = [p.components.map(componentShape), q.components.map(componentShape)];
    return JSON.stringify(own) === JSON.stringify(reference);
  }
  return p.kind === 'asn1' && q.kind === 'asn1' && sameShape(shapeOf(p.value), shapeOf(q.value));
}
