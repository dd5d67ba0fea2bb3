import { CosemAccount } from '../device/cosem/account.ts';
import { MESSAGE, MESSAGE_READ } from '../device/cosem/household.ts';
import { octetsOf } from '../device/cosem/numbers.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import type { OperationalState } from '../device/cosem/operational-update.ts';
import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import { type IntegrityFault, integrityFault } from '../device/integrity.ts';
import { byHand, type HandOutcome } from '../device/life/by-hand.ts';
import { activateEmergencyCredit } from '../device/payment/adjusting.ts';
import { Books } from '../device/payment/books.ts';
import type { HomeEntry, HomeOutcome } from '../device/payment/tokens.ts';
import { dlms } from '../gbcs/dlms-apdu.ts';
import type { Millis } from '../kernel/time.ts';
import { type EsmeDisplay, esmeDisplay } from './display.ts';
import { type EsmeLife, esmeLifeOf } from './life.ts';
import { pinOf, setPin } from './privacy-pin.ts';
import type { ElectricityTamper } from './sensors.ts';
import { WIRING_EVENTS } from './wiring.ts';

/** Events of the home (GBCS table 16.2); those of switching the supply are the switch's own. */
const EVENT = {
  done: 0x8161,
  notDone: 0x8162,
  ppmidDone: 0x8154,
  ppmidNotDone: 0x8155,
  localPort: 0x81a5,
  messageAcknowledged: 0x81a6,
  hubConnected: 0x81a2,
  hubDisconnected: 0x81a3,
} as const;

/** What a button of the meter, or a display that may command it, is for. */
export type HomeCommand = 'enable' | 'emergency-credit';

const SECOND_MS: Millis = 1_000;

/**
 * Somebody who stands before an electricity meter, or does something to it. Each action happens at its moment, with everything that was
 * due before. The PIN counts from when it was entered until the display has gone dark.
 */
export class EsmeHand {
  readonly #device: Device;
  /** Until when the meter knows that the PIN was entered. */
  #knownUntil: Millis = 0;

  constructor(device: Device) {
    this.#device = device;
  }

  get #life(): EsmeLife {
    return esmeLifeOf(this.#device);
  }

  /** Holds a button: turns on a supply that is armed, or uses emergency credit. Both need the PIN where one is set (SMETS 5.5.2). */
  press(button: HomeCommand, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      if (!this.#mayUse(now)) return this.#say(false, now, effects);
      // The switch tells of its own success and failure.
      if (button === 'enable') return this.#life.supply.enable('local', now, effects);
      return this.#say(this.#useEmergencyCredit(now, effects), now, effects);
    });
  }

  /** The same through a PPMID, which the meter trusts without a PIN (PECS02, PECS03). */
  ppmid(command: HomeCommand, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      if (command === 'enable') return this.#life.supply.enable('ppmid', now, effects);
      const done = this.#useEmergencyCredit(now, effects);
      effects.push(...this.#device.alert(done ? EVENT.ppmidDone : EVENT.ppmidNotDone, now));
      return done;
    });
  }

  #useEmergencyCredit(now: Millis, effects: DeviceEffect[]): boolean {
    return activateEmergencyCredit(new Books(new CosemAccount(this.#device), this.#device, now, effects));
  }

  /** Types a token into the meter, or into a PPMID that passes it on (PECS01). */
  enterUtrn(digits: string, now: Millis, via: HomeEntry = 'keypad'): HomeOutcome {
    return this.#life.enterUtrn(digits, via, now);
  }

  /** Enters the PIN: what it protects can be used until the display goes dark. */
  enterPin(pin: string, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      if (pinOf(objectsOf(this.#device)) !== pin) return this.#say(false, now, effects);
      this.#knownUntil = now + this.#device.parameters.displaySeconds * SECOND_MS;
      return true;
    });
  }

  /** Sets a PIN of four digits, or takes it away with an empty one; an old one has to be entered first. */
  setPin(pin: string, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) =>
      this.#say(this.#mayUse(now) && setPin(objectsOf(this.#device), pin), now, effects),
    );
  }

  /** Says that the supplier's message has been read. */
  acknowledgeMessage(now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      const store = objectsOf(this.#device);
      if (octetsOf(store.get(MESSAGE)).length === 0 || store.has(MESSAGE_READ)) return false;
      store.set(MESSAGE_READ, dlms('boolean', true));
      effects.push(...this.#device.alert(EVENT.messageAcknowledged, now));
      return true;
    });
  }

  /** What the meter shows to this person now. */
  look(now: Millis): EsmeDisplay {
    return esmeDisplay(this.#device, now, this.#mayUse(now));
  }

  /** Presses the boost button for 15, 30, 45 or 60 minutes, or for longer: an hour in all (SMETS 5.26). */
  boost(minutes: number, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      const done = this.#mayUse(now) && this.#life.auxiliary.startBoost(minutes, now);
      return this.#say(done, now, effects);
    });
  }

  /** Ends a boost before its time. */
  cancelBoost(now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      const { boost } = this.#life.auxiliary;
      const runs = boost.until !== undefined && this.#mayUse(now);
      if (runs) boost.stop(now);
      return this.#say(runs, now, effects);
    });
  }

  /** A switch on the home area network does what it was told, or does not. */
  switchReports(n: number, succeeded: boolean, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => this.#life.auxiliary.reported(n, succeeded, now, effects));
  }

  /** The device behind a proportional controller, such as an inverter, has changed what it does, or has something else to say (ECS200). */
  controllerReports(n: number, state: OperationalState, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => this.#life.auxiliary.updated(n, state, now, effects));
  }

  /** Opens a cover or closes it; holds a magnet to the meter or takes it away. */
  tamper(what: ElectricityTamper, state: 'open' | 'closed', now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => this.#life.sensors.tamper(what, state === 'open', now, effects));
  }

  /** Plugs the hub in or pulls it out. */
  hub(state: 'connected' | 'disconnected', now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      const connected = state === 'connected';
      if (connected) this.#life.clock.hubFound(now);
      else this.#life.clock.hubLost(now);
      effects.push(...this.#device.alert(connected ? EVENT.hubConnected : EVENT.hubDisconnected, now));
      return true;
    });
  }

  /** Holds an optical head to the meter. */
  useLocalPort(now: Millis): HandOutcome {
    return this.#raise(EVENT.localPort, now);
  }

  /** Connects the meter in a way that it notices. */
  miswire(how: Exclude<keyof typeof WIRING_EVENTS, 'reverseCurrent'>, now: Millis): HandOutcome {
    return this.#raise(WIRING_EVENTS[how], now);
  }

  /** Makes the meter find a fault in itself. */
  fault(fault: IntegrityFault, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      effects.push(...integrityFault(this.#device, fault, now));
      return true;
    });
  }

  #raise(code: number, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      effects.push(...this.#device.alert(code, now));
      return true;
    });
  }

  /** Whether no PIN is set, or it has been entered not long ago. */
  #mayUse(now: Millis): boolean {
    return pinOf(objectsOf(this.#device)) === undefined || now < this.#knownUntil;
  }

  /** A command of the menu is logged whether it succeeds or not, and keeps the display lit. */
  #say(done: boolean, now: Millis, effects: DeviceEffect[]): boolean {
    effects.push(...this.#device.alert(done ? EVENT.done : EVENT.notDone, now));
    if (now < this.#knownUntil) this.#knownUntil = now + this.#device.parameters.displaySeconds * SECOND_MS;
    return done;
  }
}
