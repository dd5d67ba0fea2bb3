import type { Account, ChargeKind, CreditName, DebtPayment, DebtRecovery } from '../../../firmware-sim/device/payment/account.ts';
import type { Bookkeeping } from '../../../firmware-sim/device/payment/books.ts';
import { BALANCES, type BalanceName } from '../../../firmware-sim/device/payment/ledger.ts';

const TIME_DEBTS: readonly ChargeKind[] = ['time-debt-1', 'time-debt-2'];

/** An account that is kept in no objects: prepayment, nothing owed, nothing held back, until a test says otherwise. */
export class PlainAccount implements Account {
  prepayment = true;
  connected = true;
  armed = false;
  emergencyActive = false;
  suspendInEmergency = false;
  suspendDisabled = false;
  disablementThreshold = 0;
  lowCreditThreshold = 0;
  emergencyLimit = 0;
  emergencyThreshold = 0;
  maximumCredit = 0x7fff_ffff;
  maximumBalance = 0x7fff_ffff;
  debtCap = 0;
  debtCapSeconds = 604_800;
  debtPerPayment = 0;
  standingCharge = { value: 0, scale: -5 };
  creditModeBalance: 'meterBalance' | 'billToDate' = 'meterBalance';
  usedCounters: readonly number[] = [];
  entryLock = { failures: 0, until: 0 };
  debtPayments: readonly DebtPayment[] = [];
  readonly recoveries: Partial<Record<1 | 2, DebtRecovery>> = {};
  readonly balances: Record<BalanceName, number> = Object.fromEntries(BALANCES.map((name) => [name, 0])) as Record<
    BalanceName,
    number
  >;

  constructor(
    changes: Partial<Omit<PlainAccount, 'balances'>> & { readonly balances?: Partial<Record<BalanceName, number>> } = {},
  ) {
    const { balances, ...others } = changes;
    Object.assign(this, others);
    Object.assign(this.balances, balances);
  }

  balance(name: BalanceName): number {
    return this.balances[name];
  }

  setBalance(name: BalanceName, millipence: number): void {
    this.balances[name] = millipence;
  }

  setEmergencyActive(active: boolean): void {
    this.emergencyActive = active;
  }

  pays(credit: CreditName, charge: ChargeKind): boolean {
    if (!this.prepayment) return credit === 'meterBalance' && !TIME_DEBTS.includes(charge);
    if (credit !== 'accumulatedDebt') return true;
    return this.suspendInEmergency && charge !== 'consumption' && charge !== 'secondary-consumption';
  }

  collectsDisconnected(charge: ChargeKind): boolean {
    return !this.suspendDisabled || !TIME_DEBTS.includes(charge);
  }

  timeDebt(debt: 1 | 2): DebtRecovery | undefined {
    return this.recoveries[debt];
  }

  noteDebtPayment(_payment: DebtPayment, counting: readonly DebtPayment[]): void {
    this.debtPayments = counting;
  }

  noteCredit(): void {}
}

/** Bookings on an account that nobody is told of. */
export function quietBooks(account: PlainAccount): Bookkeeping {
  return {
    account,
    book: (balance, amount) => {
      account.balances[balance] += amount;
    },
  };
}
