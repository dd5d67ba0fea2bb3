import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { type Millis, toIso } from '../../firmware-sim/kernel/time.ts';
import { WINDOW } from '../../firmware-sim/zigbee/aps.ts';
import { decodeApsCommand } from '../../firmware-sim/zigbee/aps-command.ts';
import { Reassembly } from '../../firmware-sim/zigbee/aps-fragments.ts';
import { type ApsHeader, decodeApsFrame } from '../../firmware-sim/zigbee/aps-frame.ts';
import { decodeMacCommand } from '../../firmware-sim/zigbee/mac-command.ts';
import { decodeMacFrame, type MacFrame } from '../../firmware-sim/zigbee/mac-frame.ts';
import { decodeNwkCommand } from '../../firmware-sim/zigbee/nwk-command.ts';
import { decodeNwkFrame, type NwkHeader } from '../../firmware-sim/zigbee/nwk-frame.ts';
import type { ShortAddress } from '../../firmware-sim/zigbee/wire.ts';
import { decodeZdo, ZDO_ENDPOINT, ZDP_PROFILE } from '../../firmware-sim/zigbee/zdo-messages.ts';
import type { CaptureRecord } from './capture-reader.ts';
import type { GivenKey } from './key-file.ts';
import { KeyRing } from './key-ring.ts';
import { radioFrame } from './radio-frame.ts';
import type { ShownFrame, ShownLayer } from './shown-frame.ts';
import { SmartEnergyLayers } from './smart-energy-layers.ts';
import { addressText, applicationLayer, keyCommandLayer, macLayer, networkCommandLayer, networkLayer } from './stack-layers.ts';

/** What reading a frame has come to so far. */
interface Reading {
  readonly layers: ShownLayer[];
  readonly now: Millis;
  locked?: NonNullable<ShownFrame['locked']>;
}

/** What is shown of it: the moment stands in the frame's head already. */
const shownOf = ({ layers, locked }: Reading): Pick<ShownFrame, 'layers' | 'locked'> => ({ layers, ...(locked && { locked }) });

type DataHeader = Extract<ApsHeader, { kind: 'data' | 'ack' }>;

/**
 * Reads the frames of a capture in their order, as far as keys go: what devices are called, network keys that the capture gives away,
 * and messages in pieces are remembered from one frame to the next.
 */
export class Dissector {
  readonly #keys: KeyRing;
  readonly #euis = new Map<ShortAddress, Eui64>();
  readonly #pieces = new Reassembly(WINDOW);
  readonly #smartEnergy = new SmartEnergyLayers();
  #count = 0;

  constructor(keys: readonly GivenKey[]) {
    this.#keys = new KeyRing(keys);
  }

  /** @throws ProtocolFault for a packet that holds no frame of IEEE 802.15.4 at all; what is wrong inside one is said in the result */
  frame(record: CaptureRecord): ShownFrame {
    const { psdu, ...place } = radioFrame(record);
    const reading: Reading = { layers: [], now: record.at ?? 0 };
    const head = { number: ++this.#count, time: isoMicros(record.at), octets: psdu.length, ...place };
    try {
      const frame = decodeMacFrame(psdu);
      this.#mac(frame, reading);
      return { ...head, ...addressesOf(frame), ...shownOf(reading) };
    } catch (error) {
      if (!(error instanceof ProtocolFault)) throw error;
      const { kind, message, offset } = error;
      return { ...head, ...addressesOf(macOf(psdu)), ...shownOf(reading), fault: { kind, message, offset } };
    }
  }

  #mac(frame: MacFrame, reading: Reading): void {
    reading.layers.push(macLayer(frame));
    const { type, payload, destination, source } = frame;
    if (type === 'data') this.#network(payload, source && 'short' in source ? source.short : undefined, reading);
    const command = type === 'command' ? decodeMacCommand(payload) : undefined;
    if (command?.kind === 'association-response' && destination && 'extended' in destination && command.status === 0) {
      this.#euis.set(command.address, destination.extended);
    }
  }

