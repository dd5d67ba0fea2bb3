import { badValue, hexValue } from '../codec/element-from-json.ts';
import { dateTimeOfIso, isoOfDateTime, readInteger } from '../codec/formats.ts';
import type { CryptoSuite } from '../crypto/suite.ts';
import { type Bytes, NO_BYTES, toHex } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import { type Eui64, parseEui64 } from '../kernel/eui64.ts';
import type { Checked } from './checked-message.ts';
import { MAC_OCTETS, signedPart } from './envelope.ts';
import { CRA_FLAGS, type Cra, type MessageHeader, type Supplementary } from './header.ts';
import { encode, envelopeOf, type GbcsMessage, type MessageForm, useCaseOf, type WholeMessage } from './message.ts';
import { unnamedValues } from './payload.ts';
import { numberAt, objectAt, type PayloadJson, payloadFromJson, payloadToJson } from './payload-json.ts';
import type { Verdict } from './protection.ts';
import { openedOctets } from './sensitive.ts';

/** Signature and MAC octets of a message, and what they covered when it was decoded. */
export interface ProtectionJson {
  /** Hex of `r || s`; empty for the null signature; absent when there is no signature field at all. */
  readonly signature?: string;
  readonly mac?: string;
  /** SHA-256 of the header and payload octets, by which encoding knows whether a person edited the message. */
  readonly covers: string;
  /** SHA-256 of the plaintext of encrypted parts, when there are any and they were opened. */
  readonly opened?: string;
}

/** A decoded message as one JSON object; the contract of `hanbench gbcs decode --json`. */
export interface MessageJson {
  readonly file?: string;
  readonly form: MessageForm;
  readonly useCase: string | null;
  readonly variant?: string;
  readonly title: string | null;
  readonly messageCode: string;
  readonly cra: Cra;
  readonly originator: string;
  readonly recipient: string;
  readonly originatorCounter: string;
  readonly supplementary?: {
    readonly remoteParty: string;
    readonly counter?: string;
    readonly originatorCounter?: string;
    readonly certificate?: string;
  };
  readonly dateTime?: { readonly iso: string | null; readonly status: string; readonly octets?: string };
  readonly mac: Verdict;
  readonly signature: Verdict;
  readonly payload: PayloadJson;
  /** Encrypted parts of the payload, and how many of them opened. */
  readonly sensitive?: { readonly parts: number; readonly opened: number };
  readonly protection?: ProtectionJson;
  readonly unnamed: number;
  readonly reencoded?: string;
}

function supplementaryJson(s: Supplementary): NonNullable<MessageJson['supplementary']> {
  return {
    remoteParty: s.remoteParty,
    ...(s.counter !== undefined && { counter: s.counter.toString() }),
    ...(s.originatorCounter !== undefined && { originatorCounter: s.originatorCounter.toString() }),
    ...(s.certificate && { certificate: toHex(s.certificate) }),
  };
}

function dateTimeJson(octets: Bytes): NonNullable<MessageJson['dateTime']> {
  const iso = isoOfDateTime(octets);
  const status = `0x${(octets[11] as number).toString(16).padStart(2, '0')}`;
  return iso ? { iso, status } : { iso: null, status, octets: toHex(octets) };
}

/** SHA-256, hex, of the octets that a message's protection covers before any signature. */
export function coverage(suite: Pick<CryptoSuite, 'sha256'>, message: WholeMessage): string {
  return toHex(suite.sha256(signedPart(envelopeOf(message))));
}

/** Digest of what encrypted parts hold; nothing when none is opened. */
export function openedDigest(suite: Pick<CryptoSuite, 'sha256'>, message: WholeMessage): { opened?: string } {
  const octets = openedOctets(message);
  return octets.length === 0 ? {} : { opened: toHex(suite.sha256(octets)) };
}

function bodyJson(
  suite: Pick<CryptoSuite, 'sha256'>,
  message: GbcsMessage,
): Pick<MessageJson, 'payload' | 'protection' | 'unnamed'> {
  if (message.form === 'gbt-block') {
    const { header: _, data, ...block } = message.block;
    return { payload: { kind: 'gbt-block', ...block, data: toHex(data) }, unnamed: 0 };
  }
  const { signature, mac } = message;
  const protection: ProtectionJson = {
    ...(signature && { signature: toHex(signature) }),
    ...(mac && { mac: toHex(mac) }),
    covers: coverage(suite, message),
    ...openedDigest(suite, message),
  };
  return {
    payload: payloadToJson(message.payload, message.header.originatorCounter),
    protection,
    unnamed: unnamedValues(message.payload),
  };
}

