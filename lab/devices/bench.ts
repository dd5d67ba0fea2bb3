import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import { finishActivation } from '../../firmware-sim/device/activate-firmware.ts';
import type { Device } from '../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { type Millis, parseIso } from '../../firmware-sim/kernel/time.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { handInLoads } from '../loads/hand-in.ts';
import type { Plain } from '../state/cbor.ts';
import { answers, type Clone, clonesFor } from './clone.ts';
import { cloneTimeOf } from './clone-time.ts';
import { loadClone } from './clone-values.ts';
import { deviceTypeFor, type MessageOfDevice } from './device-choice.ts';
import { knowsDevice } from './device-keys.ts';
import type { DeviceType } from './device-types.ts';
import type { ReadCommand } from './messages.ts';
import type { Departures } from './misbehaviours.ts';
import { type CommandOutcome, notDelivered, outcomeOf } from './outcome.ts';
import { type Profile, profileNamed } from './profiles.ts';
import { provisionDevice } from './provision.ts';
import { benchState, type StoredDevice, storedDevices } from './stored-devices.ts';

/** What a run of commands is made with. */
export interface BenchOptions {
  readonly suite: CryptoSuite;
  readonly keystore: Keystore;
  /** Type of every device, when the person says so. */
  readonly type?: DeviceType | undefined;
  /** Variant of every device, when the person says so. */
  readonly profile?: string | undefined;
  readonly clones: readonly Clone[];
  /** The time of the run; without it that of a clone, else `DEFAULT_TIME`. */
  readonly now?: Millis | undefined;
  readonly seed: string;
  readonly departures?: Partial<Departures>;
  /** Devices there will be besides the recipients of commands; a clone of theirs is for them alone. */
  readonly devices?: readonly Eui64[];
}

/** What time it is for a device nobody said anything about. */
export const DEFAULT_TIME: Millis = parseIso('2015-01-01T00:00:00Z');

/** One device of a bench. */
export interface BenchDevice {
  readonly type: DeviceType;
  readonly profile: Profile;
  readonly device: Device;
  readonly now: Millis;
  readonly madeAt: Millis;
}

/** What a device answered, and which it was. */
export interface BenchAnswer extends CommandOutcome {
  readonly device: Eui64 | undefined;
}

/** The parties of the commands for a device: originators in order, then those the Access Control Broker speaks for. */
function partiesNamed(commands: readonly ReadCommand[], eui: Eui64): readonly Eui64[] {
  const headers = commands.flatMap(({ header }) => (header?.recipient === eui ? [header] : []));
  return [...headers.map((header) => header.originator), ...headers.flatMap((header) => header.supplementary?.remoteParty ?? [])];
}

/** Devices for the recipients of commands, each made when its first command comes; no time passes between commands. */
export class Bench {
  readonly #options: BenchOptions;
  readonly #commands: readonly ReadCommand[];
  readonly #recipients: ReadonlySet<Eui64>;
  readonly #stored: ReadonlyMap<Eui64, StoredDevice>;
  readonly #variants = new Map<Eui64, Pick<BenchDevice, 'type' | 'profile'>>();
  readonly #devices = new Map<Eui64, BenchDevice>();

  /**
   * @param commands every command there will be: whom they name decides who holds a role that several parties could hold
   * @param stored what `state()` of an earlier bench gave
   * @throws UsageError when nobody says what one of the recipients is, before any of them has received anything
   */
  constructor(options: BenchOptions, commands: readonly ReadCommand[], stored: Plain | undefined) {
    this.#options = options;
    this.#commands = commands;
    this.#recipients = new Set([...commands.flatMap(({ header }) => header?.recipient ?? []), ...(options.devices ?? [])]);
    this.#stored = storedDevices(stored);
    for (const { header, file } of commands) {
      if (header?.cra !== 'command' || !this.#isDevice(header.recipient)) continue;
      this.#variantOf({ eui: header.recipient, messageCode: header.messageCode, file });
    }
  }

  /** True for a device of the state, or one the keystore can say something about. */
  #isDevice(eui: Eui64): boolean {
    return this.#stored.has(eui) || knowsDevice(this.#options.keystore, eui);
  }

  /** Lets the recipient of a command receive it. @throws UsageError when it cannot be made */
  execute(command: ReadCommand): BenchAnswer {
    const { header, bytes, fault } = command;
    if (!header || !(bytes instanceof Uint8Array)) {
      return { ...notDelivered(`malformed: ${fault?.message ?? 'is no message'}`), device: undefined };
    }
    const eui = header.recipient;
    if (header.cra !== 'command') {
      return { ...notDelivered(`not-for-this-device: a ${header.cra}, not a command`), device: eui };
    }
    if (!this.#isDevice(eui)) {
      return { ...notDelivered(`unknown-device: the keystore has no key or certificate of a device ${eui}`), device: eui };
    }
    const { messageCode } = header;
    const bench = this.device({ eui, messageCode, file: command.file });
    const outcome = outcomeOf(runCommand(bench, bytes), bench.device);
    return { ...outcome, device: eui };
  }

