import { finishActivation } from '../device/activate-firmware.ts';
import { ALERT } from '../device/alerts.ts';
import { earliest } from '../device/deadline.ts';
import { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import { checkStoredImage } from '../device/firmware-receipt.ts';
import { type HanFrame, isOtaFrame } from '../device/han-frame.ts';
import { WHOLE_MESSAGES } from '../device/link-blocks.ts';
import type { OtaIdentity } from '../device/ota-client.ts';
import type { DeviceSetup } from '../device/setup.ts';
import { BlockEndpoint, type EndpointStep } from '../gbcs/block-endpoint.ts';
import type { BlockTransferParameters } from '../gbcs/block-transfer.ts';
import type { MessageHeader } from '../gbcs/header.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import { type Eui64, eui64Bytes } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import type { GasProxyPort } from './gas-proxy-port.ts';
import { HubPower, type HubPowerOptions, type HubPowerOutput, type HubPowerState } from './hub-power.ts';
import { ImageDesk, type ImageDeskStep } from './image-desk.ts';
import { type ChfLife, chfLifeOf } from './life.ts';
import { CHF_PROFILE } from './profile.ts';
import { carriedIn, type HubDevice, Relay, type Undelivered } from './relay.ts';
import { discardedAlert, undeliveredAlert } from './relay-alerts.ts';
import { airOctets } from './sub-ghz/radio.ts';
import { Uplink } from './uplink.ts';
import type { WanDownFrame, WanUpFrame } from './wan-frame.ts';

export type { HubDevice } from './relay.ts';

export interface CommsHubSetup extends DeviceSetup {
  readonly devices: readonly HubDevice[];
  readonly power?: Partial<HubPowerOptions>;
  /** When the hub begins to live, unless its state says that it has already. */
  readonly startedAt: Millis;
  /** How the hub's own messages go in blocks where they are too long for the WAN; other devices' blocks pass as they are. */
  readonly blocks?: BlockTransferParameters;
  /** What firmware the hub itself takes; none by default. */
  readonly ota?: OtaIdentity;
  /** Named misbehaviour `activation-fails`: new firmware of the hub does not start and the old one runs again. */
  readonly activationFails?: boolean;
  readonly proxy?: GasProxyPort;
}

/** Why a message from the network did not reach a device of the home. */
export type UndeliveredReason = Undelivered['reason'] | 'silent' | 'unknown-device';

/** What a hub did. Whether a tunnelled message arrived goes back through `confirmed`. */
export type HubEffect =
  | Exclude<DeviceEffect, { kind: 'send' }>
  | { readonly kind: 'han'; readonly to: Eui64; readonly frame: HanFrame; readonly ticket?: number }
  | { readonly kind: 'wan'; readonly frame: WanUpFrame }
  | { readonly kind: 'hub-state'; readonly state: HubPowerState }
  | { readonly kind: 'undelivered'; readonly to: Eui64; readonly header: MessageHeader; readonly reason: UndeliveredReason };

/** Tap Off Message Response or Alert Failure (GBCS table 16.2). */
const TAP_FAILED = 0x819e;
/** No More Sub GHz Device Capacity. */
const NO_CAPACITY = 0x8f2d;
/** Unauthorised Physical Access - Tamper Detect. */
const TAMPERED = 0x8f3f;

/**
 * A Communications Hub: its own GBCS device (CHF), the way between WAN and HAN, image store, and the power outage alert.
 * It takes and gives frames only while it is powered, but for the alert; what it holds for devices survives a power cut.
 */
export class CommsHub {
  readonly device: Device;
  readonly life: ChfLife;
  readonly power: HubPower;
  readonly #setup: CommsHubSetup;
  readonly #images: ImageDesk;
  readonly #blocks: BlockEndpoint;
  readonly #relay: Relay;
  readonly #uplink: Uplink;
  #feedLostAt: Millis | undefined;
  /** Whether its application is down, whether its memory of the time is gone, and whether it has to start again. */
  #down = false;
  #wasDead = false;
  #starting = false;

  constructor(setup: CommsHubSetup) {
    this.#setup = setup;
    this.device = new Device(CHF_PROFILE, setup);
    this.life = chfLifeOf(this.device);
    this.power = new HubPower(setup.power);
    this.#blocks = new BlockEndpoint(setup.blocks ?? WHOLE_MESSAGES);
    this.#relay = new Relay(setup.devices, this.device.parameters);
    this.#uplink = new Uplink(this.device.parameters);
    this.#images = new ImageDesk(this.device, setup.ota, (device) => this.#relay.member(device)?.type);
    this.life.gasImageUnderway = () => this.#relay.members.some((one) => one.type === 'GSME' && this.#images.isUnderway(one.eui));
    this.life.attach(this.#relay.members, setup.startedAt);
    if (this.life.livedTo === undefined) this.life.start(setup.startedAt);
  }

  get powered(): boolean {
    return this.power.state === 'powered';
  }

  /** Whether frames from the network reach the hub. */
  get onNetwork(): boolean {
    return this.powered && this.#uplink.there;
  }

  get deadline(): Millis | undefined {
    if (!this.powered) return this.power.deadline;
    const { proxy } = this.#setup;
    const parts = [this.device, this.#relay, this.#images, ...(proxy ? [proxy] : [])].map((part) => part.deadline);
    return earliest(this.power.deadline, this.#blocks.nextDeadline, ...parts);
  }

  /** The 12 V feed comes or goes. */
  feedChanged(on: boolean, now: Millis): HubEffect[] {
    const effects = this.#lived(now);
    if (!on) this.#feedLostAt ??= now;
    effects.push(...this.#powerStep(on ? this.power.feedRestored(now) : this.power.feedLost(now), now));
    return this.#settled(effects);
  }

  /** The wide area network comes or goes; the home goes on without it. */
  wanChanged(there: boolean, now: Millis): HubEffect[] {
    const effects = this.#lived(now);
    const frames = this.#uplink.changed(there, { kind: 'registered', hub: this.device.eui });
    if (frames.length > 0) this.life.clock.networkIsThere(now);
    effects.push(...frames.map((frame): HubEffect => ({ kind: 'wan', frame })));
    return this.#settled(effects);
  }

  /** Does whatever is due. */
  poll(now: Millis): HubEffect[] {
    const effects = this.#powerStep(this.power.poll(now), now);
    effects.push(...this.#lived(now));
    return this.#settled(effects);
  }

  /** A device has joined the link; what waits for it goes out. */
  memberUp(eui: Eui64, now: Millis): HubEffect[] {
    this.#relay.reset(eui);
    return this.#settled([...this.#lived(now), ...this.#flush(eui, now)]);
  }

  confirmed(to: Eui64, ticket: number, arrived: boolean, now: Millis): HubEffect[] {
    const effects = this.#lived(now);
    this.#relay.confirmed(to, ticket, arrived);
    this.life.communications.sent(to, arrived);
    if (this.powered) effects.push(...this.#givenUp(this.#relay.expired(now), now));
    return this.#settled([...effects, ...this.#flush(to, now)]);
  }

  /**
   * A device wants to be one of the home: it has to be in the device log while joining is permitted, and on the sub-GHz band there has
   * to be room, or the broker is told (GBCS CCS01, DBCH11).
   */
  join(device: HubDevice, now: Millis): { readonly admitted: boolean; readonly effects: readonly HubEffect[] } {
    const effects = this.#lived(now);
    const { communications, joining } = this.life;
    const members = this.#relay.members;
    const known = this.#relay.member(device.eui) !== undefined;
    const permitted = this.powered && communications.knows(device.eui) && (known || joining.open);
    if (!permitted) return { admitted: false, effects: this.#settled(effects) };
    const onBand = members.filter(({ eui, subGhz }) => subGhz === true && eui !== device.eui).length;
    if (device.subGhz === true && onBand >= this.device.parameters.subGhzDevicesMax) {
      const content = { octetStrings: [eui64Bytes(device.eui)] };
      effects.push(...this.#own(this.device.alert(NO_CAPACITY, now, content), now));
      return { admitted: false, effects: this.#settled(effects) };
    }
    this.#relay.add(device);
    this.life.attach(this.#relay.members, now);
    return { admitted: true, effects: this.#settled(effects) };
  }

  /** A device asks for another sub-GHz channel. */
  channelChangeAsked(eui: Eui64, now: Millis): HubEffect[] {
    const effects = this.#lived(now);
    const raised: DeviceEffect[] = [];
    if (this.powered) this.life.subGhz.channelChangeAsked(eui, now, raised);
    return this.#settled([...effects, ...this.#own(raised, now)]);
  }

  /** Somebody has opened the hub, or taken it off its meter (GBCS table 16.2). */
  tampered(now: Millis): HubEffect[] {
    const effects = this.#lived(now);
    if (this.powered) effects.push(...this.#own(this.device.alert(TAMPERED, now), now));
    return this.#settled(effects);
  }

  /** Takes a frame from the WAN. */
  receiveWan(frame: WanDownFrame, now: Millis): HubEffect[] {
    const effects = this.#lived(now);
    if (this.onNetwork) effects.push(...this.#fromWan(frame, now));
    return this.#settled(effects);
  }

  /** Takes a frame from a device of the home. */
  receiveHan(from: Eui64, frame: HanFrame, now: Millis): HubEffect[] {
    const effects = this.#lived(now);
    const allowed = this.#relay.member(from) !== undefined && this.life.communications.knows(from);
    if (!this.powered || !allowed) return this.#settled(effects);
    const raised: DeviceEffect[] = [];
    this.life.heard(from, now, raised);
    return this.#settled([...effects, ...this.#own(raised, now), ...this.#fromHan(from, frame, now)]);
  }

  #fromWan(frame: WanDownFrame, now: Millis): HubEffect[] {
    switch (frame.kind) {
      case 'gbcs':
        return this.#route(frame.message, now);
      case 'status-request':
        return this.#wan({ kind: 'status', hub: this.device.eui });
      case 'network-time':
        this.life.clock.heard(frame.utc, now);
        return [];
      default:
        return this.#imageStep(this.#images.receive(frame, now), now);
    }
  }

  #fromHan(from: Eui64, frame: HanFrame, now: Millis): HubEffect[] {
    if (frame.kind === 'tunnel')
      return [...this.#tap(from, frame.message, 'meter', now), ...this.#wan({ kind: 'gbcs', message: frame.message })];
    if (this.life.subGhz.isSilent(from)) return [];
    if (frame.kind === 'tunnel-get') {
      const nothing = this.#relay.collect(from, now);
      return nothing ? this.#send(from, nothing, now) : this.#flush(from, now);
    }
    if (!isOtaFrame(frame)) return [];
    const { answer, effects } = this.#images.serve(frame, from, now);
    return [...this.#own(effects, now), ...(answer ? this.#send(from, answer, now) : [])];
  }

  /** A message from the network goes to whom it is for: the hub itself, the gas proxy, or a device of the home. */
  #route(message: Bytes, now: Millis): HubEffect[] {
    const carried = carriedIn(message);
    const { proxy } = this.#setup;
    const to = carried?.header.recipient;
    if (!carried || to === undefined) return [];
    if (to === this.device.eui) return this.#ownStep(this.#blocks.receive(message, now), this.device, now);
    if (proxy && to === proxy.device.eui) return this.#ownStep(this.#blocks.receive(message, now), proxy.device, now);
    const member = this.#relay.member(to);
    const { header } = carried;
    if (!member || !this.life.communications.knows(to)) return [{ kind: 'undelivered', to, header, reason: 'unknown-device' }];
    if (this.life.subGhz.isSilent(to)) {
      const alert = this.#own(discardedAlert(this.device, header, now), now);
      return [{ kind: 'undelivered', to, header, reason: 'silent' }, ...alert];
    }
    const tapped = this.#tap(to, message, 'network', now);
    return [...tapped, ...this.#givenUp(this.#relay.take(member, carried, now), now), ...this.#flush(to, now)];
  }

  /** The gas proxy reads along what passes to and from the gas meter; what it cannot take is reported in its name. */
  #tap(device: Eui64, message: Bytes, from: 'network' | 'meter', now: Millis): HubEffect[] {
    const { proxy } = this.#setup;
    if (!proxy || this.#relay.member(device)?.type !== 'GSME') return [];
    try {
      return this.#own(proxy.tap(message, from, now), now);
    } catch (error) {
      if (!(error instanceof ProtocolFault)) throw error;
      return this.#own(proxy.device.alert(TAP_FAILED, now), now);
    }
  }

  /** Messages that were given up: each is reported once, however many blocks of it there were. */
  #givenUp(undelivered: readonly Undelivered[], now: Millis): HubEffect[] {
    const reported = new Set<string>();
    return undelivered.flatMap(({ header, device, reason }): HubEffect[] => {
      const key = `${header.originator} ${header.recipient} ${header.cra} ${header.originatorCounter}`;
      if (reported.has(key)) return [];
      reported.add(key);
      const alert = this.#own(undeliveredAlert(this.device, device, header, now), now);
      return [{ kind: 'undelivered', to: device.eui, header, reason }, ...alert];
    });
  }

  #flush(to: Eui64, now: Millis): HubEffect[] {
    const silent = !this.powered || this.life.subGhz.isSilent(to);
    const dispatch = silent ? undefined : this.#relay.next(to);
    return dispatch ? this.#send(to, dispatch.frame, now, dispatch.ticket) : [];
  }

  /** Sends a device a frame; on the sub-GHz band it takes its share of the hour. */
  #send(to: Eui64, frame: HanFrame, now: Millis, ticket?: number): HubEffect[] {
    const raised: DeviceEffect[] = [];
    this.life.subGhz.sent(to, airOctets(contentOf(frame)), now, raised);
    return [{ kind: 'han', to, frame, ...(ticket !== undefined && { ticket }) }, ...this.#own(raised, now)];
  }

  #wan(frame: WanUpFrame): HubEffect[] {
    return this.#uplink.send(frame).map((one): HubEffect => ({ kind: 'wan', frame: one }));
  }

  #imageStep({ up, notify, effects }: ImageDeskStep, now: Millis): HubEffect[] {
    const told = notify && this.#relay.member(notify) ? this.#send(notify, { kind: 'ota-image-notify' }, now) : [];
    return [...up.flatMap((frame) => this.#wan(frame)), ...this.#own(effects, now), ...told];
  }

  /** What was due until now has happened. */
  #lived(now: Millis): HubEffect[] {
    if (!this.powered) return [];
    const { proxy } = this.#setup;
    const effects = this.#own(this.device.poll(now), now);
    for (const device of this.life.subGhz.takeResumed()) effects.push(...this.#flush(device, now));
    effects.push(...this.#ownStep(this.#blocks.poll(now), this.device, now));
    effects.push(...this.#givenUp(this.#relay.expired(now), now));
    effects.push(...this.#own(this.#images.expired(now), now));
    if (proxy) effects.push(...this.#own(proxy.poll(now), now));
    return effects;
  }

  /** What the hub's organs want said besides alerts: who has to be silent, and what time it is; the proxy has the hub's time. */
  #settled(effects: HubEffect[]): HubEffect[] {
    const { proxy } = this.#setup;
    if (proxy && proxy.device.clock !== this.device.clock) proxy.device.clock = this.device.clock;
    for (const { device, minutes } of this.life.subGhz.takeTold()) {
      effects.push({ kind: 'han', to: device, frame: { kind: 'suspend-zcl-messages', minutes } });
    }
    if (this.life.clock.takeQuestion()) effects.push(...this.#wan({ kind: 'time-request', hub: this.device.eui }));
    return effects;
  }

  /** What block transfer of the messages of the hub or its gas proxy came to. */
  #ownStep({ out, messages }: EndpointStep, device: Device, now: Millis): HubEffect[] {
    const effects = out.flatMap((message) => this.#wan({ kind: 'gbcs', message }));
    for (const message of messages) effects.push(...this.#executed(device, message, now));
    return effects;
  }

  #executed(device: Device, message: Bytes, now: Millis): HubEffect[] {
    if (device !== this.device) return this.#own(this.#setup.proxy?.receive(message, now) ?? [], now);
    this.life.communications.flush();
    return this.#own(device.receive(message, now), now);
  }

  #own(effects: readonly DeviceEffect[], now: Millis): HubEffect[] {
    return effects.flatMap((effect): readonly HubEffect[] => {
      if (effect.kind === 'send') return this.#ownStep(this.#blocks.send(effect.message, effect.header, now), this.device, now);
      if (effect.kind === 'activation-started') return [effect, ...this.#powerStep(this.power.restart(now), now)];
      return [effect];
    });
  }

  #powerStep(outputs: readonly HubPowerOutput[], now: Millis): HubEffect[] {
    return outputs.flatMap((output): HubEffect[] => {
      if (output.kind === 'power-outage') {
        return this.#wan({ kind: 'power-outage', hub: this.device.eui, startedAt: output.startedAt });
      }
      return [output, ...this.#powerChanged(output.state, now)];
    });
  }

  #powerChanged(state: HubPowerState, now: Millis): HubEffect[] {
    if (state === 'powered') return this.#started(now);
    if (state === 'dead') this.#wasDead = true;
    if (state === 'booting') this.#starting = true;
    if (this.#down) return [];
    this.#down = true;
    this.life.powerDown(now);
    return this.#own(this.#setup.proxy?.powered(false, now) ?? [], now);
  }

  /** The hub runs again: it notes the interruption, finishes an activation, and is on the network. */
  #started(now: Millis): HubEffect[] {
    const effects: DeviceEffect[] = [];
    const { device, life } = this;
    if (this.#wasDead) life.clock.lost();
    life.powerUp(now, effects);
    if (this.#starting) {
      const lostAt = this.#feedLostAt;
      if (lostAt !== undefined) device.log('event', { at: device.localTime(lostAt), code: ALERT.supplyInterrupted }, effects);
      if (device.firmware.activation) effects.push(...finishActivation(device, this.#setup.activationFails !== true, now));
      effects.push(...checkStoredImage(device, now));
    }
    this.#feedLostAt = undefined;
    this.#down = false;
    this.#wasDead = false;
    this.#starting = false;
    if (this.#uplink.there) life.clock.networkIsThere(now);
    const registered = this.#wan({ kind: 'registered', hub: device.eui });
    return [...registered, ...this.#own(effects, now), ...this.#own(this.#setup.proxy?.powered(true, now) ?? [], now)];
  }
}

/** Octets of content of a frame. */
function contentOf(frame: HanFrame): number {
  if (frame.kind === 'tunnel' || frame.kind === 'tunnel-reply') return frame.message?.length ?? 0;
  return frame.kind === 'ota-block' ? frame.data.length : 0;
}
