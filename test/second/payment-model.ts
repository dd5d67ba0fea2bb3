/*
 * The money of a prepayment meter, written a second time from the rules and without a look at the first: half hour by half hour, with
 * plain numbers. Nothing is worked out ahead; the moment within a half hour at which something happens is found by trying.
 */

const MINUTE = 60_000;
const HALF_HOUR = 30 * MINUTE;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** Watt milliseconds in a kilowatt hour: what consumption costs is counted in so many parts of a millipence. */
const PARTS = 3_600_000_000n;

export interface ModelSettings {
  readonly gas: boolean;
  prepayment: boolean;
  /** Millipence for a kilowatt hour. */
  price: number;
  standingCharge: number;
  disablement: number;
  low: number;
  emergencyLimit: number;
  emergencyThreshold: number;
  suspendInEmergency: boolean;
  suspendDisabled: boolean;
  rates: [number, number];
  /** Recovered every hour, or every day. */
  hourly: [boolean, boolean];
  /** Hundredths of a percent. */
  share: number;
  /** Millipence in a week; 0: none. */
  cap: number;
  maximumCredit: number;
  maximumBalance: number;
  /** Minutes of every day between which supply is not disabled, on half hours. */
  friendly: readonly (readonly [from: number, to: number])[];
}

/** Balances in millipence. */
export interface ModelBalances {
  balance: number;
  emergency: number;
  accumulated: number;
  debt1: number;
  debt2: number;
  paymentDebt: number;
  bill: number;
}

type Flag = 'low' | 'offered' | 'exhausted' | 'gone';
type Flags = Readonly<Record<Flag, boolean>>;

const CODES = { low: 0x810d, offered: 0x8119, exhausted: 0x81aa, gone: 0x8f0f } as const;
const FLAGS: readonly Flag[] = ['low', 'offered', 'exhausted', 'gone'];

/** Times are milliseconds from the start, which is a midnight. */
export class PaymentModel {
  readonly settings: ModelSettings;
  readonly balances: ModelBalances;
  readonly events: (readonly [at: number, code: number])[] = [];
  supply: 'on' | 'off' | 'armed' = 'on';
  watts = 0;
  now = 0;
  #emergency = false;
  #parts = 0n;
  #flags: Flags = { low: false, offered: false, exhausted: false, gone: false };
  #cutting = false;
  #held = false;
  #payments: { readonly at: number; readonly amount: number }[] = [];

  constructor(settings: ModelSettings, balances: ModelBalances) {
    this.settings = { ...settings };
    this.balances = { ...balances };
    this.#flags = this.#flagsNow();
    this.#cutting = this.#flags.gone && !this.#friendlyNow();
    this.#held = this.#flags.gone && this.#friendlyNow();
  }

  /** Lives until a moment. */
  run(until: number): void {
    while (this.now < until) {
      const end = Math.min(until, (Math.floor(this.now / HALF_HOUR) + 1) * HALF_HOUR);
      const first = this.#firstChange(end - this.now);
      this.#spend(first);
      this.now += first;
      if (this.now % DAY === 0) this.#charge(this.settings.standingCharge, true);
      this.#collectDebts();
      this.judge();
    }
  }

  /** The first millisecond after which the account stands differently, if nothing else comes in between; at most so many. */
  #firstChange(most: number): number {
    if (this.supply !== 'on' || this.watts === 0) return most;
    const differs = (ms: number): boolean => {
      const kept = { balances: { ...this.balances }, parts: this.#parts };
      this.#spend(ms);
      const flags = this.#flagsNow();
      Object.assign(this.balances, kept.balances);
      this.#parts = kept.parts;
      return FLAGS.some((flag) => flags[flag] !== this.#flags[flag]);
    };
    if (!differs(most)) return most;
    let [same, other] = [0, most];
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (differs(middle)) other = middle;
      else same = middle;
    }
    return other;
  }

