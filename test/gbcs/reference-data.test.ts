/**
 * Every message of the reference data through the whole message layer. Nothing here knows how many there are: another folder
 * with the same layout can be given in HANBENCH_RTDS.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { useCaseByName } from '../../firmware-sim/gbcs/catalogue.ts';
import { decodeAndCheck, NO_KEYS } from '../../firmware-sim/gbcs/checked-message.ts';
import { decodeEnvelope, signedPart } from '../../firmware-sim/gbcs/envelope.ts';
import type { KeyProvider } from '../../firmware-sim/gbcs/key-provider.ts';
import { decode, encode, type GbcsMessage, useCaseOf, type WholeMessage } from '../../firmware-sim/gbcs/message.ts';
import { messageFromJson, messageToJson } from '../../firmware-sim/gbcs/message-json.ts';
import { payloadElements, unnamedPaths } from '../../firmware-sim/gbcs/payload.ts';
import { type Bytes, fromAscii, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { HanbenchError } from '../../firmware-sim/kernel/errors.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { loadKeystore } from '../../lab/keystore/keystore.ts';
import { messageOctets } from '../../lab/messages/message-text.ts';
import { rewriteMessage } from '../../lab/messages/rewrite-message.ts';
import { categoryOf, signPreCommand } from '../../lab/messages/sign-precommand.ts';
import { type ManifestMessage, type ReferenceData, readReferenceData } from '../support/corpus.ts';
import { skipReason } from '../support/shared.ts';

const reference = readReferenceData();
const random = randomFor('reference data', 'entropy');
const suite = createNodeSuite({ entropy: (count) => random.bytes(count) });
const keys = reference && loadKeystore(reference.keystore, suite);

/** The reference data and its keys, or the running test is skipped. */
function need(context: { skip(note?: string): never }): { data: ReferenceData; keys: KeyProvider } {
  return reference && keys ? { data: reference, keys } : context.skip(skipReason);
}

/** What went wrong with each message, by its id: empty when all is well. */
function problems(data: ReferenceData, look: (entry: ManifestMessage, bytes: Bytes) => string | undefined): string[] {
  return data.messages.flatMap((entry) => {
    try {
      const problem = look(entry, data.octets(entry.id));
      return problem === undefined ? [] : [`${entry.id}: ${problem}`];
    } catch (error) {
      if (error instanceof HanbenchError) return [`${entry.id}: ${error.kind}: ${error.message}`];
      throw error;
    }
  });
}

/** Keys in one order, so that texts compare. */
const sorted = (fields: Record<string, unknown>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))));

const difference = (got: Record<string, unknown>, wanted: Record<string, unknown>): string | undefined =>
  sorted(got) === sorted(wanted) ? undefined : `${sorted(got)} instead of ${sorted(wanted)}`;

interface SupplementaryEntry {
  readonly remoteParty: string;
  readonly counter: string | null;
  readonly originatorCounter: string | null;
  readonly certificate: boolean;
}

function headerFields({ header }: GbcsMessage): Record<string, unknown> {
  const s = header.supplementary;
  return {
    cra: header.cra,
    messageCode: `0x${header.messageCode.toString(16).padStart(4, '0')}`,
    originator: header.originator,
    recipient: header.recipient,
    originatorCounter: header.originatorCounter.toString(),
    headerDateTime: header.dateTime ? toHex(header.dateTime) : null,
    supplementary: s
      ? sorted({
          remoteParty: s.remoteParty,
          counter: s.counter?.toString() ?? null,
          originatorCounter: s.originatorCounter?.toString() ?? null,
          certificate: s.certificate !== undefined,
        })
      : null,
  };
}

function manifestFields(entry: ManifestMessage): Record<string, unknown> {
  const { cra, messageCode, originator, recipient, originatorCounter, headerDateTime } = entry;
  const s = entry.supplementary as SupplementaryEntry | null;
  const supplementary = s ? sorted({ ...s }) : null;
  return { cra, messageCode, originator, recipient, originatorCounter, headerDateTime, supplementary };
}

/**
 * The manifest names variants that only their content tells apart, and use cases that share one message code; what provokes an
 * error may carry another use case's code (CS04B's does).
 */
function nameFits(entry: ManifestMessage, message: GbcsMessage): boolean {
  const found = useCaseOf(message)?.useCase.code;
  const shares = useCaseByName(entry.useCase)?.[message.header.cra].includes(message.header.messageCode) === true;
  return found !== undefined && (entry.useCase.startsWith(found) || shares || entry.outcome === 'error');
}

const FORMS = { command: 'command', precommand: 'pre-command', response: 'response', alert: 'alert' } as const;

/** A message as `gbcs decode` and `gbcs encode` would hand it on. */
function throughLine(bytes: Bytes, decodeKeys: KeyProvider, encodeKeys: KeyProvider): Bytes {
  const { message, checked } = decodeAndCheck(suite, bytes, decodeKeys);
  const { reencoded, ...line } = JSON.parse(JSON.stringify(messageToJson(suite, message, checked)));
  if (reencoded !== toHex(bytes)) return new Uint8Array(0);
  const rewritten = rewriteMessage(messageFromJson(line), { suite, keys: encodeKeys, profile: undefined });
  return rewritten.notes.length === 0 ? rewritten.bytes : new Uint8Array(0);
}

const sameAs = (got: Bytes, wanted: Bytes): string | undefined =>
  toHex(got) === toHex(wanted) ? undefined : `other octets: ${toHex(got)}`;

