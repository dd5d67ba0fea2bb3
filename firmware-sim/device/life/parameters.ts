import { ELECTRICITY_PARAMETERS } from './electricity-parameters.ts';
import { GAS_PARAMETERS } from './gas-parameters.ts';

import { HUB_PARAMETERS } from './hub-parameters.ts';
import { LOG_PARAMETERS } from './log-parameters.ts';
import { PAYMENT_PARAMETERS } from './payment-parameters.ts';
import { SUPPLY_PARAMETERS } from './supply-parameters.ts';

/** A number or word that stands in for a rule whose text is not public. */
export interface ParameterRow<T> {
  readonly default: T;
  readonly help: string;
  /** What the default stands on. */
  readonly source: string;
}

/**
 * How devices behave where the specification's text is not public, one row each. A variant of a device or a lab sets what it knows
 * better (`DeviceSetup.parameters`); docs/deviations.md says what each default stands on.
 */
export const LIFE_PARAMETERS = {
  ...PAYMENT_PARAMETERS,
  ...SUPPLY_PARAMETERS,
  ...ELECTRICITY_PARAMETERS,
  ...LOG_PARAMETERS,
  ...GAS_PARAMETERS,
  ...HUB_PARAMETERS,
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

const CHANGED = new WeakMap<Partial<LifeParameters>, LifeParameters>();

/** The parameters of a device with changes to the defaults; devices that were given one and the same changes share them. */
export function parametersWith(changes: Partial<LifeParameters> | undefined): LifeParameters {
  if (changes === undefined) return DEFAULT_PARAMETERS;
  const made = CHANGED.get(changes) ?? { ...DEFAULT_PARAMETERS, ...changes };
  CHANGED.set(changes, made);
  return made;
}
