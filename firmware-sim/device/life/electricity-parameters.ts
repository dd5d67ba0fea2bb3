/** Parameters of what electricity meters measure and how they price it; rows of `LIFE_PARAMETERS`. */
export const ELECTRICITY_PARAMETERS = {
  tariffWithoutCalendar: {
    default: 1,
    help: 'tariff selector (1-48, 101-108) that an electricity meter counts by while it does not know the time, or no season of its calendar has begun',
    source: 'inferred; "tariff falls to default"',
  },
  secondaryTariffWithoutCalendar: {
    default: 201,
    help: 'the same for the secondary element (201-204)',
    source: 'inferred, as for the primary element',
  },
  tariffRandomised: {
    default: true,
    help: 'whether the randomised offset delays the switches of the tariff calendar too, and not only those of auxiliary loads',
    source: 'recalled',
  },
  demandWindowWholeHalfHours: {
    default: true,
    help: 'whether only half hours that lie wholly in the configurable period count for its maximum demand; else those that begin or end in it too',
    source: 'not public',
  },
} as const;
