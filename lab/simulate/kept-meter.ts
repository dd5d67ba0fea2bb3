import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { profileNamed } from '../devices/profiles.ts';
import { benchState, type StoredDevice, storedDevices } from '../devices/stored-devices.ts';
import { openStateFile, type StateStore } from '../state/state-store.ts';
import type { MeterChoice } from './meter-choice.ts';
import type { MeterType, SimulatedMeter } from './simulated-meter.ts';

/** A state file with the meter of a simulation in it, perhaps. */
export class KeptMeter {
  readonly #file: string;
  readonly #store: StateStore;

  /** @throws UsageError when the file is damaged or in use */
  constructor(file: string) {
    this.#file = file;
    this.#store = openStateFile(file);
  }

  /** How often the file has been written; no two runs on it draw the same secrets. */
  get generation(): number {
    return this.#store.generation;
  }

  /** The meter, when the file has it. */
  stored(eui: Eui64): StoredDevice | undefined {
    return storedDevices(this.#store.content).get(eui);
  }

  /** Type and variant of the meter in the file. @throws UsageError when the person says another or it is no meter */
  choiceOf({ type, profile }: StoredDevice, given: { readonly profile?: string | undefined }): MeterChoice {
    const wrong = (what: string): never => {
      throw new UsageError('wrong-profile', `the state has the device as ${what}`, { file: this.#file });
    };
    const meter: MeterType = type === 'ESME' || type === 'GSME' ? type : wrong(`${type}, which measures nothing`);
    if (given.profile !== undefined && given.profile !== profile) wrong(`profile ${profile}, not ${given.profile}`);
    return { type: meter, profile: profileNamed(meter, profile) };
  }

  keep({ device, loads }: SimulatedMeter, { type, profile }: MeterChoice, madeAt: Millis): void {
    const kept: StoredDevice = { type, profile: profile.name, madeAt, state: device.state(), loads };
    this.#store.commit(benchState(new Map([...storedDevices(this.#store.content), [device.eui, kept]])));
  }

  close(): void {
    this.#store.close();
  }
}