  /**
   * A device of the bench, made when it is first asked for.
   * @param message a message to or from it, which may tell its type
   * @throws UsageError when it cannot be made
   */
  device(message: MessageOfDevice): BenchDevice {
    return this.#devices.get(message.eui) ?? this.#make(message);
  }

  #make(message: MessageOfDevice): BenchDevice {
    const { eui } = message;
    const { suite, keystore, clones, now, seed, departures } = this.#options;
    const stored = this.#stored.get(eui);
    const { type, profile } = this.#variantOf(message);
    const mine = clonesFor(eui, clones, this.#recipients);
    const times = mine.map(({ message }) => cloneTimeOf(message));
    const at = now ?? times.findLast((time) => time.at !== undefined)?.at ?? DEFAULT_TIME;
    const madeAt = stored?.madeAt ?? at;
    const device = provisionDevice({
      suite,
      keystore,
      eui,
      type,
      profile,
      named: partiesNamed(this.#commands, eui),
      seed,
      madeAt,
      certificateValidity: now !== undefined,
      ...departures,
      ...(stored && { state: stored.state }),
    });
    if (stored?.loads && (type === 'ESME' || type === 'GSME')) handInLoads(type, device, stored.loads);
    for (const clone of mine) takeOver(device, clone, this.#answered(clone));
    const status = times.findLast((time) => time.status !== undefined)?.status;
    if (status) device.clock = { ...device.clock, status };
    const bench = { type, profile, device, now: at, madeAt };
    this.#devices.set(eui, bench);
    return bench;
  }

  /** Payload of the command that a clone answers, when it is one of this run. */
  #answered(clone: Clone): Bytes | undefined {
    const command = this.#commands.find(({ header }) => header && answers(clone, header));
    return command?.payload;
  }

  /** Types are told by the first message to or from a device; later ones may have other targets. */
  #variantOf(message: MessageOfDevice): Pick<BenchDevice, 'type' | 'profile'> {
    const known = this.#variants.get(message.eui);
    if (known) return known;
    const stored = this.#stored.get(message.eui);
    const type = this.#typeOf(message, stored);
    const variant = { type, profile: profileNamed(type, this.#profileName(message.eui, stored)) };
    this.#variants.set(message.eui, variant);
    return variant;
  }

  #typeOf(message: MessageOfDevice, stored: StoredDevice | undefined): DeviceType {
    const { type, keystore } = this.#options;
    if (!stored) return deviceTypeFor(message, keystore, type);
    if (type === undefined || stored.type === type) return stored.type;
    throw new UsageError('wrong-device-type', `the state has ${message.eui} as ${stored.type}, not ${type}`);
  }

  #profileName(eui: Eui64, stored: StoredDevice | undefined): string | undefined {
    const { profile, keystore } = this.#options;
    if (!stored) return profile ?? keystore.deviceProfile(eui);
    if (profile === undefined || stored.profile === profile) return stored.profile;
    throw new UsageError('wrong-profile', `the state has ${eui} with profile ${stored.profile}, not ${profile}`);
  }

  /** Every device of this bench and of the state it began with, as plain data. */
  state(): Plain {
    const made = [...this.#devices].map(([eui, { type, profile, device, madeAt }]): [Eui64, StoredDevice] => {
      const loads = this.#stored.get(eui)?.loads;
      return [eui, { type, profile: profile.name, madeAt, state: device.state(), ...(loads && { loads }) }];
    });
    return benchState(new Map([...this.#stored, ...made]));
  }
}

function takeOver(device: Device, clone: Clone, command: Bytes | undefined): void {
  try {
    loadClone(device, clone, command);
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    throw new UsageError('bad-clone', error.message, { file: clone.file });
  }
}

/** What a device restarts for happens at once: no time passes on a bench. */
function restarted({ device, now }: BenchDevice): readonly DeviceEffect[] {
  return device.firmware.activation ? finishActivation(device, true, now) : [];
}

/** What a device does with one message, and before it with whatever has become due. */
function runCommand(bench: BenchDevice, bytes: Bytes): readonly DeviceEffect[] {
  const { device, now } = bench;
  return [...device.poll(now), ...restarted(bench), ...device.receive(bytes, now), ...restarted(bench)];
}
