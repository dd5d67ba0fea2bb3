import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { type HubHistory, nearActivation, offUntil, type WindowOptions } from './ad1-window.ts';

/** What happens to a power outage alert near a firmware activation. */
export type Ad1PolicyName = 'off' | 'label' | 'suppress';

export const AD1_POLICIES: readonly Ad1PolicyName[] = ['off', 'label', 'suppress'];

/** A DCC Alert AD1 as the DCC has it: `PowerOutageEvent{CommsHubDeviceID, StartDateTime, MPxN}` (DUIS 5.4). */
export interface PowerOutageAlert {
  readonly hub: Eui64;
  readonly startedAt: Millis;
  readonly mpxn: string;
}

/**
 * Everything the policy may know. It is what passes through the DCC: nothing in it says whether mains was there.
 * `at` is when the DCC saw it.
 */
export type DccObservation =
  /** A CS06 for a meter behind this hub will execute at `executesAt`, and should bring `version`. */
  | { readonly kind: 'activation-known'; readonly hub: Eui64; readonly executesAt: Millis; readonly version: number | undefined }
  | { readonly kind: 'activation-cancelled'; readonly hub: Eui64 }
  | { readonly kind: 'power-outage'; readonly at: Millis; readonly alert: PowerOutageAlert }
  | { readonly kind: 'hub-returned'; readonly at: Millis; readonly hub: Eui64 }
  /** A supply-restored alert (0x8F35 to 0x8F3C) of a meter behind this hub, with the times it states. */
  | { readonly kind: 'outage-reported'; readonly at: Millis; readonly hub: Eui64; readonly interruptedAt: Millis }
  /** The meter said which version it runs, in a message the DCC can check: CS06 response, 0x8F66 or 0x8F67. */
  | { readonly kind: 'version-reported'; readonly at: Millis; readonly hub: Eui64; readonly version: number }
  /** The hub has answered an `ask-hub`: it was on the network after it was asked. */
  | { readonly kind: 'hub-answered'; readonly at: Millis; readonly hub: Eui64 };

/** What the policy wants done with an alert. */
export type Ad1Decision =
  | {
      readonly kind: 'deliver';
      readonly at: Millis;
      readonly alert: PowerOutageAlert;
      readonly label: string | undefined;
      readonly delayed: boolean;
      readonly reason: string;
    }
  | { readonly kind: 'hold'; readonly at: Millis; readonly alert: PowerOutageAlert; readonly until: Millis }
  | { readonly kind: 'withhold'; readonly at: Millis; readonly alert: PowerOutageAlert; readonly reason: string }
  /** The hub shall be asked whether it is on the network; the answer comes back as `hub-answered`. */
  | { readonly kind: 'ask-hub'; readonly at: Millis; readonly hub: Eui64 };

export interface Ad1PolicyOptions extends WindowOptions {
  readonly policy: Ad1PolicyName;
  /** Longest time a correlated alert is held back, from its arrival. */
  readonly holdMs: Millis;
  /**
   * After hub and version are back: time for a late supply-restored alert to arrive before an alert is withheld. It has to be
   * longer than any meter takes from its start to that alert.
   */
  readonly settleMs: Millis;
}

export const AD1_POLICY_DEFAULTS: Ad1PolicyOptions = {
  policy: 'label',
  holdMs: 600_000,
  activationWindowMs: 300_000,
  clockSlackMs: 10_000,
  poaThresholdMs: 180_000,
  settleMs: 60_000,
};

/** Label of an alert whose outage started near a known activation. */
export const CORRELATED = 'correlated-with-activation';

/** Events of a kind that are remembered of a hub. */
const REMEMBERED = 16;

interface Activation {
  readonly executesAt: Millis;
  readonly version: number | undefined;
  /** When the meter was first heard with the new version. */
  concludedAt?: Millis;
}

