import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import { type IntegrityFault, integrityFault } from '../device/integrity.ts';
import { byHand, type HandOutcome } from '../device/life/by-hand.ts';
import { activateEmergencyCredit } from '../device/payment/adjusting.ts';
import { Books } from '../device/payment/books.ts';
import type { HomeOutcome } from '../device/payment/tokens.ts';
import { ZclAccount } from '../device/zcl/account.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { raise } from '../device/zcl/events.ts';
import type { ZclStore } from '../device/zcl/store.ts';
import { fromAscii } from '../kernel/bytes.ts';
import type { Millis } from '../kernel/time.ts';
import { GAS_FLOW_EVENTS, type GasFlowEvent, type GasTamper } from './gas-sensors.ts';
import { gsmeLifeOf } from './life.ts';
import { pinAllows } from './privacy-pin.ts';

/** Events of the user interface (GBCS table 16.2). */
const EVENT = { done: 0x8161, notDone: 0x8162, messageAcknowledged: 0x81a6 } as const;

/** What somebody can do who stands before a gas meter. Each action happens at its moment, with everything that was due before. */
export class GsmeHand {
  readonly #device: Device;

  constructor(device: Device) {
    this.#device = device;
  }

  get #store(): ZclStore {
    return storeOf(this.#device);
  }

  /** Opens a valve that is armed; the meter then tests for uncontrolled flow (SMETS 4.5.2, 4.6.4.33). @param pin where one is set */
  confirmSupply(now: Millis, pin?: string): HandOutcome {
    return this.#menu(now, pin, (effects) => gsmeLifeOf(this.#device).valve.enable('local', now, effects));
  }

  /** Uses emergency credit (SMETS 4.5.2.1). */
  activateEmergencyCredit(now: Millis, pin?: string): HandOutcome {
    return this.#menu(now, pin, (effects) =>
      activateEmergencyCredit(new Books(new ZclAccount(this.#store), this.#device, now, effects)),
    );
  }

  /** Enters a token at the keypad. */
  enterUtrn(digits: string, now: Millis): HomeOutcome {
    return gsmeLifeOf(this.#device).enterUtrn(digits, 'keypad', now);
  }

  /** Sets the privacy PIN, or takes it away with an empty one; whoever knows the old one may. */
  setPin(pin: string, now: Millis, old?: string): HandOutcome {
    return this.#menu(now, old, () => {
      this.#store.setRecords('privacyPin', [{ Password: fromAscii(pin) }]);
      return true;
    });
  }

  /** Says that the message on the display has been read. */
  acknowledgeMessage(now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      const message = this.#store.record('message');
      if (!message || message.Acknowledged === true) return false;
      this.#store.setRecords('message', [{ ...message, Acknowledged: true }]);
      this.#raise(EVENT.messageAcknowledged, now, effects);
      return true;
    });
  }

  /** Puts a battery in, with so many days of life; 0 days: takes it out. */
  changeBattery(days: number, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      gsmeLifeOf(this.#device).battery.replace(days, now, effects);
      return true;
    });
  }

  /** Opens a cover, holds a magnet to the meter, tilts it; or stops doing so. */
  tamper(tamper: GasTamper, present: boolean, now: Millis): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      gsmeLifeOf(this.#device).sensors.tamper(tamper, present, now, effects);
      return true;
    });
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
      this.#raise(GAS_FLOW_EVENTS[event], now, effects);
      return true;
    });
  }

  /** The valve sticks where it is, or is free again. */
  jamValve(jammed: boolean, now: Millis): HandOutcome {
    return byHand(this.#device, now, () => {
      gsmeLifeOf(this.#device).valve.jam(jammed);
      return true;
    });
  }

  /** An action of the meter's menu: it may need the PIN, and is logged whether it succeeds or not. */
  #menu(now: Millis, pin: string | undefined, action: (effects: DeviceEffect[]) => boolean): HandOutcome {
    return byHand(this.#device, now, (effects) => {
      const done = pinAllows(this.#store, pin) && action(effects);
      this.#raise(done ? EVENT.done : EVENT.notDone, now, effects);
      return done;
    });
  }

  #raise(code: number, now: Millis, effects: DeviceEffect[]): void {
    raise({ device: this.#device, now, effects }, code);
  }
}
