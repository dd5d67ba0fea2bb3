import { BlockEndpoint, type EndpointStep } from '../../firmware-sim/gbcs/block-endpoint.ts';
import type { BlockTransferParameters } from '../../firmware-sim/gbcs/block-transfer.ts';
import { decodeEnvelope, decodeGbtBlock, isGbtBlock } from '../../firmware-sim/gbcs/envelope.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Cancel, Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';

/** What the network's end of the links to the devices of a home is made of. */
export interface WanBlockParts {
  readonly scheduler: Scheduler;
  /** How messages for a device, and its own, go in blocks. */
  readonly parametersOf: (device: Eui64) => BlockTransferParameters;
  /** Octets for the hub: a whole message or a block. */
  readonly send: (octets: Bytes) => void;
  /** A whole message from a device. */
  readonly deliver: (message: Bytes) => void;
}

interface DeviceEnd {
  readonly endpoint: BlockEndpoint;
  due: { readonly at: Millis; readonly cancel: Cancel } | undefined;
}

/** The network's end of block transfer, one endpoint for each device, as each link has its own patience (GBCS 7.2.11). */
export class WanBlocks {
  readonly #parts: WanBlockParts;
  readonly #ends = new Map<Eui64, DeviceEnd>();

  constructor(parts: WanBlockParts) {
    this.#parts = parts;
  }

  /** Sends a message to a device, in blocks where it is too long for the link. @throws ProtocolFault when it is no message */
  send(message: Bytes): void {
    const { header } = decodeEnvelope(message);
    const end = this.#endOf(header.recipient);
    this.#take(end, end.endpoint.send(message, header, this.#now));
  }

  /** Takes what came from the hub. @throws ProtocolFault when octets that look like a block are none */
  receive(octets: Bytes): void {
    if (!isGbtBlock(octets)) {
      this.#parts.deliver(octets);
      return;
    }
    const end = this.#endOf(decodeGbtBlock(octets).header.originator);
    this.#take(end, end.endpoint.receive(octets, this.#now));
  }

  #endOf(device: Eui64): DeviceEnd {
    const known = this.#ends.get(device);
    if (known) return known;
    const end: DeviceEnd = { endpoint: new BlockEndpoint(this.#parts.parametersOf(device)), due: undefined };
    this.#ends.set(device, end);
    return end;
  }

  #take(end: DeviceEnd, { out, messages }: EndpointStep): void {
    for (const octets of out) this.#parts.send(octets);
    this.#reschedule(end);
    for (const message of messages) this.#parts.deliver(message);
  }

  #reschedule(end: DeviceEnd): void {
    const at = end.endpoint.nextDeadline;
    if (at === end.due?.at) return;
    end.due?.cancel();
    end.due = undefined;
    if (at === undefined) return;
    const cancel = this.#parts.scheduler.at(at, () => {
      end.due = undefined;
      this.#take(end, end.endpoint.poll(this.#now));
    });
    end.due = { at, cancel };
  }

  get #now(): Millis {
    return this.#parts.scheduler.now;
  }
}
