/** Whole messages, written octet by octet by generators: header, payload and protection are read and written back as they were. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { decodeAndCheck } from '../../firmware-sim/gbcs/checked-message.ts';
import { decodeEnvelope, encodeEnvelope, macInput, signedPart } from '../../firmware-sim/gbcs/envelope.ts';
import { decode, encode, envelopeOf, useCaseOf, type WholeMessage } from '../../firmware-sim/gbcs/message.ts';
import { messageFromJson, messageToJson } from '../../firmware-sim/gbcs/message-json.ts';
import { unnamedPaths, unnamedValues } from '../../firmware-sim/gbcs/payload.ts';
import { type Bytes, fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import { eui64Bytes } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { rewriteMessage } from '../../lab/messages/rewrite-message.ts';
import { join } from '../second/octets.ts';
import { blockOctets, messageAround, PAYLOAD_KINDS, type Written } from '../support/message-wire.ts';
import { holds, refusedAsContent, unlessRefused } from '../support/property.ts';
import { readVectors, vectorKeys } from '../support/vectors.ts';
import { octets } from '../support/wire.ts';

const vectors = readVectors();
const random = randomFor('message', 'entropy');
const suite = createNodeSuite({ entropy: (count) => random.bytes(count) });
const keys = vectorKeys(vectors, suite)();
const CHECKED = { mac: 'no-key', signature: 'no-key' } as const;
const FLAGS = { command: 1, response: 2, alert: 3 } as const;

type Line = Record<string, unknown>;

const lineOf = (bytes: Bytes): Line => JSON.parse(JSON.stringify(messageToJson(suite, decode(bytes), CHECKED))) as Line;

const throughJson = (bytes: Bytes): string => toHex(encode(messageFromJson(lineOf(bytes)).message));

/** The header as it was put in. */
function headerMatches({ header }: WholeMessage, written: Written['header']): void {
  expect(FLAGS[header.cra]).toBe(written.flag);
  expect(header.originatorCounter).toBe(written.counter);
  expect(toHex(eui64Bytes(header.originator))).toBe(toHex(written.originator));
  expect(toHex(eui64Bytes(header.recipient))).toBe(toHex(written.recipient));
  expect(header.messageCode).toBe(written.code);
  expect(header.dateTime && toHex(header.dateTime)).toBe(written.dateTime && toHex(written.dateTime));
  const { supplementary: read } = header;
  const { supplementary: put } = written;
  expect(read && toHex(eui64Bytes(read.remoteParty))).toBe(put && toHex(put.party));
  expect([read?.counter, read?.originatorCounter]).toEqual([put?.counter, put?.originatorCounter]);
  expect(read?.certificate && toHex(read.certificate)).toBe(put?.certificate && toHex(put.certificate));
}

describe.each(PAYLOAD_KINDS)('messages that carry %s', (kind, content) => {
  test('are read as they were written, and written as they were read', () => {
    const seen = new Set<string>();
    holds(
      fc.property(messageAround(content), (written) => {
        const message = decode(written.octets) as WholeMessage;
        headerMatches(message, written.header);
        expect(message.signature && toHex(message.signature)).toBe(written.signature && toHex(written.signature));
        expect(message.mac && toHex(message.mac)).toBe(written.mac && toHex(written.mac));
        expect(toHex(envelopeOf(message).payload)).toBe(toHex(written.payload));
        expect(toHex(encode(message))).toBe(toHex(written.octets));
        expect(throughJson(written.octets)).toBe(toHex(written.octets));
        expect(unnamedValues(message.payload)).toBe(unnamedPaths(message.payload).length);
        useCaseOf(message);
        seen.add(message.payload.kind);
      }),
      150,
    );
    expect([...seen]).toContain(kind);
  });
});

test('blocks of general block transfer come back, as JSON too', () => {
  holds(
    fc.property(blockOctets, (bytes) => {
      expect(decode(bytes).form).toBe('gbt-block');
      expect(toHex(encode(decode(bytes)))).toBe(toHex(bytes));
      expect(throughJson(bytes)).toBe(toHex(bytes));
    }),
  );
});

