/** The largest messages there can be, filled with what multiplies: nothing takes long, and the octets come back. */
import { expect, test } from 'vitest';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { decodeEnvelope, encodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { decode, encode } from '../../firmware-sim/gbcs/message.ts';
import { messageFromJson, messageToJson } from '../../firmware-sim/gbcs/message-json.ts';
import { fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { preCommand } from '../second/message.ts';
import { be, counted, join, type Octets } from '../second/octets.ts';

const suite = createNodeSuite({ entropy: (count) => new Uint8Array(count) });
/** Room for the headers around it within the 65,535 octets of a two-octet length. */
const SIZE = 65_000;
/** A hundred times what it takes; squared time would be far above. */
const LIMIT_MS = 20_000;

const filled = (count: number, octet: number): Octets => new Uint8Array(count).fill(octet);
const repeated = (hex: string, count: number): Octets => fromHex(hex.repeat(count));
const der = (tag: number, content: Octets): Octets => join(tag, counted(content));
const alert = (body: Octets): Octets => join('0f 20000001 00', body);
const longLength = (length: number): Octets => join(0x83, be(length, 3));

const PAYLOADS: readonly (readonly [string, 1 | 3, Octets])[] = [
  ['one INTEGER', 1, der(0x02, filled(SIZE, 0x7f))],
  ['one BIT STRING', 1, der(0x03, join(0, filled(SIZE, 0x7f)))],
  ['one OBJECT IDENTIFIER', 1, der(0x06, filled(SIZE, 0x7f))],
  ['NULLs', 1, der(0x30, repeated('0500', SIZE / 2))],
  ['empty SEQUENCEs', 1, der(0x30, repeated('3000', SIZE / 2))],
  ['an INTEGER in the place of a counter', 1, der(0x30, join('0400', der(0x02, filled(SIZE - 20, 0x7f))))],
  ['null-data', 3, alert(join(1, '82', be(SIZE, 2), filled(SIZE, 0)))],
  ['empty arrays', 3, alert(join(1, '82', be(SIZE / 2, 2), repeated('0100', SIZE / 2)))],
  ['rows of a compact array', 3, alert(join('13 02 02 11 0f', '82', be(SIZE, 2), filled(SIZE, 1)))],
  ['rows with as many nulls as may be', 3, alert(join('13 02 07 000000000000 11', '82', be(SIZE, 2), filled(SIZE, 1)))],
  ['one bit string', 3, alert(join(4, longLength(SIZE * 8), filled(SIZE, 1)))],
  ['octets that are no UTF-8', 3, alert(join(0x0c, '82', be(SIZE, 2), filled(SIZE, 0xff)))],
  ['attribute identifiers', 1, join('010901 01 0702', be(SIZE + 3, 2), '000000', filled(SIZE, 1))],
];

test.each(PAYLOADS)('%s', (_, flag, payload) => {
  const header = { flag, counter: 1n, originator: filled(8, 1), recipient: filled(8, 2), code: flag === 1 ? 0x0012 : 0x1001 };
  const bytes = preCommand(header, payload, false);
  const start = performance.now();
  const message = decode(bytes);
  expect(toHex(encode(message)) === toHex(bytes)).toBe(true);
  const json = JSON.stringify(messageToJson(suite, message, { mac: 'absent', signature: 'absent' }));
  expect(toHex(encode(messageFromJson(JSON.parse(json)).message)) === toHex(bytes)).toBe(true);
  expect(performance.now() - start).toBeLessThan(LIMIT_MS);
});

test.each([0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 152_000])(
  'a payload of %d octets has the shortest length that fits',
  (count) => {
    const header = {
      cra: 'response' as const,
      originatorCounter: 1n,
      originator: '00-DB-12-34-56-78-90-A0' as Eui64,
      recipient: '90-B3-D5-1F-30-01-00-00' as Eui64,
      dateTime: undefined,
      messageCode: 0x0037,
      supplementary: undefined,
    };
    const payload = filled(count, 0x5a);
    const bytes = encodeEnvelope({ header, payload, signature: undefined, mac: filled(12, 7) });
    const short = count < 0x80 ? '' : count < 0x100 ? '81' : count < 0x10000 ? '82' : '83';
    const length = short + count.toString(16).padStart(short === '' ? 2 : 2 * Number(short[1]), '0');
    expect(toHex(bytes).includes(`020037${length}5a5a`)).toBe(true);
    expect(decodeEnvelope(bytes).payload).toEqual(payload);
  },
);
