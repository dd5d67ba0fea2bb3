import { describe, expect, it } from 'vitest';
import type { Element } from '../../../firmware-sim/codec/element.ts';
import { loadClone } from '../../../firmware-sim/device/cosem/clone.ts';
import type { ObjectFaults } from '../../../firmware-sim/device/setup.ts';
import { obisText } from '../../../firmware-sim/dictionary/cosem-obis.ts';
import { decodeAndCheck } from '../../../firmware-sim/gbcs/checked-message.ts';
import { type AccessRequest, decodeAccessRequest } from '../../../firmware-sim/gbcs/dlms-apdu.ts';
import { decodeEnvelope, type Envelope } from '../../../firmware-sim/gbcs/envelope.ts';
import { messageOf, type WholeMessage } from '../../../firmware-sim/gbcs/message.ts';
import { openParts, sensitiveContext } from '../../../firmware-sim/gbcs/sensitive.ts';
import { type Bytes, toHex } from '../../../firmware-sim/kernel/bytes.ts';
import type { Keystore } from '../../../lab/keystore/keystore.ts';
import { readReferenceData } from '../../support/corpus.ts';
import { skipReason } from '../../support/shared.ts';
import { cosemDevice, RTDS_TIME, referenceKeystore, sent, suite } from './bench.ts';

interface Pair {
  readonly id: string;
  readonly succeeds: boolean;
  readonly command: Bytes;
  readonly response: Bytes;
}

const data = readReferenceData();
const messages = new Map(data?.messages.map((message) => [message.id, message]));
const pairs: readonly Pair[] = (data?.pairs ?? []).flatMap((pair): Pair[] => {
  const command = messages.get(pair.command);
  if (!data || !pair.response || command?.payloadKind !== 'dlms-access-request') return [];
  return [
    {
      id: pair.command,
      succeeds: command.outcome === 'success',
      command: data.octets(pair.command),
      response: data.octets(pair.response),
    },
  ];
});

/** A message with its encrypted parts opened; an unknown party's key comes with the command. */
function opened(keys: Keystore, octets: Bytes, asked: Envelope): WholeMessage {
  const { message } = decodeAndCheck(suite, octets, keys);
  if (message.form === 'gbt-block') throw new TypeError('not a block');
  return openParts(suite, message, sensitiveContext(suite, message, keys, asked.header.supplementary?.certificate)).message;
}

/** The access that fails first, with its result: what `object-fault` is given. */
function faultOf(request: AccessRequest, response: WholeMessage): ObjectFaults {
  if (response.payload.kind !== 'dlms-access-response') return new Map();
  const at = response.payload.results.findIndex(({ result }) => result !== 0);
  const item = request.items[at];
  const result = response.payload.results[at]?.result ?? 0;
  return item ? new Map([[`${item.classId}/${obisText(item.obis)}/${item.member}`, result]]) : new Map();
}

interface Answered {
  readonly reason: string;
  readonly response: Envelope | undefined;
}

interface Variation {
  readonly clone?: WholeMessage;
  readonly faults?: ObjectFaults;
  readonly elements?: 'single' | 'twin';
}

/** What a device answers a command of the reference data, as of that time, next to what the reference device did. */
function answer(keys: Keystore, pair: Pair, { clone, faults, elements }: Variation): Answered {
  const command = decodeEnvelope(pair.command);
  const expected = decodeEnvelope(pair.response);
  const counter = expected.header.supplementary?.originatorCounter;
  const device = cosemDevice(keys, command, {
    ...(faults && { faults }),
    ...(elements && { elements }),
    originatorCounter: counter === undefined ? 2_000n : counter - 1n,
  });
  if (clone && device.cosem) loadClone(device.cosem, clone, decodeAccessRequest(command.payload));
  const effects = device.receive(pair.command, RTDS_TIME);
  const refusal = effects.find((effect) => effect.kind === 'rejected');
  const response = sent(effects).find(({ header }) => header.cra === 'response');
  return { reason: refusal?.kind === 'rejected' ? `${refusal.reason}: ${refusal.detail}` : '', response };
}

const payloadHex = ({ response, reason }: Answered): string => (response ? toHex(response.payload) : reason);

/** Tags of a value; items of an array have one shape, and how many there are does not count. */
function shapeOf(element: Element): unknown {
  if (element.extras?.plaintext) return ['opened', shapeOf(element.extras.plaintext)];
  if (element.type === 'compact-array') return [element.type, element.extras?.of];
  if (element.type === 'array') return [element.type, element.children[0] ? shapeOf(element.children[0]) : undefined];
  return element.type === 'structure' ? [element.type, ...element.children.map(shapeOf)] : element.type;
}

function shapesOf(message: WholeMessage): unknown {
  if (message.payload.kind !== 'dlms-access-response') return undefined;
  return message.payload.results.map(({ operation, result, data }) => [operation, result, shapeOf(data)]);
}

describe.skipIf(pairs.length === 0)(`DLMS pairs of the reference data (${pairs.length || skipReason})`, () => {
  it('success: the payload is the same octets with the clone of the response', (context) => {
    const keys = referenceKeystore(context);
    const wrong: string[] = [];
    const cases = pairs.filter((pair) => pair.succeeds);
    for (const pair of cases) {
      const clone = opened(keys, pair.response, decodeEnvelope(pair.command));
      const got = answer(keys, pair, { clone });
      if (payloadHex(got) !== toHex(decodeEnvelope(pair.response).payload)) wrong.push(`${pair.id}: ${got.reason}`);
    }
    console.info(`byte-equal with clone: ${cases.length - wrong.length} of ${cases.length}`);
    expect(wrong).toEqual([]);
  });

  it('success: the structure is the same without a clone', (context) => {
    const keys = referenceKeystore(context);
    const wrong: unknown[] = [];
    const cases = pairs.filter((pair) => pair.succeeds);
    for (const pair of cases) {
      const command = decodeEnvelope(pair.command);
      const expected = shapesOf(opened(keys, pair.response, command));
      const got = answer(keys, pair, { elements: pair.id.includes('SINGLE') ? 'single' : 'twin' });
      const shapes = got.response && shapesOf(openedEnvelope(keys, got.response, command));
      if (JSON.stringify(shapes) !== JSON.stringify(expected)) wrong.push([pair.id, got.reason, shapes, expected]);
    }
    console.info(`structure-equal without clone: ${cases.length - wrong.length} of ${cases.length}`);
    expect(wrong).toEqual([]);
  });

  it('error: the payload is the same octets when the object fails', (context) => {
    const keys = referenceKeystore(context);
    const wrong: string[] = [];
    const cases = pairs.filter((pair) => !pair.succeeds);
    for (const pair of cases) {
      const command = decodeEnvelope(pair.command);
      const clone = opened(keys, pair.response, command);
      const got = answer(keys, pair, { clone, faults: faultOf(decodeAccessRequest(command.payload), clone) });
      if (payloadHex(got) !== toHex(decodeEnvelope(pair.response).payload)) wrong.push(`${pair.id}: ${got.reason}`);
    }
    console.info(`error variants byte-equal through object-fault: ${cases.length - wrong.length} of ${cases.length}`);
    expect(wrong).toEqual([]);
  });
});

function openedEnvelope(keys: Keystore, response: Envelope, asked: Envelope): WholeMessage {
  const message = messageOf(response, response.payload);
  return openParts(suite, message, sensitiveContext(suite, message, keys, asked.header.supplementary?.certificate)).message;
}

it('is skipped only without the reference data', () => {
  if (pairs.length === 0) console.info(skipReason);
  expect(data === undefined ? 0 : pairs.length).toBe(pairs.length);
});
