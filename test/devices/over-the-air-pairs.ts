import { assert } from '../../firmware-sim/kernel/errors.ts';
import { type Eui64, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import type { HanDeviceKind } from '../../firmware-sim/zigbee/se/endpoints.ts';
import type { ReferencePair } from './exec-pairs.ts';
import { TunnelHome } from './over-the-air.ts';

/** What devices of the reference data are on the air. A proportional controller has its tunnel as a load controller has. */
export const HAN_KINDS: Readonly<Record<string, HanDeviceKind>> = {
  ESME: 'esme',
  GSME: 'gsme',
  PPMID: 'ppmid',
  HCALCS: 'hcalcs',
  SAPC: 'hcalcs',
  'PPMID<->GSME': 'gsme',
};

/** Hub and gas proxy are one box: what they are sent goes through no tunnel. */
export const HUB_TYPES: readonly string[] = ['CHF', 'GPF'];

const SAMPLE = 40;

export const typeOf = ({ command }: ReferencePair): string => String(command.deviceType);

/** A sample of pairs, one that is too long for a tunnel among them. */
export function throughTunnels(seed: string, pairs: readonly ReferencePair[]): readonly ReferencePair[] {
  const random = randomFor(seed, 'sample');
  const rest = [...pairs];
  const long = rest.filter(({ commandOctets }) => commandOctets.length > 1_500).slice(0, 1);
  return [...long, ...Array.from({ length: SAMPLE }, () => rest.splice(random.below(rest.length), 1)).flat()];
}

/** The home that the devices of the reference data make up. */
export function homeOf(seed: string, pairs: readonly ReferencePair[]): TunnelHome {
  const kinds = new Map<Eui64, HanDeviceKind>();
  for (const pair of pairs) {
    const kind = HAN_KINDS[typeOf(pair)];
    if (kind !== undefined) kinds.set(parseEui64(pair.command.recipient), kind);
  }
  const hub = pairs.find((pair) => typeOf(pair) === 'CHF')?.command.recipient;
  assert(hub !== undefined, 'the reference data has a hub');
  return new TunnelHome(
    seed,
    parseEui64(hub),
    [...kinds].map(([eui, kind]) => ({ eui, kind })),
  );
}
