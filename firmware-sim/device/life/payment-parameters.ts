/** Parameters of credit, debts and tokens; rows of `LIFE_PARAMETERS`. */
export const PAYMENT_PARAMETERS = {
  creditThresholdsInclusive: {
    default: false,
    help: 'a credit exactly at a threshold (low credit, emergency credit, disablement) counts as below it',
    source: 'inferred from public meter code, which compares with less-than',
  },
  emergencyCreditEndsWhenRepaid: {
    default: false,
    help: 'emergency credit is over as soon as nothing is owed, and not only when the balance has also risen to its threshold',
    source: 'meter manuals offer it again only after the balance has dropped below the threshold anew',
  },
  creditModeTakesEmergencyOwed: {
    default: false,
    help: 'a change to credit mode takes emergency credit that is owed from the balance; else it stays owed',
    source: 'not public',
  },
  topUpLiftsBalanceFirst: {
    default: true,
    help: 'a top-up lifts the balance to the disablement threshold before it pays emergency credit back',
    source: 'a meter manual; the list of SMETS Add Credit has no such step',
  },
  debtCapCalendarWeek: {
    default: false,
    help: 'the cap on payment-based debt counts from Monday 00:00Z, in place of the 168 hours before a top-up',
    source: 'GBCS text; a meter manual has the calendar week',
  },
  debtCapZeroIsNoCap: {
    default: true,
    help: 'a cap of 0 on payment-based debt is none; else nothing is collected',
    source: 'public meter code',
  },
  suspendDebtDisabledCoversStandingCharge: {
    default: false,
    help: 'while supply is off, Suspend Debt Disabled holds back the standing charge too',
    source: 'flags of RTDS 4.5.0 ECS26a; a meter manual says both',
  },
  standingChargeMinute: {
    default: 0,
    help: 'minutes after midnight UTC at which the standing charge is collected',
    source: 'recalled',
  },
  topUpInCreditMode: {
    default: false,
    help: 'a token is taken in credit mode',
    source: 'inferred: the function belongs to prepayment',
  },
  utrnCacheSize: {
    default: 100,
    help: 'UTRN counters a meter remembers',
    source: 'recalled; GBCS 14',
  },
  utrnTries: {
    default: 5,
    help: 'successive bad tokens entered at the meter after which it takes no other for a while; 0: any number',
    source: 'a sister product',
  },
  utrnLockSeconds: {
    default: 30,
    help: 'how long the first such while is; each further bad token doubles it',
    source: 'a sister product',
  },
  utrnLockSecondsMax: {
    default: 960,
    help: 'the longest such while',
    source: 'a sister product',
  },
} as const;
