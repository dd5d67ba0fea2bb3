import { octetsOf } from '../../device/cosem/numbers.ts';
import { earliest } from '../../device/deadline.ts';
import type { Device } from '../../device/device.ts';
import type { DeviceEffect } from '../../device/effects.ts';
import type { Organ, OrganState } from '../../device/life/organ.ts';
import { constantLoad } from '../../device/metering/load.ts';
import { LoadInput } from '../../device/metering/load-input.ts';
import { type Bytes, equalBytes, NO_BYTES } from '../../kernel/bytes.ts';
import type { Eui64 } from '../../kernel/eui64.ts';
import type { Millis } from '../../kernel/time.ts';
import { SCAN_TRIGGER } from './channel-log.ts';
import { DutyCycle } from './duty-cycle.ts';
import { FrequencyAgility, type ScanObstacles } from './frequency-agility.ts';
import { LinkSupervision } from './link-supervision.ts';
import { LostGsme } from './lost-gsme.ts';
import { QUIET_AIR, type SubGhzAir } from './radio.ts';

/** A device on the sub-GHz band. */
export interface BandDevice {
  readonly eui: Eui64;
  readonly gasMeter: boolean;
}

/** What the rest of the hub says about a scan. */
export type OtherObstacles = Omit<ScanObstacles, 'dutyCycleHigh'>;

/** Backup of the network: time, extended PAN identifier, devices (GBCS CCS03, CCS07). */
const NETWORK = '104/0-0:30.3.0.255/m4';

/** What supervises the band. Organs act in the order they are listed in; the radio is the last. */
class Supervision {
  readonly radio = new LoadInput<SubGhzAir>(constantLoad(QUIET_AIR));
  readonly dutyCycle: DutyCycle;
  readonly agility: FrequencyAgility;
  readonly lostGsme: LostGsme;
  readonly links: LinkSupervision;
  readonly organs: readonly Organ[];

  constructor(device: Device, obstacles: () => OtherObstacles) {
    const dutyCycle = new DutyCycle(device, this.radio);
    const agility = new FrequencyAgility(device, this.radio, () => ({
      ...obstacles(),
      dutyCycleHigh: dutyCycle.level !== 'normal',
    }));
    const requestScan = (trigger: number, now: Millis, effects: DeviceEffect[]): void => agility.request(trigger, now, effects);
    this.dutyCycle = dutyCycle;
    this.agility = agility;
    this.lostGsme = new LostGsme(device, requestScan);
    this.links = new LinkSupervision(device, this.radio, requestScan);
    this.organs = [dutyCycle, this.links, this.lostGsme, agility, this.radio];
  }
}

/**
 * The sub-GHz band of a dual-band hub: who is on it, how much of it is used, how well it works, and which channel. It takes shape when a
 * device is on the band or somebody asks for a scan; a hub that never uses the band keeps nothing about it.
 */
export class SubGhz implements Organ {
  readonly name = 'sub-ghz';
  readonly #device: Device;
  readonly #obstacles: () => OtherObstacles;
  #supervision: Supervision | undefined;
  #devices: readonly BandDevice[] = [];
  /** Identifier of the network when it was last looked at. */
  #network = NO_BYTES;

  constructor(device: Device, obstacles: () => OtherObstacles) {
    this.#device = device;
    this.#obstacles = obstacles;
  }

  /** What is on the air; tests and labs replace it. */
  get radio(): LoadInput<SubGhzAir> {
    return this.#parts.radio;
  }

  get dutyCycle(): DutyCycle {
    return this.#parts.dutyCycle;
  }

