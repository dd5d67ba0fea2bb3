import { Device } from '../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import type { LifeParameters } from '../../firmware-sim/device/life/parameters.ts';
import { type GasLoad, type LoadProfile, NO_GAS, steppedLoad } from '../../firmware-sim/device/metering/load.ts';
import type { UnitPrice } from '../../firmware-sim/device/payment/spending.ts';
import { gasDefaults } from '../../firmware-sim/device/zcl/defaults.ts';
import { ZclStore } from '../../firmware-sim/device/zcl/store.ts';
import { type GsmeLife, gsmeLifeOf } from '../../firmware-sim/gsme/life.ts';
import { gsmeProfile } from '../../firmware-sim/gsme/profile.ts';
import { GAS_VARIANTS, type GasVariant } from '../../firmware-sim/gsme/variants.ts';
import { deviceIdentity, trustAnchorCells } from '../../lab/premises/credentials.ts';
import { pki, suite } from '../device/bench.ts';
import { GSME } from '../device/zcl/own-bench.ts';
import type { From } from './model.ts';

/** Midnight of a Thursday in winter. */
export const MIDNIGHT = Date.UTC(2015, 0, 1);
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** A gas meter that lives, and what it told whoever charges. */
export interface LivingGas {
  readonly device: Device;
  readonly store: ZclStore;
  readonly life: GsmeLife;
  readonly charged: { units: bigint; price: UnitPrice }[];
}

export interface LivingSetup {
  readonly load?: LoadProfile<GasLoad>;
  readonly from?: number;
  readonly variant?: GasVariant;
  readonly parameters?: Partial<LifeParameters>;
  readonly clock?: ConstructorParameters<typeof Device>[1]['clock'];
  /** What the store holds before time begins to pass. */
  readonly prepare?: (store: ZclStore) => void;
}

/** Flow that changes at given moments. */
export function flows(steps: From<number>): LoadProfile<GasLoad> {
  return steppedLoad(
    steps.map(([from, flow]) => ({ from, value: { flow } })),
    NO_GAS,
  );
}

/** Payment Control Configuration of credit mode. */
const CREDIT_MODE = 0x0c94;

/** A gas meter of the default profile whose life begins, in credit mode unless `prepare` says otherwise. */
export function livingGas(setup: LivingSetup = {}): LivingGas {
  const { load, from = MIDNIGHT, variant = GAS_VARIANTS.U6, parameters, clock, prepare } = setup;
  const store = new ZclStore(gasDefaults(from));
  store.change(0x0705, 0x0000, CREDIT_MODE);
  prepare?.(store);
  const device = new Device(gsmeProfile(variant), {
    suite,
    identity: deviceIdentity(GSME, pki),
    cells: trustAnchorCells('GSME', pki),
    firmware: { version: 7, hash: new Uint8Array(32) },
    signatureProfile: 'deterministic',
    zcl: store,
    ...(parameters && { parameters }),
    ...(clock && { clock }),
  });
  const life = gsmeLifeOf(device);
  const charged: LivingGas['charged'] = [];
  const { charger } = life.registers;
  life.registers.charger = {
    consumed: (element, units, price) => {
      charged.push({ units, price });
      charger?.consumed(element, units, price);
    },
  };
  if (load) life.load.replace(load, from);
  life.start(from);
  return { device, store, life, charged };
}

/** Lives up to a moment in the steps given. */
export function liveTo({ device }: Pick<LivingGas, 'device'>, to: number, steps: readonly number[] = []): DeviceEffect[] {
  return [...steps.filter((step) => step < to).sort((a, b) => a - b), to].flatMap((at) => device.poll(at));
}

/** The registers of volume in whole thousandths of a cubic metre: total, tiers, blocks. */
export function volumes(store: ZclStore): { readonly total: number; readonly tiers: number[]; readonly blocks: number[] } {
  const read = (ids: readonly number[]): number[] => ids.map((id) => store.number(0x0702, id));
  return {
    total: store.number(0x0702, 0),
    tiers: read([0x0100, 0x0102, 0x0104, 0x0106]),
    blocks: read([0x0700, 0x0701, 0x0702, 0x0703]),
  };
}

/** Sets registers of volume, as they stood before life began. */
export function setVolumes(store: ZclStore, total: number, tiers: readonly number[], blocks: readonly number[]): void {
  store.change(0x0702, 0, total);
  for (const [i, litres] of tiers.entries()) store.change(0x0702, 0x0100 + 2 * i, litres);
  for (const [i, litres] of blocks.entries()) store.change(0x0702, 0x0700 + i, litres);
}
