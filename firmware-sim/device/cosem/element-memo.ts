import type { Element } from '../../codec/element.ts';

interface Node<T> {
  readonly after: WeakMap<object, Node<T>>;
  value?: T;
}

const nodeOf = <T>(): Node<T> => ({ after: new WeakMap() });

/** Stands for a value that is not there. */
const NOTHING = {};

/** Keeps what was made from values of a store for as long as they live: a stored value never changes, another one is another object. */
export class ElementMemo<T extends object> {
  readonly #root = nodeOf<T>();

  of(elements: readonly (Element | undefined)[], make: () => T): T {
    let node = this.#root;
    for (const element of elements) {
      const key = element ?? NOTHING;
      const known = node.after.get(key);
      const next = known ?? nodeOf<T>();
      if (!known) node.after.set(key, next);
      node = next;
    }
    node.value ??= make();
    return node.value;
  }
}
