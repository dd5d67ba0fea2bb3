import { CommsHub, type CommsHubSetup, type HubDevice, type HubEffect } from '../../firmware-sim/commshub/comms-hub.ts';
import { cosemDefaults } from '../../firmware-sim/device/cosem/defaults.ts';
import { CosemStore } from '../../firmware-sim/device/cosem/store.ts';
import { trustAnchorCells } from '../../firmware-sim/device/security/cell-table.ts';
import {
  decodeAccessResponse,
  decodeDataNotification,
  encodeAccessRequest,
  invokeIdOf,
} from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { decodeEnvelope, type Envelope, isGbtBlock } from '../../firmware-sim/gbcs/envelope.ts';
import { checkMac, checkSignature } from '../../firmware-sim/gbcs/protection.ts';
import { type Bytes, NO_BYTES } from '../../firmware-sim/kernel/bytes.ts';
import { Invariant } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { deviceIdentity, partyOf } from '../../lab/premises/credentials.ts';
import { command, pki, suite } from '../device/bench.ts';
import { itemOf, plainOf, type Step } from '../device/cosem/calls.ts';

export const ESME = '00-DB-12-34-56-78-90-A0' as Eui64;
export const GSME = '00-DB-12-34-56-78-90-A1' as Eui64;
export const HUB = '00-DB-12-34-56-78-90-A2' as Eui64;
export const PPMID = '00-DB-12-34-56-78-90-A4' as Eui64;
export const HCALCS = '00-DB-12-34-56-78-90-A5' as Eui64;
export const BROKER = partyOf('accessControlBroker');

export const START = Date.UTC(2030, 0, 15, 9);
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const HOME: readonly HubDevice[] = [
  { eui: ESME, sleepy: false },
  { eui: GSME, sleepy: true },
];

/** A hub by itself: what it sends is kept, and whether frames for its devices arrive is as the test says. */
export class HubBench {
  readonly hub: CommsHub;
  readonly did: (readonly [at: number, effect: HubEffect])[] = [];
  readonly unreachable = new Set<Eui64>();
  now = START;
  #replies: { readonly at: number; readonly to: Eui64; readonly ticket: number; readonly arrived: boolean }[] = [];

  constructor(changes: Partial<CommsHubSetup> = {}) {
    this.hub = new CommsHub({
      suite,
      identity: deviceIdentity(HUB, pki),
      cells: trustAnchorCells('CHF').flatMap(({ role, use }) => {
        const party = role === 'root' || use === 'keyCertSign' ? undefined : partyOf(role);
        const key = party && use !== 'keyCertSign' ? pki.publicKey(party, use) : undefined;
        return party && key ? [{ role, use, party, key }] : [];
      }),
      firmware: { version: 0x02000001, hash: new Uint8Array(32) },
      signatureProfile: 'deterministic',
      cosem: new CosemStore('CHF', cosemDefaults('CHF')),
      devices: HOME,
      startedAt: START,
      ...changes,
    });
  }

  /** Takes what the hub did, and lets the link answer for frames that have a ticket. */
  take(effects: readonly HubEffect[]): readonly HubEffect[] {
    for (const effect of effects) {
      this.did.push([this.now - START, effect]);
      if (effect.kind !== 'han' || effect.ticket === undefined) continue;
      const arrived = !this.unreachable.has(effect.to);
      this.#replies.push({ at: this.now + (arrived ? 20 : 2 * SECOND), to: effect.to, ticket: effect.ticket, arrived });
    }
    return effects;
  }

  /** Runs to a time after the start, acting exactly at the hub's deadlines. */
  until(time: number): void {
    const end = START + time;
    for (let steps = 0; ; steps++) {
      if (steps > 200_000) throw new Invariant('the hub does not come to rest');
      const replyAt = Math.min(...this.#replies.map(({ at }) => at));
      const next = Math.min(replyAt, this.hub.deadline ?? Number.POSITIVE_INFINITY);
      if (next > end) break;
      this.now = Math.max(this.now, next);
      const due = this.#replies.filter(({ at }) => at <= this.now);
      this.#replies = this.#replies.filter(({ at }) => at > this.now);
      for (const { to, ticket, arrived } of due) this.take(this.hub.confirmed(to, ticket, arrived, this.now));
      if ((this.hub.deadline ?? Number.POSITIVE_INFINITY) <= this.now) this.take(this.hub.poll(this.now));
    }
    this.now = end;
    this.take(this.hub.poll(end));
  }

  /** A command from the network for a device. */
  wan(message: Bytes): readonly HubEffect[] {
    return this.take(this.hub.receiveWan({ kind: 'gbcs', message }, this.now));
  }

  /** Messages the hub sent into the network, with when. */
  get sent(): readonly { readonly at: number; readonly message: Bytes; readonly envelope: Envelope }[] {
    return this.did.flatMap(([at, effect]) =>
      effect.kind === 'wan' && effect.frame.kind === 'gbcs' && !isGbtBlock(effect.frame.message)
        ? [{ at, message: effect.frame.message, envelope: decodeEnvelope(effect.frame.message) }]
        : [],
    );
  }

  /** Alerts the hub sent that are DLMS notifications: when, message code, and fields without names. */
  get alerts(): readonly Alert[] {
    return this.sent.flatMap(({ at, envelope }) => {
      const { header, payload } = envelope;
      if (header.cra !== 'alert' || payload[0] !== DATA_NOTIFICATION) return [];
      const [code, time, ...content] = plainOf(decodeDataNotification(payload, header.messageCode).body) as unknown[];
      const verdicts = [checkMac(suite, envelope, pki), checkSignature(suite, envelope, pki)];
      return [{ at, code: Number(code), time: String(time), content, header, verdicts }];
    });
  }

  codes(): readonly number[] {
    return this.alerts.map(({ code }) => code);
  }
}

export interface Alert {
  readonly at: number;
  readonly code: number;
  readonly time: string;
  readonly content: readonly unknown[];
  readonly header: Envelope['header'];
  readonly verdicts: readonly string[];
}

const DATA_NOTIFICATION = 0x0f;

/** A command for a device, which a hub only carries: its payload is of no interest. */
export function messageFor(recipient: Eui64, originatorCounter = 1_000n): Bytes {
  return command({ recipient, originatorCounter, payload: Uint8Array.of(5, 0) });
}

/** Lets the hub execute a use case for the broker over the network, and gives the values of its response. */
export function ask(bench: HubBench, messageCode: number, steps: readonly Step[], counter = 1n): unknown[] {
  const items = steps.map(itemOf);
  const payload = encodeAccessRequest({ kind: 'dlms-access-request', invokeId: invokeIdOf(counter), dateTime: NO_BYTES, items });
  bench.wan(command({ recipient: HUB, originator: BROKER, originatorCounter: counter, messageCode, payload }));
  const response = bench.sent.findLast(({ envelope }) => envelope.header.cra === 'response');
  return decodeAccessResponse(response?.envelope.payload ?? NO_BYTES).results.map(({ data, result }) =>
    result === 0 ? plainOf(data) : result,
  );
}