describe('every message of the reference data', () => {
  test('is read as the manifest has it: form, header, payload, use case', (context) => {
    const { data } = need(context);
    expect(data.messages.length).toBeGreaterThan(0);
    const found = problems(data, (entry, bytes) => {
      const message = decode(bytes) as WholeMessage;
      const kind = message.payload.kind === 'gbz-alert' ? 'gbz' : message.payload.kind;
      const got = {
        ...headerFields(message),
        form: message.form,
        payloadKind: kind,
        useCase: nameFits(entry, message),
      };
      return difference(got, {
        ...manifestFields(entry),
        form: FORMS[entry.kind],
        payloadKind: entry.payloadKind,
        useCase: true,
      });
    });
    expect(found).toEqual([]);
  });

  test('has the MAC and signature verdicts of the manifest, and every encrypted part opens', (context) => {
    const { data, keys: all } = need(context);
    const found = problems(data, (entry, bytes) => {
      const { checked } = decodeAndCheck(suite, bytes, all);
      const got = { mac: checked.mac, signature: checked.signature, ...checked.sensitive };
      const { mac, signature, encryptedParts } = entry;
      return difference(got, { mac, signature, parts: encryptedParts, opened: encryptedParts });
    });
    expect(found).toEqual([]);
  });

  test('has a name for every value, those inside encrypted parts too', (context) => {
    const { data, keys: all } = need(context);
    const paths: string[] = [];
    let values = 0;
    for (const entry of data.messages) {
      const { payload } = decodeAndCheck(suite, data.octets(entry.id), all).message as WholeMessage;
      values += payloadElements(payload).length;
      paths.push(...unnamedPaths(payload).map((path) => `${entry.id}: ${path}`));
    }
    console.info(`reference data: ${paths.length} of ${values} top-level values and what is in them have no name`);
    expect(paths).toEqual([]);
  });

  test('encodes to the same octets from its values alone', (context) => {
    const { data } = need(context);
    expect(problems(data, (_, bytes) => sameAs(encode(decode(bytes)), bytes))).toEqual([]);
  });

  test.for([
    ['without keys', false, false],
    ['decoded with keys', true, false],
    ['decoded and encoded with keys', true, true],
  ] as const)('is the same after decode and encode of its JSON line, %s', ([, decodeKeys, encodeKeys], context) => {
    const { data, keys: all } = need(context);
    const found = problems(data, (_, bytes) =>
      sameAs(throughLine(bytes, decodeKeys ? all : NO_KEYS, encodeKeys ? all : NO_KEYS), bytes),
    );
    expect(found).toEqual([]);
  });

  test('reads the same from hex wrapped at will and from base64', (context) => {
    const { data } = need(context);
    const found = problems(data, (entry, bytes) => {
      const text = readFileSync(data.file(entry.id), 'utf8');
      const wrapped = text.replace(/(.{61})/g, '$1\r\n\t').toLowerCase();
      const base64 = Buffer.from(bytes)
        .toString('base64')
        .replace(/(.{76})/g, '$1\n');
      return sameAs(messageOctets(fromAscii(wrapped)), bytes) ?? sameAs(messageOctets(fromAscii(base64)), bytes);
    });
    expect(found).toEqual([]);
  });
});

describe('pairs of the reference data', () => {
  const pairs = reference?.pairs ?? [];
  const entries = new Map(reference?.messages.map((entry) => [entry.id, entry]));
  const kept = (id: string | null | undefined): id is string => typeof id === 'string' && entries.has(id);

  test('a pre-command holds the very octets that its command signs', (context) => {
    const { data } = need(context);
    const found = pairs.flatMap(({ command, precommand }) => {
      if (!kept(command) || !kept(precommand)) return [];
      const signs = toHex(signedPart(decodeEnvelope(data.octets(command))));
      const holds = toHex(signedPart(decodeEnvelope(data.octets(precommand))));
      return signs === holds ? [] : [precommand];
    });
    expect(found).toEqual([]);
  });

  test('a signed pre-command is protected like its command, and verifies', (context) => {
    const { data, keys: all } = need(context);
    const found = pairs.flatMap(({ command, precommand }) => {
      if (!kept(command) || !kept(precommand)) return [];
      const wanted = entries.get(command);
      const category = categoryOf(Number(wanted?.messageCode));
      const made = decodeAndCheck(suite, signPreCommand(suite, all, data.octets(precommand), undefined, category), all);
      const problem = difference(
        { mac: made.checked.mac, signature: made.checked.signature, form: made.message.form },
        { mac: wanted?.mac, signature: wanted?.signature, form: 'command' },
      );
      return problem ? [`${precommand} (${category}): ${problem}`] : [];
    });
    expect(found).toEqual([]);
  });

  test('a response mirrors its command: parties swapped, same message code and counter', (context) => {
    const { data } = need(context);
    const found = pairs.flatMap(({ command, response }) => {
      if (!kept(command) || !kept(response)) return [];
      const [asked, answered] = [command, response].map((id) => decode(data.octets(id)).header);
      const mirrored =
        asked?.originator === answered?.recipient &&
        asked?.recipient === answered?.originator &&
        asked?.messageCode === answered?.messageCode &&
        asked?.originatorCounter === answered?.originatorCounter;
      return mirrored ? [] : [response];
    });
    expect(found).toEqual([]);
  });
});