/** A decoded message as plain JSON data, with its octets encoded again from the decoded values alone. */
export function messageToJson(suite: Pick<CryptoSuite, 'sha256'>, message: GbcsMessage, checked: Checked): MessageJson {
  const { header } = message;
  const identified = useCaseOf(message);
  const { payload, protection, unnamed } = bodyJson(suite, message);
  return {
    form: message.form,
    useCase: identified?.useCase.code ?? null,
    ...(identified?.variant && { variant: identified.variant.code }),
    title: (identified?.variant ?? identified?.useCase)?.title ?? null,
    messageCode: `0x${header.messageCode.toString(16).padStart(4, '0')}`,
    cra: header.cra,
    originator: header.originator,
    recipient: header.recipient,
    originatorCounter: header.originatorCounter.toString(),
    ...(header.supplementary && { supplementary: supplementaryJson(header.supplementary) }),
    ...(header.dateTime && { dateTime: dateTimeJson(header.dateTime) }),
    mac: checked.mac,
    signature: checked.signature,
    payload,
    ...(checked.sensitive && checked.sensitive.parts > 0 && { sensitive: checked.sensitive }),
    ...(protection && { protection }),
    unnamed,
    reencoded: toHex(encode(message)),
  };
}

function euiAt(value: unknown, path: string): Eui64 {
  try {
    return typeof value === 'string' ? parseEui64(value) : badValue(path, 'an EUI-64', value);
  } catch (error) {
    if (error instanceof ProtocolFault) return badValue(path, 'an EUI-64', value);
    throw error;
  }
}

function counterAt(value: unknown, path: string): bigint {
  const read = readInteger(value);
  if (read === undefined || read < 0 || BigInt(read) > 0xffff_ffff_ffff_ffffn)
    return badValue(path, 'a counter of 64 bits', value);
  return BigInt(read);
}

/** Only some combinations have a form on the wire, which tells them apart by length alone. */
function checkSupplementary({ counter, originatorCounter, certificate }: Readonly<Record<string, unknown>>): void {
  const more = originatorCounter !== undefined || certificate !== undefined;
  if (counter === undefined && more) badValue('supplementary.counter', 'a counter before what follows it', counter);
  if (originatorCounter !== undefined && certificate !== undefined) {
    badValue('supplementary', 'either originatorCounter or certificate', { originatorCounter, certificate });
  }
}

function supplementaryFrom(value: unknown): Supplementary | undefined {
  if (value === undefined) return undefined;
  const json = objectAt(value, 'supplementary');
  checkSupplementary(json);
  return {
    remoteParty: euiAt(json.remoteParty, 'supplementary.remoteParty'),
    ...(json.counter !== undefined && { counter: counterAt(json.counter, 'supplementary.counter') }),
    ...(json.originatorCounter !== undefined && {
      originatorCounter: counterAt(json.originatorCounter, 'supplementary.originatorCounter'),
    }),
    ...(json.certificate !== undefined && { certificate: hexValue(json.certificate, 'supplementary.certificate') }),
  };
}

function dateTimeFrom(value: unknown): Bytes | undefined {
  if (value === undefined) return undefined;
  const json = objectAt(value, 'dateTime');
  if (json.iso === null || json.iso === undefined) {
    const octets = hexValue(json.octets, 'dateTime.octets');
    return octets.length === 12 ? octets : badValue('dateTime.octets', '12 octets', json.octets);
  }
  const status = numberAt(json.status ?? 0xff, 'dateTime.status', 0xff);
  const read = typeof json.iso === 'string' ? dateTimeOfIso(json.iso, status) : undefined;
  return read ?? badValue('dateTime.iso', 'a time such as 2030-01-15T09:00:00Z', json.iso);
}

function headerFrom(json: Readonly<Record<string, unknown>>): MessageHeader {
  const cra = json.cra as Cra;
  if (typeof cra !== 'string' || !Object.hasOwn(CRA_FLAGS, cra)) badValue('cra', 'command, response or alert', json.cra);
  return {
    cra,
    originatorCounter: counterAt(json.originatorCounter, 'originatorCounter'),
    originator: euiAt(json.originator, 'originator'),
    recipient: euiAt(json.recipient, 'recipient'),
    dateTime: dateTimeFrom(json.dateTime),
    messageCode: numberAt(json.messageCode, 'messageCode', 0xffff),
    supplementary: supplementaryFrom(json.supplementary),
  };
}

