import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';

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
  /** The meter said which version it runs: CS06 response, 0x8F66 or ECS52. */
  | { readonly kind: 'version-reported'; readonly at: Millis; readonly hub: Eui64; readonly version: number };

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
  | { readonly kind: 'withhold'; readonly at: Millis; readonly alert: PowerOutageAlert; readonly reason: string };

export interface Ad1PolicyOptions {
  readonly policy: Ad1PolicyName;
  /** Longest time a correlated alert is held back, from its arrival. */
  readonly holdMs: Millis;
  /** An outage that starts this long after an activation is still near it. */
  readonly activationWindowMs: Millis;
  /** How far apart the clocks of DCC, hub and meter may be (meters adjust themselves within 10 s). */
  readonly clockSlackMs: Millis;
  /** After hub and version are back: time for a late supply-restored alert to arrive before an alert is withheld. */
  readonly settleMs: Millis;
}

export const AD1_POLICY_DEFAULTS: Ad1PolicyOptions = {
  policy: 'label',
  holdMs: 600_000,
  activationWindowMs: 300_000,
  clockSlackMs: 10_000,
  settleMs: 60_000,
};

/** Label of an alert whose outage started near a known activation. */
export const CORRELATED = 'correlated-with-activation';

/** Reported outages kept per hub. */
const REMEMBERED_INTERRUPTIONS = 16;

interface Activation {
  readonly executesAt: Millis;
  readonly version: number | undefined;
  /** When the meter reported the new version; an outage that starts later has nothing to do with the activation. */
  concludedAt?: Millis;
}

interface Held {
  readonly alert: PowerOutageAlert;
  readonly activation: Activation;
  readonly until: Millis;
  hubBackAt?: Millis;
  /** Set once the alert has been recorded as withheld; a sign of an outage can still bring it back. */
  withheldAt?: Millis;
}

/**
 * Decides about power outage alerts near activations, one hub at a time. `off` and `label` deliver at once. `suppress` holds
 * a correlated alert and lets go of it at the first sign of an outage or when time is up; it is withheld only when the hub is
 * back, the meter runs the new version, and no outage was reported. An outage reported even later releases it after all.
 */
export class Ad1Policy {
  readonly #options: Ad1PolicyOptions;
  readonly #activations = new Map<Eui64, Activation>();
  readonly #held: Held[] = [];
  /** What a hub and its meter said lately: an alert may reach the DCC only after both. */
  readonly #heard = new Map<Eui64, { returnedAt?: Millis; readonly interruptions: Millis[] }>();

  constructor(options: Partial<Ad1PolicyOptions> = {}) {
    this.#options = { ...AD1_POLICY_DEFAULTS, ...options };
  }

  /** When a held alert has to be looked at again. */
  get deadline(): Millis | undefined {
    const times = this.#held.filter((held) => held.withheldAt === undefined).map((held) => this.#dueAt(held));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  observe(observation: DccObservation): Ad1Decision[] {
    switch (observation.kind) {
      case 'activation-known':
        this.#activations.set(observation.hub, { executesAt: observation.executesAt, version: observation.version });
        return [];
      case 'activation-cancelled':
        this.#activations.delete(observation.hub);
        return [];
      case 'power-outage':
        return this.#arrived(observation.alert, observation.at);
      case 'hub-returned':
        this.#hubReturned(observation.hub, observation.at);
        return [];
      case 'version-reported':
        this.#concluded(observation.hub, observation.version, observation.at);
        return [];
      case 'outage-reported':
        return this.#outageReported(observation.hub, observation.interruptedAt, observation.at);
    }
  }