interface Held {
  readonly alert: PowerOutageAlert;
  readonly until: Millis;
  /** Set once the hub has been asked whether it is still there. */
  askedAt?: Millis;
  /** Set once the alert has been recorded as withheld; a sign of an outage can still bring it back. */
  withheldAt?: Millis;
}

/** What a hub and its meter said lately, by time of arrival: an alert may reach the DCC after what followed it. */
interface Heard extends HubHistory {
  readonly returns: Millis[];
  readonly outages: Millis[];
  /** When the outages began that the meter reported. */
  readonly interruptions: Millis[];
  /** When the meter was heard with the version of the known activation. */
  readonly newVersion: Millis[];
}

function remember(list: Millis[], at: Millis): void {
  list.push(at);
  if (list.length > REMEMBERED) list.shift();
}

/**
 * Decides about power outage alerts near activations, one hub at a time. `off` and `label` deliver at once. `suppress` holds
 * a correlated alert and lets go of it at the first sign of an outage or when time is up. It is withheld only when the hub has
 * come back from that outage, after that the meter has been heard with the new version, no outage was reported for long enough,
 * and then the hub answers without having been off again. An outage reported even later releases it after all.
 */
export class Ad1Policy {
  readonly #options: Ad1PolicyOptions;
  readonly #activations = new Map<Eui64, Activation>();
  readonly #held: Held[] = [];
  readonly #heard = new Map<Eui64, Heard>();

  constructor(options: Partial<Ad1PolicyOptions> = {}) {
    this.#options = { ...AD1_POLICY_DEFAULTS, ...options };
  }

  /** When a held alert has to be looked at again. */
  get deadline(): Millis | undefined {
    const times = this.#held.filter((held) => held.withheldAt === undefined).map((held) => this.#dueAt(held));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  observe(observation: DccObservation): Ad1Decision[] {
    const { hub } = observation.kind === 'power-outage' ? observation.alert : observation;
    switch (observation.kind) {
      case 'activation-known':
        this.#activations.set(hub, { executesAt: observation.executesAt, version: observation.version });
        this.#heardOf(hub).newVersion.length = 0;
        return [];
      case 'activation-cancelled':
        this.#activations.delete(hub);
        return [];
      case 'power-outage':
        return this.#arrived(observation.alert, observation.at);
      case 'hub-returned':
        return this.#hubReturned(hub, observation.at);
      case 'version-reported':
        this.#versionReported(hub, observation.version, observation.at);
        return [];
      case 'outage-reported':
        return this.#outageReported(hub, observation.interruptedAt, observation.at);
      case 'hub-answered':
        return this.#hubAnswered(hub, observation.at);
    }
  }

