import { type LeanMap, leanMap, nothing, put } from '../../kernel/lean-map.ts';
import type { SampleSource } from './sample-source.ts';

/** One value of ZCL plain data: what a field of a command holds, without names or presentation. */
export type ZclScalar = number | bigint | string | boolean | null | Uint8Array;

/** The fields of a ZCL command, or of one entry of a list in it, by the names of the dictionary. */
export interface ZclRecord {
  readonly [field: string]: ZclScalar | readonly ZclScalar[] | readonly ZclRecord[];
}

/** An attribute's value with its ZCL type name (`uint48`, `enum8`, `octstr`, ...). */
export interface ZclAttribute {
  readonly type: string;
  readonly value: Exclude<ZclScalar, null>;
}

/** Calendars of a gas meter: what the tariff follows, and when supply is not disabled (ZSE calendar types 0 and 3). */
export type CalendarKind = 'tariff' | 'nonDisablement';

/** Parts of a calendar, each a list of the commands that published it. */
export type CalendarPart = 'calendar' | 'days' | 'weeks' | 'seasons' | 'specialDays';

/** Snapshot logs by what fills them: every day, every billing period, a change of mode, supplier or tariff. */
export type SnapshotLog = 'daily' | 'billing' | 'change';

/** Names of the state behind commands. Each holds a list of records; what there is only one of has one or none. */
export type ZclStateName =
  | `${CalendarKind}.${CalendarPart}`
  | 'tariff.information'
  | 'tariff.thresholds'
  | 'tariff.prices'
  | 'tariff.currentPrice'
  | 'tariff.blockEnergy'
  | 'consumption.today'
  | 'billing.period'
  | 'billing.blockPeriod'
  | `snapshots.${SnapshotLog}`
  | `prepaySnapshots.${SnapshotLog}`
  | `samples.${'profile' | 'daily' | 'network'}`
  | `log.${'topUps' | 'debts' | 'event' | 'security' | 'clearedAt'}`
  | 'events.configuration'
  | 'payment.mode'
  | 'payment.friendlyCredit'
  | 'payment.emergencyCredit'
  | 'payment.utrnCounters'
  | 'payment.countingPayments'
  | 'payment.entryLock'
  | 'supply.uncontrolledFlow'
  | 'supply.lock'
  | 'message'
  | 'tenancy'
  | 'contact'
  | 'privacyPin'
  | 'customerNumber'
  | 'siteId'
  | 'clock.header';

/** A store's content as plain data: attributes by `cccc/aaaa` in hex, state by its name. */
export interface ZclState {
  readonly attributes: Readonly<Record<string, ZclAttribute>>;
  readonly records: Readonly<Partial<Record<ZclStateName, readonly ZclRecord[]>>>;
}

/** A store without anything in it. */
export const EMPTY_ZCL_STATE: ZclState = { attributes: {}, records: {} };

const NO_RECORDS: readonly ZclRecord[] = [];
const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** Names of attributes by cluster and attribute in one number: meters look up the same few all the time, a peer may ask for any. */
const ATTRIBUTE_KEYS = new Map<number, string>();
const ATTRIBUTE_KEYS_MAX = 1024;

/** `0702/0014`: how an attribute is named in state and in `object-fault`. */
export function attributeKey(cluster: number, attribute: number): string {
  const both = cluster * 0x10000 + attribute;
  const known = ATTRIBUTE_KEYS.get(both);
  if (known !== undefined) return known;
  const key = `${hex(cluster, 4)}/${hex(attribute, 4)}`;
  if (ATTRIBUTE_KEYS.size < ATTRIBUTE_KEYS_MAX) ATTRIBUTE_KEYS.set(both, key);
  return key;
}

/** `0702/06`: how a command is named in `object-fault`. */
export function commandKey(cluster: number, command: number): string {
  return `${hex(cluster, 4)}/${hex(command, 2)}`;
}

/**
 * What a GSME or gas proxy knows beside credentials: attributes with their types, and the state behind its cluster commands.
 * Defaults are shared by every device and never change; a device keeps only what differs from them.
 */
export class ZclStore {
  readonly #defaults: ZclState;
  #attributes: LeanMap<string, ZclAttribute> = nothing();
  #records: LeanMap<ZclStateName, readonly ZclRecord[]> = nothing();
  #sources: LeanMap<ZclStateName, SampleSource> = nothing();

  /** @param changes what a snapshot of an earlier store with the same defaults gave */
  constructor(defaults: ZclState, changes: ZclState = EMPTY_ZCL_STATE) {
    this.#defaults = defaults;
    this.restore(changes);
  }

  attribute(cluster: number, attribute: number): ZclAttribute | undefined {
    const key = attributeKey(cluster, attribute);
    return this.#attributes.get(key) ?? this.#defaults.attributes[key];
  }

  setAttribute(cluster: number, attribute: number, value: ZclAttribute): void {
    this.#attributes = put(this.#attributes, attributeKey(cluster, attribute), value);
  }

  /** An attribute that is there already gets a new value of its type; the store of a device without it stays as it is. */
  change(cluster: number, attribute: number, value: Exclude<ZclScalar, null>): void {
    const type = this.attribute(cluster, attribute)?.type;
    if (type !== undefined) this.setAttribute(cluster, attribute, { type, value });
  }

  /** The value of a numeric attribute; 0 where there is none. */
  number(cluster: number, attribute: number): number {
    return Number(this.attribute(cluster, attribute)?.value ?? 0);
  }

  records(name: ZclStateName): readonly ZclRecord[] {
    return this.#records.get(name) ?? this.#defaults.records[name] ?? NO_RECORDS;
  }

  /** What there is only one of. */
  record(name: ZclStateName): ZclRecord | undefined {
    return this.records(name)[0];
  }

  setRecords(name: ZclStateName, records: readonly ZclRecord[]): void {
    this.#records = put(this.#records, name, records);
  }

  /** A log of samples that is worked out when it is read; what stands under its name is what came before. */
  sampleSource(name: ZclStateName): SampleSource | undefined {
    return this.#sources.get(name);
  }

  setSampleSource(name: ZclStateName, source: SampleSource): void {
    this.#sources = put(this.#sources, name, source);
  }

  /** Lets go of what works logs out: it is set again when the device wakes. */
  rest(): void {
    this.#sources = nothing();
  }

  /** What differs from the defaults, as plain data, in a fixed order. */
  snapshot(): ZclState {
    return { attributes: sorted(this.#attributes), records: sorted(this.#records) };
  }

  /** Everything, defaults included, as plain data. */
  whole(): ZclState {
    return {
      attributes: sorted(new Map([...Object.entries(this.#defaults.attributes), ...this.#attributes])),
      records: sorted(new Map([...Object.entries(this.#defaults.records), ...this.#records])) as ZclState['records'],
    };
  }

  /** Takes back what `snapshot` gave; everything else is as in the defaults again. */
  restore(state: ZclState): void {
    this.#attributes = leanMap(Object.entries(state.attributes));
    this.#records = leanMap(Object.entries(state.records) as [ZclStateName, readonly ZclRecord[]][]);
  }
}

function sorted<K extends string, T>(entries: ReadonlyMap<K, T>): Record<K, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) as Record<K, T>;
}