  /** Devices on the band: handed in at the start, after a restart, and when one is new. */
  attach(devices: readonly BandDevice[], now: Millis): void {
    this.#devices = devices;
    if (devices.length === 0 && !this.#supervision) return;
    const euis = devices.map(({ eui }) => eui);
    const gas = devices.filter(({ gasMeter }) => gasMeter).map(({ eui }) => eui);
    const { dutyCycle, agility, lostGsme, links } = this.#parts;
    dutyCycle.devices = euis;
    agility.gasMeter = gas.length > 0;
    lostGsme.watch(gas, now);
    const others = euis.filter((eui) => !gas.includes(eui));
    links.watch(euis, others, now);
  }

  /** How strong a device is received; undefined for one that is not on the band. */
  signalDbm(eui: Eui64): number | undefined {
    return this.#find(eui) && this.#supervision?.radio.current.signalDbm(eui);
  }

  /** Whether nothing is to be sent to a device now. */
  isSilent(eui: Eui64): boolean {
    return this.#supervision?.dutyCycle.isSilent(eui) ?? false;
  }

  /** The hub has sent a device octets of air time. */
  sent(eui: Eui64, octets: number, now: Millis, effects: DeviceEffect[]): void {
    this.#supervision?.dutyCycle.sent(eui, octets, now, effects);
  }

  /** Devices that have to be told to be silent, and for how long. They are told once. */
  takeTold(): ReturnType<DutyCycle['takeTold']> {
    return this.#supervision?.dutyCycle.takeTold() ?? [];
  }

  /** Devices whose silence has ended. They are named once. */
  takeResumed(): readonly Eui64[] {
    return this.#supervision?.dutyCycle.takeResumed() ?? [];
  }

  /** Something has come from a device. */
  heard(eui: Eui64, now: Millis, effects: DeviceEffect[]): void {
    if (this.#find(eui)?.gasMeter !== true) return;
    this.#supervision?.lostGsme.heard(eui, now);
    this.#supervision?.agility.gasMeterHeard(now, effects);
  }

  /** Somebody or something wants a scan of the channels. */
  requestScan(trigger: number, now: Millis, effects: DeviceEffect[]): void {
    this.#parts.agility.request(trigger, now, effects);
  }

  /** A device asks the hub for another channel (GBCS 10.6.2, unsolicited update). */
  channelChangeAsked(eui: Eui64, now: Millis, effects: DeviceEffect[]): void {
    const { gsmeRequest, otherDeviceRequest } = SCAN_TRIGGER;
    const device = this.#find(eui);
    if (device) this.requestScan(device.gasMeter ? gsmeRequest : otherDeviceRequest, now, effects);
  }

  ready(now: Millis): void {
    this.#supervision?.radio.ready(now);
  }

  begin(): void {
    this.#network = this.#networkNow;
  }

  deadline(): Millis | undefined {
    return this.#supervision && earliest(...this.#supervision.organs.map((organ) => organ.deadline()));
  }

  pass(from: Millis, to: Millis): void {
    for (const organ of this.#organs) organ.pass?.(from, to);
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    for (const organ of this.#organs) organ.act?.(now, effects);
  }

  /** A network that is formed anew gets the quietest channel there is. */
  settle(now: Millis, effects: DeviceEffect[]): void {
    const network = this.#networkNow;
    if (equalBytes(network, this.#network)) return;
    this.#network = network;
    this.requestScan(SCAN_TRIGGER.formation, now, effects);
  }

  powerUp(now: Millis, effects: DeviceEffect[]): void {
    for (const organ of this.#organs) organ.powerUp?.(now, effects);
  }

  state(): OrganState | undefined {
    if (!this.#supervision) return undefined;
    return Object.fromEntries(this.#supervision.organs.map((organ) => [organ.name, organ.state()]));
  }

  restore(state: OrganState | undefined): void {
    this.#network = this.#networkNow;
    if (state === undefined && !this.#supervision) return;
    const kept = (state ?? {}) as Readonly<Record<string, OrganState | undefined>>;
    for (const organ of this.#parts.organs) organ.restore(kept[organ.name]);
  }

  get #organs(): readonly Organ[] {
    return this.#supervision?.organs ?? [];
  }

  get #networkNow(): Bytes {
    return octetsOf(this.#device.cosem?.get(NETWORK)?.children[1]);
  }

  get #parts(): Supervision {
    if (this.#supervision) return this.#supervision;
    const supervision = new Supervision(this.#device, this.#obstacles);
    const at = this.#device.life?.livedTo;
    if (at !== undefined) supervision.radio.ready(at);
    this.#supervision = supervision;
    return supervision;
  }

  #find(eui: Eui64): BandDevice | undefined {
    return this.#devices.find((device) => device.eui === eui);
  }
}