  #spend(ms: number): void {
    if (this.supply !== 'on') return;
    this.#parts += BigInt(this.watts) * BigInt(this.settings.price) * BigInt(ms);
    const due = this.#parts / PARTS;
    this.#parts -= due * PARTS;
    this.#charge(Number(due), false);
  }

  #charge(amount: number, canWait: boolean): void {
    const { balances, settings } = this;
    if (!settings.prepayment) {
      if (settings.gas) balances.bill += amount;
      else balances.balance -= amount;
      return;
    }
    if (!this.#emergency) {
      balances.balance -= amount;
      return;
    }
    let rest = amount;
    while (rest > 0) {
      if (balances.balance > settings.disablement) {
        const part = Math.min(rest, balances.balance - settings.disablement);
        balances.balance -= part;
        rest -= part;
      } else if (canWait && settings.suspendInEmergency) {
        balances.accumulated += rest;
        rest = 0;
      } else if (balances.emergency > 0) {
        const part = Math.min(rest, balances.emergency);
        balances.emergency -= part;
        rest -= part;
      } else {
        balances.balance -= rest;
        rest = 0;
      }
    }
  }

  #collectDebts(): void {
    const { settings, balances } = this;
    if (!settings.prepayment || (this.supply !== 'on' && settings.suspendDisabled)) return;
    for (const i of [0, 1] as const) {
      const register = i === 0 ? 'debt1' : 'debt2';
      const due = settings.hourly[i] ? this.now % HOUR === 0 : this.now % DAY === 0;
      if (!due || balances[register] === 0) continue;
      const amount = Math.min(settings.rates[i], balances[register]);
      if (amount === 0) continue;
      balances[register] -= amount;
      this.#charge(amount, true);
      if (balances[register] === 0) this.events.push([this.now, i === 0 ? 0x81a7 : 0x81a8]);
    }
  }

  #friendlyNow(): boolean {
    const minute = (this.now % DAY) / MINUTE;
    return this.settings.friendly.some(([from, to]) =>
      from < to ? minute >= from && minute < to : minute >= from || minute < to,
    );
  }

  #flagsNow(): Flags {
    const { settings, balances } = this;
    if (!settings.prepayment) return { low: false, offered: false, exhausted: false, gone: false };
    const together = balances.balance + (this.#emergency ? balances.emergency : 0);
    const owed = settings.emergencyLimit - balances.emergency;
    const exhausted = this.#emergency && balances.emergency === 0 && balances.balance <= settings.disablement;
    const offered =
      !this.#emergency && settings.emergencyLimit > 0 && owed <= 0 && balances.balance < settings.emergencyThreshold;
    return { low: together < settings.low, offered, exhausted, gone: exhausted || together < settings.disablement };
  }

  /** Sees what has become of the account, and does what follows. */
  judge(): void {
    const { balances, settings } = this;
    const whole = balances.emergency >= settings.emergencyLimit;
    if (this.#emergency && whole && balances.balance >= settings.emergencyThreshold) this.#emergency = false;
    const flags = this.#flagsNow();
    for (const flag of FLAGS) if (flags[flag] && !this.#flags[flag]) this.events.push([this.now, CODES[flag]]);
    const friendly = this.#friendlyNow();
    const held = flags.gone && friendly && this.supply === 'on';
    if (held && !this.#held) this.events.push([this.now, 0x8f83]);
    const cutting = flags.gone && !friendly;
    if (cutting && !this.#cutting) this.supply = 'off';
    if (this.#flags.gone && !flags.gone && this.supply === 'off') this.supply = 'armed';
    this.#flags = flags;
    this.#cutting = cutting;
    this.#held = held;
  }

  adjust(amount: number): void {
    if (this.settings.gas && !this.settings.prepayment) this.balances.bill = Math.max(0, this.balances.bill - amount);
    else this.balances.balance += amount;
    this.judge();
  }

  /** Of a gas meter in credit mode, money due becomes nothing. */
  reset(): void {
    if (this.settings.gas && !this.settings.prepayment) {
      this.balances.bill = 0;
      return;
    }
    this.balances.balance = 0;
    this.balances.accumulated = 0;
    this.balances.emergency = this.settings.emergencyLimit;
    this.#emergency = false;
    this.judge();
  }

  debt(which: 1 | 2 | 3, amount: number): void {
    const register = ({ 1: 'debt1', 2: 'debt2', 3: 'paymentDebt' } as const)[which];
    const before = this.balances[register];
    this.balances[register] = Math.max(0, before + amount);
    if (before > 0 && this.balances[register] === 0) this.events.push([this.now, 0x81a6 + which]);
  }

  /** @returns whether it is active afterwards */
  emergency(): boolean {
    if (this.#emergency) return true;
    if (!this.#flagsNow().offered) return false;
    this.#emergency = true;
    this.events.push([this.now, 0x81ab]);
    this.judge();
    return true;
  }

  mode(prepayment: boolean, suspendInEmergency: boolean, suspendDisabled: boolean): void {
    Object.assign(this.settings, { prepayment, suspendInEmergency, suspendDisabled });
    if (!prepayment) this.#emergency = false;
    this.judge();
  }

  limit(emergencyLimit: number): void {
    const owed = Math.max(0, this.settings.emergencyLimit - this.balances.emergency);
    if (emergencyLimit !== this.settings.emergencyLimit) this.balances.emergency = Math.max(0, emergencyLimit - owed);
    this.settings.emergencyLimit = emergencyLimit;
    this.judge();
  }

  /** A token that is genuine and new. @returns its result code */
  topUp(amount: number): number {
    const { settings, balances } = this;
    if (!settings.prepayment) return 0x03;
    if (amount > settings.maximumCredit) return 0x06;
    const recent = this.#payments.filter(({ at }) => at > this.now - WEEK).reduce((sum, one) => sum + one.amount, 0);
    const room = settings.cap === 0 ? amount : Math.max(0, settings.cap - recent);
    const toDebt = Math.min(Math.floor((amount * settings.share) / 10_000), balances.paymentDebt, room);
    const toAccumulated = Math.min(amount - toDebt, balances.accumulated);
    const toLift = Math.min(amount - toDebt - toAccumulated, Math.max(0, settings.disablement - balances.balance));
    const left = amount - toDebt - toAccumulated - toLift;
    const toEmergency = Math.min(left, Math.max(0, settings.emergencyLimit - balances.emergency));
    const toBalance = toLift + left - toEmergency;
    if (balances.balance + toBalance > settings.maximumBalance) return 0x04;
    balances.paymentDebt -= toDebt;
    balances.accumulated -= toAccumulated;
    balances.emergency += toEmergency;
    balances.balance += toBalance;
    if (toDebt > 0) {
      this.#payments.push({ at: this.now, amount: toDebt });
      if (balances.paymentDebt === 0) this.events.push([this.now, 0x81a9]);
    }
    this.judge();
    return { on: 0x00, off: 0x11, armed: 0x12 }[this.supply];
  }

  /** A hand at the meter. */
  enable(): void {
    if (this.supply === 'armed') this.supply = 'on';
  }
}
