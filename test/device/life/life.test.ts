import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceEffect } from '../../../firmware-sim/device/effects.ts';
import { Life } from '../../../firmware-sim/device/life/life.ts';
import type { Organ, OrganState } from '../../../firmware-sim/device/life/organ.ts';
import { constantLoad, steppedLoad, successiveLoads } from '../../../firmware-sim/device/metering/load.ts';
import { LoadInput } from '../../../firmware-sim/device/metering/load-input.ts';

/** Notes what it is told, and acts at whole multiples of a period. */
class Ticker implements Organ {
  readonly name: string;
  readonly heard: string[] = [];
  readonly #every: number;
  #next: number | undefined;

  constructor(name: string, every: number) {
    this.name = name;
    this.#every = every;
  }

  begin(now: number): void {
    this.heard.push(`begin ${now}`);
    this.#next = (Math.floor(now / this.#every) + 1) * this.#every;
  }

  deadline(): number | undefined {
    return this.#next;
  }

  pass(from: number, to: number): void {
    this.heard.push(`pass ${from}-${to}`);
  }

  act(now: number, effects: DeviceEffect[]): void {
    if (this.#next === undefined || now < this.#next) return;
    this.#next += this.#every;
    this.heard.push(`act ${now}`);
    effects.push({ kind: 'home-event', at: now, code: this.#every, audible: false });
  }

  settle(now: number): void {
    this.heard.push(`settle ${now}`);
  }

  powerUp(now: number): void {
    this.#next = (Math.floor(now / this.#every) + 1) * this.#every;
  }

  state(): OrganState | undefined {
    return this.#next;
  }

  restore(state: OrganState | undefined): void {
    this.#next = typeof state === 'number' ? state : undefined;
  }
}

const times = (effects: readonly DeviceEffect[]): (readonly [number, number])[] =>
  effects.flatMap((effect) => (effect.kind === 'home-event' ? [[effect.at, effect.code] as const] : []));

describe('a life', () => {
  it('lets no time pass on a bench, but draws consequences', () => {
    const ticker = new Ticker('a', 10);
    const life = new Life([ticker]);
    life.advance(5, []);
    life.settle(6, []);
    life.advance(1_000, []);
    expect(life.deadline).toBeUndefined();
    expect(ticker.heard).toEqual(['begin 5', 'settle 6']);
  });

  it('acts at its own moments, organs in their order, and passes time piece by piece', () => {
    const [a, b] = [new Ticker('a', 10), new Ticker('b', 15)];
    const life = new Life([a, b]);
    life.start(0);
    const effects: DeviceEffect[] = [];
    life.advance(31, effects);
    expect(times(effects)).toEqual([
      [10, 10],
      [15, 15],
      [20, 10],
      [30, 10],
      [30, 15],
    ]);
    expect(a.heard.filter((line) => line.startsWith('pass'))).toEqual([
      'pass 0-10',
      'pass 10-15',
      'pass 15-20',
      'pass 20-30',
      'pass 30-31',
    ]);
    expect(life.deadline).toBe(40);
  });

  it('does the same whatever steps its caller takes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 12 }), (stops) => {
        const run = (moments: readonly number[]) => {
          const life = new Life([new Ticker('a', 7), new Ticker('b', 12)]);
          life.start(0);
          const effects: DeviceEffect[] = [];
          for (const moment of moments) life.advance(moment, effects);
          return { effects, state: life.state() };
        };
        expect(run([...stops, 200])).toEqual(run([200]));
      }),
    );
  });

  it('leaves what is due at a moment to those who come after somebody who only looks', () => {
    const life = new Life([new Ticker('a', 10)]);
    const effects: DeviceEffect[] = [];
    life.start(0);
    life.advanceUntil(20, effects);
    expect([times(effects), life.livedTo]).toEqual([[[10, 10]], 20]);
    life.advance(20, effects);
    expect(times(effects)).toEqual([
      [10, 10],
      [20, 10],
    ]);
  });

  it('sleeps without power and goes on when it is back', () => {
    const life = new Life([new Ticker('a', 10)]);
    const effects: DeviceEffect[] = [];
    life.start(0);
    life.advance(12, effects);
    life.powerDown(12);
    life.advance(95, effects);
    expect(life.deadline).toBeUndefined();
    life.powerUp(95, effects);
    life.advance(101, effects);
    expect(times(effects)).toEqual([
      [10, 10],
      [100, 10],
    ]);
  });

  it('gives out its state and takes it back', () => {
    const life = new Life([new Ticker('a', 10)]);
    expect(life.state()).toBeUndefined();
    life.start(3);
    life.advance(12, []);
    const kept = life.state();
    expect(kept).toEqual({ livedTo: 12, poweredDown: false, organs: { a: 20 } });
    const again = new Life([new Ticker('a', 10)]);
    again.restore(kept);
    const [one, other]: DeviceEffect[][] = [[], []];
    life.advance(50, one ?? []);
    again.advance(50, other ?? []);
    expect(other).toEqual(one);
    expect(again.state()).toEqual(life.state());
  });

  it('says which organ never comes to rest', () => {
    const restless: Organ = { name: 'restless', deadline: () => 5, state: () => undefined, restore: () => undefined };
    const life = new Life([restless]);
    life.start(0);
    expect(() => life.advance(10, [])).toThrow(/restless/);
  });
});

describe('a load', () => {
  const steps = steppedLoad(
    [
      { from: 10, value: 'b' },
      { from: 20, value: 'c' },
    ],
    'a',
  );

  it('is constant in stretches', () => {
    expect(steps.at(-5)).toEqual({ value: 'a', until: 10 });
    expect(steps.at(9)).toEqual({ value: 'a', until: 10 });
    expect(steps.at(10)).toEqual({ value: 'b', until: 20 });
    expect(steps.at(25)).toEqual({ value: 'c', until: Number.POSITIVE_INFINITY });
  });

  it('gives way to another without changing what was before', () => {
    const joined = successiveLoads(steps, [{ from: 15, value: constantLoad('x') }]);
    expect(joined.at(12)).toEqual({ value: 'b', until: 15 });
    expect(joined.at(15)).toEqual({ value: 'x', until: Number.POSITIVE_INFINITY });
  });

  it('stands at the moment time begins before the other organs look at it, also when a bench came before', () => {
    const input = new LoadInput(steps);
    const seen: string[] = [];
    const watcher: Organ = {
      name: 'watcher',
      begin: () => seen.push(input.current),
      deadline: () => undefined,
      powerUp: () => seen.push(input.current),
      state: () => undefined,
      restore: () => undefined,
    };
    const life = new Life([watcher, input]);
    life.settle(5, []);
    life.start(12);
    expect([seen, input.current]).toEqual([['a'], 'b']);
    life.powerDown(13);
    life.powerUp(25, []);
    expect(seen).toEqual(['a', 'c']);
    life.advance(40, []);
    expect(life.deadline).toBeUndefined();
  });

  it('as the first organ makes a life stop wherever it changes', () => {
    const input = new LoadInput(steps);
    const seen: string[] = [];
    const watcher: Organ = {
      name: 'watcher',
      deadline: () => undefined,
      pass: (from, to) => seen.push(`${from}-${to}`),
      state: () => undefined,
      restore: () => undefined,
    };
    const life = new Life([watcher, input]);
    life.start(5);
    expect(input.current).toBe('a');
    life.advance(30, []);
    expect(seen).toEqual(['5-10', '10-20', '20-30']);
    expect(input.current).toBe('c');
    input.replace(constantLoad('y'), 30);
    expect([input.current, input.profile.at(29).value]).toEqual(['y', 'c']);
  });
});
