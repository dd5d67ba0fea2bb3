import type { Device } from '../device/device.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import { PREPAYMENT, PREPAYMENT_ATTRIBUTES } from '../device/zcl/account.ts';
import { callOf, componentsOf, type Run, ruleOf, startsOf, storeOf } from '../device/zcl/engine.ts';
import { numberIn } from '../device/zcl/plain.ts';
import { isClusterSpecific } from '../device/zcl/respond.ts';
import type { ZclCall } from '../device/zcl/rule.ts';
import { ZCL_STATUS } from '../device/zcl/status.ts';
import { commandKey } from '../device/zcl/store.ts';
import { useCaseByName } from '../gbcs/catalogue.ts';
import type { Envelope } from '../gbcs/envelope.ts';
import { decodeGbz, type GbzComponent } from '../gbcs/gbz.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import { fromSeconds2000, type Millis } from '../kernel/time.ts';

/** Use cases whose commands a gas proxy reads along (GBCS 10.4 tap-off mechanism, list of version 0.8.1; GCS25a as GCS25). */
const TAPPED: ReadonlyMap<number, string> = new Map([
  [0x0015, 'CS11'],
  [0x006b, 'GCS01a'],
  [0x006f, 'GCS05'],
  [0x0071, 'GCS07'],
  [0x007c, 'GCS23'],
  [0x007e, 'GCS25'],
  [0x0088, 'GCS44'],
  [0x00a3, 'GCS01b'],
  [0x00d8, 'GCS25a'],
]);

/** Commands on their way whose response is awaited; the oldest gives way. Not published. */
const AWAITED_MAX = 32;

const DEFAULT_RESPONSE = 0x0b;
/** ClearEventLogResponse says which logs were cleared: bit 3 for the general one (GBCS CS11). */
const EVENTS = 0x0709;
const LOG_CLEARED = 0x02;

/** Commands that do something to a meter which does not concern a copy: what they change in it. */
const COPIES: Readonly<Record<string, (call: ZclCall) => void>> = {
  '0705/03': ({ store, request }) => {
    const { emergencyCreditLimit, emergencyCreditThreshold } = PREPAYMENT_ATTRIBUTES;
    store.change(PREPAYMENT, emergencyCreditLimit, numberIn(request, 'Emergency Credit Limit'));
    store.change(PREPAYMENT, emergencyCreditThreshold, numberIn(request, 'Emergency Credit Threshold'));
  },
  '0709/01': ({ store }) => store.setRecords('log.event', []),
};

/** A command that has been seen, by whom it came from. */
interface Seen {
  readonly messageCode: number;
  readonly originator: Eui64;
  readonly originatorCounter: bigint;
  readonly payload: Bytes;
}

/** A command that the meter has accepted for later. */
interface Later extends Seen {
  readonly useCase: string;
  /** When, by the hub's clock. */
  readonly at: Millis;
}

/**
 * What a gas proxy learns from messages that pass to and from its meter: a command in the clear changes the proxy's copy too, once the
 * meter has answered that it has taken it, and at the time it takes effect.
 */
export class GasTap implements Organ {
  readonly name = 'tap';
  readonly #device: Device;
  #awaited: readonly Seen[] = [];
  #later: readonly Later[] = [];

  constructor(device: Device) {
    this.#device = device;
  }

  /** A command for the meter passes. */
  command({ header, payload }: Envelope): void {
    if (header.cra !== 'command' || !TAPPED.has(header.messageCode)) return;
    const { messageCode, originator, originatorCounter } = header;
    this.#awaited = [...this.#awaited, { messageCode, originator, originatorCounter, payload }].slice(-AWAITED_MAX);
  }

  /** The meter answers. @throws ProtocolFault when the command or its answer cannot be read */
  response({ header, payload }: Envelope, now: Millis): void {
    const useCase = TAPPED.get(header.messageCode);
    if (header.cra !== 'response' || useCase === undefined) return;
    const isIt = (seen: Seen): boolean =>
      seen.messageCode === header.messageCode &&
      seen.originator === header.recipient &&
      seen.originatorCounter === header.originatorCounter;
    const seen = this.#awaited.find(isIt);
    if (!seen) return;
    this.#awaited = this.#awaited.filter((one) => one !== seen);
    if (decodeGbz(payload).components.every(succeeded)) this.#taken(useCase, seen, now);
  }

  #taken(useCase: string, seen: Seen, now: Millis): void {
    const run = this.#run(useCase, seen, now);
    const components = componentsOf(useCase, seen.payload);
    const starts = startsOf(run, components);
    copy(
      run,
      components.filter((_, i) => starts[i] === 'now'),
    );
    const timed = starts.filter((start) => typeof start === 'number');
    if (timed.length === 0 && !starts.includes('cancel')) return;
    const others = this.#later.filter((one) => one.useCase !== useCase);
    const at = fromSeconds2000(Math.min(...timed));
    this.#later = timed.length === 0 ? others : [...others, { ...seen, useCase, at }];
  }

  #run(useCase: string, { originator, originatorCounter }: Seen, now: Millis): Run {
    const device = this.#device;
    const futureDatable = useCaseByName(useCase)?.futureDatable === true;
    const store = storeOf(device);
    return { device, store, now, effects: [], useCase, originator, originatorCounter, message: {}, futureDatable, copied: true };
  }

  deadline(): Millis | undefined {
    const times = this.#later.map(({ at }) => at - this.#device.clock.offsetMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  act(now: Millis): void {
    const local = this.#device.localTime(now);
    const due = this.#later.filter(({ at }) => at <= local).sort((a, b) => a.at - b.at);
    if (due.length === 0) return;
    this.#later = this.#later.filter((one) => !due.includes(one));
    for (const command of due) {
      const run = this.#run(command.useCase, command, now);
      const components = componentsOf(command.useCase, command.payload);
      const starts = startsOf(run, components);
      copy(
        run,
        components.filter((_, i) => typeof starts[i] === 'number'),
      );
    }
  }

  state(): OrganState | undefined {
    if (this.#awaited.length + this.#later.length === 0) return undefined;
    return { awaited: this.#awaited.map((one) => ({ ...one })), later: this.#later.map((one) => ({ ...one })) };
  }

  restore(state: OrganState | undefined): void {
    const kept = (state ?? {}) as { readonly awaited?: readonly Seen[]; readonly later?: readonly Later[] };
    this.#awaited = kept.awaited ?? [];
    this.#later = kept.later ?? [];
  }
}

function copy(run: Run, components: readonly GbzComponent[]): void {
  for (const component of components.filter(isClusterSpecific)) {
    const call = callOf(run, component);
    const own = COPIES[commandKey(component.cluster, component.command)];
    if (own) own(call);
    else ruleOf(component).apply?.(call);
  }
}

/** True when a component of a response says that its command was taken. */
function succeeded({ cluster, command, frameControl, fields }: GbzComponent): boolean {
  if ((frameControl & 3) === 0) return command !== DEFAULT_RESPONSE || Number(fields[1]?.value) === ZCL_STATUS.success;
  return cluster !== EVENTS || command !== LOG_CLEARED || Number(fields[0]?.value) !== 0;
}
