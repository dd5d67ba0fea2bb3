/** Parameters of gas meters and gas proxies; rows of `LIFE_PARAMETERS`. */
export const GAS_PARAMETERS = {
  gasDefaultTier: {
    default: 1,
    help: 'price tier that a gas meter counts in while it does not know the time, or its calendar says nothing',
    source: 'inferred; "tariff falls to default"',
  },
  gasBatteryLowDays: {
    default: 180,
    help: 'days of battery left at which a gas meter says that it is low',
    source: 'not public',
  },
} as const;