describe('octets that are no message', () => {
  const starts = [new Uint8Array(0), fromHex('dd'), fromHex('df09'), fromHex('dd00000000000000'), fromHex('dd09')];

  test('are refused by a ProtocolFault inside them and nothing else', () => {
    holds(
      fc.property(fc.constantFrom(...starts), octets(0, 120), (start, rest) => {
        const bytes = join(start, rest);
        const message = unlessRefused(() => decode(bytes));
        if (message) expect(toHex(encode(message))).toBe(toHex(bytes));
      }),
      1_000,
    );
  });

  test.each(vectors.messages.map((m) => [m.name, m.hex] as const))('%s cut short anywhere', (_, hex) => {
    const whole = fromHex(hex);
    const step = Math.max(1, Math.floor(whole.length / 60));
    for (let end = 0; end < whole.length; end += end < 80 ? 1 : step) {
      const cut = whole.slice(0, end);
      try {
        expect(toHex(encode(decode(cut)))).toBe(toHex(cut));
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolFault);
        expect((error as ProtocolFault).offset).toBeLessThanOrEqual(end);
      }
    }
  });

  const [sample] = vectors.messages;
  const whole = fromHex(sample?.hex ?? '');
  const headerAt = whole.length - 12 - macInput(decodeEnvelope(whole)).length + 6;
  const changed = (at: number, octet: number): Bytes => Uint8Array.from(whole, (o, i) => (i === at ? octet : o));

  test.each([
    ['nothing', new Uint8Array(0), 'truncated', 0],
    ['another first octet', changed(0, 0x30), 'not-gbcs', 0],
    ['a MAC header field', changed(3, 1), 'bad-header', 3],
    ['the CRA flag', changed(headerAt + 2, 4), 'bad-header', headerAt + 2],
    ['the length of the originator', changed(headerAt + 11, 7), 'bad-header', headerAt + 11],
    ['the length of the date-time', changed(headerAt + 29, 3), 'bad-header', headerAt + 29],
    ['an octet more', join(whole, 0), 'bad-length', 7],
  ])('%s: the fault names the octet', (_, bytes, kind, offset) => {
    const fault = (() => {
      try {
        return decode(bytes);
      } catch (error) {
        return error;
      }
    })();
    expect(fault).toBeInstanceOf(ProtocolFault);
    expect(fault).toMatchObject({ kind, offset });
  });

  test('a fault in the payload counts from the start of the message', () => {
    const { payload, ...envelope } = decodeEnvelope(whole);
    const broken = encodeEnvelope({ ...envelope, payload: fromHex('d9 20000001 00 01 07') });
    const at = broken.length - 12 - 1 - (envelope.signature?.length ?? 0) - 8;
    expect(payload.length).toBeGreaterThan(0);
    expect(() => decode(broken)).toThrow(expect.objectContaining({ offset: at + 7 }));
  });
});

