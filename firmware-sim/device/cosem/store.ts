import { decodeAxdr } from '../../codec/axdr.ts';
import { encodeAxdr } from '../../codec/axdr-write.ts';
import { Element } from '../../codec/element.ts';
import { ByteReader } from '../../kernel/byte-reader.ts';
import { ByteWriter } from '../../kernel/byte-writer.ts';
import { fromHex, toHex } from '../../kernel/bytes.ts';
import { assert, ProtocolFault } from '../../kernel/errors.ts';
import { type LeanMap, leanMap, nothing, put, without } from '../../kernel/lean-map.ts';
import { type CosemKey, namesOf } from './key.ts';
import { partOf } from './parts.ts';
import { packedBuffer, rowFormOf, rowsOfBuffer } from './row-form.ts';
import { RowList } from './row-list.ts';

export type { CosemKey } from './key.ts';

/** Devices that have COSEM objects (GBCS 7.3). */
export type CosemDeviceType = 'ESME' | 'CHF' | 'SAPC';

/** Attribute values by key; a store lies over one of these, which devices share. */
export type CosemDefaults = ReadonlyMap<CosemKey, Element>;

/** Keys that are remembered as touched; more than that is as good as everything. */
const TOUCHED_MAX = 64;

/** What differs from the defaults, as plain data: key to A-XDR octets in hex. */
export type CosemState = Readonly<Record<CosemKey, string>>;

/** A-XDR octets of a value in hex. */
function textOf(element: Element): string {
  const writer = new ByteWriter(64);
  encodeAxdr(writer, element);
  return toHex(writer.finish());
}

/** A value with the names that the dictionary has for it. @throws ProtocolFault when the text is no value */
function elementOf(key: CosemKey, text: string): Element {
  const reader = new ByteReader(fromHex(text));
  const element = decodeAxdr(reader, namesOf(key), key);
  reader.finish(`the stored value of ${key}`);
  return element;
}

/** Rows of a log as they are kept, where nothing is lost by it. */
function rowsIn(value: Element, text: string): RowList | undefined {
  const of = value.type === 'compact-array' ? value.extras?.of : undefined;
  if (of === undefined || value.children.length === 0) return undefined;
  const form = rowFormOf(of);
  const rows = form.numeric ? rowsOfBuffer(value) : [];
  return rows.length > 0 && textOf(packedBuffer(value, form, rows)) === text ? new RowList(of, rows) : undefined;
}

/**
 * The COSEM attribute values of one device over defaults that all devices of its type share: only what differs is kept.
 * An attribute that is a field of another one (`parts.ts`) is read from and written into that one, so that they never part ways.
 */
export class CosemStore {
  readonly type: CosemDeviceType;
  readonly #defaults: CosemDefaults;
  #values: LeanMap<CosemKey, Element> = nothing();
  /** The values as one text, while the device rests. */
  #asleep: string | undefined;
  /** Logs to which rows have been added one by one. */
  #rows: LeanMap<CosemKey, RowList> = nothing();
  #touched: CosemKey[] | undefined = [];

  /** @throws ProtocolFault `bad-state` when `state` holds something that is no value */
  constructor(type: CosemDeviceType, defaults: CosemDefaults, state: CosemState = {}) {
    this.type = type;
    this.#defaults = defaults;
    this.restore(state);
  }

  get #own(): LeanMap<CosemKey, Element> {
    if (this.#asleep !== undefined) this.#wake(this.#asleep);
    return this.#values;
  }

