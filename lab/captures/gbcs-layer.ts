import { Reassembler } from '../../firmware-sim/gbcs/block-reassembler.ts';
import { blockTransferParameters } from '../../firmware-sim/gbcs/block-transfer.ts';
import type { Supplementary } from '../../firmware-sim/gbcs/header.ts';
import { decode, type GbcsMessage, useCaseOf } from '../../firmware-sim/gbcs/message.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { hex16, type ShownLayer } from './shown-frame.ts';

/** GBCS messages as tunnels carry them: whole, or in blocks of general block transfer that are put together here. */
export class GbcsLayer {
  /** A message that is sent again is shown again. */
  readonly #blocks = new Reassembler(blockTransferParameters({ rememberMillis: 0 }));

  /** @throws ProtocolFault for octets that are no message */
  read(octets: Bytes, now: Millis): readonly ShownLayer[] {
    const message = decode(octets);
    if (message.form !== 'gbt-block') return [layerOf(message, octets.length)];
    const { blockNumber, lastBlock, data } = message.block;
    const place = `block ${blockNumber}${lastBlock ? ', the last,' : ''} of general block transfer, ${data.length} octets`;
    const block = { ...layerOf(message, octets.length), text: `${place}: ${wordsOf(message)}`, block: blockNumber, lastBlock };
    this.#blocks.poll(now);
    const arrived = this.#blocks.receive(message.block, now).arrived.map(({ message: whole }) => whole);
    return [block, ...arrived.map((whole) => layerOf(decode(whole), whole.length))];
  }
}

function wordsOf(message: GbcsMessage): string {
  const { header, form } = message;
  const identified = useCaseOf(message);
  const row = identified?.variant ?? identified?.useCase;
  const name = row ? `${row.code} ${row.title}` : 'unknown use case';
  return `${name} (${form}, message code 0x${hex16(header.messageCode)})`;
}

function supplementaryOf({ remoteParty, counter, originatorCounter, certificate }: Supplementary) {
  return {
    remoteParty,
    ...(counter !== undefined && { counter: counter.toString() }),
    ...(originatorCounter !== undefined && { originatorCounter: originatorCounter.toString() }),
    ...(certificate && { certificateOctets: certificate.length }),
  };
}

function layerOf(message: GbcsMessage, octets: number): ShownLayer {
  const { header, form } = message;
  const identified = useCaseOf(message);
  const row = identified?.variant ?? identified?.useCase;
  return {
    layer: 'gbcs',
    text: `${wordsOf(message)} from ${header.originator} to ${header.recipient}, counter ${header.originatorCounter}`,
    form,
    useCase: identified?.useCase.code ?? null,
    ...(identified?.variant && { variant: identified.variant.code }),
    title: row?.title ?? null,
    messageCode: `0x${hex16(header.messageCode)}`,
    cra: header.cra,
    originator: header.originator,
    recipient: header.recipient,
    originatorCounter: header.originatorCounter.toString(),
    ...(header.supplementary && { supplementary: supplementaryOf(header.supplementary) }),
    octets,
  };
}
