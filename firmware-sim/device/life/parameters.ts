import { GAS_PARAMETERS } from './gas-parameters.ts';

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
  factoryAlerts: row(
    'all',
    'configurable codes an electricity meter sends when it leaves the factory: `all`, or of 81xx only a few (`few`)',
    'not public',
  ),
  remoteDisableLocks: row(true, 'a supply that the supplier disables is armed by the supplier alone, not by credit', 'recalled'),
  clockCheckHours: row(24, 'hours between two comparisons of the clock with the hub', 'recalled; "at least daily"'),
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