  set #own(values: LeanMap<CosemKey, Element>) {
    this.#values = values;
    this.#asleep = undefined;
  }

  /** Keeps the values in little room until one of them is asked for. */
  rest(): void {
    if (this.#values.size === 0) return;
    this.#asleep = [...this.#values].map(([key, value]) => `${key}=${textOf(value)}`).join(';');
    this.#values = nothing();
  }

  #wake(text: string): void {
    const entries = text.split(';').map((entry): [CosemKey, Element] => {
      const [key = '', octets = ''] = entry.split('=');
      return [key, elementOf(key, octets)];
    });
    this.#own = leanMap(entries);
  }

  /** The value of an attribute; undefined when the device has no such attribute. */
  get(key: CosemKey): Element | undefined {
    const part = partOf(key);
    if (!part) return this.own(key) ?? this.#defaults.get(key);
    return this.get(part.whole)?.children[part.index];
  }

  /** True when the device has the attribute. */
  has(key: CosemKey): boolean {
    return this.get(key) !== undefined;
  }

  /** Gives an attribute a value, whether the device had it before or not. It is kept as it is: its octets must not change. */
  set(key: CosemKey, value: Element): void {
    this.#touch(key);
    const part = partOf(key);
    if (!part) {
      this.#rows = without(this.#rows, key);
      this.#own = put(this.#own, key, value);
      return;
    }
    const whole = this.get(part.whole);
    assert(whole && part.index < whole.children.length, `${part.whole} holds ${key}`);
    const children = whole.children.map((child, i) => (i === part.index ? value : child));
    const changed = new Element(whole.name, whole.type, children, whole.meta, whole.named, whole.extras);
    this.#own = put(this.#own, part.whole, changed);
  }

  #touch(key: CosemKey): void {
    if (this.#touched && this.#touched.push(key) > TOUCHED_MAX) this.#touched = undefined;
  }

  /** Keys of what has been set since `forgetTouched`, in order; undefined when that is too much to name, or anything may be another. */
  get touched(): readonly CosemKey[] | undefined {
    return this.#touched;
  }

  /** Whoever looks at what has changed has looked at these: what `touched` was. */
  forgetTouched(seen: number | undefined): void {
    if (seen === undefined) this.#touched = [];
    else if (seen > 0) this.#touched = this.#touched?.slice(seen);
  }

  /** Something that is no attribute has changed, of which anything may depend. */
  touchAll(): void {
    this.#touched = undefined;
  }

  /** The value that only this device has; undefined while the default stands. */
  own(key: CosemKey): Element | undefined {
    const own = this.#own.get(key);
    if (own || this.#rows.size === 0) return own;
    const buffer = this.#packed(key);
    return buffer && elementOf(key, textOf(buffer));
  }

  /** Rows that have been added to a log one by one, where they were. */
  rows(key: CosemKey): RowList | undefined {
    return this.#rows.get(key);
  }

  /** Rows of a log in place of the value it had; more may be added to them. */
  keepRows(key: CosemKey, rows: RowList): RowList {
    this.#own = without(this.#own, key);
    this.#rows = put(this.#rows, key, rows);
    return rows;
  }

  /** A value of a log that says what its rows look like, whatever rows it has. */
  form(key: CosemKey): Element | undefined {
    const value = this.#own.get(key) ?? this.#defaults.get(key);
    const of = this.#rows.get(key)?.form.of;
    if (!value || of === undefined || of === value.extras?.of) return value;
    return new Element(value.name, value.type, value.value, value.meta, value.named, { ...value.extras, of });
  }

  /** The value of a log whose rows are kept apart, in octets. */
  #packed(key: CosemKey): Element | undefined {
    const list = this.#rows.get(key);
    const buffer = list && this.#defaults.get(key);
    return buffer && packedBuffer(buffer, list.form, list.rows);
  }

  /** Back to the default. */
  forget(key: CosemKey): void {
    this.#touch(key);
    this.#own = without(this.#own, key);
    this.#rows = without(this.#rows, key);
  }

  /** Every attribute with a value of its own or a default, sorted. */
  keys(): readonly CosemKey[] {
    return [...new Set([...this.#defaults.keys(), ...this.#own.keys()])].sort();
  }

  /** What differs from the defaults, as plain data with sorted keys. */
  snapshot(): CosemState {
    const rows = [...this.#rows.keys()].flatMap((key): [CosemKey, Element][] => {
      const buffer = this.#packed(key);
      return buffer ? [[key, buffer]] : [];
    });
    const own = [...this.#own, ...rows].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(own.map(([key, value]) => [key, textOf(value)]));
  }

  /** Takes a snapshot in place of what differed before. @throws ProtocolFault `bad-state` */
  restore(state: CosemState): void {
    this.touchAll();
    const values = Object.entries(state).map(([key, text]): [CosemKey, Element] => {
      try {
        return [key, elementOf(key, text)];
      } catch (error) {
        if (error instanceof ProtocolFault) throw new ProtocolFault('bad-state', `${key}: ${error.message}`, error.offset);
        throw error;
      }
    });
    const rows = values.flatMap(([key, value]): [CosemKey, RowList][] => {
      const list = this.#defaults.has(key) ? rowsIn(value, state[key] ?? '') : undefined;
      return list ? [[key, list]] : [];
    });
    this.#rows = leanMap(rows);
    this.#own = leanMap(values.filter(([key]) => !this.#rows.has(key)));
  }
}
