import type { Device } from '../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import { esmeLifeOf } from '../../firmware-sim/esme/life.ts';
import { gsmeLifeOf } from '../../firmware-sim/gsme/life.ts';
import { Invariant } from '../../firmware-sim/kernel/errors.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { putInCreditMode } from '../../lab/devices/credit-mode.ts';
import { ELECTRICITY_LOADS, GAS_LOADS } from '../../lab/loads/named-loads.ts';
import { AccessControlBroker } from '../../lab/parties/access-control-broker.ts';
import { type CommandPlan, RemoteParty } from '../../lab/parties/remote-party.ts';
import { partyOf } from '../../lab/premises/credentials.ts';
import { readGasVersion, readVersion } from '../../lab/update/commands.ts';
import { HOME_TYPES, type Homes, type HomeType, START } from './homes.ts';
import { expect } from './report.ts';

const DAY_MS: Millis = 86_400_000;
const WEEK_MS: Millis = 7 * DAY_MS;
const DAYS = 365;

/** One home, its supplier, and the broker that adds MACs. */
class Home {
  readonly devices: ReadonlyMap<HomeType, Device>;
  readonly #supplier: RemoteParty;
  readonly #broker: AccessControlBroker;
  answers = 0;

  constructor(homes: Homes) {
    const { suite, keys } = homes;
    const party = { suite, keys, signatureProfile: 'deterministic', firstCounter: 1n } as const;
    this.#supplier = new RemoteParty({ ...party, eui: partyOf('supplier'), name: 'supplier' });
    this.#broker = new AccessControlBroker({ ...party, eui: partyOf('accessControlBroker'), name: 'broker' });
    this.devices = new Map(HOME_TYPES.map((type) => [type, homes.device(type, 0, { keys: true })]));
    for (const [type, device] of this.devices) {
      putInCreditMode(device);
      if (type === 'ESME') esmeLifeOf(device).load.replace(named(ELECTRICITY_LOADS, 'household'), START);
      if (type === 'GSME') gsmeLifeOf(device).load.replace(named(GAS_LOADS, 'gas-household'), START);
      device.life?.start(START);
    }
  }

  /** The supplier reads a device, which answers with keys of its own. */
  command(type: HomeType, plan: (recipient: Device['eui']) => CommandPlan, now: Millis): void {
    const device = this.devices.get(type);
    expect(device !== undefined, `there is a ${type}`);
    if (!device) return;
    const message = this.#broker.protect(this.#supplier.compose(plan(device.eui)).message);
    const responses = device.receive(message, now).flatMap((effect: DeviceEffect) => {
      return effect.kind === 'send' && effect.header.cra === 'response' ? [effect.message] : [];
    });
    for (const response of responses) expect(this.#supplier.receive(response, now).genuine, 'the response is genuine');
    this.answers += responses.length;
  }

  /** Time passes for every device, one deadline after the other. */
  liveTo(to: Millis): void {
    for (const device of this.devices.values()) {
      for (let due = device.deadline; due !== undefined && due <= to; due = device.deadline) device.poll(due);
      device.poll(to);
    }
  }
}

function named<T>(loads: Readonly<Record<string, { readonly make: (seed: string, argument: string) => T }>>, name: string): T {
  const load = loads[name];
  if (!load) throw new Invariant(`${name} is a built-in load`);
  return load.make('bench', '');
}

/**
 * A year of one home: half-hourly loads, whatever meters do each day and month, and every week a command to each meter with its
 * response.
 * @returns commands that were answered
 */
export function simulatedYear(homes: Homes): number {
  const home = new Home(homes);
  for (let at = START + DAY_MS; at <= START + DAYS * DAY_MS; at += DAY_MS) {
    home.liveTo(at);
    if ((at - START) % WEEK_MS !== 0) continue;
    home.command('ESME', readVersion, at);
    home.command('GSME', readGasVersion, at);
  }
  return home.answers;
}
