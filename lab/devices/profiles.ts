import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { DeviceType } from './device-types.ts';

/** A part of a device that a real variant may lack: its objects and the use cases that are about nothing else. */
interface Feature {
  /** Matches `class/OBIS` of objects, as in `113/0-0:19.20.5.255`. */
  readonly objects: RegExp;
  /** Matches the names of use cases. */
  readonly useCases: RegExp;
}

/** Parts of an ESME or hub (GBCS mapping table: objects named SecondaryElement, Phase[2..3], AuxiliaryController, Boost, SubGHz). */
const FEATURES = {
  secondaryElement: {
    objects:
      /^(?:3\/0-0:94\.44\.1\.8|11\/0-[01]:11\.0\.1\.255|20\/0-0:13\.0\.1\.255|113\/0-0:19\.20\.5\.255|9000\/0-0:94\.44\.128\.30)$/,
    useCases: /^(?:ECS01[cd]|ECS24b)$/,
  },
  phases: {
    objects: /^[137]\/1-0:[57]2\.(?:24|3[1256])\.0\.(?:4|255)$/,
    useCases: /^(?:ECS23b|ECS26k|ECS29[df])$/,
  },
  auxiliaryControllers: {
    objects:
      /^(?:1\/0-0:94\.44\.(?:0\.[123][1-5]|1(?:17|18|19|20|21)\.[1-4])|7\/0-17:99\.98\.2\.255|9\/0-0:10\.0\.10[37]\.255|10\/0-[01]:12\.0\.2\.255|11\/0-[01]:11\.0\.3\.255|70\/0-[1-5]:96\.3\.10\.255|9000\/0-0:94\.44\.128\.(?:26|35))$/,
    useCases: /^(?:ECS15c|ECS35[fg]|ECS46[acd]|ECS47(?:[ae])?|ECS61[ade]|ECS62)$/,
  },
  boost: {
    objects: /^(?:1\/0-0:94\.44\.(?:6\.[1-5]|7\.255)|7\/0-0:99\.98\.20\.255)$/,
    useCases: /^ECS61c$/,
  },
  subGigahertz: {
    objects: /^[17]\/0-0:94\.44\.10\.[0-3]$/,
    useCases: /^DBCH\d+$/,
  },
} as const satisfies Readonly<Record<string, Feature>>;

type FeatureName = keyof typeof FEATURES;

/** A named variant of a device type. */
export interface Profile {
  readonly name: string;
  readonly help: string;
  readonly lacks: readonly FeatureName[];
}

/** The bench device of a type: every object there is, so that every use case has something to answer. */
const EVERYTHING: Profile = { name: 'default', help: 'every object of its type', lacks: [] };

const PROFILES: Readonly<Record<DeviceType, readonly Profile[]>> = {
  ESME: [
    EVERYTHING,
    {
      name: 'single-element',
      help: 'one element, one phase, no switched circuits',
      lacks: ['secondaryElement', 'phases', 'auxiliaryControllers', 'boost'],
    },
    {
      name: 'load-control',
      help: 'one element, one phase, auxiliary controllers and boost',
      lacks: ['secondaryElement', 'phases'],
    },
    { name: 'twin-element', help: 'two elements, one phase', lacks: ['phases', 'auxiliaryControllers', 'boost'] },
    { name: 'polyphase', help: 'three phases', lacks: ['secondaryElement', 'auxiliaryControllers', 'boost'] },
  ],
  CHF: [
    EVERYTHING,
    { name: 'single-band', help: '2.4 GHz only', lacks: ['subGigahertz'] },
    { name: 'dual-band', help: '2.4 GHz and sub GHz', lacks: [] },
  ],
  GSME: [EVERYTHING],
  GPF: [EVERYTHING],
  PPMID: [EVERYTHING],
  HCALCS: [EVERYTHING],
  SAPC: [EVERYTHING],
};

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

/** True for an object (`class/OBIS`, or `class/OBIS/number`) that devices of the variant have. */
export function hasObject({ lacks }: Profile, key: string): boolean {
  const object = key.split('/', 2).join('/');
  return !lacks.some((name) => FEATURES[name].objects.test(object));
}

/** True for a use case that devices of the variant support. */
export function hasUseCase({ lacks }: Profile, useCase: string): boolean {
  return !lacks.some((name) => FEATURES[name].useCases.test(useCase));
}
