import { earliest } from '../device/deadline.ts';
import { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { HanFrame } from '../device/han-frame.ts';
import { WHOLE_MESSAGES } from '../device/link-blocks.ts';
import { Outbox } from '../device/outbox.ts';
import type { DeviceSetup } from '../device/setup.ts';
import { BlockEndpoint, type EndpointStep } from '../gbcs/block-endpoint.ts';
import type { BlockTransferParameters } from '../gbcs/block-transfer.ts';
import { decodeEnvelope, decodeGbtBlock, isGbtBlock } from '../gbcs/envelope.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import { HubPower, type HubPowerOptions, type HubPowerOutput, type HubPowerState } from './hub-power.ts';
import { ImageStore } from './image-store.ts';
import { CHF_PROFILE } from './profile.ts';
import type { WanDownFrame, WanUpFrame } from './wan-frame.ts';

/** A device on the hub's white list. A sleepy one fetches its messages, the others are sent theirs. */
export interface HubDevice {
  readonly eui: Eui64;
  readonly sleepy: boolean;
}

export interface CommsHubSetup extends DeviceSetup {
  readonly devices: readonly HubDevice[];
  readonly power?: Partial<HubPowerOptions>;
  /** How the hub's own messages go in blocks where they are too long for the WAN; other devices' blocks pass as they are. */
  readonly blocks?: BlockTransferParameters;
}

/** What a hub did. Whether a tunnelled message arrived goes back through `confirmed`. */
export type HubEffect =
  | Exclude<DeviceEffect, { kind: 'send' }>
  | { readonly kind: 'han'; readonly to: Eui64; readonly frame: HanFrame; readonly ticket?: number }
  | { readonly kind: 'wan'; readonly frame: WanUpFrame }
  | { readonly kind: 'hub-state'; readonly state: HubPowerState };

interface Member {
  readonly sleepy: boolean;
  readonly outbox: Outbox;
  readonly parked: Bytes[];
}

/** Messages a hub keeps for one sleepy device before it drops the oldest; not published. */
const PARKED_MAX = 32;

/**
 * A Communications Hub: its own GBCS device (CHF), the way between WAN and HAN, image store, and the power outage alert.
 * It takes and gives frames only while it is powered, but for the alert; what it holds for devices survives a power cut.
 */
export class CommsHub {
  readonly device: Device;
  readonly power: HubPower;
  readonly #images = new ImageStore();
  readonly #blocks: BlockEndpoint;
  readonly #members: ReadonlyMap<Eui64, Member>;

  constructor(setup: CommsHubSetup) {
    this.device = new Device(CHF_PROFILE, setup);
    this.power = new HubPower(setup.power);
    this.#blocks = new BlockEndpoint(setup.blocks ?? WHOLE_MESSAGES);
    this.#members = new Map(setup.devices.map(({ eui, sleepy }) => [eui, { sleepy, outbox: new Outbox(), parked: [] }]));
  }

  get powered(): boolean {
    return this.power.state === 'powered';
  }

  get deadline(): Millis | undefined {
    return earliest(this.power.deadline, this.powered ? this.#blocks.nextDeadline : undefined);
  }

  /** The 12 V feed comes or goes. */
  feedChanged(on: boolean, now: Millis): HubEffect[] {
    return this.#powered(on ? this.power.feedRestored(now) : this.power.feedLost(now));
  }

  poll(now: Millis): HubEffect[] {
    const effects = this.#powered(this.power.poll(now));
    if (this.powered) effects.push(...this.#ownStep(this.#blocks.poll(now), now));
    return effects;
  }

  /** A device has joined the link; what waits for it goes out. */
  memberUp(eui: Eui64): HubEffect[] {
    const member = this.#members.get(eui);
    member?.outbox.reset();
    return member ? this.#flush(eui, member) : [];
  }

  confirmed(to: Eui64, ticket: number, arrived: boolean): HubEffect[] {
    const member = this.#members.get(to);
    if (!member) return [];
    member.outbox.confirmed(ticket, arrived);
    return this.#flush(to, member);
  }

  /** Takes a frame from the WAN. */
  receiveWan(frame: WanDownFrame, now: Millis): HubEffect[] {
    if (frame.kind === 'gbcs') return this.#route(frame.message, now);
    if (frame.kind === 'status-request') return [{ kind: 'wan', frame: { kind: 'status', hub: this.device.eui } }];
    const step = this.#images.receive(frame);
    const effects: HubEffect[] = step.up.map((up) => ({ kind: 'wan', frame: up }));
    if (step.notify && this.#members.has(step.notify))
      effects.push({ kind: 'han', to: step.notify, frame: { kind: 'ota-image-notify' } });
    return effects;
  }

  /** Takes a frame from a device on the white list. */
  receiveHan(from: Eui64, frame: HanFrame): HubEffect[] {
    const member = this.#members.get(from);
    if (!member) return [];
    if (frame.kind === 'tunnel') return [{ kind: 'wan', frame: { kind: 'gbcs', message: frame.message } }];
    if (frame.kind === 'tunnel-get') {
      const message = member.parked.shift();
      const reply: HanFrame = { kind: 'tunnel-reply', message, remaining: member.parked.length };
      if (!message) return [{ kind: 'han', to: from, frame: reply }];
      member.outbox.put(reply);
      return this.#flush(from, member);
    }
    if (frame.kind === 'tunnel-reply') return [];
    const answer = this.#images.serve(frame);
    return answer ? [{ kind: 'han', to: from, frame: answer }] : [];
  }

  #route(message: Bytes, now: Millis): HubEffect[] {
    const recipient = recipientOf(message);
    if (recipient === this.device.eui) return this.#ownStep(this.#blocks.receive(message, now), now);
    const member = recipient && this.#members.get(recipient);
    if (!recipient || !member) return [];
    if (member.sleepy) {
      if (member.parked.length >= PARKED_MAX) member.parked.shift();
      member.parked.push(message);
      return [];
    }
    member.outbox.put({ kind: 'tunnel', message });
    return this.#flush(recipient, member);
  }

  #flush(to: Eui64, member: Member): HubEffect[] {
    const dispatch = this.powered ? member.outbox.next() : undefined;
    return dispatch ? [{ kind: 'han', to, ...dispatch }] : [];
  }

  /** What block transfer of the hub's own messages came to. */
  #ownStep({ out, messages }: EndpointStep, now: Millis): HubEffect[] {
    const effects = out.map((message): HubEffect => ({ kind: 'wan', frame: { kind: 'gbcs', message } }));
    for (const message of messages) effects.push(...this.#own(this.device.receive(message, now), now));
    return effects;
  }

  #own(effects: readonly DeviceEffect[], now: Millis): HubEffect[] {
    return effects.flatMap((effect): readonly HubEffect[] =>
      effect.kind === 'send' ? this.#ownStep(this.#blocks.send(effect.message, effect.header, now), now) : [effect],
    );
  }

  #powered(outputs: readonly HubPowerOutput[]): HubEffect[] {
    return outputs.flatMap((output): HubEffect[] => {
      if (output.kind === 'power-outage') {
        return [{ kind: 'wan', frame: { kind: 'power-outage', hub: this.device.eui, startedAt: output.startedAt } }];
      }
      const effects: HubEffect[] = [output];
      if (output.state === 'powered') {
        effects.push({ kind: 'wan', frame: { kind: 'registered', hub: this.device.eui } });
      }
      return effects;
    });
  }
}

function recipientOf(message: Bytes): Eui64 | undefined {
  try {
    return (isGbtBlock(message) ? decodeGbtBlock(message) : decodeEnvelope(message)).header.recipient;
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}
