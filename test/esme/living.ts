import { setPlain } from '../../firmware-sim/device/cosem/numbers.ts';
import type { Plain } from '../../firmware-sim/device/cosem/value.ts';
import type { Device } from '../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import {
  constantLoad,
  type ElectricityLoad,
  type Step as LoadStep,
  NO_ELECTRICITY,
  steppedLoad,
} from '../../firmware-sim/device/metering/load.ts';
import type { DeviceSetup } from '../../firmware-sim/device/setup.ts';
import { type EsmeLife, esmeLifeOf } from '../../firmware-sim/esme/life.ts';
import { cosemStoreOf } from '../../lab/devices/kinds.ts';
import { profileNamed } from '../../lab/devices/profiles.ts';
import { factsOf } from '../../lab/parties/message-facts.ts';
import { esmeDevice, NOW, sent } from '../device/bench.ts';
import { type Called, call, plainOf, type Step } from '../device/cosem/calls.ts';

/** Seconds from the start, and what holds from then on over an idle home. */
export type Changes = readonly (readonly [atSeconds: number, load: Partial<ElectricityLoad>])[];

const loadOf = (change: Partial<ElectricityLoad>): ElectricityLoad => ({ ...NO_ELECTRICITY, ...change });

/** A profile of changes, each over an idle home. */
export function loadsOf(changes: Changes) {
  const steps = changes.map(([at, load]): LoadStep<ElectricityLoad> => ({ from: NOW + at * 1000, value: loadOf(load) }));
  return steppedLoad(steps, NO_ELECTRICITY);
}

/** Objects of a variant of a meter, for a device's setup. */
export function variant(name: string): Pick<DeviceSetup, 'cosem'> {
  return { cosem: cosemStoreOf('ESME', profileNamed('ESME', name)) };
}

/** Nothing goes off for want of credit, and a day costs nothing. */
const CREDIT_MODE: Readonly<Record<string, Plain>> = {
  '111/0-0:19.0.0.255/2': [1, 2],
  '113/0-0:19.20.4.255/5': [[0, -5], [0, '000000000000', 0], [['', 0]]],
};

/** A meter that lives from `NOW` on, by its own deadlines; times are seconds from there. */
export class Living {
  readonly device: Device;
  readonly life: EsmeLife;
  readonly effects: DeviceEffect[] = [];
  now = NOW;

  constructor(changes: Changes, setup: Partial<DeviceSetup> = {}, values: Readonly<Record<string, Plain>> = {}) {
    this.device = esmeDevice(setup);
    const { cosem } = this.device;
    if (cosem) for (const [key, plain] of Object.entries({ ...CREDIT_MODE, ...values })) setPlain(cosem, key, plain);
    this.life = esmeLifeOf(this.device);
    this.life.load.replace(changes.length === 0 ? constantLoad(NO_ELECTRICITY) : loadsOf(changes), NOW - 86_400_000);
    if (this.life.livedTo === undefined) this.life.start(NOW);
  }

  /** Lives until so many seconds from the start, in one step. */
  until(seconds: number): this {
    this.now = NOW + seconds * 1000;
    this.effects.push(...this.device.poll(this.now));
    return this;
  }

  /** Executes a use case now, past the cryptography, with the consequences a command has. */
  command(useCase: string, steps: readonly Step[], counter?: bigint): Called {
    const called = call(this.device, useCase, steps, { now: this.now, ...(counter !== undefined && { counter }) });
    this.effects.push(...called.effects);
    this.life.settle(this.now, this.effects);
    return called;
  }

  /** Value of an attribute without names. */
  held(key: string): unknown {
    return plainOf(this.device.cosem?.get(key));
  }

  /** Alerts that were sent: code and recipient. */
  alerts(): readonly (readonly [code: number | undefined, to: string])[] {
    return sent(this.effects).map(({ header, payload }) => [factsOf(header, payload).alertCode, header.recipient] as const);
  }

  /** Codes that were logged, and when in seconds. */
  logged(log?: string): readonly (readonly [atSeconds: number, code: number])[] {
    return this.effects.flatMap((effect) =>
      effect.kind === 'log' && (log === undefined || effect.log === log)
        ? [[(effect.entry.at - NOW) / 1000, effect.entry.code] as const]
        : [],
    );
  }

  homeEvents(): readonly (readonly [atSeconds: number, code: number])[] {
    return this.effects.flatMap((effect) =>
      effect.kind === 'home-event' ? [[(effect.at - NOW) / 1000, effect.code] as const] : [],
    );
  }

  /** Changes of the supply: when in seconds, to what, and why. */
  supplies(): readonly (readonly [atSeconds: number, to: string, cause: string])[] {
    return this.effects.flatMap((effect) =>
      effect.kind === 'supply' ? [[(effect.at - NOW) / 1000, effect.to, effect.cause] as const] : [],
    );
  }
}
