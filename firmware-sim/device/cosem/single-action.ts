import type { Element } from '../../codec/element.ts';
import { type DayNumber, dateOf, datePattern, isDate, timeOfDay } from './calendar-date.ts';
import { DailySwitches, inOrder } from './daily-switches.ts';
import { ElementMemo } from './element-memo.ts';
import type { CosemKey } from './key.ts';
import { octetsOf } from './numbers.ts';
import type { CosemStore } from './store.ts';

const MADE = new ElementMemo<SingleActionSchedule>();

/** The only thing that a single action schedule does. */
const ACTION = 1;

/** A single action schedule (Blue Book, class 22 execution_time): times, each with a date whose fields may be open. */
export class SingleActionSchedule extends DailySwitches {
  private constructor(executionTimes: Element | undefined) {
    const times = (executionTimes?.children ?? []).flatMap(({ children: [time, date] }) => {
      const into = timeOfDay(octetsOf(time));
      return into === undefined ? [] : [{ time: into, selector: ACTION, date: datePattern(octetsOf(date)) }];
    });
    const on = (day: DayNumber) => {
      const civil = dateOf(day);
      return inOrder(times.filter(({ date }) => isDate(date, day, civil)));
    };
    super(times.length > 0 ? on : undefined);
  }

  /** The schedule that a device's objects hold; the same object as long as they stay the same. */
  static of(store: CosemStore, key: CosemKey): SingleActionSchedule {
    const executionTimes = store.get(key);
    return MADE.of([executionTimes], () => new SingleActionSchedule(executionTimes));
  }
}
