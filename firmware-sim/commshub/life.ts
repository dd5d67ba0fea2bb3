import { DONE } from '../device/cosem/access.ts';
import { fieldsAlert } from '../device/cosem/alert-content.ts';
import type { WriteEffect } from '../device/cosem/writes.ts';
import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import { Life } from '../device/life/life.ts';
import { assert } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import { CommunicationsStore } from './communications-store.ts';
import { HubClock } from './hub-clock.ts';
import { JOINING, JoiningWindow } from './joining-window.ts';
import type { Member } from './relay.ts';
import { SCAN_TRIGGER } from './sub-ghz/channel-log.ts';
import { SUB_GHZ } from './sub-ghz/settings.ts';
import { SubGhz } from './sub-ghz/sub-ghz.ts';

/** What a Communications Hub Function does as time passes. Organs act in the order they are listed in. */
export class ChfLife extends Life {
  readonly clock: HubClock;
  readonly joining: JoiningWindow;
  readonly communications: CommunicationsStore;
  readonly subGhz: SubGhz;
  /** An installer's hand-held terminal is on the network. */
  handHeldTerminal = false;
  /** Whether a gas meter has still to fetch an image. */
  gasImageUnderway: () => boolean = () => false;

  constructor(device: Device) {
    const clock = new HubClock(device);
    const joining = new JoiningWindow(device);
    const communications = new CommunicationsStore(device);
    const subGhz = new SubGhz(device, () => ({
      handHeldTerminal: this.handHeldTerminal,
      joiningPermitted: joining.open,
      gasImageUnderway: this.gasImageUnderway(),
    }));
    super([clock, joining, communications, subGhz]);
    this.clock = clock;
    this.joining = joining;
    this.communications = communications;
    this.subGhz = subGhz;
  }

  /** The devices of the home: handed in at the start, after a restart, and when one is new. */
  attach(members: readonly Member[], now: Millis): void {
    const onBand = members.filter(({ subGhz }) => subGhz === true).map(({ eui, type }) => ({ eui, gasMeter: type === 'GSME' }));
    this.subGhz.attach(onBand, now);
  }

  /** Something has come from a device of the home. */
  heard(eui: Eui64, now: Millis, effects: DeviceEffect[]): void {
    this.communications.heard(eui, now, this.subGhz.signalDbm(eui));
    this.subGhz.heard(eui, now, effects);
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
      chfLifeOf(device).subGhz.requestScan(SCAN_TRIGGER.command, now, effects);
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
