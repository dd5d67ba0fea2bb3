/** Parameters of communications hubs; rows of `LIFE_PARAMETERS`. Shares are in hundredths of a percent. */
export const HUB_PARAMETERS = {
  esmeDeliveryMinutes: {
    default: 60,
    help: 'minutes a hub goes on trying to deliver a message to a device that is not asleep',
    source: 'not public',
  },
  gsmeBufferHours: {
    default: 24,
    help: 'hours a hub keeps a message that a sleepy device does not fetch',
    source: 'recalled',
  },
  wanQueueMax: {
    default: 512,
    help: 'messages a hub keeps for a wide area network that is away',
    source: 'not public',
  },
  wanQueueKeeps: {
    default: 'newest',
    help: 'what is kept when more messages wait than fit: the `newest` or the `oldest`',
    source: 'not public',
  },
  wanTimeHours: {
    default: 24,
    help: 'hours between two questions of a hub for the time of the wide area network',
    source: 'not public',
  },
  wanTimeTrustHours: {
    default: 72,
    help: 'hours a hub trusts its clock without the time of the wide area network',
    source: 'not public',
  },
  imageTransferDays: {
    default: 14,
    help: 'days a PPMID or HCALCS has to fetch its image from the hub',
    source: 'proposal of the device notes',
  },
  subGhzDevicesMax: {
    default: 4,
    help: 'devices a hub takes on its sub-GHz band',
    source: 'not public',
  },
  subGhzBitsPerSecond: {
    default: 100_000,
    help: 'bits a second on the sub-GHz band',
    source: 'inferred',
  },
  regulatedShare: {
    default: 250,
    help: 'share of an hour, in hundredths of a percent, beyond which a hub sends nothing on the sub-GHz band',
    source: 'an example of a radio maker',
  },
  suspendMinutes: {
    default: 5,
    help: 'minutes a device is told to be silent on the sub-GHz band',
    source: 'default of a radio maker',
  },
  gsmeWakeMinutes: {
    default: 30,
    help: 'minutes between two wakes of a gas meter, which a change of channel waits for',
    source: 'typical, verified',
  },
  curfewUnitMinutes: {
    default: 60,
    help: 'minutes in the unit of the GSME curfew',
    source: 'inferred',
  },
  noisePeriodUnitSeconds: {
    default: 60,
    help: 'seconds in the unit of the local noise measurement period',
    source: 'inferred',
  },
  scansPerDay: {
    default: 3,
    help: 'scans of the sub-GHz channels a hub makes in a day',
    source: 'not public',
  },
  scanCommandsPerDay: {
    default: 2,
    help: 'commands to scan that a hub accepts in a day',
    source: 'not public',
  },
  poorPeriodPercent: {
    default: 50,
    help: 'loss in percent from which half an hour of a device counts as poor',
    source: 'not public',
  },
} as const;
