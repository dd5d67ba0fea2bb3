import type { Element } from '../../codec/element.ts';
import { fieldsAlert } from '../../device/cosem/alert-content.ts';
import { withValue } from '../../device/cosem/numbers.ts';
import type { Device } from '../../device/device.ts';
import type { DeviceEffect } from '../../device/effects.ts';
import type { Organ, OrganState } from '../../device/life/organ.ts';
import type { LoadInput } from '../../device/metering/load-input.ts';
import { dlms } from '../../gbcs/dlms-apdu.ts';
import type { Millis } from '../../kernel/time.ts';
import { noteChannel, SCAN_TRIGGER } from './channel-log.ts';
import { type Channel, maskElement, maskOf, sameChannel } from './channels.ts';
import type { SubGhzAir } from './radio.ts';
import { operatingChannel, SUB_GHZ, type SubGhzSettings, subGhzSettings } from './settings.ts';

/** What is said to a request for a scan, in the order of DUIS 5.4 StatusCode; the numbers are inferred from it. */
export const ASSESSMENT = {
  accepted: 0,
  handHeldTerminalConnected: 1,
  dutyCycleTooHigh: 2,
  joiningPermitted: 3,
  gasImageUnderway: 4,
  tooManyScansToday: 5,
  tooManyCommandsToday: 6,
  tooManyChangesThisWeek: 7,
} as const;

/** Codes of the sub-GHz channel (GBCS table 16.2). */
const CODE = { changed: 0x8f26, initiated: 0x8f27, assessed: 0x8f28, notChanged: 0x8f2b } as const;

const MINUTE: Millis = 60_000;
const DAY: Millis = 86_400_000;
const WEEK: Millis = 7 * DAY;
/** Wakes a gas meter has to hear of a scan and of a new channel (GBCS 10.6.2.8, as a radio maker tells it). */
const WAKES = { scan: 1, change: 2 } as const;

/** Where a scan that was accepted stands: the gas meter is to know of it, or of the channel it led to. */
interface Sequence {
  readonly trigger: number;
  readonly until: Millis;
  readonly channel?: Channel | undefined;
}

interface AgilityState {
  readonly sequence?: Sequence | undefined;
  readonly scans: readonly Millis[];
  readonly commands: readonly Millis[];
  readonly changes: readonly Millis[];
  /** Noise on the channel in use when it was chosen. */
  readonly chosenAtDbm?: number | undefined;
}

/** What stands in the way of a scan, as the rest of the hub knows it. */
export interface ScanObstacles {
  readonly handHeldTerminal: boolean;
  readonly dutyCycleHigh: boolean;
  readonly joiningPermitted: boolean;
  readonly gasImageUnderway: boolean;
}

const NEW: AgilityState = { scans: [], commands: [], changes: [] };

const octet = (value: number): Element => dlms('octet-string', Uint8Array.of(value));
const within = (times: readonly Millis[], now: Millis, span: Millis): readonly Millis[] => times.filter((at) => at > now - span);

/**
 * The hub's choice of a sub-GHz channel: a request for a scan is assessed, the gas meter gets time to hear of it, the noise of every
 * configured channel is measured, and the hub moves to a quieter one if that is worth it (GBCS 10.6.2; DBCH05, DBCH07, DBCH08).
 */
export class FrequencyAgility implements Organ {
  readonly name = 'frequency-agility';
  readonly #device: Device;
  readonly #radio: LoadInput<SubGhzAir>;
  readonly #obstacles: () => ScanObstacles;
  /** Whether a gas meter is on the band, which has to be waited for. */
  gasMeter = false;
  #state = NEW;

  constructor(device: Device, radio: LoadInput<SubGhzAir>, obstacles: () => ScanObstacles) {
    this.#device = device;
    this.#radio = radio;
    this.#obstacles = obstacles;
  }

