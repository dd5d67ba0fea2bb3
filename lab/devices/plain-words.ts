import { type ElementJson, type ElementJsonValue, elementToJson } from '../../firmware-sim/codec/element-json.ts';
import { attributeOf } from '../../firmware-sim/device/cosem/key.ts';
import { isLive } from '../../firmware-sim/device/cosem/reads.ts';
import type { CosemStore } from '../../firmware-sim/device/cosem/store.ts';
import type { DeviceState } from '../../firmware-sim/device/state.ts';
import type { ZclStore } from '../../firmware-sim/device/zcl/store.ts';
import { ALERT_NAMES } from '../../firmware-sim/dictionary/alert-names.ts';
import { cosemClassName } from '../../firmware-sim/dictionary/cosem.ts';
import { CLUSTER_NAMES, zclAttribute } from '../../firmware-sim/dictionary/zcl-tables.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { toIso } from '../../firmware-sim/kernel/time.ts';

/** Parts of a device that people look at. */
export const PARTS = [
  'live',
  'display',
  'ledger',
  'life',
  'objects',
  'cells',
  'keys',
  'counters',
  'clock',
  'firmware',
  'pending',
  'device-log',
  'logs',
] as const;

export type Part = (typeof PARTS)[number];

/** One fact about a device in words. */
export interface Fact {
  readonly part: Part;
  /** What names it: `3/1-0:1.8.0.255/2`, `supplier.keyAgreement`. */
  readonly key: string;
  readonly name: string;
  readonly value: string;
  /** An object's value that is not the one its type starts with. */
  readonly own?: boolean;
}

function valueWords(value: ElementJsonValue): string {
  if (Array.isArray(value)) return `{${(value as readonly ElementJson[]).map(elementWords).join(', ')}}`;
  return value === '' ? '""' : String(value);
}

function elementWords({ name, value, unit, meaning, unnamed }: ElementJson): string {
  const words = valueWords(value);
  return `${unnamed ? '' : `${name} `}${words}${unit ? ` ${unit}` : ''}${meaning === undefined ? '' : ` (${meaning})`}`;
}

/** Every COSEM attribute in words, but what the device says by itself (its time, version, identifier). */
export function cosemFacts(store: CosemStore): readonly Fact[] {
  return store.keys().flatMap((key): Fact[] => {
    const value = isLive(key) ? undefined : store.get(key);
    if (!value) return [];
    const member = attributeOf(key);
    const name = member?.name || cosemClassName(Number(key.split('/')[0])) || '';
    const { unit, meaning, value: shown } = elementToJson(value);
    const words = `${valueWords(shown)}${unit ? ` ${unit}` : ''}${meaning === undefined ? '' : ` (${meaning})`}`;
    return [{ part: 'objects', key, name, value: words, own: store.own(key) !== undefined }];
  });
}

function plainWords(value: unknown): string {
  if (value instanceof Uint8Array) return toHex(value) || '""';
  if (Array.isArray(value)) return `[${value.map(plainWords).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, item]) => `${name} ${plainWords(item)}`)
      .join(', ')}}`;
  }
  return value === '' ? '""' : String(value);
}

/** Every ZCL attribute and the state behind cluster commands in words. */
export function zclFacts(store: ZclStore): readonly Fact[] {
  const whole = store.whole();
  const own = store.snapshot();
  const attributes = Object.entries(whole.attributes).map(([key, { value }]): Fact => {
    const [cluster = 0, attribute = 0] = key.split('/').map((half) => Number.parseInt(half, 16));
    const row = zclAttribute(cluster, attribute);
    const meaning = row?.meanings?.[String(value)];
    const words = `${plainWords(value)}${row?.unit ? ` ${row.unit}` : ''}${meaning === undefined ? '' : ` (${meaning})`}`;
    const name = `${CLUSTER_NAMES[cluster] ?? 'cluster'}: ${row?.name ?? 'attribute'}`;
    return { part: 'objects', key, name, value: words, own: key in own.attributes };
  });
  const records = Object.entries(whole.records).flatMap(([key, list]): Fact[] => [
    { part: 'objects', key, name: `${list.length} entries`, value: plainWords(list), own: key in own.records },
  ]);
  return [...attributes, ...records];
}

const alertWords = (code: number): string => `0x${code.toString(16).padStart(4, '0')} ${ALERT_NAMES.get(code) ?? ''}`.trim();

function counterFacts({ originatorCounter, replay }: DeviceState): readonly Fact[] {
  const highest = Object.entries(replay.highest).map(([key, value]): Fact => {
    return { part: 'counters', key, name: 'highest counter accepted', value: String(value) };
  });
  const floors = Object.entries(replay.floors).map(([key, value]): Fact => {
    return { part: 'counters', key: `${key}:floor`, name: 'counters start above', value: String(value) };
  });
  return [
    { part: 'counters', key: 'originator', name: 'last counter of its own', value: String(originatorCounter) },
    ...highest,
    ...floors,
  ];
}

function keyFacts({ own }: DeviceState): readonly Fact[] {
  return Object.entries(own).map(([use, key]): Fact => {
    const parts = [
      key?.scalar ? 'private key held' : 'no private key',
      key?.certificate ? 'certificate held' : 'no certificate',
      ...(key?.pending ? ['a new pair waits for its certificate'] : []),
    ];
    return { part: 'keys', key: use, name: 'own key pair', value: parts.join(', ') };
  });
}

/** Everything of a device's state but its objects, in words. */
export function stateFacts(state: DeviceState): readonly Fact[] {
  const { cells, clock, firmware, futureDated, deviceLog, logs } = state;
  const { active, pending } = firmware;
  const version = (one: { readonly version: number }): string => one.version.toString(16).padStart(8, '0');
  return [
    ...cells.map(
      ({ role, use, party, point }): Fact => ({ part: 'cells', key: `${role}.${use}`, name: party, value: toHex(point) }),
    ),
    ...keyFacts(state),
    ...counterFacts(state),
    { part: 'clock', key: 'clock.status', name: 'trusts its clock', value: clock.status },
    { part: 'clock', key: 'clock.offset', name: 'seconds ahead', value: String(clock.offsetMs / 1000) },
    { part: 'firmware', key: 'firmware.active', name: 'runs', value: `${version(active)} ${toHex(active.hash)}` },
    ...(pending
      ? [
          {
            part: 'firmware' as const,
            key: 'firmware.pending',
            name: 'holds',
            value: `${version(pending)} ${toHex(pending.hash)}`,
          },
        ]
      : []),
    ...futureDated.map(({ useCase, at, originator, originatorCounter }): Fact => {
      return {
        part: 'pending',
        key: useCase,
        name: `due ${toIso(at)}`,
        value: `from ${originator}, counter ${originatorCounter}`,
      };
    }),
    ...deviceLog.map(({ eui, type }): Fact => ({ part: 'device-log', key: eui, name: 'may talk to', value: `type ${type}` })),
    ...Object.entries(logs).flatMap(([log, entries]) =>
      entries.map(({ at, code, note }, i): Fact => {
        return {
          part: 'logs',
          key: `${log}[${i}]`,
          name: toIso(at),
          value: note ? `${alertWords(code)}: ${note}` : alertWords(code),
        };
      }),
    ),
  ];
}
