import type { AirFrame } from '../../firmware-sim/air/air.ts';
import type { PoaComparator } from '../../firmware-sim/commshub/hub-power.ts';
import { HUB_POWER_DEFAULTS, type HubPowerOptions } from '../../firmware-sim/commshub/hub-power.ts';
import type { WanDownFrame, WanUpFrame } from '../../firmware-sim/commshub/wan-frame.ts';
import type { SignatureProfile } from '../../firmware-sim/crypto/suite.ts';
import type { HanFrame } from '../../firmware-sim/device/han-frame.ts';
import { ESME_DEFAULTS, type EsmeOptions } from '../../firmware-sim/esme/esme.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { fromCivil, type Millis } from '../../firmware-sim/kernel/time.ts';
import { AD1_POLICY_DEFAULTS, type Ad1PolicyOptions } from '../parties/ad1-policy.ts';
import type { HanLinkKind } from '../premises/link-kinds.ts';
import type { WanProfile } from '../premises/wan-link.ts';

/** When in an update a planned outage begins. */
export const OUTAGE_PHASES = ['before', 'distribution', 'activation', 'after'] as const;

export type OutagePhase = (typeof OUTAGE_PHASES)[number];

/** A real loss of mains, planned by whoever runs the update; no party in it knows. */
export interface PlannedOutage {
  readonly durationMs: Millis;
  readonly phase: OutagePhase;
  /** From the moment the phase is about: start, half of the transfer, activation begun, activation done. */
  readonly offsetMs: Millis;
}

/** How long into its phase an outage begins when nothing else is said. */
export const OUTAGE_OFFSETS: Readonly<Record<OutagePhase, Millis>> = {
  before: 60_000,
  distribution: 0,
  activation: 1_000,
  after: 60_000,
};

/** Where the firmware comes from. */
export type ImageSource =
  | { readonly kind: 'generated'; readonly octets: number }
  | { readonly kind: 'manufacturer-image'; readonly name: string; readonly bytes: Bytes }
  | { readonly kind: 'ota-file'; readonly name: string; readonly bytes: Bytes };

/** Everything an update run depends on. Same configuration, same octets. */
export interface UpdateConfig {
  readonly seed: string;
  readonly image: ImageSource;
  /** Execution time of a future-dated CS06; undefined activates at once. */
  readonly activateAt: Millis | undefined;
  readonly outages: readonly PlannedOutage[];
  readonly signatureProfile: SignatureProfile;
  /** The meter was made after MP102A: cutting the feed for 180 s or more fails the run. */
  readonly newBuild: boolean;
  readonly esme: EsmeOptions;
  readonly hubPower: HubPowerOptions;
  readonly policy: Ad1PolicyOptions;
  readonly wanProfile: WanProfile;
  /** How hub and devices reach each other: over the virtual air, or directly, which is fast and knows no radio. */
  readonly link: HanLinkKind;
  /** Sees every frame on the air. */
  readonly tap?: (frame: AirFrame) => void;
  /** Named misbehaviour `lose-han-frames`. */
  readonly losesHanFrame?: (frame: HanFrame) => boolean;
  /** Named misbehaviour `lose-wan-frames`. */
  readonly losesWanFrame?: (frame: WanDownFrame | WanUpFrame) => boolean;
  /** Longest message the links take whole; longer ones go in blocks. Undefined: any length. */
  readonly maxMessageOctets?: number;
}

/** 256 KiB. */
export const DEFAULT_IMAGE_OCTETS = 262_144;

/** Start of a run without a future-dated activation. Any fixed moment does: the run is in virtual time. */
export const DEFAULT_START: Millis = fromCivil({ year: 2026, month: 11, day: 2, hour: 9, minute: 0, second: 0 });

/** What a supply-restored alert may take from the meter to the DCC, lost frames and those before it included. */
const RESTORE_ALERT_TRANSIT_MS: Millis = 10_000;

/** The configuration of `hanbench update` without options, with changes. */
export function updateConfig(
  changes: Partial<Omit<UpdateConfig, 'esme' | 'hubPower' | 'policy'>> & {
    readonly esme?: Partial<EsmeOptions>;
    readonly hubPower?: Partial<HubPowerOptions>;
    readonly policy?: Partial<Ad1PolicyOptions>;
  } = {},
): UpdateConfig {
  const esme = { ...ESME_DEFAULTS, ...changes.esme };
  const hubPower = { ...HUB_POWER_DEFAULTS, ...changes.hubPower };
  return {
    seed: '1',
    image: { kind: 'generated', octets: DEFAULT_IMAGE_OCTETS },
    activateAt: undefined,
    outages: [],
    signatureProfile: 'deterministic',
    newBuild: false,
    wanProfile: 'ideal',
    link: 'direct',
    ...changes,
    esme,
    hubPower,
    policy: {
      ...AD1_POLICY_DEFAULTS,
      poaThresholdMs: hubPower.poaThresholdMs,
      settleMs: Math.max(AD1_POLICY_DEFAULTS.settleMs, esme.restoreAlertDelayMs + RESTORE_ALERT_TRANSIT_MS),
      ...changes.policy,
    },
  };
}

/** `> 180 s` or `>= 180 s`. */
export function ruleText(comparator: PoaComparator, thresholdMs: Millis): string {
  return `${comparator === 'gt' ? '>' : '>='} ${thresholdMs / 1000} s`;
}
