import type { CommsHub, HubEffect, UndeliveredReason } from '../../firmware-sim/commshub/comms-hub.ts';
import type { GasProxy } from '../../firmware-sim/commshub/gpf.ts';
import type { HubPowerState } from '../../firmware-sim/commshub/hub-power.ts';
import { ALERT_ROWS } from '../../firmware-sim/device/alert-table.ts';
import { alertText } from '../../firmware-sim/device/alerts.ts';
import type { HanDeviceEffect } from '../../firmware-sim/device/effects.ts';
import type { GsmePush } from '../../firmware-sim/device/gas-push.ts';
import type { HanFrame } from '../../firmware-sim/device/han-frame.ts';
import type { Esme } from '../../firmware-sim/esme/esme.ts';
import type { Gsme } from '../../firmware-sim/gsme/gsme.ts';
import { assert } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Cancel, Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import type { HanLink } from './han-link.ts';
import type { Journal } from './journal.ts';
import type { WanLink } from './wan-link.ts';

/** From when to when something was away; open while it still is. */
export interface Interval {
  readonly from: Millis;
  to?: Millis;
}

/** Hears of everything a device did, before the premises act on it. */
export type EffectObserver = (actor: 'esme' | 'gsme' | 'hub', effect: HanDeviceEffect | HubEffect) => void;

export interface PremisesParts {
  readonly scheduler: Scheduler;
  readonly esme: Esme;
  readonly gsme: Gsme;
  readonly hub: CommsHub;
  /** The gas proxy in the hub, which the hub was made with. */
  readonly gasProxy?: GasProxy;
  readonly han: HanLink;
  readonly wan: WanLink;
  readonly journal: Journal;
  readonly observe?: EffectObserver;
}

/** A device's place in the runtime: its deadline in the scheduler. */
interface Actor {
  readonly name: 'esme' | 'gsme' | 'hub';
  readonly deadline: () => Millis | undefined;
  readonly poll: (now: Millis) => readonly (HanDeviceEffect | HubEffect)[];
  scheduledAt: Millis | undefined;
  cancel: Cancel | undefined;
}

/**
 * One home: mains, an electricity meter, a hub on its feed, and a gas meter. It carries out the devices' effects, wakes them
 * at their deadlines, and remembers what really happened to mains and feed, which no party ever sees.
 */
export class Premises {
  readonly esme: Esme;
  readonly gsme: Gsme;
  readonly hub: CommsHub;
  readonly mainsLosses: Interval[] = [];
  readonly feedLosses: Interval[] = [];
  readonly #parts: PremisesParts;
  readonly #actors: Readonly<Record<'esme' | 'gsme' | 'hub', Actor>>;
  #linkUp = false;
  #darkness = 0;

  constructor(parts: PremisesParts) {
    this.#parts = parts;
    this.esme = parts.esme;
    this.gsme = parts.gsme;
    this.hub = parts.hub;
    const { esme, gsme, hub } = parts;
    for (const { device } of [esme, gsme]) device.hubClock = () => hub.device.clock;
    const actor = (name: Actor['name'], device: Pick<Actor, 'poll'> & { readonly deadline: Millis | undefined }): Actor => ({
      name,
      deadline: () => device.deadline,
      poll: (now) => device.poll(now),
      scheduledAt: undefined,
      cancel: undefined,
    });
    this.#actors = { esme: actor('esme', esme), gsme: actor('gsme', gsme), hub: actor('hub', hub) };
    this.#wire();
    this.#linkChanged();
  }

