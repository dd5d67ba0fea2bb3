import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import type { MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import { type Bytes, toHex } from '../../firmware-sim/kernel/bytes.ts';
import type { Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { useCaseName } from './message-facts.ts';

/** A message as it went over a wire. */
export interface ArchivedMessage {
  /** File name without folder: order, use case, kind. */
  readonly file: string;
  readonly at: Millis;
  readonly from: string;
  readonly header: MessageHeader;
  readonly bytes: Bytes;
}

/** Every GBCS message of a run, in order. */
export class MessageArchive {
  readonly messages: ArchivedMessage[] = [];
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /**
   * @param kind what it is when the header does not tell, e.g. `pre-command`
   * @throws ProtocolFault when it is no GBCS message
   */
  add(bytes: Bytes, from: string, kind?: string): void {
    const { header, payload } = decodeEnvelope(bytes);
    const number = String(this.messages.length + 1).padStart(3, '0');
    const file = `${number}-${useCaseName(header, payload)}-${kind ?? header.cra}.hex`;
    this.messages.push({ file, at: this.#scheduler.now, from, header, bytes });
  }

  /** A message's file content: one line of hex. */
  static text(message: ArchivedMessage): string {
    return `${toHex(message.bytes)}\n`;
  }
}
