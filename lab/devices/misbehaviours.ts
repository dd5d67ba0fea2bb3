import { MISBEHAVIOURS, type Misbehaviour, type Misbehaviours } from '../../firmware-sim/device/misbehaviours.ts';
import type { ObjectFaults } from '../../firmware-sim/device/setup.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';

/** What devices of a run do wrong on purpose. */
export interface Departures {
  readonly faults: ObjectFaults;
  readonly misbehaviours: Misbehaviours;
}

const NAMES = Object.keys(MISBEHAVIOURS) as readonly Misbehaviour[];

/** As the command line takes it: `no-answer`, `late-answer=SECONDS`. */
export function misbehaviourForm(name: Misbehaviour): string {
  const { amount } = MISBEHAVIOURS[name];
  return amount === undefined ? name : `${name}=${amount}`;
}

/** Every form a misbehaviour is written in, those of `object-fault` first. */
export const MISBEHAVIOUR_FORMS: readonly string[] = [
  'object-fault=CLASS/OBIS/MEMBER:RESULT',
  'object-fault=CLUSTER/COMMAND:RESULT (in hex)',
  'object-fault=USE_CASE:RESULT',
  ...NAMES.map(misbehaviourForm),
];

function wrong(text: string): UsageError {
  const forms = MISBEHAVIOUR_FORMS.join(', ');
  return new UsageError('bad-misbehaviour', `${JSON.stringify(text)} is no misbehaviour; there is ${forms}`);
}

/**
 * What can be made to fail: an attribute or method of a COSEM object; a command of a ZCL cluster (`#2`: only the second of a
 * message) or an attribute; a use case with an ASN.1 payload.
 */
const FAULT_KEYS = [
  /^\d+\/\d+-\d+:\d+\.\d+\.\d+(?:\.\d+)?\/\d+$/,
  /^(?:0x)?[0-9a-f]{4}\/(?:0x)?(?:[0-9a-f]{2}(?:#\d+)?|[0-9a-f]{4})$/i,
  /^[A-Z]{2,4}\d{2}\w*$/,
];

/** `object-fault=...` as key and result code. @throws UsageError `bad-misbehaviour` */
function objectFault(text: string): [string, number] {
  const [, key, result] = /^object-fault=(.+):((?:0x[0-9a-f]{1,2})|\d{1,3})$/i.exec(text) ?? [];
  const code = Number(result);
  if (key === undefined || !FAULT_KEYS.some((form) => form.test(key)) || code > 255) throw wrong(text);
  return [key, code];
}

/** A misbehaviour of the device itself, and its number. @throws UsageError `bad-misbehaviour` */
function ownMisbehaviour(text: string): [Misbehaviour, number] {
  const [, written, digits] = /^([a-z-]+)(?:=(\d{1,9}))?$/.exec(text) ?? [];
  const name = NAMES.find((known) => known === written);
  if (name === undefined || (MISBEHAVIOURS[name].amount === undefined) !== (digits === undefined)) throw wrong(text);
  return [name, Number(digits ?? 0)];
}

/**
 * Misbehaviours as people write them: `object-fault=3/1-0:1.8.0.255/2:2` makes that access fail with result 2 (hardware fault);
 * the others are the table `MISBEHAVIOURS`.
 * @throws UsageError `bad-misbehaviour`
 */
export function departures(texts: readonly string[]): Departures {
  const isFault = (text: string): boolean => /^object-fault\b(?!-)/.test(text);
  return {
    faults: new Map(texts.filter(isFault).map(objectFault)),
    misbehaviours: new Map(texts.filter((text) => !isFault(text)).map(ownMisbehaviour)),
  };
}