describe('lines that a person edited', () => {
  const lines = vectors.messages.map((m) => lineOf(fromHex(m.hex)));
  const anything = fc.oneof(
    fc.constantFrom<unknown>(null, '', 0, -1, 1.5, 1e9, true, 'zz', '0x1', '99999999999999999999', [], {}, { toString: 1 }, [
      null,
    ]),
    fc.jsonValue({ maxDepth: 1 }),
  );

  /** Every place in a line, as a list of keys. */
  function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
    if (typeof value !== 'object' || value === null) return [path];
    return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
  }

  function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
    if (key === undefined) return by;
    const entries = Object.entries(value as object).map(([k, v]) => [k, k === key ? replaced(v, rest, by) : v] as const);
    return Array.isArray(value) ? entries.map(([, v]) => v) : Object.fromEntries(entries);
  }

  const at = (value: unknown, path: readonly string[]): unknown =>
    path.reduce((inner, key) => (inner as Record<string, unknown>)[key], value);
  const elsewhere = fc.constantFrom(...lines.flatMap((line) => places(line).map((path) => at(line, path))));

  /** A line with one place holding anything, or what another place holds. */
  const edited = fc
    .constantFrom(...lines)
    .chain((line) =>
      fc
        .tuple(fc.constantFrom(...places(line)), fc.oneof(anything, elsewhere))
        .map(([path, by]) => ({ path, line: replaced(line, path, by) })),
    );

  test('anything in any place is a message or refused as content', () => {
    const counts = { refused: 0, written: 0 };
    holds(
      fc.property(edited, ({ line }) => {
        const copy = JSON.parse(JSON.stringify(line) ?? 'null') as unknown;
        let bytes: Bytes | undefined;
        const refused = refusedAsContent(() => {
          bytes = rewriteMessage(messageFromJson(copy), { suite, keys, profile: undefined }).bytes;
        });
        counts[refused ? 'refused' : 'written']++;
        const message = bytes && unlessRefused(() => decode(bytes as Bytes));
        if (bytes && message) expect(toHex(encode(message))).toBe(toHex(bytes));
      }),
      1_500,
    );
    expect(Math.min(counts.refused, counts.written)).toBeGreaterThan(100);
  });

  test('anything at all is refused as content', () => {
    holds(
      fc.property(anything, (line) => {
        expect(refusedAsContent(() => messageFromJson(JSON.parse(JSON.stringify(line) ?? 'null')))).toBe(true);
      }),
    );
  });

  const [first = {}] = lines;

  test.each([
    ['form', 'letter', 'form:'],
    ['cra', 'toString', 'cra:'],
    ['originator', '90-B3', 'originator: an EUI-64'],
    ['originatorCounter', '-1', 'originatorCounter: a counter of 64 bits'],
    ['originatorCounter', '18446744073709551616', 'originatorCounter: a counter of 64 bits'],
    ['messageCode', 65_536, 'messageCode: an integer from 0 to 65535'],
    ['payload', 'hex', 'payload: an object'],
    ['payload', { kind: 'letter' }, 'payload.kind'],
    ['dateTime', { iso: 'tomorrow' }, 'dateTime.iso'],
    ['dateTime', { octets: '00' }, 'dateTime.octets: 12 octets'],
    ['protection', { mac: '00' }, 'protection.mac: 12 octets'],
    ['protection', { signature: '00' }, 'protection.signature: 0, 64, 96 octets'],
    ['supplementary', { remoteParty: 5 }, 'supplementary.remoteParty: an EUI-64'],
    ['supplementary', { remoteParty: '90-B3-D5-1F-30-01-00-00', originatorCounter: '1' }, 'supplementary.counter'],
    [
      'supplementary',
      { remoteParty: '90-B3-D5-1F-30-01-00-00', counter: '1', originatorCounter: '1', certificate: '00' },
      'supplementary: either',
    ],
  ])('%s of %j is refused by its place', (field, value, message) => {
    expect(() => messageFromJson({ ...first, [field]: value })).toThrow(message);
    expect(refusedAsContent(() => messageFromJson({ ...first, [field]: value }))).toBe(true);
  });
});

test('the control octet of a component follows what is in it', () => {
  const line = lineOf(fromHex(vectors.messages.find((m) => m.name === 'gcs33-command')?.hex ?? ''));
  const { components } = line.payload as { components: readonly Line[] };
  const [first = {}] = components;
  const dated = { ...line, payload: { kind: 'gbz', components: [{ ...first, fromDateTime: '2030-01-15T09:00:00Z' }] } };
  const { payload } = decode(encode(messageFromJson(dated).message)) as WholeMessage;
  expect(payload).toMatchObject({ components: [{ fromDateTime: 948_013_200, cluster: Number(first.cluster) }] });
});

describe('encrypted parts', () => {
  const sealed = vectors.messages.filter((m) => m.sealed);

  test.each(sealed.map((m) => [m.name, m.hex] as const))('%s with a certificate that is none stays closed', (_, hex) => {
    const envelope = decodeEnvelope(fromHex(hex));
    const party = envelope.header.supplementary?.remoteParty ?? envelope.header.recipient;
    for (const certificate of ['00'.repeat(9), '300a0203010203020301020300', '04'.repeat(80)].map(fromHex)) {
      const supplementary = { remoteParty: party, counter: 1n, certificate };
      const bytes = encodeEnvelope({ ...envelope, header: { ...envelope.header, supplementary } });
      const { checked } = decodeAndCheck(suite, bytes, keys);
      expect(checked.sensitive).toMatchObject({ opened: 0 });
      expect(checked.sensitive?.parts).toBeGreaterThan(0);
    }
  });

  test.each(sealed.map((m) => [m.name, m.hex] as const))('%s with a damaged tag stays closed and comes back', (_, hex) => {
    const message = decode(fromHex(hex)) as WholeMessage;
    const blob = vectors.messages.find((m) => m.hex === hex)?.sealed?.parts[0]?.blob ?? '';
    const damaged = `${blob.slice(0, -2)}${blob.endsWith('00') ? '01' : '00'}`;
    const bytes = fromHex(hex.replace(blob, damaged));
    expect(toHex(signedPart(envelopeOf(message)))).toContain(blob);
    const { message: opened, checked } = decodeAndCheck(suite, bytes, keys);
    expect(checked.sensitive?.opened).toBe((checked.sensitive?.parts ?? 0) - 1);
    expect(toHex(encode(opened))).toBe(toHex(bytes));
  });
});
