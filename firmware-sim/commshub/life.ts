import { DONE } from '../device/cosem/access.ts';
import { fieldsAlert } from '../device/cosem/alert-content.ts';
import type { WriteEffect } from '../device/cosem/writes.ts';
import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import { Life } from '../device/life/life.ts';
import { constantLoad } from '../device/metering/load.ts';
import { LoadInput } from '../device/metering/load-input.ts';
import { assert } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import { CommunicationsStore } from './communications-store.ts';
import { HubClock } from './hub-clock.ts';
import { JOINING, JoiningWindow } from './joining-window.ts';
import type { Member } from './relay.ts';
import { SCAN_TRIGGER } from './sub-ghz/channel-log.ts';
import { DutyCycle } from './sub-ghz/duty-cycle.ts';
import { FrequencyAgility } from './sub-ghz/frequency-agility.ts';
import { LinkSupervision } from './sub-ghz/link-supervision.ts';
import { LostGsme } from './sub-ghz/lost-gsme.ts';
import { QUIET_AIR, type SubGhzAir } from './sub-ghz/radio.ts';
import { SUB_GHZ } from './sub-ghz/settings.ts';

/** What a Communications Hub Function does as time passes. Organs act in the order they are listed in. */
export class ChfLife extends Life {
  readonly radio: LoadInput<SubGhzAir>;
  readonly clock: HubClock;
  readonly joining: JoiningWindow;
  readonly communications: CommunicationsStore;
  readonly dutyCycle: DutyCycle;
  readonly agility: FrequencyAgility;
  readonly #lostGsme: LostGsme;
  readonly #links: LinkSupervision;
  #subGhz: ReadonlySet<Eui64> = new Set();
  #gasMeters: ReadonlySet<Eui64> = new Set();
  /** An installer's hand-held terminal is on the network. */
  handHeldTerminal = false;
  /** Whether a gas meter has still to fetch an image. */
  gasImageUnderway: () => boolean = () => false;

  constructor(device: Device) {
    const radio = new LoadInput<SubGhzAir>(constantLoad(QUIET_AIR));
    const clock = new HubClock(device);
    const joining = new JoiningWindow(device);
    const communications = new CommunicationsStore(device);
    const dutyCycle = new DutyCycle(device, radio);
    const agility = new FrequencyAgility(device, radio, () => ({
      handHeldTerminal: this.handHeldTerminal,
      dutyCycleHigh: dutyCycle.level !== 'normal',
      joiningPermitted: joining.open,
      gasImageUnderway: this.gasImageUnderway(),
    }));
    const requestScan = (trigger: number, now: Millis, effects: DeviceEffect[]): void => agility.request(trigger, now, effects);
    const lostGsme = new LostGsme(device, requestScan);
    const links = new LinkSupervision(device, radio, requestScan);
    super([clock, joining, communications, dutyCycle, links, lostGsme, agility, radio]);
    this.radio = radio;
    this.clock = clock;
    this.joining = joining;
    this.communications = communications;
    this.dutyCycle = dutyCycle;
    this.agility = agility;
    this.#lostGsme = lostGsme;
    this.#links = links;
  }

  /** The devices of the home: handed in at the start, after a restart, and when one is new. */
  attach(members: readonly Member[], now: Millis): void {
    const onBand = members.filter(({ subGhz }) => subGhz === true);
    const gas = onBand.filter(({ type }) => type === 'GSME').map(({ eui }) => eui);
    const euis = onBand.map(({ eui }) => eui);
    this.#subGhz = new Set(euis);
    this.#gasMeters = new Set(gas);
    this.dutyCycle.devices = euis;
    this.agility.gasMeter = gas.length > 0;
    this.#lostGsme.watch(gas, now);
    this.#links.watch(
      euis,
      euis.filter((eui) => !gas.includes(eui)),
      now,
    );
  }

  /** Something has come from a device of the home. */
  heard(eui: Eui64, now: Millis, effects: DeviceEffect[]): void {
    this.communications.heard(eui, now, this.#subGhz.has(eui) ? this.radio.current.signalDbm(eui) : undefined);
    if (!this.#gasMeters.has(eui)) return;
    this.#lostGsme.heard(eui, now);
    this.agility.gasMeterHeard(now, effects);
  }

  /** A device asks the hub for another channel (GBCS 10.6.2, unsolicited update). */
  channelChangeAsked(eui: Eui64, now: Millis, effects: DeviceEffect[]): void {
    const { gsmeRequest, otherDeviceRequest } = SCAN_TRIGGER;
    if (this.#subGhz.has(eui)) this.agility.request(this.#gasMeters.has(eui) ? gsmeRequest : otherDeviceRequest, now, effects);
  }
}

/** The life of a Communications Hub Function. */
export function chfLifeOf({ life, eui }: Device): ChfLife {
  assert(life instanceof ChfLife, `${eui} is a communications hub`);
  return life;
}

/** Sub GHz Configuration Changed (GBCS DBCH09). */
const CONFIGURATION_CHANGED = 0x8f2a;

/** What writing the hub's own objects does besides keeping the value (GBCS DBCH04, DBCH05, CCS01). */
export const HUB_WRITES: ReadonlyMap<string, WriteEffect> = new Map<string, WriteEffect>([
  [
    SUB_GHZ.settings,
    ({ device, item, now, effects }) => {
      const content = fieldsAlert(CONFIGURATION_CHANGED, () => [item.data]);
      effects.push(...device.alert(CONFIGURATION_CHANGED, now, content));
      return DONE;
    },
  ],
  [
    SUB_GHZ.scan,
    ({ device, now, effects }) => {
      chfLifeOf(device).agility.request(SCAN_TRIGGER.command, now, effects);
      return DONE;
    },
  ],
  [
    JOINING,
    ({ device }) => {
      chfLifeOf(device).joining.renewed();
      return DONE;
    },
  ],
]);
