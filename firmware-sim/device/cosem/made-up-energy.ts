import { ENERGY_REGISTERS, type EnergyRegister, energyOf, type TariffRegisters, tariffRegistersOf } from './register-values.ts';
import type { CosemStore } from './store.ts';

/*
 * What a meter is said to have measured before anybody looked: made up, a pure function of device and moment and of what the registers
 * hold in the end. A register is always what it was before plus the half hours in between, and never below zero.
 */

const HALF_HOUR = 1_800;
const DAY = 86_400;
const HALF_HOURS = 48;

/** 32-bit finaliser (murmur3): chance as a function of where it is needed, a whole number from 0 to below `below`. */
export function noise(seed: number, slot: number, salt: number, below: number): number {
  let h = Math.imul(slot + Math.imul(salt, 0x9e3779b1) + seed, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) % below;
}

/** Seed of a device's history from its name: FNV-1a. */
export function historySeed(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash | 0;
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Wh or varh of a day on average, and how much of it is chance. */
const DAILY: Readonly<Record<EnergyRegister, { readonly mean: number; readonly spread: number; readonly salt: number }>> = {
  activeImport: { mean: 8_400, spread: 3_000, salt: 1 },
  secondaryImport: { mean: 900, spread: 600, salt: 3 },
  activeExport: { mean: 1_800, spread: 1_000, salt: 7 },
  reactiveImport: { mean: 600, spread: 300, salt: 12 },
  reactiveExport: { mean: 200, spread: 100, salt: 11 },
};

/** Share of a day's energy in each half hour, midnight first. */
const SHARES: readonly number[] = [
  16, 15, 14, 13, 12, 12, 12, 12, 13, 13, 14, 16, 20, 25, 31, 34, 33, 29, 25, 24, 23, 22, 22, 23, 24, 24, 23, 22, 21, 22, 23, 26,
  31, 37, 45, 50, 52, 50, 48, 45, 43, 40, 37, 35, 31, 26, 22, 18,
];
/** Shares of all half hours before each. */
const BEFORE: readonly number[] = Array.from({ length: HALF_HOURS + 1 }, (_, i) => total(SHARES.slice(0, i)));
const WHOLE = BEFORE[HALF_HOURS] as number;
const CHANCE_IN_DAY = 100;

/** What a register is said to have counted since 2000, half hour by half hour; asked in order of time it is quick. */
class Counter {
  readonly #register: EnergyRegister;
  readonly #seed: number;
  #day = Number.NaN;
  #start = 0;
  #end = 0;
  #at = Number.NaN;
  #counted = 0;

  constructor(register: EnergyRegister, seed: number) {
    this.#register = register;
    this.#seed = seed;
  }

  /** Energy up to the last half hour that has ended at a moment in seconds since 2000. */
  upTo(at: number): number {
    if (at !== this.#at) {
      this.#counted = this.#countedAt(at);
      this.#at = at;
    }
    return this.#counted;
  }

  #countedAt(at: number): number {
    const day = Math.floor(at / DAY);
    const i = Math.floor((at - day * DAY) / HALF_HOUR);
    if (i === 0) return this.#upToDay(day);
    if (day !== this.#day) {
      this.#start = day === this.#day + 1 ? this.#end : this.#upToDay(day);
      this.#end = this.#upToDay(day + 1);
      this.#day = day;
    }
    // A moment within the day is moved by less than the half hour that follows it.
    const chance = noise(this.#seed, day * HALF_HOURS + i, DAILY[this.#register].salt + CHANCE_IN_DAY, SHARES[i] as number);
    return this.#start + Math.floor(((this.#end - this.#start) * ((BEFORE[i] as number) + chance)) / WHOLE);
  }

  #upToDay(day: number): number {
    const { mean, spread, salt } = DAILY[this.#register];
    return mean * day + noise(this.#seed, day, salt, spread);
  }
}

/** What history leads up to: a moment of the device's own time, and what the registers held then. */
export interface HistoryEnd extends TariffRegisters {
  /** Seconds since 2000. */
  readonly at: number;
  readonly energy: Readonly<Record<EnergyRegister, number>>;
}

/** History that leads up to now. */
export function historyEndOf(store: CosemStore, at: number): HistoryEnd {
  const energy = Object.fromEntries(ENERGY_REGISTERS.map((register) => [register, energyOf(store, register)]));
  return { at, energy: energy as HistoryEnd['energy'], ...tariffRegistersOf(store) };
}

/**
 * Parts of a register when it held less: each in proportion and never more than in the end; the greatest takes what rounding leaves,
 * so that parts that make up the whole always did.
 */
class Parts {
  readonly #whole: number;
  readonly #parts: readonly number[];
  /** Those that hold something, apart from the greatest. */
  readonly #used: readonly number[];
  readonly #greatest: number;
  /** What none of the parts has; below zero where the parts are more than the whole. */
  readonly #rest: number;

  constructor(whole: number, parts: readonly number[]) {
    this.#whole = whole;
    this.#parts = parts;
    this.#greatest = parts.indexOf(Math.max(...parts));
    this.#used = parts.flatMap((part, i) => (part > 0 && i !== this.#greatest ? [i] : []));
    this.#rest = whole - total(parts);
  }

  /** @param then what the register held */
  at(then: number): readonly number[] {
    const share = this.#whole === 0 ? 0 : then / this.#whole;
    const parts = this.#parts.map(() => 0);
    let others = Math.floor(this.#rest * share);
    for (const i of this.#used) {
      const part = Math.floor((this.#parts[i] as number) * share);
      parts[i] = part;
      others += part;
    }
    if (this.#greatest < 0) return parts;
    parts[this.#greatest] = this.#rest >= 0 ? then - others : Math.floor((this.#parts[this.#greatest] as number) * share);
    return parts;
  }
}

/** One register's past: what it counted, taken from what it holds in the end. */
class PastRegister {
  readonly #counter: Counter;
  readonly #base: number;

  constructor(register: EnergyRegister, seed: number, { at, energy }: HistoryEnd) {
    this.#counter = new Counter(register, seed);
    this.#base = energy[register] - this.#counter.upTo(at);
  }

  at(seconds: number): number {
    return Math.max(0, this.#base + this.#counter.upTo(seconds));
  }

  /** What it grew by in so many seconds up to a moment. */
  growth(at: number, seconds: number): number {
    const before = this.at(at - seconds);
    return this.at(at) - before;
  }
}

/** The made-up past of a meter's registers. */
export class MadeUpEnergy {
  readonly seed: number;
  readonly activeImport: PastRegister;
  readonly secondaryImport: PastRegister;
  readonly activeExport: PastRegister;
  readonly reactiveImport: PastRegister;
  readonly reactiveExport: PastRegister;
  readonly #end: HistoryEnd;
  #primary: Parts | undefined;
  #secondary: Parts | undefined;

  constructor(seed: number, end: HistoryEnd) {
    const register = (name: EnergyRegister): PastRegister => new PastRegister(name, seed, end);
    this.seed = seed;
    this.#end = end;
    this.activeImport = register('activeImport');
    this.secondaryImport = register('secondaryImport');
    this.activeExport = register('activeExport');
    this.reactiveImport = register('reactiveImport');
    this.reactiveExport = register('reactiveExport');
  }

  /** What the registers of the primary element's tariff held at a moment: by time of use, then of the blocks. */
  primary(at: number): readonly number[] {
    const { timeOfUse, blocks, energy } = this.#end;
    this.#primary ??= new Parts(energy.activeImport, [...timeOfUse, ...blocks.flat()]);
    return this.#primary.at(this.activeImport.at(at));
  }

  /** What the registers of the secondary element's tariff held at a moment. */
  secondary(at: number): readonly number[] {
    const { secondaryTimeOfUse, energy } = this.#end;
    this.#secondary ??= new Parts(energy.secondaryImport, secondaryTimeOfUse);
    return this.#secondary.at(this.secondaryImport.at(at));
  }
}