  /** Decides about held alerts whose time has come. */
  poll(now: Millis): Ad1Decision[] {
    const decisions: Ad1Decision[] = [];
    for (const held of [...this.#held]) {
      if (held.withheldAt !== undefined || this.#dueAt(held) > now) continue;
      if (this.#settledAt(held) <= Math.min(now, held.until)) {
        held.withheldAt = now;
        decisions.push({
          kind: 'withhold',
          at: now,
          alert: held.alert,
          reason: 'hub back, new version reported, no outage reported',
        });
      } else decisions.push(this.#release(held, now, 'hold time is up'));
    }
    return decisions;
  }

  /** A second outage while one alert is held back speaks against a false alarm: then neither waits. */
  #arrived(alert: PowerOutageAlert, at: Millis): Ad1Decision[] {
    const activation = this.#activations.get(alert.hub);
    const correlated = activation !== undefined && this.#near(alert, activation);
    const released = this.#of(alert.hub)
      .filter((held) => held.withheldAt === undefined)
      .map((held) => this.#release(held, at, 'the hub reported another outage'));
    const doubtful = correlated && released.length === 0 && !this.#knownOutage(alert);
    if (doubtful && this.#options.policy === 'suppress' && this.#options.holdMs > 0) {
      const until = at + this.#options.holdMs;
      const returnedAt = this.#heard.get(alert.hub)?.returnedAt;
      const hubBack = returnedAt !== undefined && returnedAt > alert.startedAt ? { hubBackAt: returnedAt } : {};
      this.#held.push({ alert, activation, until, ...hubBack });
      return [{ kind: 'hold', at, alert, until }];
    }
    const label = correlated && this.#options.policy !== 'off' ? CORRELATED : undefined;
    const reason = label ? 'near a known activation' : 'no reason to wait';
    return [...released, { kind: 'deliver', at, alert, label, delayed: false, reason }];
  }

  #near(alert: PowerOutageAlert, activation: Activation): boolean {
    const { activationWindowMs, clockSlackMs } = this.#options;
    if (activation.concludedAt !== undefined && alert.startedAt > activation.concludedAt) return false;
    return (
      alert.startedAt >= activation.executesAt - clockSlackMs && alert.startedAt <= activation.executesAt + activationWindowMs
    );
  }

  #heardOf(hub: Eui64): { returnedAt?: Millis; readonly interruptions: Millis[] } {
    const known = this.#heard.get(hub) ?? { interruptions: [] };
    this.#heard.set(hub, known);
    return known;
  }

  #hubReturned(hub: Eui64, at: Millis): void {
    this.#heardOf(hub).returnedAt = at;
    for (const held of this.#of(hub)) if (at > held.alert.startedAt) held.hubBackAt ??= at;
  }

  /** True when the meter has already reported an outage inside the one this alert is about. */
  #knownOutage({ hub, startedAt }: PowerOutageAlert): boolean {
    const from = startedAt - this.#options.clockSlackMs;
    return this.#heard.get(hub)?.interruptions.some((interruptedAt) => interruptedAt >= from) === true;
  }

  /** An activation of an image whose version the DCC does not know is never taken for concluded. */
  #concluded(hub: Eui64, version: number, at: Millis): void {
    const activation = this.#activations.get(hub);
    if (activation && at >= activation.executesAt && activation.version === version) activation.concludedAt ??= at;
  }

  #outageReported(hub: Eui64, interruptedAt: Millis, at: Millis): Ad1Decision[] {
    const { clockSlackMs } = this.#options;
    const { interruptions } = this.#heardOf(hub);
    interruptions.push(interruptedAt);
    if (interruptions.length > REMEMBERED_INTERRUPTIONS) interruptions.shift();
    const meant = this.#of(hub).filter(
      (held) =>
        held.withheldAt === undefined ||
        (interruptedAt >= held.alert.startedAt - clockSlackMs && interruptedAt <= (held.hubBackAt ?? at)),
    );
    return meant.map((held) => this.#release(held, at, 'the meter reported an outage'));
  }

  #release(held: Held, at: Millis, reason: string): Ad1Decision {
    this.#held.splice(this.#held.indexOf(held), 1);
    return { kind: 'deliver', at, alert: held.alert, label: CORRELATED, delayed: true, reason };
  }

  #of(hub: Eui64): Held[] {
    return this.#held.filter((held) => held.alert.hub === hub);
  }

  /** When everything that speaks for a false alarm has been there long enough. */
  #settledAt(held: Held): Millis {
    const { hubBackAt, activation } = held;
    if (hubBackAt === undefined || activation.concludedAt === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(hubBackAt, activation.concludedAt) + this.#options.settleMs;
  }

  #dueAt(held: Held): Millis {
    return Math.min(held.until, this.#settledAt(held));
  }
}