  /** A reason for mains to be away begins; the street is dark while there is one. */
  mainsLost(): void {
    this.#darkness++;
    if (this.#darkness > 1) return;
    const now = this.#parts.scheduler.now;
    this.mainsLosses.push({ from: now });
    this.#journal('mains', 'mains-lost', 'mains supply is lost');
    this.#run('esme', this.esme.mainsLost(now));
  }

  /** One of the reasons is gone; with the last one, mains is back. */
  mainsRestored(): void {
    assert(this.#darkness > 0, 'mains comes back only after it was lost');
    this.#darkness--;
    const loss = this.mainsLosses.at(-1);
    if (!loss || this.#darkness > 0) return;
    const now = this.#parts.scheduler.now;
    loss.to = now;
    this.#journal('mains', 'mains-restored', `mains supply is back after ${(now - loss.from) / 1000} s`);
    this.#run('esme', this.esme.mainsRestored(now));
  }

  /** The wide area network goes, or is back. */
  wanChanged(there: boolean): void {
    this.#journal('wan', there ? 'wan-restored' : 'wan-lost', `the wide area network is ${there ? 'back' : 'away'}`);
    this.#run('hub', this.hub.wanChanged(there, this.#parts.scheduler.now));
    if (there) this.#parts.scheduler.after(0, () => this.#parts.wan.drain());
  }

  #wire(): void {
    const { han, wan, esme, gsme, hub, scheduler } = this.#parts;
    const hubEui = hub.device.eui;
    han.attach(esme.device.eui, {
      listening: () => esme.listening,
      receive: (_, frame) => this.#run('esme', esme.receive(frame, scheduler.now)),
    });
    han.attach(gsme.device.eui, {
      listening: () => gsme.listening,
      receive: (_, frame) => this.#run('gsme', gsme.receive(frame, scheduler.now)),
    });
    han.attach(hubEui, {
      listening: () => hub.powered,
      receive: (from, frame) => this.#run('hub', hub.receiveHan(from, frame, scheduler.now)),
    });
    wan.hubReachable = () => hub.onNetwork;
    wan.toHub = (frame) => this.#run('hub', hub.receiveWan(frame, scheduler.now));
  }

  #run(name: Actor['name'], effects: readonly (HanDeviceEffect | HubEffect)[]): void {
    for (const effect of effects) {
      this.#parts.observe?.(name, effect);
      this.#carryOut(name, effect);
    }
    this.#reschedule(this.#actors[name]);
  }

  #reschedule(actor: Actor): void {
    const deadline = actor.deadline();
    if (deadline === actor.scheduledAt) return;
    actor.cancel?.();
    actor.scheduledAt = deadline;
    actor.cancel =
      deadline === undefined
        ? undefined
        : this.#parts.scheduler.at(deadline, () => {
            actor.scheduledAt = undefined;
            actor.cancel = undefined;
            this.#run(actor.name, actor.poll(this.#parts.scheduler.now));
          });
  }

  #carryOut(name: Actor['name'], effect: HanDeviceEffect | HubEffect): void {
    switch (effect.kind) {
      case 'han':
        if ('to' in effect) this.#fromHub(effect.to, effect.frame, effect.ticket);
        else this.#toHub(name, effect.frame, effect.ticket);
        return;
      case 'wan':
        this.#parts.wan.up(effect.frame);
        return;
      case 'feed':
        this.#feedChanged(effect.on);
        return;
      case 'gas-push':
        this.#gasPushed(effect.push);
        return;
      case 'hub-state':
        this.#journal('hub', 'hub-state', HUB_STATES[effect.state], { state: effect.state });
        this.#linkChanged();
        return;
      case 'device-state':
        this.#journal(name, 'device-state', DEVICE_STATES[effect.state] ?? effect.state, { state: effect.state });
        if (effect.state === 'running') this.#parts.han.woken(effect.device);
        if (effect.state === 'running') this.#run('hub', this.hub.memberUp(effect.device, this.#parts.scheduler.now));
        else this.#parts.han.silenced(effect.device);
        return;
      case 'log':
        this.#journal(name, 'log', logLine(effect.log, effect.entry.code), {
          log: effect.log,
          code: alertText(effect.entry.code),
        });
        return;
      case 'undelivered':
        this.#journal(name, 'undelivered', `a message for ${effect.to} was given up: ${UNDELIVERED[effect.reason]}`, {
          to: effect.to,
          reason: effect.reason,
        });
        return;
      case 'rejected':
        this.#journal(name, 'rejected', `message dropped: ${effect.detail}`, { reason: effect.reason });
        return;
      default:
        return;
    }
  }

  #toHub(name: Actor['name'], frame: HanFrame, ticket: number | undefined): void {
    const device = name === 'esme' ? this.esme : this.gsme;
    const done =
      ticket === undefined
        ? undefined
        : (arrived: boolean) => this.#run(name, device.confirmed(ticket, arrived, this.#parts.scheduler.now));
    this.#parts.han.send(device.device.eui, this.hub.device.eui, frame, done);
  }

  #fromHub(to: Eui64, frame: HanFrame, ticket: number | undefined): void {
    const done =
      ticket === undefined
        ? undefined
        : (arrived: boolean) => this.#run('hub', this.hub.confirmed(to, ticket, arrived, this.#parts.scheduler.now));
    this.#parts.han.send(this.hub.device.eui, to, frame, done);
  }

  /** The gas meter tells its proxy what is new, and what that has missed. */
  #gasPushed(push: GsmePush): void {
    const { gasProxy } = this.#parts;
    const missed = gasProxy?.push(push);
    if (missed) gasProxy?.refill(this.gsme.refill(missed));
  }

  #feedChanged(on: boolean): void {
    const now = this.#parts.scheduler.now;
    if (on) {
      const loss = this.feedLosses.at(-1);
      if (loss) loss.to = now;
    } else this.feedLosses.push({ from: now });
    this.#journal('esme', 'feed', `the hub's 12 V feed is ${on ? 'on' : 'off'}`, { on });
    this.#run('hub', this.hub.feedChanged(on, now));
  }

  /** The home area network is there while the hub is powered. */
  #linkChanged(): void {
    const up = this.hub.powered;
    if (up === this.#linkUp) return;
    this.#linkUp = up;
    const now = this.#parts.scheduler.now;
    if (up) this.#parts.han.woken(this.hub.device.eui);
    else this.#parts.han.silenced(this.hub.device.eui);
    this.#run('esme', this.esme.linkChanged(up, now));
    this.#run('gsme', this.gsme.linkChanged(up));
    if (!up) return;
    for (const { device } of [this.esme, this.gsme]) this.#run('hub', this.hub.memberUp(device.eui, now));
    this.#parts.scheduler.after(0, () => this.#parts.wan.drain());
  }

  #journal(actor: string, kind: string, text: string, detail?: Record<string, string | boolean>): void {
    this.#parts.journal({ at: this.#parts.scheduler.now, actor, kind, text, ...(detail && { detail }) });
  }
}

const HUB_STATES: Readonly<Record<HubPowerState, string>> = {
  powered: 'is powered and on the network',
  holdup: 'lives on stored energy',
  poaSent: 'has used its last energy for the alert',
  dead: 'is dead',
  booting: 'is starting',
};

const UNDELIVERED: Readonly<Record<UndeliveredReason, string>> = {
  expired: 'it could not be delivered in time',
  full: 'too many wait',
  silent: 'the device has to be silent on the sub-GHz band',
  'unknown-device': 'no such device in the hub’s log',
};

const DEVICE_STATES: Readonly<Record<string, string>> = {
  running: 'application runs',
  restarting: 'application restarts',
  off: 'application is off',
};

function logLine(log: string, code: number): string {
  return `${log} log: ${alertText(code)} ${ALERT_ROWS.get(code)?.title ?? ''}`;
}
