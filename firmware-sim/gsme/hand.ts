import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import { type IntegrityFault, integrityFault } from '../device/integrity.ts';
import { byHand, type HandOutcome } from '../device/life/by-hand.ts';
import { activateEmergencyCredit } from '../device/payment/adjusting.ts';
import { Books } from '../device/payment/books.ts';
import type { HomeOutcome } from '../device/payment/tokens.ts';
import { ZclAccount } from '../device/zcl/account.ts';
import { storeOf } from '../device/zcl/engine.ts';
import type { ZclStore } from '../device/zcl/store.ts';
import type { Millis } from '../kernel/time.ts';
import { type GasDisplay, gasDisplay } from './display.ts';
import { GAS_FLOW_EVENTS, type GasFlowEvent, type GasTamper } from './gas-sensors.ts';
import { type GsmeLife, gsmeLifeOf } from './life.ts';
import { pinOf, setPin } from './privacy-pin.ts';

/** Events of the user interface (GBCS table 16.2). */
const EVENT = { done: 0x8161, notDone: 0x8162, messageAcknowledged: 0x81a6 } as const;

/** What a button of the meter is for. */
export type GasButton = 'enable' | 'emergency-credit';

const SECOND_MS: Millis = 1_000;

/**
 * Somebody who stands before a gas meter, or does something to it. Each action happens at its moment, with everything that was due
 * before. The PIN counts from when it was entered until the display has gone dark.
 */
export class GsmeHand {
  readonly #device: Device;
  /** Until when the meter knows that the PIN was entered. */
  #knownUntil: Millis = 0;

  constructor(device: Device) {
    this.#device = device;
  }

  get #life(): GsmeLife {
    return gsmeLifeOf(this.#device);
  }

  get #store(): ZclStore {
    return storeOf(this.#device);
  }

  /**
   * Holds a button: opens a valve that is armed, after which the meter tests for uncontrolled flow, or uses emergency credit. Both need
   * the PIN where one is set (SMETS 4.5.2, 4.6.4.33).
   */
  press(button: GasButton, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      const done = this.#mayUse(now) && this.#carryOut(button, now, effects);
      return this.#say(done, now, effects);
    });
  }

  #carryOut(button: GasButton, now: Millis, effects: DeviceEffect[]): boolean {
    if (button === 'enable') return this.#life.valve.enable('local', now, effects);
    return activateEmergencyCredit(new Books(new ZclAccount(this.#store), this.#device, now, effects));
  }

  /** Types a token into the meter. */
  enterUtrn(digits: string, now: Millis): HomeOutcome {
    return this.#life.enterUtrn(digits, 'keypad', now);
  }

  /** Enters the PIN: what it protects can be used until the display goes dark. */
  enterPin(pin: string, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      if (pinOf(this.#store) !== pin) return this.#say(false, now, effects);
      this.#knownUntil = now + this.#device.parameters.displaySeconds * SECOND_MS;
      return true;
    });
  }

  /** Sets a PIN of four digits, or takes it away with an empty one; an old one has to be entered first. */
  setPin(pin: string, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => this.#say(this.#mayUse(now) && setPin(this.#store, pin), now, effects));
  }

  /** Says that the supplier's message has been read. */
  acknowledgeMessage(now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      const message = this.#store.record('message');
      if (!message || message.Acknowledged === true) return false;
      this.#store.setRecords('message', [{ ...message, Acknowledged: true }]);
      effects.push(...this.#device.alert(EVENT.messageAcknowledged, now));
      return true;
    });
  }

  /** What the meter shows to this person now. */
  look(now: Millis): GasDisplay {
    return gasDisplay(this.#device, now, this.#mayUse(now));
  }

  /** Puts a battery in, with so many days of life; 0 days: takes it out. */
  changeBattery(days: number, now: Millis): HandOutcome {
    const effects: DeviceEffect[] = [];
    this.#life.changeBattery(days, now, effects);
    return { done: true, effects };
  }

  /** Opens a cover or closes it; holds a magnet to the meter or takes it away; tilts it or puts it upright. */
  tamper(what: GasTamper, state: 'open' | 'closed', now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => this.#life.sensors.tamper(what, state === 'open', now, effects));
  }

  /** Makes the meter find a fault in itself. */
  fault(fault: IntegrityFault, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      effects.push(...integrityFault(this.#device, fault, now));
      return true;
    });
  }

  /** Lets the meter notice something about the flow that the load does not say. */
  flowEvent(event: GasFlowEvent, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      effects.push(...this.#device.alert(GAS_FLOW_EVENTS[event], now));
      return true;
    });
  }

  /** The valve sticks where it is, or is free again. */
  jamValve(jammed: boolean, now: Millis): HandOutcome {
    return byHand(this.#device, now, () => {
      this.#life.valve.jam(jammed);
      return true;
    });
  }

  /** Whether no PIN is set, or it has been entered not long ago. */
  #mayUse(now: Millis): boolean {
    return pinOf(this.#store) === undefined || now < this.#knownUntil;
  }

  /** A command of the menu is logged whether it succeeds or not, and keeps the display lit. */
  #say(done: boolean, now: Millis, effects: DeviceEffect[]): boolean {
    effects.push(...this.#device.alert(done ? EVENT.done : EVENT.notDone, now));
    if (now < this.#knownUntil) this.#knownUntil = now + this.#device.parameters.displaySeconds * SECOND_MS;
    return done;
  }
}
