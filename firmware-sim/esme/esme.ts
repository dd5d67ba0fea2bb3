import { finishActivation } from '../device/activate-firmware.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import { energyOf } from '../device/cosem/register-values.ts';
import { earliest } from '../device/deadline.ts';
import { Device } from '../device/device.ts';
import type { DeviceEffect, HanDeviceEffect } from '../device/effects.ts';
import { checkStoredImage, receiveImage } from '../device/firmware-receipt.ts';
import { type HanFrame, isOtaFrame } from '../device/han-frame.ts';
import { integrityFault } from '../device/integrity.ts';
import { type Cut, constantLoad, dark, type ElectricityLoad, type LoadProfile, NO_ELECTRICITY } from '../device/metering/load.ts';
import { OtaClient, type OtaClientOptions, type OtaClientStep, type OtaIdentity } from '../device/ota-client.ts';
import type { DeviceSetup } from '../device/setup.ts';
import type { DeviceSnapshot } from '../device/snapshot.ts';
import { TunnelEnd } from '../device/tunnel-end.ts';
import type { BlockTransferParameters } from '../gbcs/block-transfer.ts';
import type { Millis } from '../kernel/time.ts';
import { type EsmeLife, esmeLifeOf } from './life.ts';
import { ESME_PROFILE } from './profile.ts';

/** How an electricity meter behaves around power and firmware. Defaults stand in for facts that are not published. */
export interface EsmeOptions {
  /** How long the application takes to start, after mains returns or to activate firmware. */
  readonly esmeRebootMs: Millis;
  /** Named misbehaviour `cut-hub-feed-on-activation`: how long the hub's 12 V feed is off while firmware is activated. */
  readonly feedCutDuringActivationMs: Millis;
  /** Between the application's start after an outage and the supply-restored alert. */
  readonly restoreAlertDelayMs: Millis;
  /** Mains dips up to this long have no effect (SMETS2 meters ride through 0.5 s). */
  readonly rideThroughMs: Millis;
  /** Named misbehaviour `activation-fails`: the new image does not start and the old one runs again. */
  readonly activationFails: boolean;
}

export const ESME_DEFAULTS: EsmeOptions = {
  esmeRebootMs: 45_000,
  feedCutDuringActivationMs: 0,
  restoreAlertDelayMs: 5_000,
  rideThroughMs: 500,
  activationFails: false,
};

const USUAL_LOAD = constantLoad({ ...NO_ELECTRICITY, importWatts: 420 });

export interface EsmeSetup extends DeviceSetup {
  readonly ota: OtaIdentity;
  readonly otaOptions?: OtaClientOptions;
  readonly options?: Partial<EsmeOptions>;
  /** When the meter starts counting. */
  readonly startedAt: Millis;
  /** What the premises draw while mains is on. Default: 420 W all the time. */
  readonly load?: LoadProfile<ElectricityLoad>;
  /** How messages too long for the tunnel go in blocks. Default: whole, whatever their length. */
  readonly blocks?: BlockTransferParameters;
}

/** The application processor. Metrology has its own and counts whenever there is mains. */
type Application = 'running' | 'starting' | 'off';

/** What an ESME keeps, for comparing before and after. */
export interface EsmeSnapshot extends DeviceSnapshot {
  readonly registers: Readonly<Record<string, string>>;
}

/**
 * An electricity meter that also feeds its hub. Mains, the hub's feed and the application are separate facts: an activation restarts
 * the application and may cut the feed, and only a real loss of mains, in the load or in the street, is an outage.
 */
export class Esme {
  readonly device: Device;
  readonly #ota: OtaClient;
  readonly #tunnel: TunnelEnd;
  readonly #options: EsmeOptions;
  readonly #identity: OtaIdentity;
  readonly #life: EsmeLife;
  #application: Application = 'running';
  #feedOn = true;
  #linkUp = false;
  #startedAt: Millis | undefined;
  #feedBackAt: Millis | undefined;
  /** Unexpected resets that have still to be reported. */
  #resets = 0;
  /** What happened when somebody looked, to be told with the next that happens. */
  readonly #untold: DeviceEffect[] = [];

