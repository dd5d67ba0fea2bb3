import { GasProxy } from '../../firmware-sim/commshub/gpf.ts';
import type { HanDeviceEffect } from '../../firmware-sim/device/effects.ts';
import type { GsmePush } from '../../firmware-sim/device/gas-push.ts';
import type { GasLoad, LoadProfile } from '../../firmware-sim/device/metering/load.ts';
import type { DeviceSetup } from '../../firmware-sim/device/setup.ts';
import { gasDefaults } from '../../firmware-sim/device/zcl/defaults.ts';
import { ZclStore } from '../../firmware-sim/device/zcl/store.ts';
import { useCaseByName } from '../../firmware-sim/gbcs/catalogue.ts';
import { decodeEnvelope, type Envelope, encodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { messageOf, type WholeMessage } from '../../firmware-sim/gbcs/message.ts';
import { openParts, sensitiveContext } from '../../firmware-sim/gbcs/sensitive.ts';
import { Gsme } from '../../firmware-sim/gsme/gsme.ts';
import { gsmeLifeOf } from '../../firmware-sim/gsme/life.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { Invariant } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { deviceIdentity, trustAnchorCells } from '../../lab/premises/credentials.ts';
import { command, pki, SUPPLIER, suite } from '../device/bench.ts';
import { type Ask, GSME, payloadOf, type Said, saidBy } from '../device/zcl/own-bench.ts';
import { MIDNIGHT } from '../gsme/bench.ts';

export const GPF = '00-DB-12-34-56-78-90-A3' as Eui64;
export const WAKE = 1_800_000;
/** A gas meter in credit mode (GBCS GCS02). */
const CREDIT_MODE = 0x0c94;

export interface GasHomeSetup {
  readonly load?: LoadProfile<GasLoad>;
  readonly from?: number;
  readonly firstWakeAt?: number;
  readonly clock?: DeviceSetup['clock'];
  readonly parameters?: DeviceSetup['parameters'];
  /** What the meter's store holds before time begins to pass. */
  readonly prepare?: (store: ZclStore) => void;
}

/** What a device says to a command. */
export interface Answer {
  readonly said: readonly Said[];
  readonly message: WholeMessage;
}

/** A gas meter, its proxy, and whoever hands over what they say to each other. */
export class GasHome {
  readonly gsme: Gsme;
  readonly proxy: GasProxy;
  readonly stores: { readonly gsme: ZclStore; readonly gpf: ZclStore };
  /** Pushes and refills get lost while this is false. */
  inTouch = true;
  /** Pushes wait until after the next one while this is true. */
  late = false;
  /** Refills alone get lost while this is false. */
  answersRefills = true;
  readonly refills: number[] = [];
  readonly #held: GsmePush[] = [];
  #now: number;
  #counter = 10_000n;

  constructor({ load, from = MIDNIGHT, firstWakeAt = from + WAKE, clock, parameters, prepare }: GasHomeSetup = {}) {
    this.stores = { gsme: new ZclStore(gasDefaults(from)), gpf: new ZclStore(gasDefaults(from)) };
    this.stores.gsme.change(0x0705, 0, CREDIT_MODE);
    prepare?.(this.stores.gsme);
    const common = { suite, signatureProfile: 'deterministic', firmware: { version: 7, hash: new Uint8Array(32) } } as const;
    const cells = trustAnchorCells('GSME', pki);
    this.gsme = new Gsme({
      ...common,
      cells,
      identity: deviceIdentity(GSME, pki),
      zcl: this.stores.gsme,
      firstWakeAt,
      wakeMs: WAKE,
      ...(clock && { clock }),
      ...(parameters && { parameters }),
    });
    this.proxy = new GasProxy({
      ...common,
      cells,
      identity: deviceIdentity(GPF, pki),
      firmware: { version: 1, hash: new Uint8Array(32) },
      zcl: this.stores.gpf,
    });
    this.#now = from;
    const life = gsmeLifeOf(this.gsme.device);
    if (load) life.load.replace(load, from);
    life.start(from);
    this.proxy.start(from);
    this.gsme.linkChanged(true);
  }

  get now(): number {
    return this.#now;
  }

  /** Lets time pass. @returns what the meter did */
  liveTo(to: number): readonly HanDeviceEffect[] {
    const done: HanDeviceEffect[] = [];
    for (;;) {
      const next = Math.min(this.gsme.deadline ?? to, this.proxy.deadline ?? to, to);
      this.#now = next;
      const effects = this.gsme.poll(next);
      done.push(...effects);
      this.#handOver(effects);
      this.proxy.poll(next);
      if (next >= to) return done;
    }
  }

  #handOver(effects: readonly HanDeviceEffect[]): void {
    const pushes = effects.flatMap((effect) => (effect.kind === 'gas-push' && this.inTouch ? [effect.push] : []));
    if (pushes.length === 0) return;
    if (this.late) {
      this.#held.push(...pushes);
      return;
    }
    for (const push of [...pushes, ...this.#held.splice(0)]) {
      const wanted = this.proxy.push(push);
      if (!wanted || !this.answersRefills) continue;
      this.refills.push(this.#now);
      this.proxy.refill(this.gsme.refill(wanted));
    }
  }

  /** Sends a command to the meter through the hub, where the proxy reads along; or to the proxy. */
  ask(recipient: Eui64, useCase: string, asks: readonly Ask[]): Answer {
    return this.send(recipient, useCase, payloadOf(useCase, asks));
  }

  /** The same with a payload of its own. */
  send(recipient: Eui64, useCase: string, payload: Bytes): Answer {
    const row = useCaseByName(useCase);
    const messageCode = row?.command[0];
    if (messageCode === undefined) throw new Invariant(`${useCase} is a command`);
    const originatorCounter = ++this.#counter;
    const critical = row?.category?.startsWith('SME.C.C') === true;
    const octets = command({
      payload,
      recipient,
      messageCode,
      originatorCounter,
      ...(critical && { signer: SUPPLIER }),
    });
    return recipient === GSME ? this.#askMeter(octets) : this.#answer(this.proxy.receive(octets, this.#now));
  }

  #askMeter(octets: Bytes): Answer {
    this.proxy.tap(octets, 'network', this.#now);
    const effects = this.gsme.receive({ kind: 'tunnel-reply', message: octets, remaining: 0 }, this.#now);
    const sent = effects.flatMap((effect) =>
      effect.kind === 'queued' ? [{ kind: 'send' as const, message: effect.message }] : [],
    );
    for (const { message } of sent) this.proxy.tap(message, 'meter', this.#now);
    this.#handOver(effects);
    return this.#answer(sent);
  }

  #answer(effects: readonly { readonly kind: string; readonly message?: Bytes; readonly detail?: string }[]): Answer {
    const envelopes = effects.flatMap((effect): Envelope[] =>
      effect.kind === 'send' && effect.message ? [decodeEnvelope(effect.message)] : [],
    );
    const response = envelopes.find(({ header }) => header.cra === 'response');
    if (!response) throw new Invariant(`no response: ${effects.map(({ kind, detail }) => `${kind} ${detail ?? ''}`).join(', ')}`);
    const closed = messageOf(response, encodeEnvelope(response));
    const { message } = openParts(suite, closed, sensitiveContext(suite, closed, pki));
    return { said: message.payload.kind === 'gbz' ? message.payload.components.map(saidBy) : [], message };
  }
}
