import { ELECTRICITY_PARAMETERS } from './electricity-parameters.ts';
import { GAS_PARAMETERS } from './gas-parameters.ts';
import { SUPPLY_PARAMETERS } from './supply-parameters.ts';

/** A number or word that stands in for a rule whose text is not public. */
export interface ParameterRow<T> {
  readonly default: T;
  readonly help: string;
  /** What the default stands on. */
  readonly source: string;
}

const row = <T>(value: T, help: string, source: string): ParameterRow<T> => ({ default: value, help, source });

/**
 * How devices behave where the specification's text is not public, one row each. A variant of a device or a lab sets what it knows
 * better (`DeviceSetup.parameters`); docs/deviations.md says what each default stands on.
 */
export const LIFE_PARAMETERS = {
  creditThresholdsInclusive: row(
    false,
    'a credit exactly at a threshold (low credit, emergency credit, disablement) counts as below it',
    'inferred from public meter code, which compares with less-than',
  ),
  emergencyCreditEndsWhenRepaid: row(
    false,
    'emergency credit is over as soon as nothing is owed, and not only when the balance has also risen to its threshold',
    'meter manuals offer it again only after the balance has dropped below the threshold anew',
  ),
  creditModeTakesEmergencyOwed: row(
    false,
    'a change to credit mode takes emergency credit that is owed from the balance; else it stays owed',
    'not public',
  ),
  topUpLiftsBalanceFirst: row(
    true,
    'a top-up lifts the balance to the disablement threshold before it pays emergency credit back',
    'a meter manual; the list of SMETS Add Credit has no such step',
  ),
  debtCapCalendarWeek: row(
    false,
    'the cap on payment-based debt counts from Monday 00:00Z, in place of the 168 hours before a top-up',
    'GBCS text; a meter manual has the calendar week',
  ),
  debtCapZeroIsNoCap: row(true, 'a cap of 0 on payment-based debt is none; else nothing is collected', 'public meter code'),
  suspendDebtDisabledCoversStandingCharge: row(
    false,
    'while supply is off, Suspend Debt Disabled holds back the standing charge too',
    'flags of RTDS 4.5.0 ECS26a; a meter manual says both',
  ),
  standingChargeMinute: row(0, 'minutes after midnight UTC at which the standing charge is collected', 'recalled'),
  topUpInCreditMode: row(false, 'a token is taken in credit mode', 'inferred: the function belongs to prepayment'),
  utrnCacheSize: row(100, 'UTRN counters a meter remembers', 'recalled; GBCS 14'),
  utrnTries: row(
    5,
    'successive bad tokens entered at the meter after which it takes no other for a while; 0: any number',
    'a sister product',
  ),
  utrnLockSeconds: row(30, 'how long the first such while is; each further bad token doubles it', 'a sister product'),
  utrnLockSecondsMax: row(960, 'the longest such while', 'a sister product'),
  ...SUPPLY_PARAMETERS,
  ...ELECTRICITY_PARAMETERS,
  ...GAS_PARAMETERS,
} as const satisfies Readonly<Record<string, ParameterRow<number | boolean | string>>>;

type Widened<T> = T extends number ? number : T extends boolean ? boolean : T extends string ? string : never;

/** A value for every parameter. */
export type LifeParameters = {
  readonly [K in keyof typeof LIFE_PARAMETERS]: Widened<(typeof LIFE_PARAMETERS)[K]['default']>;
};

/** What holds unless somebody says otherwise. */
export const DEFAULT_PARAMETERS = Object.fromEntries(
  Object.entries(LIFE_PARAMETERS).map(([name, { default: value }]) => [name, value]),
) as LifeParameters;
