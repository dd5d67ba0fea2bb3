import type { Device } from '../device/device.ts';
import {
  COPIED_LOG_NAMES,
  COPIED_LOGS,
  type CopiedLog,
  type GsmePush,
  type HalfHour,
  type LogRows,
  type Refill,
  type RefillRequest,
} from '../device/gas-push.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import { consumptionToday } from '../device/zcl/consumption-today.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { numberIn } from '../device/zcl/plain.ts';
import { attributeNow } from '../device/zcl/read-attributes.ts';
import { attributeKey, type ZclAttribute, type ZclStore } from '../device/zcl/store.ts';
import { type Millis, toSeconds2000 } from '../kernel/time.ts';
import type { ProfileLog } from './profile-log.ts';

const METERING = 0x0702;
const PREPAYMENT = 0x0705;
const HALF_HOUR_MS: Millis = 1_800_000;
/** Half hours a meter remembers for its next push: those of a day. */
const HALF_HOURS_MAX = 48;

/** Attributes a proxy has no other way to know (GBCS 10.4; what GCS13, GCS14, GCS21b, GCS21j, GCS33, GCS38, GCS46, GCS60 read). */
const REPORTED: readonly (readonly [cluster: number, attributes: readonly number[]])[] = [
  [METERING, [0x0000, 0x0014, 0x0100, 0x0102, 0x0104, 0x0106, 0x0205, 0x0206, 0x0300, 0x0301, 0x0302, 0x0307]],
  [METERING, [0x0700, 0x0701, 0x0702, 0x0703, 0x0a00]],
  [PREPAYMENT, [0x0000, 0x0001, 0x0002, 0x0005, 0x0006, 0x0010, 0x0011, 0x0021, 0x0022, 0x0031, 0x0040]],
  [PREPAYMENT, [0x0211, 0x0216, 0x0217, 0x0221, 0x0226, 0x0227, 0x0231, 0x0239]],
];

/**
 * What a gas meter tells its proxy: at each half hour it notes its registers, and when it wakes it pushes what is new. It answers what
 * the proxy asks for when contact had been lost.
 */
export class GasPushes implements Organ {
  readonly name = 'pushes';
  readonly #device: Device;
  readonly #store: ZclStore;
  readonly #profileLog: ProfileLog;
  #enabled = false;
  #sequence = 0;
  #halfHours: readonly HalfHour[] = [];
  /** Time of the newest row pushed, by log. */
  #pushed: Partial<Record<CopiedLog, number>> = {};
  /** When it last noted a half hour. */
  #notedAt: Millis = 0;

  constructor(device: Device, profileLog: ProfileLog) {
    this.#device = device;
    this.#store = storeOf(device);
    this.#profileLog = profileLog;
  }

  /** There is a proxy: the meter notes half hours for it from now on. */
  enable(): void {
    this.#enabled = true;
  }

  /** Whether something is new that does not wait for the next wake: a top-up, a payment, a snapshot (GBCS 10.4.2.4 to 10.4.2.7). */
  get urgent(): boolean {
    return this.#sequence > 0 && Object.keys(this.#newRows()).length > 0;
  }

  /** What is new since the push before. */
  take(now: Millis): GsmePush {
    const logs = this.#newRows();
    for (const name of Object.keys(logs) as CopiedLog[]) this.#pushed[name] = newestIn(this.#store, name);
    const push: GsmePush = {
      sequence: ++this.#sequence,
      meterTime: toSeconds2000(this.#device.localTime(now)),
      clock: this.#device.clock.status,
      attributes: this.#attributes(),
      halfHours: this.#halfHours,
      logs,
    };
    this.#halfHours = [];
    return push;
  }

  /** Answers what a proxy asks for. */
  refill({ samplesFrom, logsAfter }: RefillRequest): Refill {
    const { span, interval } = this.#profileLog;
    const first = span && Math.max(samplesFrom, span.first);
    const count = span && first !== undefined ? (span.last - first) / interval + 1 : 0;
    return {
      samples: first === undefined || count <= 0 ? undefined : { first, values: this.#profileLog.samples(first, count) },
      logs: this.#rowsAfter((name) => logsAfter[name]),
    };
  }

  deadline(): Millis | undefined {
    const { life, clock } = this.#device;
    if (!this.#enabled || life?.livedTo === undefined || clock.status === 'invalid') return undefined;
    const local = life.livedTo + clock.offsetMs;
    return local - (local % HALF_HOUR_MS) + HALF_HOUR_MS - clock.offsetMs;
  }

  act(now: Millis): void {
    const local = this.#device.localTime(now);
    if (!this.#enabled || this.#device.clock.status === 'invalid' || local % HALF_HOUR_MS !== 0 || now <= this.#notedAt) return;
    this.#notedAt = now;
    const time = toSeconds2000(local);
    const litres = this.#store.number(METERING, 0x0000);
    const { wattHours, millipence } = consumptionToday(this.#store, time - 1);
    this.#halfHours = [...this.#halfHours, { time, litres, wattHours, millipence }].slice(-HALF_HOURS_MAX);
  }

  state(): OrganState | undefined {
    if (!this.#enabled) return undefined;
    return {
      sequence: this.#sequence,
      halfHours: this.#halfHours.map((one) => ({ ...one })),
      pushed: { ...this.#pushed },
      notedAt: this.#notedAt,
    };
  }

  restore(state: OrganState | undefined): void {
    const kept = state as
      | { sequence: number; halfHours: readonly HalfHour[]; pushed: Partial<Record<CopiedLog, number>>; notedAt: Millis }
      | undefined;
    this.#enabled = kept !== undefined;
    this.#sequence = kept?.sequence ?? 0;
    this.#halfHours = kept?.halfHours ?? [];
    this.#pushed = { ...kept?.pushed };
    this.#notedAt = kept?.notedAt ?? 0;
  }

  #attributes(): Record<string, ZclAttribute> {
    return Object.fromEntries(
      REPORTED.flatMap(([cluster, attributes]) =>
        attributes.flatMap((attribute): [string, ZclAttribute][] => {
          const held = attributeNow(this.#device, this.#store, cluster, attribute);
          return held ? [[attributeKey(cluster, attribute), held]] : [];
        }),
      ),
    );
  }

  #newRows(): LogRows {
    return this.#rowsAfter((name) => this.#pushed[name] ?? 0);
  }

  #rowsAfter(after: (name: CopiedLog) => number): LogRows {
    return Object.fromEntries(
      COPIED_LOG_NAMES.flatMap((name) => {
        const rows = this.#store.records(name).filter((row) => numberIn(row, COPIED_LOGS[name].time) > after(name));
        return rows.length === 0 ? [] : [[name, rows]];
      }),
    );
  }
}

const newestIn = (store: ZclStore, name: CopiedLog): number => numberIn(store.records(name).at(-1), COPIED_LOGS[name].time);
