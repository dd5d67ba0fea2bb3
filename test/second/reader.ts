/** A plain reader of GBCS messages: one walk over the octets, every length checked, nothing kept back. */
import assert from 'node:assert/strict';
import { type CurveName, decrypt, deriveKey, ivOf, signatureHolds } from './crypto.ts';
import { ALERT, COMMAND, type Header, macOf, RESPONSE, type Supplementary, sensitiveKeyInput } from './message.ts';
import { big, number, type Octets, same } from './octets.ts';

class Cursor {
  at = 0;
  readonly octets: Octets;

  constructor(octets: Octets) {
    this.octets = octets;
  }

  take(count: number): Octets {
    assert.ok(this.at + count <= this.octets.length, `message ends inside a field at octet ${this.at}`);
    this.at += count;
    return this.octets.slice(this.at - count, this.at);
  }

  octet(): number {
    return number(this.take(1));
  }

  expect(value: number): void {
    assert.equal(this.octet(), value, `octet ${this.at - 1}`);
  }

  length(): number {
    const first = this.octet();
    if (first < 0x80) return first;
    assert.ok(first === 0x81 || first === 0x82, 'length of one or two octets');
    return number(this.take(first & 0x7f));
  }

  counted(): Octets {
    return this.take(this.length());
  }

  get left(): number {
    return this.octets.length - this.at;
  }
}

export interface Message {
  readonly header: Header;
  readonly payload: Octets;
  /** From `DF` to the end of the signature. */
  readonly inner: Octets;
  /** What the signature covers. */
  readonly covered: Octets;
  /** Absent in a pre-command without signature octet; empty for a null signature. */
  readonly signature?: Octets;
  readonly mac?: Octets;
  /** Where the payload starts in the message, in octets. */
  readonly payloadAt: number;
}

function readSupplementary(info: Octets, flag: number): Supplementary | undefined {
  if (info.length === 2) return undefined;
  assert.ok(info.length === 10 || info.length >= 18, 'other-information of 2, 10, 18, 26 octets or with a certificate');
  const party = info.slice(2, 10);
  if (info.length === 10) return { party };
  const counter = big(info.slice(10, 18));
  if (info.length === 18) return { party, counter };
  if (info.length === 26) return { party, counter, originatorCounter: big(info.slice(18)) };
  assert.ok(flag === COMMAND && info[18] === 0x30, 'a certificate follows the counter');
  return { party, counter, certificate: info.slice(18) };
}

function readHeader(c: Cursor): Header {
  c.expect(9);
  const flag = c.octet();
  assert.ok([COMMAND, RESPONSE, ALERT].includes(flag), 'CRA flag');
  const counter = big(c.take(8));
  c.expect(8);
  const originator = c.take(8);
  c.expect(8);
  const recipient = c.take(8);
  const dateTime = c.counted();
  assert.ok(dateTime.length === 0 || dateTime.length === 12, 'date-time of 12 octets');
  const info = c.counted();
  assert.ok(info.length >= 2, 'message code');
  const supplementary = readSupplementary(info, flag);
  return {
    ...{ flag, counter, originator, recipient, code: number(info.slice(0, 2)) },
    ...(supplementary ? { supplementary } : {}),
    ...(dateTime.length > 0 ? { dateTime } : {}),
  };
}

function readInner(octets: Octets, startsAt: number): Message {
  const c = new Cursor(octets);
  c.expect(0xdf);
  const header = readHeader(c);
  const payload = c.counted();
  const end = c.at;
  const signature = c.left > 0 ? c.counted() : undefined;
  assert.equal(c.left, 0, 'octets after the signature');
  return {
    ...{ header, payload, inner: octets, covered: octets.slice(1, end), payloadAt: startsAt + end - payload.length },
    ...(signature ? { signature } : {}),
  };
}

/** Reads a whole message, pre-commands included. Fails by assertion on anything else. */
export function readMessage(octets: Octets): Message {
  if (octets[0] === 0xdf) return readInner(octets, 0);
  const c = new Cursor(octets);
  for (const value of [0xdd, 0, 0, 0, 0, 0, 0]) c.expect(value);
  const length = c.length();
  assert.equal(length, c.left, 'length in the MAC header');
  for (const value of [0x11, 0, 0, 0, 0]) c.expect(value);
  const startsAt = c.at;
  const inner = c.take(c.left - 12);
  const message = readInner(inner, startsAt);
  assert.ok(message.signature, 'a message with MAC has a signature field');
  return { ...message, mac: c.take(12) };
}

export type Verdict = 'valid' | 'invalid' | 'absent';

export function macVerdict(message: Message, z: Octets): Verdict {
  if (!message.mac) return 'absent';
  return same(macOf(message.header, message.inner, z), message.mac) ? 'valid' : 'invalid';
}

export function signatureVerdict(message: Message, curve: CurveName, point: Octets): Verdict {
  if (!message.signature || message.signature.length === 0) return 'absent';
  return signatureHolds(curve, point, message.covered, message.signature) ? 'valid' : 'invalid';
}

/** Plaintext of `31 00000000 || ciphertext || tag`; undefined when key, header or octets do not fit. */
export function opened(header: Header, z: Octets, blob: Octets): Octets | undefined {
  if (!same(blob.slice(0, 5), Uint8Array.of(0x31, 0, 0, 0, 0))) return undefined;
  return decrypt(deriveKey(z, sensitiveKeyInput(header)), ivOf(header.originator), Uint8Array.of(0x31), blob.slice(5));
}

/** Every encrypted part of a payload, in order: GBZ components by walking them, DLMS by the octet string after the parameters. */
export function sealedParts(payload: Octets): Octets[] {
  if (payload[0] === 0x01 && payload[1] === 0x09) return sealedComponents(payload);
  return sealedStrings(payload);
}

function sealedComponents(payload: Octets): Octets[] {
  const parts: Octets[] = [];
  const alert = new Cursor(payload);
  alert.take(3);
  // An alert carries its code (0x8xxx) and time before the components; a component starts with a control octet below 0x20.
  if ((payload[3] as number) >= 0x80) alert.take(6);
  while (alert.left >= 5) {
    const control = alert.octet();
    if ((control & ~0x13) !== 0) break;
    alert.take(2);
    const body = alert.take(number(alert.take(2)));
    if ((control & 2) !== 0) parts.push(body.slice(7));
    if ((control & 1) !== 0) break;
  }
  return parts;
}

/** Protection parameters of the DLMS layout, as fixed octets around originator, recipient and transaction id. */
const BEFORE = /0101020216020205090904[0-9a-f]{16}0908[0-9a-f]{16}0908[0-9a-f]{16}0900020216020202090102090009/g;

function sealedStrings(payload: Octets): Octets[] {
  const text = Buffer.from(payload).toString('hex');
  const parts: Octets[] = [];
  for (const match of text.matchAll(BEFORE)) {
    if (match.index % 2 !== 0) continue;
    const c = new Cursor(payload);
    c.at = (match.index + match[0].length) / 2;
    const blob = c.counted();
    if (blob[0] === 0x31) parts.push(blob);
  }
  return parts;
}
