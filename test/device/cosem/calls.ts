import { Element } from '../../../firmware-sim/codec/element.ts';
import { cosemDefaults } from '../../../firmware-sim/device/cosem/defaults.ts';
import { cosemUseCases } from '../../../firmware-sim/device/cosem/engine.ts';
import { type CosemDeviceType, CosemStore } from '../../../firmware-sim/device/cosem/store.ts';
import { build, type Plain } from '../../../firmware-sim/device/cosem/value.ts';
import { Device } from '../../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../../firmware-sim/device/effects.ts';
import type { DeviceSetup } from '../../../firmware-sim/device/setup.ts';
import { type SupportedUseCase, useCaseTable } from '../../../firmware-sim/device/use-case.ts';
import { cosemMember } from '../../../firmware-sim/dictionary/cosem.ts';
import { obisBytes } from '../../../firmware-sim/dictionary/cosem-obis.ts';
import {
  type AccessItem,
  type AccessResult,
  decodeAccessResponse,
  dlms,
  encodeAccessRequest,
  invokeIdOf,
  NULL_DATA,
  type Operation,
} from '../../../firmware-sim/gbcs/dlms-apdu.ts';
import type { MessageHeader } from '../../../firmware-sim/gbcs/header.ts';
import { NO_BYTES } from '../../../firmware-sim/kernel/bytes.ts';
import { deviceSetup, ESME, SUPPLIER } from '../bench.ts';

export const NOW = Date.UTC(2015, 0, 1);

/** Rows of every DLMS use case by device type and name. */
export const ROWS: ReadonlyMap<CosemDeviceType, ReadonlyMap<string, SupportedUseCase>> = new Map(
  (['ESME', 'CHF', 'SAPC'] as const).map((type) => [type, new Map(cosemUseCases(type).map((row) => [row.name, row]))]),
);

/** A device of a type with our own test keys and only COSEM use cases. */
export function deviceOf(type: CosemDeviceType = 'ESME', setup: Partial<DeviceSetup> = {}): Device {
  const profile = { useCases: useCaseTable(...cosemUseCases(type)), notation: 'dlms' as const };
  return new Device(profile, deviceSetup({ cosem: new CosemStore(type, cosemDefaults(type)), ...setup }));
}

/** One access as tests write it: `set 1/0-0:94.44.0.1.255/2`, and a value in plain form or as an element. */
export interface Step {
  readonly operation: Operation;
  readonly key: string;
  readonly data?: Plain | Element;
  readonly range?: readonly [from: number, to: number];
  /** A selection other than by range. */
  readonly selection?: NonNullable<AccessItem['selection']>;
}

const TIME_COLUMN = [1, obisBytes('0-0:94.44.100.255'), 2, 0] as const;

function selectionOf([from, to]: readonly [number, number]): { readonly selector: number; readonly value: Element } {
  const [classId, obis, attribute, index] = TIME_COLUMN;
  const column = [dlms('long-unsigned', classId), dlms('octet-string', obis ?? NO_BYTES), dlms('integer', attribute)];
  const value = dlms('structure', [
    dlms('structure', [...column, dlms('long-unsigned', index)]),
    dlms('double-long-unsigned', from),
    dlms('double-long-unsigned', to),
    dlms('array', []),
  ]);
  return { selector: 1, value };
}

/** The access of a step; a value gets the type that the dictionary declares. */
export function itemOf({ operation, key, data, range, selection }: Step): AccessItem {
  const [classId = '', obis = '', member = ''] = key.split('/');
  const octets = obisBytes(obis) ?? NO_BYTES;
  const kind = operation === 'action' ? 'method' : 'attribute';
  const known = cosemMember(Number(classId), octets, kind, Number(member));
  const writes = operation === 'set' || operation === 'action';
  const typed = writes && known?.type !== undefined && !(data instanceof Element);
  const value = typed
    ? build(known.type ?? '', data as Plain | undefined, { layout: known.layout, path: key, elements: 'twin' })
    : data;
  return {
    operation,
    classId: Number(classId),
    obis: octets,
    member: Number(member),
    ...(range && { selection: selection ?? selectionOf(range) }),
    data: value instanceof Element ? value : NULL_DATA,
  };
}

export interface Called {
  readonly results: readonly AccessResult[];
  readonly effects: readonly DeviceEffect[];
}

/** Lets a device execute a use case, past the cryptography. */
export function call(
  device: Device,
  useCase: string,
  steps: readonly Step[],
  options: { readonly counter?: bigint; readonly now?: number; readonly type?: CosemDeviceType } = {},
): Called {
  const row = ROWS.get(options.type ?? device.cosem?.type ?? 'ESME')?.get(useCase);
  if (!row) throw new TypeError(`${useCase} is not there`);
  const counter = options.counter ?? 1_000n;
  const header: MessageHeader = {
    cra: 'command',
    originatorCounter: counter,
    originator: SUPPLIER,
    recipient: ESME,
    dateTime: undefined,
    messageCode: row.messageCode,
    supplementary: undefined,
  };
  const items = steps.map(itemOf);
  const payload = encodeAccessRequest({ kind: 'dlms-access-request', invokeId: invokeIdOf(counter), dateTime: NO_BYTES, items });
  const response: MessageHeader = { ...header, cra: 'response', originator: ESME, recipient: SUPPLIER };
  const effects: DeviceEffect[] = [];
  const command = { header, payload, role: 'supplier' as const, form: 'maced' as const };
  const answer = row.execute({ device, command, now: options.now ?? NOW, effects, response });
  if (answer === 'later') throw new TypeError('DLMS use cases answer at once');
  return { results: decodeAccessResponse(answer).results, effects };
}

/** Result codes of a call. */
export const codes = ({ results }: Called): readonly number[] => results.map(({ result }) => result);

/** A value without names: numbers, booleans, texts, hex of octets. */
export function plainOf(element: Element | undefined): unknown {
  if (element === undefined) return undefined;
  const { value } = element;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return Array.isArray(value) ? element.children.map(plainOf) : value;
}