  #network(octets: Bytes, hop: ShortAddress | undefined, reading: Reading): void {
    const frame = decodeNwkFrame(octets);
    reading.layers.push(networkLayer(frame));
    const { header, before, security, body } = frame;
    const opened = security && this.#keys.open(security, security.source, before, body);
    if (security && !opened) {
      reading.locked = 'network';
      return;
    }
    if (opened && hop !== undefined && security.source !== undefined) this.#euis.set(hop, security.source);
    this.#inside(header, opened?.payload ?? body, reading);
  }

  #inside(header: NwkHeader, payload: Bytes, reading: Reading): void {
    if (header.sourceEui !== undefined) this.#euis.set(header.source, header.sourceEui);
    if (header.kind === 'data') this.#application(header, payload, reading);
    else reading.layers.push(networkCommandLayer(decodeNwkCommand(payload)));
  }

  #application({ source }: NwkHeader, octets: Bytes, reading: Reading): void {
    const { header, before, security, body } = decodeApsFrame(octets);
    reading.layers.push(applicationLayer(header));
    const opened = security && this.#keys.open(security, security.source ?? this.#euis.get(source), before, body);
    if (security && !opened) {
      reading.locked = security.key;
      return;
    }
    const payload = opened?.payload ?? body;
    if (header.kind === 'command') this.#keyCommand(payload, reading);
    if (header.kind === 'data') this.#data(header, source, payload, reading);
  }

  #keyCommand(payload: Bytes, { layers }: Reading): void {
    const command = decodeApsCommand(payload);
    layers.push(keyCommandLayer(command));
    if (command?.kind === 'transport-network-key') this.#keys.learn(command.key, `network key ${command.sequence}`);
    if (command?.kind === 'transport-link-key') this.#keys.learn(command.key, `link key of ${command.destination}`);
  }

  #data(header: DataHeader, source: ShortAddress, block: Bytes, reading: Reading): void {
    const { addressing, fragment, counter } = header;
    const { cluster, profile, destinationEndpoint } = addressing;
    const key = `${source} ${counter} ${cluster} ${destinationEndpoint}`;
    const whole = fragment ? this.#pieces.take(key, fragment, block.slice(), reading.now).message : block;
    if (!whole) return;
    if (profile === ZDP_PROFILE && destinationEndpoint === ZDO_ENDPOINT) this.#deviceProfile(cluster, whole, reading);
    else this.#smartEnergy.read(cluster, whole, reading.now, reading.layers);
  }

  #deviceProfile(cluster: number, payload: Bytes, { layers }: Reading): void {
    const read = decodeZdo(cluster, payload);
    if (!read) return;
    const { message, transaction } = read;
    if (message.kind === 'device-announce') this.#euis.set(message.address, message.eui);
    const eui = 'eui' in message ? { eui: message.eui } : {};
    const text = `${message.kind.replaceAll('-', ' ')}${'eui' in message ? ` ${message.eui}` : ''}`;
    layers.push({ layer: 'device-profile', text, kind: message.kind, transaction, ...eui });
  }
}

function addressesOf(frame: MacFrame | undefined): Pick<ShownFrame, 'from' | 'to'> {
  const [from, to] = [addressText(frame?.source), addressText(frame?.destination)];
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

/** The MAC frame of octets in which something further up is wrong; undefined where it is the frame itself. */
function macOf(psdu: Bytes): MacFrame | undefined {
  try {
    return decodeMacFrame(psdu);
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}

/** `2030-01-15T09:00:00.001234Z`; null for no time. */
function isoMicros(at: Millis | undefined): string | null {
  if (at === undefined) return null;
  const micros = Math.round(at * 1000);
  const fraction = String(((micros % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, '0');
  return toIso(Math.floor(micros / 1_000_000) * 1000).replace('Z', `.${fraction}Z`);
}
