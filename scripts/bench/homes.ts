import { createNodeSuite, type NodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import type { Device } from '../../firmware-sim/device/device.ts';
import type { TrustAnchorCell } from '../../firmware-sim/device/trust-anchors.ts';
import { createTestPki } from '../../firmware-sim/gbcs/certificates/test-pki.ts';
import type { KeyProvider } from '../../firmware-sim/gbcs/key-provider.ts';
import { type Eui64, eui64At } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import type { DeviceType } from '../../lab/devices/device-types.ts';
import { profileNamed } from '../../lab/devices/profiles.ts';
import { type Credentials, makeDevice } from '../../lab/devices/provision.ts';
import { trustAnchorCells } from '../../lab/premises/credentials.ts';

/** Types of device in a home with electricity and gas. */
export const HOME_TYPES = ['ESME', 'GSME', 'CHF', 'GPF'] as const satisfies readonly DeviceType[];

export type HomeType = (typeof HOME_TYPES)[number];

export const START: Millis = Date.UTC(2030, 0, 1);

/** First octet of made-up identifiers, and the type of device in the second. */
const MAKER = 0x02;

/** The identifier of a home's device. */
export function euiOf(type: HomeType, home: number): Eui64 {
  const octets = new Uint8Array(8);
  octets[0] = MAKER;
  octets[1] = HOME_TYPES.indexOf(type);
  new DataView(octets.buffer).setUint32(4, home);
  return eui64At(octets);
}

/** Makes devices of any number of homes, all with the same remote parties. */
export class Homes {
  readonly suite: NodeSuite;
  /** Keys of parties; a device's are made whenever they are asked for, and not kept. */
  readonly keys: KeyProvider;
  readonly #cells: ReadonlyMap<HomeType, readonly TrustAnchorCell[]>;

  constructor() {
    const suite = createNodeSuite({ entropy: seededEntropy('bench', 'homes') });
    const pki = createTestPki(suite, { seed: 'bench', devices: [] });
    this.suite = suite;
    this.#cells = new Map(HOME_TYPES.map((type) => [type, trustAnchorCells(type, pki)]));
    this.keys = {
      accessControlBroker: pki.accessControlBroker,
      publicKey: (eui, use) => this.keys.privateKey(eui, use)?.publicKey,
      privateKey: (eui, use) => {
        if (!eui.startsWith('02-')) return pki.privateKey(eui, use);
        const source = randomFor('bench', `${eui} ${use}`);
        return suite.generateKey('P-256', (count) => source.bytes(count));
      },
    };
  }

  /** A device; with `keys` its key pairs are made now, else when they are needed. */
  device(type: HomeType, home: number, options: { readonly keys: boolean }): Device {
    const { suite, keys } = this;
    const eui = euiOf(type, home);
    const own = options.keys
      ? { signing: keys.privateKey(eui, 'digitalSignature'), agreement: keys.privateKey(eui, 'keyAgreement') }
      : { keys };
    const credentials: Credentials = { identity: { eui, ...own }, cells: this.#cells.get(type) ?? [], lentKeys: undefined };
    const profile = profileNamed(type, undefined);
    return makeDevice({ suite, type, profile, seed: 'bench', madeAt: START, certificateValidity: true }, credentials);
  }
}
