import { Element } from '../../../firmware-sim/codec/element.ts';
import { Device } from '../../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../../firmware-sim/device/effects.ts';
import type { DeviceSetup, ObjectFaults } from '../../../firmware-sim/device/setup.ts';
import { gasDefaults } from '../../../firmware-sim/device/zcl/defaults.ts';
import { elementsOf, recordOf } from '../../../firmware-sim/device/zcl/plain.ts';
import { type ZclRecord, ZclStore } from '../../../firmware-sim/device/zcl/store.ts';
import { gbzTemplate, zclCommand } from '../../../firmware-sim/dictionary/zcl-tables.ts';
import { useCaseByName } from '../../../firmware-sim/gbcs/catalogue.ts';
import { decodeEnvelope } from '../../../firmware-sim/gbcs/envelope.ts';
import { decodeGbz, encodeGbz, GBZ_CONTROL, type GbzComponent } from '../../../firmware-sim/gbcs/gbz.ts';
import type { MessageHeader } from '../../../firmware-sim/gbcs/header.ts';
import { messageOf, type WholeMessage } from '../../../firmware-sim/gbcs/message.ts';
import { openParts, sensitiveContext } from '../../../firmware-sim/gbcs/sensitive.ts';
import { GSME_PROFILE } from '../../../firmware-sim/gsme/profile.ts';
import type { Bytes } from '../../../firmware-sim/kernel/bytes.ts';
import { Invariant } from '../../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../../firmware-sim/kernel/eui64.ts';
import { deviceIdentity, partyOf, trustAnchorCells } from '../../../lab/premises/credentials.ts';
import { pki, suite } from '../bench.ts';

export const GSME = '00-DB-12-34-56-78-90-A1' as Eui64;
export const SUPPLIER = partyOf('supplier');
/** Noon on a Thursday in winter. */
export const NOON = Date.UTC(2015, 0, 1, 12);

export interface Gas {
  readonly device: Device;
  readonly store: ZclStore;
}

/** A GSME of the default profile with keys of its own. */
export function gasMeter(faults?: ObjectFaults, store = new ZclStore(gasDefaults(NOON)), setup: Partial<DeviceSetup> = {}): Gas {
  const device = new Device(GSME_PROFILE, {
    suite,
    identity: deviceIdentity(GSME, pki),
    cells: trustAnchorCells('GSME', pki),
    firmware: { version: 7, hash: new Uint8Array(32) },
    signatureProfile: 'deterministic',
    zcl: store,
    ...(faults && { faults }),
    ...setup,
  });
  return { device, store };
}

/** One command of a message to be: cluster, command, fields by name, and what its component says of time. */
export interface Ask {
  readonly cluster: number;
  readonly command: number;
  readonly fields?: ZclRecord;
  readonly attributes?: readonly number[];
  readonly fromDateTime?: number;
  /** Told apart from a general command of the same number. */
  readonly clusterSpecific?: true;
}

/** The payload of a use case's command; frame control is that of its template. */
export function payloadOf(useCase: string, asks: readonly Ask[]): Bytes {
  const rows = gbzTemplate(useCase)?.commands ?? [];
  const components = asks.map((ask, i): GbzComponent => {
    const { cluster, command, fromDateTime } = ask;
    const candidates = rows.filter((one) => one.cluster === cluster && one.command === command);
    const row = candidates.find((one) => !ask.clusterSpecific || (one.frameControl & 3) === 1);
    const frameControl = row?.frameControl ?? 1;
    const schema = zclCommand(cluster, command, (frameControl & 8) !== 0)?.fields ?? [];
    const fields = ask.attributes
      ? ask.attributes.map((id) => new Element('attributeIdentifier', 'uint16', id))
      : elementsOf(schema, ask.fields ?? {});
    const last = i === asks.length - 1 ? GBZ_CONTROL.last : 0;
    const control = last | (fromDateTime === undefined ? 0 : GBZ_CONTROL.fromDateTime);
    return { control, cluster, fromDateTime, frameControl, sequence: i, command, fields, sealed: undefined };
  });
  return encodeGbz({ kind: 'gbz', components });
}

/** What a component of a response says: a status, attributes by identifier, or the fields of what was published. */
export interface Said {
  readonly sequence: number;
  readonly command: number;
  readonly status?: number;
  readonly attributes?: Readonly<Record<number, unknown>>;
  readonly record?: ZclRecord;
}

export interface Answered {
  readonly said: readonly Said[];
  readonly effects: readonly DeviceEffect[];
}

let counter = 1_000n;

/** Lets a device execute a command as if it had just been authenticated. */
export function ask({ device }: Gas, useCase: string, asks: readonly Ask[], now = NOON, at?: bigint): Answered {
  return execute(device, useCase, payloadOf(useCase, asks), now, at);
}

/** The whole response, its encrypted parts opened. */
export function askForMessage({ device }: Gas, useCase: string, asks: readonly Ask[], now = NOON): WholeMessage {
  return run(device, useCase, payloadOf(useCase, asks), now).message;
}

export function execute(device: Device, useCase: string, payload: Bytes, now: number, at?: bigint): Answered {
  const { message, effects } = run(device, useCase, payload, now, at);
  const components = message.payload.kind === 'gbz' ? message.payload.components : [];
  return { said: components.map(saidBy), effects };
}

function run(device: Device, useCase: string, payload: Bytes, now: number, at?: bigint) {
  const messageCode = useCaseByName(useCase)?.command[0];
  const row = messageCode === undefined ? undefined : device.profile.useCases.get(messageCode);
  if (!row || messageCode === undefined) throw new Invariant(`${useCase} is no use case of this device`);
  counter += 1n;
  const header: MessageHeader = {
    cra: 'command',
    originatorCounter: at ?? counter,
    originator: SUPPLIER,
    recipient: device.eui,
    dateTime: undefined,
    messageCode,
    supplementary: undefined,
  };
  const response: MessageHeader = { ...header, cra: 'response', originator: device.eui, recipient: SUPPLIER };
  const effects: DeviceEffect[] = [];
  const result = row.execute({ device, command: { header, payload, role: 'supplier', form: 'maced' }, now, effects, response });
  if (result === 'later') throw new Invariant('gas reads and writes are answered at once');
  const message = {
    form: 'response',
    header: response,
    payload: decodeGbz(result),
    signature: undefined,
    mac: undefined,
  } as const;
  const { message: open } = openParts(suite, message, sensitiveContext(suite, message, pki));
  return { message: open, effects };
}

export function saidBy(component: GbzComponent): Said {
  const { sequence, command, frameControl } = component;
  const fields = component.sealed?.fields ?? component.fields;
  if ((frameControl & 3) !== 0) return { sequence, command, record: recordOf(fields) };
  if (command === 0x0b) return { sequence, command, status: Number(fields[1]?.value) };
  const attributes = fields.map(({ children }): [number, unknown] => [
    Number(children[0]?.value),
    children[3] ? children[3].value : { status: children[1]?.value },
  ]);
  return { sequence, command, attributes: Object.fromEntries(attributes) };
}

/** Alerts among effects, decoded. */
export function alertsIn(effects: readonly DeviceEffect[]) {
  return effects.flatMap((effect) => {
    if (effect.kind !== 'send' || effect.header.cra !== 'alert') return [];
    const message = messageOf(decodeEnvelope(effect.message), effect.message);
    return [openParts(suite, message, sensitiveContext(suite, message, pki)).message];
  });
}
