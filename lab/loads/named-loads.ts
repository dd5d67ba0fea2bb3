import {
  constantLoad,
  type ElectricityLoad,
  type GasLoad,
  type LoadProfile,
  NO_ELECTRICITY,
  NO_GAS,
} from '../../firmware-sim/device/metering/load.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { gasHousehold } from './gas-household.ts';
import { halfHourlyLoad } from './half-hours.ts';
import { household } from './household.ts';
import { polyphase, prosumer, twin } from './variants.ts';

/** A built-in load by its name, or by `name:ARGUMENT`. */
export interface NamedLoad<T> {
  /** How a person writes it. */
  readonly form: string;
  readonly help: string;
  /** Something is connected to the secondary element. */
  readonly twin?: true;
  readonly make: (seed: string, argument: string) => LoadProfile<T>;
}

/** Greatest watts or flow that a built-in constant load takes: far above any meter's rating. */
const MOST = 1_000_000;

function numberOf(text: string, form: string, digits: number): number {
  const pattern = new RegExp(`^-?\\d{1,7}${digits > 0 ? `(?:\\.\\d{1,${digits}})?` : ''}$`);
  const value = Number(text);
  if (pattern.test(text) && Math.abs(value) <= MOST) return value;
  const wanted = digits > 0 ? `a number with at most ${digits} decimals` : 'a whole number';
  throw new UsageError('bad-load', `--load ${form} takes ${wanted} up to ${MOST}, not ${JSON.stringify(text)}`);
}

/** Power that never changes; below zero it is exported. */
function constantWatts(_seed: string, text: string): LoadProfile<ElectricityLoad> {
  const watts = numberOf(text, 'constant:WATTS', 0);
  return constantLoad({ ...NO_ELECTRICITY, importWatts: Math.max(0, watts), exportWatts: Math.max(0, -watts) });
}

/** The built-in loads of electricity meters by name. */
export const ELECTRICITY_LOADS: Readonly<Record<string, NamedLoad<ElectricityLoad>>> = {
  none: { form: 'none', help: 'nothing at 230 V', make: () => constantLoad(NO_ELECTRICITY) },
  constant: { form: 'constant:WATTS', help: 'the same for ever at 230 V; below zero it is exported', make: constantWatts },
  household: {
    form: 'household',
    help: 'about 2,700 kWh a year, half-hourly',
    make: (seed) => halfHourlyLoad(household(seed)),
  },
  prosumer: {
    form: 'prosumer',
    help: 'a household with solar panels that exports',
    make: (seed) => halfHourlyLoad(prosumer(seed)),
  },
  twin: {
    form: 'twin',
    help: 'a household with storage heaters on the secondary element',
    twin: true,
    make: (seed) => halfHourlyLoad(twin(seed)),
  },
  polyphase: { form: 'polyphase', help: 'three phases', make: (seed) => halfHourlyLoad(polyphase(seed)) },
};

/** Units of a gas load in a cubic metre. */
export const GAS_UNITS_PER_M3 = 10_000;

function constantFlow(_seed: string, text: string): LoadProfile<GasLoad> {
  const flow = Math.round(numberOf(text, 'gas-constant:M3_PER_H', 4) * GAS_UNITS_PER_M3);
  if (flow < 0) throw new UsageError('bad-load', `--load gas-constant takes a flow that is not below zero, not ${text}`);
  return constantLoad({ flow });
}

/** The built-in loads of gas meters by name. */
export const GAS_LOADS: Readonly<Record<string, NamedLoad<GasLoad>>> = {
  none: { form: 'none', help: 'no gas', make: () => constantLoad(NO_GAS) },
  'gas-constant': { form: 'gas-constant:M3_PER_H', help: 'the same for ever', make: constantFlow },
  'gas-household': {
    form: 'gas-household',
    help: 'about 1,040 m³ a year, heating by season',
    make: (seed) => halfHourlyLoad(gasHousehold(seed)),
  },
};

/**
 * The built-in load a person names, or undefined when the text names none (it is a file then).
 * @throws UsageError `bad-load` for an argument that is missing or wrong
 */
export function namedLoad<T>(
  loads: Readonly<Record<string, NamedLoad<T>>>,
  text: string,
  seed: string,
): LoadProfile<T> | undefined {
  const [name = '', ...rest] = text.split(':');
  const load = Object.hasOwn(loads, name) ? loads[name] : undefined;
  if (!load) return undefined;
  const takesArgument = load.form.includes(':');
  if (takesArgument !== rest.length > 0) throw new UsageError('bad-load', `--load ${text}: write it as ${load.form}`);
  return load.make(seed, rest.join(':'));
}
