import type { AirFrame } from '../../firmware-sim/air/air.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { WINDOW } from '../../firmware-sim/zigbee/aps.ts';
import { Reassembly } from '../../firmware-sim/zigbee/aps-fragments.ts';
import { decodeApsFrame } from '../../firmware-sim/zigbee/aps-frame.ts';
import { decodeMacFrame } from '../../firmware-sim/zigbee/mac-frame.ts';
import { decodeNwkFrame } from '../../firmware-sim/zigbee/nwk-frame.ts';
import type { ShortAddress } from '../../firmware-sim/zigbee/wire.ts';
import type { GivenKey } from '../../lab/captures/key-file.ts';
import { KeyRing } from '../../lab/captures/key-ring.ts';

/** Octets of real frames, layer by layer, in clear. */
export interface Peeled {
  readonly mac: Bytes[];
  /** Payloads of MAC commands and beacons. */
  readonly macPayloads: Bytes[];
  readonly nwk: Bytes[];
  readonly nwkCommands: Bytes[];
  readonly aps: Bytes[];
  readonly apsCommands: Bytes[];
  /** Application messages with their cluster. */
  readonly messages: { readonly cluster: number; readonly payload: Bytes }[];
}

/** Takes frames apart with the keys of their home. */
export function peel(frames: readonly AirFrame[], keys: readonly GivenKey[]): Peeled {
  const ring = new KeyRing(keys);
  const euis = new Map<ShortAddress, Eui64>();
  const pieces = new Reassembly(WINDOW);
  const out: Peeled = { mac: [], macPayloads: [], nwk: [], nwkCommands: [], aps: [], apsCommands: [], messages: [] };
  for (const { psdu, at } of frames) {
    out.mac.push(psdu);
    const mac = decodeMacFrame(psdu);
    if (mac.type === 'command' || mac.type === 'beacon') out.macPayloads.push(mac.payload);
    if (mac.type !== 'data') continue;
    out.nwk.push(mac.payload);
    const { header, before, security, body } = decodeNwkFrame(mac.payload);
    const nwk = security ? ring.open(security, security.source, before, body)?.payload : body;
    if (!nwk) continue;
    if (security?.source !== undefined && mac.source && 'short' in mac.source) euis.set(mac.source.short, security.source);
    if (header.kind === 'command') out.nwkCommands.push(nwk);
    if (header.kind === 'command') continue;
    out.aps.push(nwk);
    const aps = decodeApsFrame(nwk);
    const payload = aps.security
      ? ring.open(aps.security, aps.security.source ?? euis.get(header.source), aps.before, aps.body)?.payload
      : aps.body;
    if (!payload) continue;
    if (aps.header.kind === 'command') out.apsCommands.push(payload);
    if (aps.header.kind !== 'data') continue;
    const { fragment, addressing, counter } = aps.header;
    const whole = fragment ? pieces.take(`${header.source} ${counter}`, fragment, payload.slice(), at).message : payload;
    if (whole) out.messages.push({ cluster: addressing.cluster, payload: whole });
  }
  return out;
}
