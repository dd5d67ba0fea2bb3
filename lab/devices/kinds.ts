import { CHF_PROFILE, GPF_PROFILE } from '../../firmware-sim/commshub/profile.ts';
import { cosemDefaults, withValues } from '../../firmware-sim/device/cosem/defaults.ts';
import { type CosemDefaults, type CosemDeviceType, CosemStore } from '../../firmware-sim/device/cosem/store.ts';
import type { DeviceProfile } from '../../firmware-sim/device/setup.ts';
import { useCaseTable } from '../../firmware-sim/device/use-case.ts';
import { gasDefaults } from '../../firmware-sim/device/zcl/defaults.ts';
import { type ZclState, ZclStore } from '../../firmware-sim/device/zcl/store.ts';
import { ESME_PROFILE } from '../../firmware-sim/esme/profile.ts';
import { GSME_PROFILE, gsmeProfile } from '../../firmware-sim/gsme/profile.ts';
import { GAS_VARIANTS } from '../../firmware-sim/gsme/variants.ts';
import { HCALCS_PROFILE } from '../../firmware-sim/hcalcs/profile.ts';
import { assert } from '../../firmware-sim/kernel/errors.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { PPMID_PROFILE } from '../../firmware-sim/ppmid/profile.ts';
import { SAPC_PROFILE } from '../../firmware-sim/sapc/profile.ts';
import type { DeviceType } from './device-types.ts';
import { hasObject, hasUseCase } from './features.ts';
import type { Profile } from './profiles.ts';
import { STARTS } from './starts.ts';

const DEVICE_PROFILES: Readonly<Record<DeviceType, DeviceProfile>> = {
  ESME: ESME_PROFILE,
  GSME: GSME_PROFILE,
  CHF: CHF_PROFILE,
  GPF: GPF_PROFILE,
  PPMID: PPMID_PROFILE,
  HCALCS: HCALCS_PROFILE,
  SAPC: SAPC_PROFILE,
};

/** Everything a type of device supports. */
export function deviceProfileOf(type: DeviceType): DeviceProfile {
  return DEVICE_PROFILES[type];
}

const VARIANTS = new Map<string, DeviceProfile>();

/** Everything a type of device supports, or a gas meter of a size. */
function wholeOf(type: DeviceType, { gas }: Profile): DeviceProfile {
  return type === 'GSME' && gas !== undefined ? gsmeProfile(GAS_VARIANTS[gas]) : DEVICE_PROFILES[type];
}

/** What a variant supports: the type's use cases without those about parts it lacks. Devices of a variant share it. */
export function variantOf(type: DeviceType, profile: Profile): DeviceProfile {
  if (profile.lacks.length === 0 && profile.gas === undefined) return DEVICE_PROFILES[type];
  const name = `${type} ${profile.name}`;
  const made = VARIANTS.get(name);
  if (made) return made;
  const whole = wholeOf(type, profile);
  const useCases = useCaseTable(...[...whole.useCases.values()].filter((row) => hasUseCase(profile, row.name)));
  const variant = { ...whole, useCases };
  VARIANTS.set(name, variant);
  return variant;
}

const COSEM_TYPES: Partial<Record<DeviceType, CosemDeviceType>> = { ESME: 'ESME', CHF: 'CHF', SAPC: 'SAPC' };

const COSEM_VARIANTS = new Map<string, CosemDefaults>();

/** How many elements an electricity meter of a variant has. */
export function elementsOf(profile: Profile): 'single' | 'twin' {
  return profile.lacks.includes('secondaryElement') ? 'single' : 'twin';
}

/** The values that every device of a variant starts with. */
function defaultsOf(type: CosemDeviceType, profile: Profile): CosemDefaults {
  const name = `${type} ${profile.name}`;
  const made = COSEM_VARIANTS.get(name);
  if (made) return made;
  const elements = elementsOf(profile);
  const all = cosemDefaults(type, elements);
  const kept = profile.lacks.length === 0 ? all : new Map([...all].filter(([key]) => hasObject(profile, key)));
  const values = Object.assign({}, ...(profile.starts ?? []).map((start) => STARTS[start].cosem));
  const defaults = withValues(kept, values, elements);
  COSEM_VARIANTS.set(name, defaults);
  return defaults;
}

/** The COSEM objects of a new device of a variant; undefined for a type without. */
export function cosemStoreOf(type: DeviceType, profile: Profile): CosemStore | undefined {
  const cosemType = COSEM_TYPES[type];
  return cosemType && new CosemStore(cosemType, defaultsOf(cosemType, profile));
}

const ZCL_VARIANTS = new WeakMap<ZclState, Map<string, ZclState>>();

/** The clusters that every gas device of a variant starts with, made once for each state of the type. */
function gasStartOf(all: ZclState, { name, starts = [] }: Profile): ZclState {
  if (starts.length === 0) return all;
  const variants = ZCL_VARIANTS.get(all) ?? new Map<string, ZclState>();
  ZCL_VARIANTS.set(all, variants);
  const made = variants.get(name);
  if (made) return made;
  const changed = starts.flatMap((start) => Object.entries(STARTS[start].zcl ?? {}));
  const values = changed.map(([key, value]) => {
    const type = all.attributes[key]?.type;
    assert(type !== undefined, `gas meters have ${key}`);
    return [key, { type, value }] as const;
  });
  const state = { ...all, attributes: { ...all.attributes, ...Object.fromEntries(values) } };
  variants.set(name, state);
  return state;
}

/** The ZCL clusters of a new gas meter or gas proxy; its logs end at the midnight before `madeAt`. Undefined for other types. */
export function zclStoreOf(type: DeviceType, profile: Profile, madeAt: Millis): ZclStore | undefined {
  return type === 'GSME' || type === 'GPF' ? new ZclStore(gasStartOf(gasDefaults(madeAt), profile)) : undefined;
}
