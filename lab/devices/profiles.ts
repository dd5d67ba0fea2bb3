import type { LifeParameters } from '../../firmware-sim/device/life/parameters.ts';
import { GAS_VARIANTS } from '../../firmware-sim/gsme/variants.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { DeviceType } from './device-types.ts';
import type { FeatureName } from './features.ts';
import type { StartName } from './starts.ts';

/** A named variant of a device type: what it lacks, how it starts, and how it behaves. Plain data. */
export interface Profile {
  readonly name: string;
  readonly help: string;
  /** Parts it does not have: their objects and the use cases that are about nothing else. */
  readonly lacks: readonly FeatureName[];
  /** Values it leaves the factory with that differ from those of its type; later ones win. */
  readonly starts?: readonly StartName[];
  /** Size of a gas meter; U6 without. */
  readonly gas?: keyof typeof GAS_VARIANTS;
  /** How it behaves where the specification leaves it open. */
  readonly parameters?: Partial<LifeParameters>;
}

/** The bench device of a type: every object there is, so that every use case has something to answer. */
const EVERYTHING: Profile = { name: 'default', help: 'every object of its type', lacks: [] };

const SINGLE: readonly FeatureName[] = ['secondaryElement', 'phases', 'auxiliaryControllers', 'boost'];
/** Devices of today have the use cases of GBCS 4.1 only. */
const MODERN: readonly FeatureName[] = [...SINGLE, 'superseded'];

/** A meter whose maker lets few alerts through, as installers ask for with prepayment. */
const QUIET: Partial<LifeParameters> = { factoryAlerts: 'few' };

const PROFILES: Readonly<Record<DeviceType, readonly Profile[]>> = {
  ESME: [
    EVERYTHING,
    { name: 'single-element', help: 'one element, one phase, no switched circuits', lacks: SINGLE },
    {
      name: 'load-control',
      help: 'one element, one phase, auxiliary controllers and boost',
      lacks: ['secondaryElement', 'phases'],
    },
    { name: 'twin-element', help: 'two elements, one phase', lacks: ['phases', 'auxiliaryControllers', 'boost'] },
    { name: 'polyphase', help: 'three phases', lacks: ['secondaryElement', 'auxiliaryControllers', 'boost'] },
    { name: 'credit', help: 'single-element, GBCS 4.1, credit mode, one rate', lacks: MODERN, starts: ['credit', 'flat'] },
    {
      name: 'prepayment',
      help: 'single-element, GBCS 4.1, prepayment with ten pounds of credit, one rate, few alerts',
      lacks: MODERN,
      starts: ['prepayment', 'flat'],
      parameters: QUIET,
    },
    { name: 'tou', help: 'credit, with a night, a day and an evening rate', lacks: MODERN, starts: ['credit', 'threeRates'] },
    { name: 'blocks', help: 'credit, with four blocks a month', lacks: MODERN, starts: ['credit', 'blocks'] },
    {
      name: 'economy-7',
      help: 'twin-element, GBCS 4.1, credit mode, a night and a day rate, heating on the second element',
      lacks: ['phases', 'auxiliaryControllers', 'boost', 'superseded'],
      starts: ['creditTwin'],
    },
  ],
  CHF: [
    EVERYTHING,
    { name: 'single-band', help: '2.4 GHz only', lacks: ['subGigahertz'] },
    { name: 'dual-band', help: '2.4 GHz and sub GHz', lacks: [] },
  ],
  GSME: [
    EVERYTHING,
    { name: 'credit', help: 'a domestic meter (U6), GBCS 4.1, credit mode', lacks: ['superseded'], starts: ['credit'] },
    {
      name: 'prepayment',
      help: 'a domestic meter (U6), GBCS 4.1, prepayment with ten pounds of credit and no debt',
      lacks: ['superseded'],
      starts: ['prepayment'],
    },
    ...largeGasMeters(),
  ],
  GPF: [EVERYTHING],
  PPMID: [EVERYTHING],
  HCALCS: [EVERYTHING],
  SAPC: [EVERYTHING],
};

/** Large gas meters have no valve that anybody may command, and so no prepayment. */
function largeGasMeters(): readonly Profile[] {
  return Object.values(GAS_VARIANTS)
    .filter(({ large }) => large)
    .map(({ name, maxFlow }) => ({
      name: name.toLowerCase(),
      help: `a large meter, up to ${maxFlow / 10_000} m³ an hour, credit mode, no supply control`,
      lacks: ['superseded'],
      starts: ['credit'],
      gas: name,
    }));
}

/** The variants of a device type; the first is the default. */
export function profilesOf(type: DeviceType): readonly Profile[] {
  return PROFILES[type];
}

/**
 * A variant by its name; the default one without.
 * @throws UsageError `unknown-profile` naming the choices
 */
export function profileNamed(type: DeviceType, name: string | undefined): Profile {
  const profile = name === undefined ? EVERYTHING : PROFILES[type].find((one) => one.name === name);
  if (profile) return profile;
  const choices = PROFILES[type].map((one) => one.name).join(', ');
  throw new UsageError('unknown-profile', `${type} has no profile ${JSON.stringify(name)}; there are ${choices}`);
}
