import { readImplicitCertificate } from '../../firmware-sim/crypto/cbke/certificate.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { eui64At } from '../../firmware-sim/kernel/eui64.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { CLUSTER } from '../../firmware-sim/zigbee/se/endpoints.ts';
import { decodeEstablishment, TERMINATION_NAMES } from '../../firmware-sim/zigbee/se/key-establishment-messages.ts';
import { decodeTunnel, type TunnelMessage } from '../../firmware-sim/zigbee/se/tunnel-messages.ts';
import { decodeGasTunnel, type GasTunnelMessage } from '../../firmware-sim/zigbee/se/tunnels.ts';
import { decodeZclFrame, type ZclFrame } from '../../firmware-sim/zigbee/zcl-frame.ts';
import { clusterName, commandName } from './cluster-names.ts';
import { GbcsLayer } from './gbcs-layer.ts';
import { hex16, type ShownLayer } from './shown-frame.ts';

/** Smart Energy inside an application message: cluster command, key establishment, tunnel, GBCS. */
export class SmartEnergyLayers {
  readonly #gbcs = new GbcsLayer();

  /**
   * Adds the layers of a message to `layers`, so that what was read before a fault stays.
   * @throws ProtocolFault for octets that do not fit
   */
  read(cluster: number, octets: Bytes, now: Millis, layers: ShownLayer[]): void {
    const frame = decodeZclFrame(octets);
    const { clusterSpecific, toClient, sequence, command, payload } = frame;
    const [name, words] = [clusterName(cluster), commandName(cluster, frame)];
    layers.push({
      layer: 'cluster',
      text: `${name}: ${words}`,
      cluster: `0x${hex16(cluster)}`,
      clusterName: name,
      command,
      commandName: words,
      clusterSpecific,
      toClient,
      sequence,
      octets: payload.length,
    });
    if (cluster === CLUSTER.keyEstablishment && clusterSpecific) layers.push(...establishmentLayer(frame));
    if (cluster === CLUSTER.tunnelling && clusterSpecific) this.#tunnel(frame, now, layers);
  }

  #tunnel({ command, payload, toClient }: ZclFrame, now: Millis, layers: ShownLayer[]): void {
    const message = decodeTunnel(command, payload, toClient);
    if (!message) return;
    const gas = message.kind === 'transfer' ? decodeGasTunnel(message.data) : undefined;
    layers.push(tunnelLayer(message, gas));
    const inside = gas ? gasMessage(gas) : message.kind === 'transfer' ? message.data : undefined;
    if (inside) layers.push(...this.#gbcs.read(inside, now));
  }
}

const gasMessage = (gas: GasTunnelMessage): Bytes | undefined => (gas.kind === 'get' ? undefined : gas.message);

function gasWords(gas: GasTunnelMessage): string {
  if (gas.kind === 'answer') return `GET-RESPONSE, ${gas.remaining} more wait`;
  return gas.kind === 'get' ? 'GET' : 'PUT';
}

function tunnelLayer(message: TunnelMessage, gas: GasTunnelMessage | undefined): ShownLayer {
  switch (message.kind) {
    case 'request': {
      const { protocol, manufacturer, flowControl, octetsMax } = message;
      const text = `protocol ${protocol}, manufacturer ${hex16(manufacturer)}, transfers of up to ${octetsMax} octets`;
      return { layer: 'tunnel', text, protocol, manufacturer, flowControl, octetsMax };
    }
    case 'response': {
      const { tunnel, status, octetsMax } = message;
      return { layer: 'tunnel', text: `tunnel ${tunnel}, status ${status}`, tunnel, status, octetsMax };
    }
    case 'transfer': {
      const { tunnel, data } = message;
      const words = gas ? `${gasWords(gas)}, ` : '';
      const fields = { tunnel, octets: data.length, ...(gas && { gas: gas.kind }) };
      return { layer: 'tunnel', text: `tunnel ${tunnel}, ${words}${data.length} octets`, ...fields };
    }
    case 'transfer-error': {
      const { tunnel, status } = message;
      return { layer: 'tunnel', text: `tunnel ${tunnel}, status ${status}`, tunnel, status };
    }
    default:
      return { layer: 'tunnel', text: `tunnel ${message.tunnel}`, tunnel: message.tunnel };
  }
}

/** Only the certificate of an initiate message and the status of a termination mean something by themselves. */
function establishmentLayer({ command, payload }: ZclFrame): readonly ShownLayer[] {
  const message = decodeEstablishment(command, payload, undefined);
  if (typeof message === 'number') return [];
  if (message.kind === 'terminate') {
    const words = TERMINATION_NAMES[message.status] ?? 'unknown reason';
    return [{ layer: 'key-establishment', text: words, status: message.status, waitSeconds: message.waitSeconds }];
  }
  if (message.kind !== 'initiate') return [];
  const certificate = readImplicitCertificate(message.suite, message.certificate);
  if (typeof certificate === 'string') {
    return [{ layer: 'key-establishment', text: `suite ${message.suite}, ${certificate}`, suite: message.suite }];
  }
  const [subject, issuer] = [eui64At(certificate.subject), eui64At(certificate.issuer)];
  const text = `suite ${message.suite}, certificate of ${subject} by ${issuer}`;
  return [{ layer: 'key-establishment', text, suite: message.suite, subject, issuer }];
}