  get #settings(): SubGhzSettings | undefined {
    return this.#device.cosem && subGhzSettings(this.#device.cosem);
  }

  get channel(): Channel | undefined {
    return this.#device.cosem && operatingChannel(this.#device.cosem);
  }

  /** Somebody or something wants a scan: it is assessed, and when nothing is in its way it begins. */
  request(trigger: number, now: Millis, effects: DeviceEffect[]): void {
    if (!this.#settings) return;
    const outcome = this.#assess(trigger, now);
    const fields = [dlms('structure', [octet(trigger), octet(outcome)])];
    effects.push(
      ...this.#device.alert(
        CODE.assessed,
        now,
        fieldsAlert(CODE.assessed, () => fields),
      ),
    );
    if (trigger === SCAN_TRIGGER.command) this.#state = { ...this.#state, commands: [...this.#commands(now), now] };
    if (outcome !== ASSESSMENT.accepted) return;
    this.#state = { ...this.#state, scans: [...this.#scans(now), now] };
    noteChannel(this.#device, now, CODE.initiated, this.channel, trigger);
    effects.push(...this.#device.alert(CODE.initiated, now));
    this.#state = { ...this.#state, sequence: { trigger, until: now + this.#patience(WAKES.scan) } };
  }

  /** The gas meter has come by: it knows what it has to, and the sequence goes on. */
  gasMeterHeard(now: Millis, effects: DeviceEffect[]): void {
    if (this.#state.sequence) this.#goOn(now, effects);
  }

  deadline(): Millis | undefined {
    return this.#state.sequence?.until;
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    if (this.#state.sequence && now >= this.#state.sequence.until) this.#goOn(now, effects);
  }

  state(): OrganState | undefined {
    const { sequence, scans, commands, changes, chosenAtDbm } = this.#state;
    if (this.#state === NEW) return undefined;
    const channel = sequence?.channel;
    return {
      scans: [...scans],
      commands: [...commands],
      changes: [...changes],
      chosenAtDbm,
      sequence: sequence && { ...sequence, channel: channel && { ...channel } },
    };
  }

  restore(state: OrganState | undefined): void {
    this.#state = (state as AgilityState | undefined) ?? NEW;
  }

  #patience(wakes: number): Millis {
    return this.gasMeter ? wakes * this.#device.parameters.gsmeWakeMinutes * MINUTE : 0;
  }

  #scans(now: Millis): readonly Millis[] {
    return within(this.#state.scans, now, DAY);
  }

  #commands(now: Millis): readonly Millis[] {
    return within(this.#state.commands, now, DAY);
  }

  #assess(trigger: number, now: Millis): number {
    const { scansPerDay, scanCommandsPerDay } = this.#device.parameters;
    const obstacles = this.#obstacles();
    const changes = within(this.#state.changes, now, WEEK).length;
    if (trigger === SCAN_TRIGGER.formation) return ASSESSMENT.accepted;
    if (obstacles.handHeldTerminal) return ASSESSMENT.handHeldTerminalConnected;
    if (obstacles.dutyCycleHigh) return ASSESSMENT.dutyCycleTooHigh;
    if (obstacles.joiningPermitted) return ASSESSMENT.joiningPermitted;
    if (obstacles.gasImageUnderway) return ASSESSMENT.gasImageUnderway;
    if (this.#scans(now).length >= scansPerDay) return ASSESSMENT.tooManyScansToday;
    if (trigger === SCAN_TRIGGER.command && this.#commands(now).length >= scanCommandsPerDay)
      return ASSESSMENT.tooManyCommandsToday;
    return changes >= (this.#settings?.changesPerWeek ?? 0) ? ASSESSMENT.tooManyChangesThisWeek : ASSESSMENT.accepted;
  }

  #goOn(now: Millis, effects: DeviceEffect[]): void {
    const { sequence } = this.#state;
    if (!sequence) return;
    if (sequence.channel) this.#change(sequence.channel, sequence.trigger, now, effects);
    else this.#scan(sequence.trigger, now, effects);
  }

  /** Measures the noise and decides. */
  #scan(trigger: number, now: Millis, effects: DeviceEffect[]): void {
    const { noiseDbm } = this.#radio.current;
    const { channels = [] } = this.#settings ?? {};
    const [first, ...others] = channels;
    const quietest = others.reduce((best, one) => (best && noiseDbm(one) >= noiseDbm(best) ? best : one), first);
    if (quietest && this.#isWorthIt(quietest, trigger)) {
      this.#state = { ...this.#state, sequence: { trigger, until: now + this.#patience(WAKES.change), channel: quietest } };
      return;
    }
    this.#state = { ...this.#state, sequence: undefined };
    noteChannel(this.#device, now, CODE.notChanged, this.channel, trigger);
    effects.push(...this.#device.alert(CODE.notChanged, now));
  }

  /**
   * A channel is worth moving to when it is quieter than the one in use by the quieter threshold, or at all when the one in use has become
   * noisier than it was when chosen by the noisier threshold. Inferred from the names of the thresholds.
   */
  #isWorthIt(channel: Channel, trigger: number): boolean {
    const { noiseDbm } = this.#radio.current;
    const used = this.channel;
    if (!used || trigger === SCAN_TRIGGER.formation) return true;
    if (sameChannel(used, channel)) return false;
    const { quieterDb = 0, noisierDb = 0 } = this.#settings ?? {};
    const [here, there] = [noiseDbm(used), noiseDbm(channel)];
    const { chosenAtDbm } = this.#state;
    const noisier = chosenAtDbm !== undefined && noisierDb > 0 && here - chosenAtDbm >= noisierDb;
    return here - there >= quieterDb || (noisier && there < here);
  }

  #change(channel: Channel, trigger: number, now: Millis, effects: DeviceEffect[]): void {
    const { cosem: store } = this.#device;
    const used = store?.get(SUB_GHZ.channel);
    if (store && used) store.set(SUB_GHZ.channel, withValue(used, maskOf(channel)));
    const changes = [...within(this.#state.changes, now, WEEK), now];
    this.#state = { ...this.#state, sequence: undefined, changes, chosenAtDbm: this.#radio.current.noiseDbm(channel) };
    noteChannel(this.#device, now, CODE.changed, channel, trigger);
    const fields = [dlms('structure', [maskElement(channel), octet(trigger)])];
    effects.push(
      ...this.#device.alert(
        CODE.changed,
        now,
        fieldsAlert(CODE.changed, () => fields),
      ),
    );
  }
}
