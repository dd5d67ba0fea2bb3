/** Parameters of what an electricity meter switches, watches and reports; rows of `LIFE_PARAMETERS`. */
export const SUPPLY_PARAMETERS = {
  factoryAlerts: {
    default: 'all',
    help: 'configurable codes an electricity meter sends when it leaves the factory: `all`, or of 81xx only a few (`few`)',
    source: 'not public',
  },
  remoteDisableLocks: {
    default: true,
    help: 'a supply that the supplier disables is armed by the supplier alone, not by credit',
    source: 'recalled',
  },
  rideThroughMs: {
    default: 500,
    help: 'milliseconds an electricity meter lives without mains',
    source: 'a maker’s manual',
  },
  meterStartMs: {
    default: 45_000,
    help: 'milliseconds its application takes to start when mains is back',
    source: 'not published',
  },
  restoreAlertDelayMs: {
    default: 5_000,
    help: 'milliseconds from then until it reports the outage',
    source: 'not published',
  },
  reverseCurrentWatts: {
    default: 0,
    help: 'export in watts above which an electricity meter reports reverse current; 0: never',
    source: 'ours',
  },
  displaySeconds: {
    default: 30,
    help: 'seconds after the last button until a meter shows its first page again and forgets that the PIN was entered',
    source: 'a maker’s manual',
  },
  clockCheckHours: {
    default: 24,
    help: 'hours between two comparisons of the clock with the hub',
    source: 'recalled; "at least daily"',
  },
  clockUnreliableAfterHours: {
    default: 24,
    help: 'hours without a hub after which a meter no longer trusts its clock',
    source: 'inferred; "own clock, flagged unreliable" is a maker’s',
  },
  clockDriftMsPerDay: {
    default: 0,
    help: 'milliseconds a clock gains each day (loses: negative)',
    source: 'ours; a maker has up to 500',
  },
  clockBackupHours: {
    default: 17_520,
    help: 'hours without power after which a clock has stopped and is invalid',
    source: 'a maker’s manual: more than two years',
  },
} as const;
