import type { ApsCommand } from '../../firmware-sim/zigbee/aps-command.ts';
import type { ApsFragment, ApsHeader } from '../../firmware-sim/zigbee/aps-frame.ts';
import { type Beacon, decodeBeacon, decodeMacCommand, type MacCommand } from '../../firmware-sim/zigbee/mac-command.ts';
import type { MacAddress, MacFrame } from '../../firmware-sim/zigbee/mac-frame.ts';
import type { NwkCommand } from '../../firmware-sim/zigbee/nwk-command.ts';
import type { NwkFrame } from '../../firmware-sim/zigbee/nwk-frame.ts';
import { hex16, type ShownLayer } from './shown-frame.ts';

export function addressText(address: MacAddress | undefined): string | undefined {
  return address && ('short' in address ? hex16(address.short) : address.extended);
}

function commandText(command: MacCommand | undefined): string {
  if (!command) return 'unknown command';
  const words = command.kind.replaceAll('-', ' ');
  if (command.kind !== 'association-response') return words;
  return `${words}, ${command.status === 0 ? `address ${hex16(command.address)}` : `status ${command.status}`}`;
}

function beaconText(beacon: Beacon | undefined): string {
  return beacon
    ? `beacon of ${beacon.extendedPan}, ${beacon.joining ? 'takes devices in' : 'closed'}`
    : 'beacon of another stack';
}

/** @throws ProtocolFault when command or beacon are cut short */
export function macLayer({ type, sequence, pending, ackRequest, payload, destination, source }: MacFrame): ShownLayer {
  const pan = destination?.pan ?? source?.pan;
  const words =
    type === 'command'
      ? commandText(decodeMacCommand(payload))
      : type === 'beacon'
        ? beaconText(decodeBeacon(payload))
        : type === 'ack' && pending
          ? 'ack, more waits'
          : type;
  return {
    layer: 'mac',
    text: `${words} ${sequence}`,
    type,
    sequence,
    pending,
    ackRequest,
    ...(pan !== undefined && { pan: hex16(pan) }),
  };
}

export function networkLayer({ header, security }: NwkFrame): ShownLayer {
  const { kind, source, destination, sequence, radius, secured } = header;
  const counter = security && { frameCounter: security.frameCounter, keySequence: security.keySequence ?? 0 };
  return {
    layer: 'network',
    text: `network ${kind} ${hex16(source)} > ${hex16(destination)}${secured ? '' : ' in clear'}`,
    kind,
    source: hex16(source),
    destination: hex16(destination),
    sequence,
    radius,
    secured,
    ...counter,
    ...(security?.source !== undefined && { securedBy: security.source }),
  };
}

export function networkCommandLayer(command: NwkCommand | undefined): ShownLayer {
  return {
    layer: 'network',
    text: command?.kind.replaceAll('-', ' ') ?? 'unknown command',
    ...(command && { command: command.kind }),
  };
}

function fragmentText({ place, number, received }: ApsFragment): string {
  if (received !== undefined) return `, from block ${number + 1}: ${received.toString(2)}`;
  return place === 'first' ? `, block 1 of ${number}` : `, block ${number + 1}`;
}

export function applicationLayer(header: ApsHeader): ShownLayer {
  const key = header.secured ? ' secured' : '';
  if (header.kind === 'command' || header.kind === 'command-ack') {
    const { kind, counter, secured } = header;
    return { layer: 'application', text: `application ${kind} ${counter}${key}`, kind, counter, secured };
  }
  const { kind, counter, addressing, fragment, secured, ackRequest } = header;
  const { cluster, profile, sourceEndpoint, destinationEndpoint } = addressing;
  return {
    layer: 'application',
    text: `application ${kind} ${counter}${key}${fragment ? fragmentText(fragment) : ''}`,
    kind,
    counter,
    secured,
    ackRequest,
    profile: `0x${hex16(profile)}`,
    cluster: `0x${hex16(cluster)}`,
    sourceEndpoint,
    destinationEndpoint,
    ...(fragment && { fragment: { ...fragment } }),
  };
}

/** Keys themselves are never shown. */
export function keyCommandLayer(command: ApsCommand | undefined): ShownLayer {
  if (!command) return { layer: 'application', text: 'unknown command' };
  switch (command.kind) {
    case 'transport-network-key':
    case 'transport-link-key': {
      const { kind, destination, source } = command;
      return { layer: 'application', text: `${kind.replaceAll('-', ' ')} to ${destination}`, kind, destination, source };
    }
    case 'update-device':
    case 'remove-device':
      return { layer: 'application', text: `${command.kind.replaceAll('-', ' ')} ${command.device}`, ...command };
    case 'switch-key':
      return { layer: 'application', text: `switch to key ${command.sequence}`, ...command };
    case 'tunnel':
      return { layer: 'application', text: `tunnel to ${command.destination}`, kind: command.kind };
  }
}
