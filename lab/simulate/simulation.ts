import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import { assert } from '../../firmware-sim/kernel/errors.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { type CommandReport, type Day, DayRecord } from './day.ts';
import { readValues, supplyOf, type Values } from './readings.ts';
import type { SimulatedMeter } from './simulated-meter.ts';

const DAY_MS: Millis = 86_400_000;

/** What an order of the person's file did to the meter. */
export interface OrderOutcome {
  readonly outcome: CommandReport['outcome'];
  readonly effects: readonly DeviceEffect[];
  readonly detail?: string;
}

/** Something that is done to the meter at a moment. */
export interface Order {
  readonly at: Millis;
  readonly text: string;
  readonly line: number;
  readonly carryOut: (now: Millis) => OrderOutcome;
}

/** Hears of what happens as it happens. */
export interface Observer {
  /** Called at the start, at whole multiples of a period, and at the end. */
  readonly sample?: { readonly everyMs: Millis; readonly take: (at: Millis) => void };
  readonly effects?: (effects: readonly DeviceEffect[], at: Millis) => void;
}

/** One meter in virtual time, with what is done to it. */
export class Simulation {
  readonly #meter: SimulatedMeter;
  readonly #orders: readonly Order[];
  readonly #observer: Observer;
  #next = 0;
  /** Up to when the meter has lived. */
  #now: Millis = Number.NEGATIVE_INFINITY;

  /** @param orders in order of time */
  constructor(meter: SimulatedMeter, orders: readonly Order[], observer: Observer = {}) {
    this.#meter = meter;
    this.#orders = orders;
    this.#observer = observer;
  }

  /** Lives from one moment to another and gives each day once it is over; the life of the meter has begun. */
  *days(from: Millis, to: Millis): Generator<Day, void, void> {
    let before = readValues(this.#meter.device);
    this.#now = from;
    this.#observer.sample?.take(from);
    for (let start = from; start < to; ) {
      const end = Math.min(to, (Math.floor(start / DAY_MS) + 1) * DAY_MS);
      const day = this.#day(start, end, before);
      before = day.values;
      start = end;
      yield day;
    }
  }

  #day(from: Millis, to: Millis, before: Values): Day {
    const record = new DayRecord(this.#meter.device.ledger);
    const { sample } = this.#observer;
    for (let at = from; at < to; ) {
      const sampleAt = sample ? (Math.floor(at / sample.everyMs) + 1) * sample.everyMs : to;
      const orderAt = this.#orders[this.#next]?.at ?? to;
      at = Math.min(to, sampleAt, Math.max(at, orderAt));
      this.#liveTo(at, record);
      this.#obey(at, to, record);
      if (at === sampleAt || at === to) sample?.take(at);
    }
    return record.finish(from, to, before, readValues(this.#meter.device), supplyOf(this.#meter.device));
  }

  /** One deadline after the other, so that what happens is known with its time. */
  #liveTo(at: Millis, record: DayRecord): void {
    const { device } = this.#meter;
    for (let due = device.deadline; due !== undefined && due <= at; due = device.deadline) {
      // What became due when the clock was set forward is done now.
      this.#now = Math.max(due, this.#now);
      this.#happened(device.poll(this.#now), this.#now, record);
      assert(device.deadline === undefined || device.deadline > due, 'what was due has been done');
    }
    this.#now = at;
    this.#happened(device.poll(at), at, record);
  }

  /** Orders of a midnight belong to the day that begins then. */
  #obey(now: Millis, dayEnd: Millis, record: DayRecord): void {
    for (let order = this.#orders[this.#next]; order && order.at <= now && now < dayEnd; order = this.#orders[this.#next]) {
      this.#next++;
      const { outcome, effects, detail } = order.carryOut(now);
      this.#happened(effects, now, record);
      record.commands.push({ at: now, text: order.text, line: order.line, outcome, detail });
    }
  }

  #happened(effects: readonly DeviceEffect[], at: Millis, record: DayRecord): void {
    if (effects.length === 0) return;
    record.add(effects, at);
    this.#observer.effects?.(effects, at);
  }
}
