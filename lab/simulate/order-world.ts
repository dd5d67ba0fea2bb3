import { finishActivation } from '../../firmware-sim/device/activate-firmware.ts';
import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import { NO_ELECTRICITY } from '../../firmware-sim/device/metering/load.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { outcomeOf } from '../devices/outcome.ts';
import { electricityRows, type KeptLoad } from '../loads/kept-load.ts';
import { answerWords } from './answer-words.ts';
import { type Home, homeOf } from './at-home.ts';
import { connect, type SimulatedMeter } from './simulated-meter.ts';
import type { OrderOutcome } from './simulation.ts';
import { Supplier } from './supplier.ts';

/** A supply without mains: no voltage on any phase until it is connected again. */
const DARK: KeptLoad = {
  steps: electricityRows([{ from: 0, value: { ...NO_ELECTRICITY, volts: [0, 0, 0] } }]),
};

/** What surrounds a meter while orders are carried out: its supplier, the wide area network, mains and load. */
export class OrderWorld {
  readonly meter: SimulatedMeter;
  readonly supplier: Supplier;
  readonly home: Home;
  #load: KeptLoad;
  #mains = true;
  #wan = true;
  #waiting: Bytes[] = [];

  constructor(meter: SimulatedMeter, load: KeptLoad) {
    this.meter = meter;
    this.supplier = new Supplier(meter);
    this.home = homeOf(meter);
    this.#load = load;
  }

  /** Brings a message to the meter, or keeps it until the network is back. */
  deliver(message: Bytes, now: Millis): OrderOutcome {
    if (this.#wan) return this.#received(message, now);
    this.#waiting.push(message);
    return { outcome: 'no-response', effects: [], detail: 'waits for the network' };
  }

  #received(message: Bytes, now: Millis): OrderOutcome {
    const { device } = this.meter;
    const effects = device.receive(message, now);
    // A meter that restarts with new firmware is back at once.
    if (device.firmware.activation) effects.push(...finishActivation(device, true, now));
    const { outcome, response, reason } = outcomeOf(effects, device);
    const accepted = effects.flatMap((effect) => (effect.kind === 'accepted' ? [effect.useCase] : []));
    const words = [...accepted, response ? answerWords(response) : reason].filter((one) => one !== undefined && one !== '');
    return { outcome, effects, ...(words.length > 0 && { detail: words.join(', ') }) };
  }

  /** The wide area network goes or comes; what has waited is delivered in order. */
  setWan(on: boolean, now: Millis): OrderOutcome {
    this.#wan = on;
    const outcomes = on ? this.#waiting.splice(0).map((message) => this.#received(message, now)) : [];
    const detail = outcomes.map((one) => `${one.outcome}: ${one.detail ?? ''}`).join('; ');
    return { outcome: 'done', effects: outcomes.flatMap(({ effects }) => effects), ...(detail !== '' && { detail }) };
  }

  /** Mains comes or goes; a gas meter does not notice. */
  setMains(on: boolean, now: Millis): OrderOutcome {
    if (this.meter.type !== 'ESME') return { outcome: 'rejected', effects: [], detail: 'a gas meter has no mains' };
    this.#mains = on;
    return this.#reconnect(now);
  }

  setLoad(load: KeptLoad, now: Millis): OrderOutcome {
    this.#load = load;
    return this.#reconnect(now);
  }

  #reconnect(now: Millis): OrderOutcome {
    connect(this.meter, this.#mains ? this.#load : DARK, now);
    return { outcome: 'done', effects: this.settle(now) };
  }

  /** Draws the consequences of something that was done to the meter. */
  settle(now: Millis): DeviceEffect[] {
    const effects: DeviceEffect[] = [];
    this.meter.device.life?.settle(now, effects);
    return effects;
  }
}
