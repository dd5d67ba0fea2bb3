/** What a column of a load file holds, and what becomes of its numbers. */
export interface LoadColumn {
  readonly help: string;
  /** What a cell is multiplied with to become watts, volt-ampere reactive, volts, 0.0001 m³ an hour or seconds. */
  readonly factor: number;
  /** The whole of what was consumed in a half hour: each row of such a file stands for its half hour alone. */
  readonly perHalfHour?: true;
  readonly part: LoadPart;
}

/** Parts of a load that a column may say. */
export type LoadPart =
  | 'importWatts'
  | 'secondaryWatts'
  | 'exportWatts'
  | 'importVars'
  | 'exportVars'
  | 'volts'
  | 'volts1'
  | 'volts2'
  | 'volts3'
  | 'flow'
  | 'outage';

/** Watts that make one watt hour in half an hour. */
const WATTS_PER_WH = 2;
const PER_KILO = 1000;
/** 0.0001 m³ an hour that make a cubic metre in half an hour. */
const FLOW_PER_M3 = 20_000;

const OUTAGE: LoadColumn = {
  help: 'seconds from the time of the row for which mains is away; 1 stands for the whole row',
  factor: 1,
  part: 'outage',
};

const steady = (part: LoadPart, help: string, factor = 1): LoadColumn => ({ part, help, factor });
const halfHourly = (part: LoadPart, help: string, factor: number): LoadColumn => ({ part, help, factor, perHalfHour: true });

/** Columns of a load file for an electricity meter. */
export const ELECTRICITY_COLUMNS: Readonly<Record<string, LoadColumn>> = {
  import_w: steady('importWatts', 'active import, watts'),
  import_l1_w: steady('importWatts', 'active import of the first phase, watts; phases are added up'),
  import_l2_w: steady('importWatts', 'the second phase'),
  import_l3_w: steady('importWatts', 'the third phase'),
  import_wh: halfHourly('importWatts', 'active import in the half hour, watt hours', WATTS_PER_WH),
  import_kwh: halfHourly('importWatts', 'the same in kilowatt hours', WATTS_PER_WH * PER_KILO),
  secondary_w: steady('secondaryWatts', 'active import of the secondary element, watts'),
  secondary_wh: halfHourly('secondaryWatts', 'the secondary element in the half hour, watt hours', WATTS_PER_WH),
  export_w: steady('exportWatts', 'active export, watts'),
  export_wh: halfHourly('exportWatts', 'active export in the half hour, watt hours', WATTS_PER_WH),
  export_kwh: halfHourly('exportWatts', 'the same in kilowatt hours', WATTS_PER_WH * PER_KILO),
  reactive_import_var: steady('importVars', 'reactive import, var'),
  reactive_export_var: steady('exportVars', 'reactive export, var'),
  volts: steady('volts', 'RMS voltage of every phase'),
  volts_l1: steady('volts1', 'RMS voltage of the first phase'),
  volts_l2: steady('volts2', 'the second phase'),
  volts_l3: steady('volts3', 'the third phase'),
  outage: OUTAGE,
};

/** Columns of a load file for a gas meter. */
export const GAS_COLUMNS: Readonly<Record<string, LoadColumn>> = {
  flow_m3_per_h: steady('flow', 'flow in cubic metres an hour', 10_000),
  m3: halfHourly('flow', 'volume in the half hour, cubic metres', FLOW_PER_M3),
};
