/** Payload writers, just enough of DLMS, GBZ and DER for the messages of the test vectors. */
import { type Header, sealed, sensitiveKeyInput } from './message.ts';
import { ascii, be, counted, join, le, type Octets } from './octets.ts';

type Part = Octets | string;

/** DLMS date-time in UTC: day of week and hundredths not specified, deviation not specified. `status` is the clock status octet. */
export function dlmsTime(iso: string, status = 0xff): Octets {
  const [year, month, day, hour, minute, second] = (iso.match(/\d+/g) ?? []).map(Number) as [number, ...number[]];
  return join(
    be(year, 2),
    month as number,
    day as number,
    'ff',
    hour as number,
    minute as number,
    second as number,
    '00 8000',
    status,
  );
}

/** Activation "now" and "never" of future-datable DLMS commands (GBCS 9.2.2.7, RTDS 4.5.0). */
export const DLMS_NOW = '00 00 00 00 00 00 00 00 00 80 00 ff';

/** Seconds since 2000-01-01T00:00:00Z. */
export const seconds2000 = (iso: string): number => (Date.parse(iso) - Date.parse('2000-01-01T00:00:00Z')) / 1000;

export const octetString = (value: Part): Octets => join('09', counted(join(value)));

/** Long-invoke-id-and-priority: 20 and the low 24 bits of the counter. */
const invoke = (h: Header): Octets => join('20', be(h.counter & 0xffffffn, 3));

/** `specs`: choice, class, OBIS, member each; `data`: one element each. */
export const accessRequest = (h: Header, specs: readonly Part[], data: readonly Part[]): Octets =>
  join('d9', invoke(h), '00', specs.length, ...specs.map((s) => join(s)), data.length, ...data.map((d) => join(d)));

/** `results`: choice and result octet each. */
export const accessResponse = (h: Header, data: readonly Part[], results: readonly Part[]): Octets =>
  join('da', invoke(h), '00 00', data.length, ...data.map((d) => join(d)), results.length, ...results.map((r) => join(r)));

/** Alert: code, time and further elements. */
export const notification = (h: Header, code: number, iso: string, ...further: readonly Part[]): Octets =>
  join(
    '0f',
    invoke(h),
    '00 02',
    2 + further.length,
    '12',
    be(code, 2),
    octetString(dlmsTime(iso)),
    ...further.map((f) => join(f)),
  );

/** Protection parameters of class 30: authentication and encryption, agreed key (RTDS 4.5.0 ECS17b). */
export function protectionParameters(h: Header, counter: bigint): Octets {
  const ids = join(octetString(join('04', be(counter, 8))), octetString(h.originator), octetString(h.recipient));
  return join('01 01 02 02 16 02 02 05', ids, '09 00 02 02 16 02 02 02 09 01 02 09 00');
}

/** Request data for get_protected_attributes: object definitions and parameters that name this message. */
export const protectedRequest = (h: Header, objects: readonly Part[]): Octets =>
  join('02 02 01', objects.length, ...objects.map((o) => join(o)), protectionParameters(h, h.counter));

/** Response data: parameters and the sealed attribute. */
export const protectedResponse = (h: Header, z: Octets, plain: Octets): Octets =>
  join('02 02', protectionParameters(h, h.counter), octetString(sealed(h, z, plain)));

/** Alert elements: parameters and the sealed attribute. */
export const protectedElements = (h: Header, z: Octets, plain: Octets): readonly Octets[] => [
  protectionParameters(h, sensitiveKeyInput(h).counter),
  octetString(sealed(h, z, plain)),
];

export interface Zcl {
  readonly cluster: number;
  readonly frame: number;
  readonly sequence: number;
  readonly command: number;
  readonly payload: Part;
  /** Shared secret when the ZCL payload is to be encrypted. */
  readonly z?: Octets;
  /** From-date-time, seconds since 2000, big-endian on the wire. */
  readonly from?: number;
}

function component(h: Header, zcl: Zcl, last: boolean): Octets {
  const control = (last ? 1 : 0) | (zcl.z ? 2 : 0) | (zcl.from === undefined ? 0 : 0x10);
  const from = zcl.from === undefined ? '' : be(zcl.from, 4);
  const zclHeader = join(zcl.frame, zcl.sequence, zcl.command);
  const clear = join(from, zclHeader, zcl.payload);
  const blob = zcl.z ? sealed(h, zcl.z, join(zcl.payload)) : undefined;
  const body = blob ? join('00 00', from, zclHeader, be(blob.length, 2), blob) : clear;
  return join(control, be(zcl.cluster, 2), be(body.length, 2), body);
}

const components = (h: Header, all: readonly Zcl[]): Octets =>
  join(...all.map((zcl, i) => component(h, zcl, i === all.length - 1)));

export const gbz = (h: Header, ...all: readonly Zcl[]): Octets => join('0109', all.length, components(h, all));

/** GBZ alert without component, or with the octets that follow its time. */
export const gbzAlert = (code: number, iso: string, content: Part): Octets =>
  join('0109', content.length > 0 ? 1 : 0, be(code, 2), be(seconds2000(iso), 4), content);

/** GBZ alert that carries one component. */
export const gbzSnapshotAlert = (h: Header, code: number, iso: string, zcl: Zcl): Octets =>
  gbzAlert(code, iso, components(h, [zcl]));

/** Read-attributes record of a ZCL response: identifier, success, type, value (all little-endian). */
export const attribute = (id: number, type: number, value: number | bigint, size: number): Octets =>
  join(le(id, 2), '00', type, le(value, size));

/** DER: one tag with its content; more content joins. */
export const der = (tag: number, ...content: readonly Part[]): Octets => join(tag, counted(join(...content.map((c) => join(c)))));

export const sequence = (...content: readonly Part[]): Octets => der(0x30, ...content);

/** A SEQUENCE with the two-octet length form whatever its size, as RTDS 4.5.0 has it in CS02b responses. */
export function wideSequence(...content: readonly Part[]): Octets {
  const all = join(...content.map((c) => join(c)));
  return join('30 82', be(all.length, 2), all);
}

/** DER INTEGER (or another tag with that content) in its shortest form. */
export function integer(value: number | bigint, tag = 0x02): Octets {
  const digits = BigInt(value).toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return der(tag, Number.parseInt(even.slice(0, 2), 16) >= 0x80 ? `00${even}` : even);
}

/** GeneralizedTime `YYYYMMDDhhmmssZ`. */
export const generalizedTime = (iso: string): Octets => der(0x18, ascii(`${iso.replace(/\D/g, '').slice(0, 14)}Z`));
