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
  /** Use cases that tables of GBCS 3.1 have, or RTDS 4.5.0 for devices of that time, and those of GBCS 4.1 no longer. */
  superseded: {
    objects: /^$/,
    useCases: /^(?:CCS05CCS04|ECS08|ECS26[dei]|ECS30|ECS35f|ECS46c|ECS47(?:Activate|Deactivate|Reset)?|ECS61a|GCS21[de]|GCS24)$/,
  },
  subGigahertz: {
    objects: /^[17]\/0-0:94\.44\.10\.[0-3]$/,
    useCases: /^DBCH\d+$/,
  },
} as const satisfies Readonly<Record<string, Feature>>;

export type FeatureName = keyof typeof FEATURES;

/** What a variant lacks. */
interface Variant {
  readonly lacks: readonly FeatureName[];
}

/** True for an object (`class/OBIS`, or `class/OBIS/number`) that devices of the variant have. */
export function hasObject({ lacks }: Variant, key: string): boolean {
  const object = key.split('/', 2).join('/');
  return !lacks.some((name) => FEATURES[name].objects.test(object));
}

/** True for a use case that devices of the variant support. */
export function hasUseCase({ lacks }: Variant, useCase: string): boolean {
  return !lacks.some((name) => FEATURES[name].useCases.test(useCase));
}
