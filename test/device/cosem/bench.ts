import { createNodeSuite } from '../../../firmware-sim/crypto/node-suite.ts';
import { seededEntropy } from '../../../firmware-sim/crypto/suite.ts';
import { cosemDefaults } from '../../../firmware-sim/device/cosem/defaults.ts';
import { cosemUseCases } from '../../../firmware-sim/device/cosem/engine.ts';
import { type CosemDeviceType, CosemStore } from '../../../firmware-sim/device/cosem/store.ts';
import type { Elements } from '../../../firmware-sim/device/cosem/value.ts';
import { Device } from '../../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../../firmware-sim/device/effects.ts';
import type { DeviceSetup } from '../../../firmware-sim/device/setup.ts';
import { useCaseTable } from '../../../firmware-sim/device/use-case.ts';
import { decodeEnvelope, type Envelope } from '../../../firmware-sim/gbcs/envelope.ts';
import { identityOf } from '../../../lab/devices/device-keys.ts';
import { cellsFor } from '../../../lab/devices/trust-anchor-cells.ts';
import { type Keystore, loadKeystore } from '../../../lab/keystore/keystore.ts';
import { needShared } from '../../support/shared.ts';

export const suite = createNodeSuite({ entropy: seededEntropy(1, 'cosem tests') });

/** RTDS 4.5.0 devices answer as of 2015-01-01. */
export const RTDS_TIME = Date.UTC(2015, 0, 1);

const PROFILES = new Map(
  (['ESME', 'CHF', 'SAPC'] as const).map((type) => [
    type,
    { useCases: useCaseTable(...cosemUseCases(type)), notation: 'dlms' as const },
  ]),
);

type Skippable = Parameters<typeof needShared>[0];

let keystore: Keystore | undefined;

/** The keystore of the reference data, or the running test is skipped. */
export function referenceKeystore(context: Skippable): Keystore {
  keystore ??= loadKeystore(needShared(context, 'rtds/keystore'), suite);
  return keystore;
}

/** A device that has COSEM use cases and nothing else, with the keys of a keystore. */
export function cosemDevice(
  keys: Keystore,
  command: Envelope,
  setup: Partial<DeviceSetup> & { readonly elements?: Elements } = {},
): Device {
  const { recipient, originator, supplementary } = command.header;
  const type = keys.deviceType(recipient) as CosemDeviceType;
  const profile = PROFILES.get(type);
  if (!profile) throw new TypeError(`${recipient} is no DLMS device`);
  const named = supplementary ? [originator, supplementary.remoteParty] : [originator];
  return new Device(profile, {
    suite,
    identity: identityOf(keys, recipient),
    cells: cellsFor(type, keys, named),
    firmware: { version: 0x0123abcd, hash: new Uint8Array(32) },
    signatureProfile: 'deterministic',
    cosem: new CosemStore(type, cosemDefaults(type, setup.elements)),
    lentKeys: keys,
    certificateValidity: false,
    ...setup,
  });
}

/** Messages among the effects. */
export function sent(effects: readonly DeviceEffect[]): Envelope[] {
  return effects.flatMap((effect) => (effect.kind === 'send' ? [decodeEnvelope(effect.message)] : []));
}