/** A message of its JSON form, and the coverage it was decoded with. */
export interface FromJson {
  readonly message: GbcsMessage;
  /** `protection.covers` of the line; undefined when the line was written by hand. */
  readonly covers: string | undefined;
  /** The line asks for a signature, or for a MAC, that it does not carry: still to be made. */
  readonly missing: { readonly signature: boolean; readonly mac: boolean };
  /** The line carries a signature that its form or verdict takes away. */
  readonly unsigned: boolean;
  /** `protection.opened` of the line. */
  readonly opened: string | undefined;
}

function textAt(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function blockFrom(header: MessageHeader, value: unknown): GbcsMessage {
  const json = objectAt(value, 'payload');
  const data = hexValue(json.data, 'payload.data');
  return {
    form: 'gbt-block',
    header,
    block: {
      header,
      securityControl: numberAt(json.securityControl ?? 0, 'payload.securityControl', 0xff),
      lastBlock: json.lastBlock === true,
      streaming: json.streaming === true,
      window: numberAt(json.window, 'payload.window', 63),
      blockNumber: numberAt(json.blockNumber, 'payload.blockNumber', 0xffff),
      blockNumberAck: numberAt(json.blockNumberAck, 'payload.blockNumberAck', 0xffff),
      data,
    },
  };
}

const FORMS: readonly MessageForm[] = ['command', 'pre-command', 'response', 'alert', 'gbt-block'];

/** Hex octets of one of the lengths that exist. */
function octetsAt(value: unknown, path: string, lengths: readonly number[]): Bytes {
  const octets = hexValue(value, path);
  return lengths.includes(octets.length) ? octets : badValue(path, `${lengths.join(', ')} octets`, value);
}

type Line = Readonly<Record<string, unknown>>;

/** What a line says of its signature or MAC: it is to be there, or not; undefined when it does not say. */
function wanted(json: Line, field: 'signature' | 'mac'): boolean | undefined {
  const verdict = json[field];
  if (json.form === 'pre-command' || verdict === 'absent') return false;
  if (verdict === undefined) return undefined;
  return json.protection === undefined || verdict === 'valid' ? true : undefined;
}

/**
 * Signature octets a line asks for: those it carries unless its verdict says `absent`, else room for one to be made. A
 * pre-command keeps at most the null signature.
 */
function signatureFrom(protection: Line, json: Line): Bytes | undefined {
  const carried =
    protection.signature === undefined ? undefined : octetsAt(protection.signature, 'protection.signature', [0, 64, 96]);
  const asked = wanted(json, 'signature');
  if (json.form === 'pre-command') return carried === undefined ? undefined : carried.length > 0 ? undefined : carried;
  if (asked === false) return carried === undefined && json.protection !== undefined ? undefined : NO_BYTES;
  if (carried && (carried.length > 0 || asked === undefined)) return carried;
  if (asked) return new Uint8Array(64);
  return json.protection === undefined ? NO_BYTES : undefined;
}

/** MAC octets a line asks for, in the same way. */
function macFrom(protection: Line, json: Line): Bytes | undefined {
  const carried = protection.mac === undefined ? undefined : octetsAt(protection.mac, 'protection.mac', [MAC_OCTETS]);
  const asked = wanted(json, 'mac');
  if (asked === false) return undefined;
  return carried ?? (asked ? new Uint8Array(MAC_OCTETS) : undefined);
}

/** True when a field is to be there and the line does not carry it. */
function missing(octets: Bytes | undefined, carried: unknown): boolean {
  return octets !== undefined && octets.length > 0 && (carried === undefined || carried === '');
}

/**
 * The message of a line that `messageToJson` wrote and a person may have edited. Verdicts and names are ignored.
 * @throws UsageError `bad-value` naming the place in the line
 */
export function messageFromJson(line: unknown): FromJson {
  const json = objectAt(line, 'line');
  const form = FORMS.find((known) => known === json.form) ?? badValue('form', FORMS.join(', '), json.form);
  const header = headerFrom(json);
  if (form === 'gbt-block')
    return {
      message: blockFrom(header, json.payload),
      covers: undefined,
      opened: undefined,
      missing: { signature: false, mac: false },
      unsigned: false,
    };
  const protection = json.protection === undefined ? {} : objectAt(json.protection, 'protection');
  const signature = signatureFrom(protection, json);
  const mac = macFrom(protection, json);
  const message: WholeMessage = {
    form,
    header,
    payload: payloadFromJson(json.payload, header.originatorCounter),
    signature,
    mac,
  };
  const unmade = { signature: missing(signature, protection.signature), mac: missing(mac, protection.mac) };
  const unsigned = typeof protection.signature === 'string' && protection.signature !== '' && !signature?.length;
  return { message, covers: textAt(protection.covers), opened: textAt(protection.opened), missing: unmade, unsigned };
}