  /** Decides about held alerts whose time has come. */
  poll(now: Millis): Ad1Decision[] {
    const decisions: Ad1Decision[] = [];
    for (const held of [...this.#held]) {
      if (held.withheldAt !== undefined || this.#dueAt(held) > now) continue;
      if (now >= held.until) decisions.push(this.#release(held, now, 'hold time is up'));
      else {
        held.askedAt = now;
        decisions.push({ kind: 'ask-hub', at: now, hub: held.alert.hub });
      }
    }
    return decisions;
  }

  /** A second outage while one alert is held back speaks against a false alarm: then neither waits. */
  #arrived(alert: PowerOutageAlert, at: Millis): Ad1Decision[] {
    const activation = this.#activations.get(alert.hub);
    const heard = this.#heardOf(alert.hub);
    const correlated = activation !== undefined && nearActivation(alert.startedAt, activation, heard, this.#options);
    remember(heard.outages, alert.startedAt);
    const released = this.#waiting(alert.hub).map((held) => this.#release(held, at, 'the hub reported another outage'));
    const doubtful = correlated && released.length === 0 && !this.#speaksOfAnOutage(alert);
    if (doubtful && this.#options.policy === 'suppress' && this.#options.holdMs > 0) {
      const until = at + this.#options.holdMs;
      this.#held.push({ alert, until });
      return [{ kind: 'hold', at, alert, until }];
    }
    const label = correlated && this.#options.policy !== 'off' ? CORRELATED : undefined;
    const reason = label ? 'near a known activation' : 'no reason to wait';
    return [...released, { kind: 'deliver', at, alert, label, delayed: false, reason }];
  }

  #heardOf(hub: Eui64): Heard {
    const known = this.#heard.get(hub) ?? { returns: [], outages: [], interruptions: [], newVersion: [] };
    this.#heard.set(hub, known);
    return known;
  }

  /** When the hub came back, as often as it did, after the outage an alert is about. */
  #returnsFrom({ hub, startedAt }: PowerOutageAlert): Millis[] {
    const from = offUntil(startedAt, this.#options);
    return this.#heardOf(hub).returns.filter((at) => at >= from);
  }

  #hubReturned(hub: Eui64, at: Millis): Ad1Decision[] {
    remember(this.#heardOf(hub).returns, at);
    return this.#waiting(hub)
      .filter(({ alert }) => this.#returnsFrom(alert).length > 1)
      .map((held) => this.#release(held, at, 'the hub was off again'));
  }

  /** True when, before an alert arrives, the meter has reported an outage inside its time or the hub has been off again. */
  #speaksOfAnOutage(alert: PowerOutageAlert): boolean {
    const from = alert.startedAt - this.#options.clockSlackMs;
    const reported = this.#heardOf(alert.hub).interruptions.some((interruptedAt) => interruptedAt >= from);
    return reported || this.#returnsFrom(alert).length > 1;
  }

  /** An activation of an image whose version the DCC does not know is never taken for concluded. */
  #versionReported(hub: Eui64, version: number, at: Millis): void {
    const activation = this.#activations.get(hub);
    if (!activation || at < activation.executesAt || activation.version !== version) return;
    activation.concludedAt ??= at;
    remember(this.#heardOf(hub).newVersion, at);
  }

  #outageReported(hub: Eui64, interruptedAt: Millis, at: Millis): Ad1Decision[] {
    const { clockSlackMs } = this.#options;
    remember(this.#heardOf(hub).interruptions, interruptedAt);
    const meant = this.#held.filter(({ alert, withheldAt }) => {
      if (alert.hub !== hub || withheldAt === undefined) return alert.hub === hub;
      return interruptedAt >= alert.startedAt - clockSlackMs && interruptedAt <= (this.#returnsFrom(alert)[0] ?? at);
    });
    return meant.map((held) => this.#release(held, at, 'the meter reported an outage'));
  }

  #hubAnswered(hub: Eui64, at: Millis): Ad1Decision[] {
    const settled = this.#waiting(hub).filter(({ askedAt }) => askedAt !== undefined);
    return settled.map((held) => {
      held.withheldAt = at;
      return { kind: 'withhold', at, alert: held.alert, reason: 'hub back and steady, new version reported, no outage reported' };
    });
  }

  #release(held: Held, at: Millis, reason: string): Ad1Decision {
    this.#held.splice(this.#held.indexOf(held), 1);
    return { kind: 'deliver', at, alert: held.alert, label: CORRELATED, delayed: true, reason };
  }

  /** Alerts of a hub that are held and not decided. */
  #waiting(hub: Eui64): Held[] {
    return this.#held.filter(({ alert, withheldAt }) => alert.hub === hub && withheldAt === undefined);
  }

  /** When everything that speaks for a false alarm has been there long enough; what came before the hub's return is older news. */
  #settledAt({ alert }: Held): Millis {
    const [backAt] = this.#returnsFrom(alert);
    const reportedAt = this.#heardOf(alert.hub).newVersion.find((at) => backAt !== undefined && at >= backAt);
    return reportedAt === undefined ? Number.POSITIVE_INFINITY : reportedAt + this.#options.settleMs;
  }

  #dueAt(held: Held): Millis {
    return held.askedAt === undefined ? Math.min(held.until, this.#settledAt(held)) : held.until;
  }
}