  constructor(setup: EsmeSetup) {
    this.#options = { ...ESME_DEFAULTS, ...setup.options };
    const { esmeRebootMs, restoreAlertDelayMs, rideThroughMs } = this.#options;
    const parameters = { ...setup.parameters, meterStartMs: esmeRebootMs, restoreAlertDelayMs, rideThroughMs };
    this.device = new Device(ESME_PROFILE, { ...setup, parameters });
    this.#life = esmeLifeOf(this.device);
    this.#life.load.replace(setup.load ?? USUAL_LOAD, setup.startedAt);
    if (this.#life.livedTo === undefined) this.#life.start(setup.startedAt);
    this.#identity = setup.ota;
    this.#tunnel = new TunnelEnd(setup.blocks);
    const { firmware } = this.device;
    this.#ota = new OtaClient(setup.ota, () => firmware.pending?.version ?? firmware.active.version, setup.otaOptions);
  }

  /** True when the application can take a frame. */
  get listening(): boolean {
    return this.#application === 'running' && this.#linkUp;
  }

  get feedOn(): boolean {
    return this.#feedOn;
  }

  get deadline(): Millis | undefined {
    const running = this.#application === 'running';
    return earliest(
      this.#startedAt,
      this.#feedBackAt,
      running ? this.device.deadline : this.#life.deadline,
      running ? this.#ota.deadline : undefined,
      this.listening ? this.#tunnel.deadline : undefined,
    );
  }

  /** Mains fails. The feed of the hub goes at once; the application after the ride-through time. */
  mainsLost(now: Millis): HanDeviceEffect[] {
    const effects: HanDeviceEffect[] = [];
    this.#live(now, effects);
    this.#switchMains(dark, now, effects);
    return effects;
  }

  mainsRestored(now: Millis): HanDeviceEffect[] {
    const effects = this.poll(now);
    this.#switchMains(undefined, now, effects);
    return effects;
  }

  /** The application stops and starts again for no reason that it knows, as in a fault of the hardware; mains is there all along. */
  reset(now: Millis): HanDeviceEffect[] {
    const effects = this.poll(now);
    if (this.#application !== 'running') return effects;
    this.#resets++;
    this.#restart(now, effects);
    return effects;
  }

  /** The hub has appeared on, or vanished from, the home area network. */
  linkChanged(up: boolean, now: Millis): HanDeviceEffect[] {
    const effects: HanDeviceEffect[] = [];
    this.#linkUp = up;
    if (up) this.#life.clock.hubFound(now);
    else this.#life.clock.hubLost(now);
    this.#tunnel.reset();
    if (!up) this.#ota.stop();
    else if (this.#application === 'running') this.#otaStep(this.#ota.start(now), now, effects);
    return this.#flushed(effects);
  }

  /** The link says whether the message in flight arrived. */
  confirmed(ticket: number, arrived: boolean, now: Millis): HanDeviceEffect[] {
    this.#tunnel.confirmed(ticket, arrived, now);
    return this.#flushed([]);
  }

  /** Takes a frame from the hub. */
  receive(frame: HanFrame, now: Millis): HanDeviceEffect[] {
    const effects: HanDeviceEffect[] = [];
    if (!this.listening) return effects;
    if (frame.kind === 'tunnel') {
      for (const message of this.#tunnel.receive(frame.message, now)) this.#act(this.device.receive(message, now), now, effects);
    } else if (frame.kind === 'suspend-zcl-messages') this.#tunnel.suspend(frame.minutes, now);
    else if (isOtaFrame(frame)) this.#otaStep(this.#ota.receive(frame, now), now, effects);
    return this.#flushed(effects);
  }

  /** Does whatever is due. */
  poll(now: Millis): HanDeviceEffect[] {
    const effects: HanDeviceEffect[] = [];
    // What has become due while the application starts is done in the next poll, so that an observer sees the meter just as it has started.
    if (this.#startedAt === undefined || this.#startedAt > now) this.#live(now, effects);
    if (this.#feedBackAt !== undefined && this.#feedBackAt <= now) {
      this.#feedBackAt = undefined;
      effects.push(...this.#followMains(now));
    }
    if (this.#startedAt !== undefined && this.#startedAt <= now) this.#started(now, effects);
    else if (this.#application === 'running') this.#pollLinks(now, effects);
    return this.#flushed(effects);
  }

  /** What the meter keeps; its registers show what has been used until now. */
  snapshot(now: Millis): EsmeSnapshot {
    this.#life.advanceUntil(now, this.#untold);
    const activeImportWh = String(energyOf(objectsOf(this.device), 'activeImport'));
    return { ...this.device.snapshot(), registers: { activeImportWh } };
  }

  /** Metrology lives whenever there is mains, and the application follows what becomes of it. */
  #live(now: Millis, effects: HanDeviceEffect[]): void {
    const lived = this.#untold.splice(0);
    if (this.#application === 'running') lived.push(...this.device.poll(now));
    else this.#life.advance(now, lived);
    this.#act(lived, now, effects);
    effects.push(...this.#followMains(now));
    if (this.#life.poweredDown && this.#application !== 'off') this.#powerDown(effects);
    else if (!this.#life.poweredDown && this.#application === 'off') this.#start(now);
  }

  /** Somebody in the street switches: the meter notices at once. */
  #switchMains(left: Cut<ElectricityLoad>, now: Millis, effects: HanDeviceEffect[]): void {
    const noticed: DeviceEffect[] = [];
    this.#life.load.cut(now, left);
    this.#life.settle(now, noticed);
    this.#act(noticed, now, effects);
    this.#live(now, effects);
  }

  /** The feed of the hub is there while mains is, unless it is cut. */
  #followMains(now: Millis): HanDeviceEffect[] {
    const on = this.#life.outages.hasMains(now);
    return this.#feedBackAt === undefined || !on ? this.#setFeed(on) : [];
  }

  #pollLinks(now: Millis, effects: HanDeviceEffect[]): void {
    this.#otaStep(this.#ota.poll(now), now, effects);
    if (this.listening) this.#tunnel.poll(now);
  }

  #powerDown(effects: HanDeviceEffect[]): void {
    this.#application = 'off';
    this.#startedAt = undefined;
    this.#ota.stop();
    this.#tunnel.reset();
    effects.push({ kind: 'device-state', device: this.device.eui, state: 'off' });
  }

  #start(now: Millis): void {
    this.#application = 'starting';
    this.#life.outages.applicationStopped();
    this.#startedAt = now + this.#options.esmeRebootMs;
  }

  #started(now: Millis, effects: HanDeviceEffect[]): void {
    this.#startedAt = undefined;
    this.#application = 'running';
    effects.push({ kind: 'device-state', device: this.device.eui, state: 'running' });
    if (this.device.firmware.activation)
      this.#act(finishActivation(this.device, !this.#options.activationFails, now), now, effects);
    this.#act(checkStoredImage(this.device, now), now, effects);
    for (; this.#resets > 0; this.#resets--) this.#act(integrityFault(this.device, 'unexpectedReset', now), now, effects);
    this.#life.outages.applicationStarted(now);
    if (this.#linkUp) this.#otaStep(this.#ota.start(now), now, effects);
  }

  /** Turns what the device core did into what the meter does. */
  #act(deviceEffects: readonly DeviceEffect[], now: Millis, effects: HanDeviceEffect[]): void {
    for (const effect of deviceEffects) {
      if (effect.kind === 'send') {
        this.#tunnel.send(effect.message, effect.header, now);
        effects.push({ kind: 'queued', message: effect.message, header: effect.header });
        continue;
      }
      effects.push(effect);
      if (effect.kind === 'activation-started') this.#restartForActivation(now, effects);
    }
  }

  #restart(now: Millis, effects: HanDeviceEffect[]): void {
    this.#start(now);
    this.#ota.stop();
    this.#tunnel.reset();
    effects.push({ kind: 'device-state', device: this.device.eui, state: 'restarting' });
  }

  #restartForActivation(now: Millis, effects: HanDeviceEffect[]): void {
    this.#restart(now, effects);
    const cutMs = this.#options.feedCutDuringActivationMs;
    if (cutMs <= 0 || !this.#feedOn) return;
    this.#feedBackAt = now + cutMs;
    effects.push(...this.#setFeed(false));
  }

  #setFeed(on: boolean): HanDeviceEffect[] {
    if (on === this.#feedOn) return [];
    this.#feedOn = on;
    return [{ kind: 'feed', on }];
  }

  #otaStep(step: OtaClientStep, now: Millis, effects: HanDeviceEffect[]): void {
    if (step.progress) effects.push({ kind: 'ota-progress', ...step.progress });
    if (step.file) {
      const receipt = receiveImage(this.device, step.file, this.#identity, now);
      this.#act(receipt.effects, now, effects);
      this.#otaStep(this.#ota.end(receipt.image, receipt.good, now), now, effects);
    }
    if (this.#linkUp && !this.#tunnel.silent) for (const frame of step.frames) effects.push({ kind: 'han', frame });
  }

  #flushed(effects: HanDeviceEffect[]): HanDeviceEffect[] {
    const dispatch = this.listening ? this.#tunnel.next() : undefined;
    if (dispatch) effects.push({ kind: 'han', ...dispatch });
    return effects;
  }
}
