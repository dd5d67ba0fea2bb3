/** Parameters of what electricity meters log as time passes; rows of `LIFE_PARAMETERS`. */
export const LOG_PARAMETERS = {
  interruptedHalfHours: {
    default: true,
    help: 'a half hour in which power goes has a row once power is back; else it is a gap like those wholly without power',
    source: 'recalled; "no entry for a period without power"',
  },
  billingAfterOutage: {
    default: true,
    help: 'a billing period that ends while an electricity meter is without power ends when power is back; else only with the next one',
    source: 'not public',
  },
  dailyConsumptionSecondary: {
    default: true,
    help: 'the daily consumption log of a twin-element meter counts both elements; else the primary alone',
    source: 'not public; the log has one value for each day',
  },
} as const;
