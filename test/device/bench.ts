import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { cosemDefaults } from '../../firmware-sim/device/cosem/defaults.ts';
import { CosemStore } from '../../firmware-sim/device/cosem/store.ts';
import { Device } from '../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import type { DeviceSetup } from '../../firmware-sim/device/setup.ts';
import { ESME_PROFILE } from '../../firmware-sim/esme/profile.ts';
import { createTestPki } from '../../firmware-sim/gbcs/certificates/test-pki.ts';
import { decodeEnvelope, type Envelope, encodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import type { MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import { macEnvelope, macParties, sharedSecretOf, signEnvelope } from '../../firmware-sim/gbcs/protection.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { Invariant } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { deviceIdentity, partyOf, trustAnchorCells } from '../../lab/premises/credentials.ts';

const entropy = randomFor('bench', 'nonces');
export const suite = createNodeSuite({ entropy: (count) => entropy.bytes(count) });
export const pki = createTestPki(suite, { seed: 'bench' });
export const NOW = Date.UTC(2030, 0, 15, 9);
export const ESME = '00-DB-12-34-56-78-90-A0' as Eui64;
export const SUPPLIER = partyOf('supplier');
export const SECOND_SUPPLIER = '90-B3-D5-1F-30-03-00-00' as Eui64;
export const NETWORK_OPERATOR = partyOf('networkOperator');
export const BROKER = partyOf('accessControlBroker');

export function deviceSetup(changes: Partial<DeviceSetup> = {}): DeviceSetup {
  return {
    suite,
    identity: deviceIdentity(ESME, pki),
    cells: trustAnchorCells('ESME', pki),
    firmware: { version: 0x01020003, hash: new Uint8Array(32) },
    signatureProfile: 'deterministic',
    cosem: new CosemStore('ESME', cosemDefaults('ESME')),
    ...changes,
  };
}

export function esmeDevice(changes: Partial<DeviceSetup> = {}): Device {
  return new Device(ESME_PROFILE, deviceSetup(changes));
}

export interface CommandChanges extends Partial<MessageHeader> {
  /** Who signs; nobody when undefined. */
  readonly signer?: Eui64 | undefined;
  readonly payload: Bytes;
}

/** A command with MAC, from the supplier unless something else is said. */
export function command({ payload, signer, ...changes }: CommandChanges): Bytes {
  const header: MessageHeader = {
    cra: 'command',
    originatorCounter: 1_000n,
    originator: SUPPLIER,
    recipient: ESME,
    dateTime: undefined,
    messageCode: 0x0059,
    supplementary: undefined,
    ...changes,
  };
  let envelope: Envelope = { header, payload, signature: undefined, mac: undefined };
  const key = signer && pki.privateKey(signer, 'digitalSignature');
  if (key) envelope = signEnvelope(suite, envelope, key, 'deterministic');
  const z = sharedSecretOf(suite, pki, macParties(header, pki));
  if (!z) throw new Invariant('the bench has keys for everyone');
  return encodeEnvelope(macEnvelope(suite, envelope, z));
}

/** The messages among effects, taken apart. */
export function sent(effects: readonly DeviceEffect[]): Envelope[] {
  return effects.flatMap((effect) => (effect.kind === 'send' ? [decodeEnvelope(effect.message)] : []));
}

/** Reasons of the refusals among effects. */
export function refusals(effects: readonly DeviceEffect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === 'rejected' ? [effect.reason] : []));
}

/** Codes that went into the security log. */
export function logged(effects: readonly DeviceEffect[]): number[] {
  return effects.flatMap((effect) => (effect.kind === 'log' ? [effect.entry.code] : []));
}
