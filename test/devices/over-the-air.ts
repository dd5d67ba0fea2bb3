import type { AirFrame } from '../../firmware-sim/air/air.ts';
import type { HanFrame } from '../../firmware-sim/device/han-frame.ts';
import { BlockEndpoint } from '../../firmware-sim/gbcs/block-endpoint.ts';
import { blockTransferParameters } from '../../firmware-sim/gbcs/block-transfer.ts';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { assert } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import { type HanKey, ZigbeeHan, type ZigbeeHanDevice } from '../../lab/premises/zigbee-han.ts';

/** How long everybody may take to join, and a message to go there and back, on the virtual clock. */
const JOIN_MS = 120_000;
const EXCHANGE_MS = 120_000;
const STEP_MS = 250;

/** A device's side of its tunnel, and the side of whoever sends to it through the hub. */
interface Line {
  there: BlockEndpoint;
  here: BlockEndpoint;
  readonly sleeps: boolean;
  /** What a gas meter has not fetched yet. */
  readonly mailbox: Bytes[];
}

const blockEnd = (): BlockEndpoint => new BlockEndpoint(blockTransferParameters());

/** Nothing is under way on a line. */
const isQuiet = ({ there, here, mailbox }: Line): boolean =>
  mailbox.length === 0 && there.nextDeadline === undefined && here.nextDeadline === undefined;

/** A hub and devices on the virtual air, through which messages go to a device and its answers come back. */
export class TunnelHome {
  readonly frames: AirFrame[] = [];
  readonly #scheduler = new Scheduler(0);
  readonly #hub: Eui64;
  readonly #han: ZigbeeHan;
  readonly #lines = new Map<Eui64, Line>();
  #answer: (command: Bytes) => Bytes | undefined = () => undefined;
  #responses: Bytes[] = [];

  constructor(seed: string, hub: Eui64, devices: readonly ZigbeeHanDevice[]) {
    this.#hub = hub;
    const tap = (frame: AirFrame): number => this.frames.push(frame);
    this.#han = new ZigbeeHan({ scheduler: this.#scheduler, seed, hub, devices, journal: () => undefined, tap });
    this.#han.attach(hub, { listening: () => true, receive: (from, frame) => this.#atHub(from, frame) });
    for (const { eui, kind } of devices) {
      const line: Line = { there: blockEnd(), here: blockEnd(), sleeps: kind === 'gsme', mailbox: [] };
      this.#lines.set(eui, line);
      this.#han.attach(eui, { listening: () => true, receive: (_from, frame) => this.#atDevice(eui, line, frame) });
    }
    this.#run(JOIN_MS);
  }

  get keys(): readonly HanKey[] {
    return this.#han.keys;
  }

  /**
   * Sends a command to a device, which answers as `answer` says.
   * @returns what came back to the hub
   */
  exchange(to: Eui64, command: Bytes, answer: (command: Bytes) => Bytes | undefined): readonly Bytes[] {
    const line = this.#lines.get(to);
    assert(line, `${to} is a device of the home`);
    // Each command meets a device as if it were the first: some of the reference data share their counter.
    line.there = blockEnd();
    line.here = blockEnd();
    this.#responses = [];
    let answered: boolean | undefined;
    this.#answer = (arrived) => {
      const response = answer(arrived);
      answered = response !== undefined;
      return response;
    };
    this.#toDevice(to, line, line.here.send(command, decodeEnvelope(command).header, this.#scheduler.now).out);
    const isOver = (): boolean => (this.#responses.length > 0 || answered === false) && isQuiet(line);
    for (let at = 0; at < EXCHANGE_MS && !isOver(); at += STEP_MS) {
      if (line.sleeps && line.mailbox.length > 0) this.#han.send(to, this.#hub, { kind: 'tunnel-get' });
      this.#run(STEP_MS);
      this.#toDevice(to, line, line.here.poll(this.#scheduler.now).out);
      this.#toHub(to, line.there.poll(this.#scheduler.now).out);
    }
    return this.#responses;
  }

  #run(ms: number): void {
    this.#scheduler.runUntil(this.#scheduler.now + ms);
  }

  #toDevice(to: Eui64, line: Line, messages: readonly Bytes[]): void {
    if (line.sleeps) line.mailbox.push(...messages);
    else for (const message of messages) this.#han.send(this.#hub, to, { kind: 'tunnel', message });
  }

  #toHub(from: Eui64, messages: readonly Bytes[]): void {
    for (const message of messages) this.#han.send(from, this.#hub, { kind: 'tunnel', message });
  }

  #atDevice(eui: Eui64, line: Line, frame: HanFrame): void {
    const octets = frame.kind === 'tunnel' || frame.kind === 'tunnel-reply' ? frame.message : undefined;
    if (!octets) return;
    const { now } = this.#scheduler;
    const { out, messages } = line.there.receive(octets, now);
    this.#toHub(eui, out);
    for (const message of messages) {
      const response = this.#answer(message);
      if (response) this.#toHub(eui, line.there.send(response, decodeEnvelope(response).header, now).out);
    }
  }

  #atHub(from: Eui64, frame: HanFrame): void {
    const line = this.#lines.get(from);
    if (!line) return;
    if (frame.kind === 'tunnel-get') {
      const message = line.mailbox.shift();
      this.#han.send(this.#hub, from, { kind: 'tunnel-reply', message, remaining: line.mailbox.length });
    }
    if (frame.kind !== 'tunnel') return;
    const { out, messages } = line.here.receive(frame.message, this.#scheduler.now);
    this.#toDevice(from, line, out);
    this.#responses.push(...messages);
  }
}
