import { Device } from '../../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../../firmware-sim/device/effects.ts';
import type { DeviceSetup, ObjectFaults } from '../../../firmware-sim/device/setup.ts';
import { useCaseTable } from '../../../firmware-sim/device/use-case.ts';
import { clonedFirmware, loadClone } from '../../../firmware-sim/device/zcl/clone.ts';
import { gasDefaults } from '../../../firmware-sim/device/zcl/defaults.ts';
import { ZclStore } from '../../../firmware-sim/device/zcl/store.ts';
import { zclUseCases } from '../../../firmware-sim/device/zcl/use-cases.ts';
import { decodeAndCheck } from '../../../firmware-sim/gbcs/checked-message.ts';
import { decodeEnvelope, type Envelope } from '../../../firmware-sim/gbcs/envelope.ts';
import type { GbzComponent } from '../../../firmware-sim/gbcs/gbz.ts';
import type { WholeMessage } from '../../../firmware-sim/gbcs/message.ts';
import { type Bytes, toBigInt } from '../../../firmware-sim/kernel/bytes.ts';
import { Invariant } from '../../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../../firmware-sim/kernel/eui64.ts';
import { fromCivil } from '../../../firmware-sim/kernel/time.ts';
import { createNativeSuite } from '../../../lab/crypto/native-suite.ts';
import { identityOf } from '../../../lab/devices/device-keys.ts';
import { cellsFor } from '../../../lab/devices/trust-anchor-cells.ts';
import type { Keystore } from '../../../lab/keystore/keystore.ts';

export const suite = createNativeSuite();
export const RTDS_TIME = Date.UTC(2015, 0, 1);

/** A gas device over a keystore that has only its certificate; whoever commands it holds the roles. */
export function gasDevice(
  keystore: Keystore,
  type: 'GSME' | 'GPF',
  eui: Eui64,
  options: { readonly named?: readonly Eui64[]; readonly faults?: ObjectFaults; readonly clock?: DeviceSetup['clock'] } = {},
): { readonly device: Device; readonly store: ZclStore } {
  const store = new ZclStore(gasDefaults());
  const device = new Device(
    { useCases: useCaseTable(...zclUseCases(type)), notation: 'gbz' },
    {
      suite,
      identity: identityOf(keystore, eui),
      cells: cellsFor(type, keystore, options.named ?? []),
      firmware: { version: 1, hash: new Uint8Array(32) },
      signatureProfile: 'deterministic',
      lentKeys: keystore,
      certificateValidity: false,
      zcl: store,
      ...(options.faults && { faults: options.faults }),
      ...(options.clock && { clock: options.clock }),
    },
  );
  return { device, store };
}

/** A message with whatever the keystore's keys open. */
export function opened(keystore: Keystore, octets: Bytes): WholeMessage {
  const { message } = decodeAndCheck(suite, octets, keystore);
  if (message.form === 'gbt-block') throw new Invariant('no blocks in the reference pairs');
  return message;
}

/** Puts a captured response into a device. */
export function clone({ device, store }: { readonly device: Device; readonly store: ZclStore }, message: WholeMessage): void {
  loadClone(store, message);
  const version = clonedFirmware(message);
  if (version) device.firmware.runs(Number(toBigInt(version)));
}

export function sent(effects: readonly DeviceEffect[]): readonly { readonly octets: Bytes; readonly envelope: Envelope }[] {
  return effects.flatMap((effect) =>
    effect.kind === 'send' ? [{ octets: effect.message, envelope: decodeEnvelope(effect.message) }] : [],
  );
}

export function reasons(effects: readonly DeviceEffect[]): readonly string[] {
  return effects.flatMap((effect) => (effect.kind === 'rejected' ? [`${effect.reason}: ${effect.detail}`] : []));
}

/** Components of a GBZ message; none for another kind. */
export function componentsOf(message: WholeMessage): readonly GbzComponent[] {
  return message.payload.kind === 'gbz' ? message.payload.components : [];
}

/** The moment a COSEM date-time names. */
export function momentOf(dateTime: Bytes | undefined): number | undefined {
  if (!dateTime) return undefined;
  const [high = 0, low = 0, month = 1, day = 1, , hour = 0, minute = 0, second = 0] = dateTime;
  return fromCivil({ year: high * 256 + low, month, day, hour, minute, second });
}

const fieldsOf = (component: GbzComponent) => component.sealed?.fields ?? component.fields;

/** The hardware faults that lead to an error response: the first failing access, as `object-fault` names it. */
export function faultsOf(command: WholeMessage, response: WholeMessage): ObjectFaults {
  const asked = componentsOf(command);
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  for (const component of componentsOf(response)) {
    const [first, status] = fieldsOf(component);
    const from = asked.find((one) => one.sequence === component.sequence);
    const general = (component.frameControl & 3) === 0;
    if (general && component.command === 0x0b && Number(status?.value) !== 0 && Number(status?.value) !== 0x8b && from) {
      const occurrence = asked.filter(
        (one) => one.cluster === from.cluster && one.command === from.command && one.sequence <= from.sequence,
      ).length;
      return new Map([[`${hex(from.cluster, 4)}/${hex(from.command, 2)}#${occurrence}`, Number(status?.value)]]);
    }
    if (general && component.command === 0x01) {
      const failed = fieldsOf(component).filter((field) => Number(field.children[1]?.value) !== 0);
      if (failed.length > 0) {
        return new Map(
          failed.map((field) => [
            `${hex(component.cluster, 4)}/${hex(Number(field.children[0]?.value), 4)}`,
            Number(field.children[1]?.value),
          ]),
        );
      }
    }
    if (first?.name === 'Sample ID' && first.value === 0xffff && from)
      return new Map([[`${hex(from.cluster, 4)}/${hex(from.command, 2)}`, 0xc0]]);
  }
  return new Map();
}
