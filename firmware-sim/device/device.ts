import type { CryptoSuite, Entropy, SignatureProfile } from '../crypto/suite.ts';
import { seededEntropy } from '../crypto/suite.ts';
import type { Envelope } from '../gbcs/envelope.ts';
import type { MessageHeader } from '../gbcs/header.ts';
import type { EncryptionContext } from '../gbcs/protection.ts';
import { sensitiveContext } from '../gbcs/sensitive.ts';
import type { UtrnParties } from '../gbcs/utrn.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { assert, ProtocolFault } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import { ALERT_ROWS, type AlertRow } from './alert-table.ts';
import { ALERT, alertRow } from './alerts.ts';
import { type ClockState, hubOnTime, RIGHT_TIME } from './clock.ts';
import type { CosemStore } from './cosem/store.ts';
import { earliest } from './deadline.ts';
import type { DeviceEffect } from './effects.ts';
import { EventLog, type LogEntry, type LogName } from './event-log.ts';
import { FirmwareStore } from './firmware.ts';
import { FutureDatedQueue, type PendingCommand } from './future-dated.ts';
import { Life, type LifeState } from './life/life.ts';
import { type LifeParameters, parametersWith } from './life/parameters.ts';
import { RestingLife } from './life/resting-life.ts';
import { ACCEPTING_HAN, DeviceLog, type HanPort } from './management/device-log.ts';
import { type Misbehaviours, responseOctets } from './misbehaviours.ts';
import { type AlertContent, alertPayload, commandQuote } from './notation.ts';
import { Ledger } from './payment/ledger.ts';
import { HourlyLimit, isRefusal, REFUSAL_ALERTS, type Refusal, refused } from './refusal.ts';
import { ReplayCounters } from './replay-counters.ts';
import { echoed, responseHeader } from './response-header.ts';
import { type Admission, admit, authenticate, formOf, frameOf } from './security/admission.ts';
import { type ContingencyUnwrap, unwrapContingencyKey } from './security/contingency.ts';
import { CredentialReports } from './security/credential-reports.ts';
import { protectMessage } from './security/protect.ts';
import type { AlertOptions, DeviceProfile, DeviceSetup, ObjectFaults } from './setup.ts';
import { type DeviceSnapshot, snapshotOf } from './snapshot.ts';
import { type DeviceState, restoreDevice, stateOf } from './state.ts';
import { TrustAnchors } from './trust-anchors.ts';
import type { Command, SupportedUseCase } from './use-case.ts';
import type { ZclStore } from './zcl/store.ts';

/**
 * What every GBCS device is made of: trust anchors, counters, logs, clock, firmware, pending commands, and the one receive
 * pipeline (GBCS 6.2.4). Octets and time go in, effects come out; a device differs by its profile.
 */
export class Device {
  readonly eui: Eui64;
  readonly suite: CryptoSuite;
  readonly anchors: TrustAnchors;
  readonly counters: ReplayCounters;
  readonly firmware: FirmwareStore;
  readonly futureDated = new FutureDatedQueue();
  readonly logs: Readonly<Record<LogName, EventLog>> = { security: new EventLog(), event: new EventLog(), power: new EventLog() };
  /** Every change of the money it keeps. */
  readonly ledger = new Ledger();
  readonly profile: DeviceProfile;
  readonly signatureProfile: SignatureProfile;
  readonly cosem: CosemStore | undefined;
  readonly zcl: ZclStore | undefined;
  readonly faults: ObjectFaults;
  readonly misbehaviours: Misbehaviours;
  readonly han: HanPort;
  readonly deviceLog: DeviceLog;
  readonly certificateValidity: boolean;
  readonly pathWithoutRoot: 'refuse' | 'accept';
  readonly unwrapContingency: ContingencyUnwrap;
  readonly otherMeters: () => readonly UtrnParties[];
  readonly parameters: LifeParameters;
  /** What a cloned report of credentials said; never used to authenticate. */
  readonly reports = new CredentialReports();
  /** How many security alerts, and malformed messages without a word, an hour may bring. */
  readonly limits: { readonly alerts: HourlyLimit; readonly malformed: HourlyLimit };
  /** What the hub of its home area network says the time is; by default the runtime's. It is handed in again after a restart. */
  hubClock: () => ClockState = hubOnTime;
  readonly #keySeed: number | string;
  #originatorCounter: bigint;
  #clock: ClockState;
  #life: Life | RestingLife | undefined;

  /** @throws ProtocolFault when the state or a certificate of the identity cannot be read */
  constructor(profile: DeviceProfile, setup: DeviceSetup) {
    this.profile = profile;
    this.eui = setup.identity.eui;
    this.suite = setup.suite;
    this.anchors = new TrustAnchors(setup.identity, setup.cells, setup.lentKeys);
    this.counters = new ReplayCounters(setup.replayGranularity);
    this.firmware = new FirmwareStore(setup.firmware, setup.downgrade ?? 'reject');
    this.signatureProfile = setup.signatureProfile;
    this.#originatorCounter = setup.originatorCounter ?? 0n;
    this.#clock = setup.clock ?? RIGHT_TIME;
    this.limits = { alerts: new HourlyLimit(setup.securityAlertsPerHour ?? 10), malformed: new HourlyLimit(MALFORMED_PER_HOUR) };
    this.cosem = setup.cosem;
    this.zcl = setup.zcl;
    this.faults = setup.faults ?? NO_FAULTS;
    this.misbehaviours = setup.misbehaviours ?? WELL_BEHAVED;
    this.han = setup.han ?? ACCEPTING_HAN;
    this.deviceLog = setup.deviceLog ?? new DeviceLog();
    this.certificateValidity = setup.certificateValidity ?? true;
    this.pathWithoutRoot = setup.pathWithoutRoot ?? 'refuse';
    this.unwrapContingency = setup.unwrapContingency ?? unwrapContingencyKey;
    this.otherMeters = setup.otherMeters ?? NO_METERS;
    this.#keySeed = setup.keySeed ?? setup.identity.eui;
    this.parameters = parametersWith(setup.parameters);
    profile.factory?.(this);
    if (setup.state) this.restore(setup.state);
  }

  /** The device's own idea of the time. */
  localTime(now: Millis): Millis {
    return now + this.#clock.offsetMs;
  }

  /** What the device does as time passes; made when it is first asked for. Undefined for one that only answers. */
  get life(): Life | undefined {
    if (this.#life instanceof Life) return this.#life;
    const life = this.profile.life?.(this);
    if (life && this.#life) this.#life.wake(life);
    this.#life = life;
    return life;
  }

  /** The life, when there is one already; it wakes. */
  get #begun(): Life | undefined {
    return this.#life && this.life;
  }

  /**
   * Keeps the life as its state alone until it is needed again, in a tenth of the room: for devices that wait for their next deadline
   * while nobody holds a part of their life.
   */
  rest(): void {
    const state = this.#life instanceof Life ? this.#life.state() : undefined;
    if (this.#life instanceof Life && state) this.#life = new RestingLife(this.#life, state);
    this.cosem?.rest();
    this.zcl?.rest();
  }

  /** What the life keeps; undefined while it has not begun. */
  get lifeState(): LifeState | undefined {
    return this.#life instanceof RestingLife ? this.#life.state : this.#life?.state();
  }

  get clock(): ClockState {
    return this.#clock;
  }

  set clock(clock: ClockState) {
    const before = this.#clock;
    this.#clock = clock;
    if (clock.offsetMs !== before.offsetMs || clock.status !== before.status) this.cosem?.touchAll();
    const known = (before.status === 'invalid') !== (clock.status === 'invalid');
    if (known || clock.offsetMs !== before.offsetMs) this.#begun?.clockMoved(before.offsetMs, clock.offsetMs);
  }

  /** The last counter the device has used in a message of its own. */
  get originatorCounter(): bigint {
    return this.#originatorCounter;
  }

  /** Takes the next counter for a message of the device's own. It is never given out again. */
  nextCounter(): bigint {
    this.#originatorCounter += 1n;
    return this.#originatorCounter;
  }

  #alertCounter(): bigint {
    const stuck = this.misbehaviours.has('replayed-alert-counter') && this.#originatorCounter > 0n;
    return stuck ? this.#originatorCounter : this.nextCounter();
  }

  /** Repeatable entropy for a key pair; the same purpose gives the same pair. */
  keyEntropy(purpose: string): Entropy {
    return seededEntropy(this.#keySeed, purpose);
  }

  /** When `poll` next has something to do, in the runtime's time. Without power, when that is back. */
  get deadline(): Millis | undefined {
    return this.#life?.poweredDown ? this.#life.deadline : earliest(this.#pendingDue, this.#life?.deadline);
  }

  /** When the next future-dated command is due, in the runtime's time. While the device does not know the time, none is. */
  get #pendingDue(): Millis | undefined {
    const at = this.futureDated.deadline;
    return at === undefined || this.#clock.status === 'invalid' ? undefined : at - this.#clock.offsetMs;
  }

  /**
   * Lives up to now and executes whatever has become due, each command once even when the clock has jumped past it. A command that
   * became due while the device lived is executed at its time, one that was missed now, or as soon as there is power again.
   */
  poll(now: Millis): DeviceEffect[] {
    const effects: DeviceEffect[] = [];
    for (;;) {
      const due = this.#pendingDue;
      if (due === undefined || due > now) break;
      const at = Math.min(now, Math.max(due, this.life?.livedTo ?? now));
      this.life?.advance(at, effects);
      if (this.life?.poweredDown) {
        const back = this.life.deadline;
        if (back === undefined || back > now) break;
        this.life.advance(back, effects);
        continue;
      }
      const taken = this.futureDated.takeDue(this.localTime(at));
      for (const pending of taken) this.#executePending(pending, at, effects);
      if (taken.length > 0) this.life?.settle(at, effects);
    }
    this.#begun?.advance(now, effects);
    return effects;
  }

  #executePending(pending: PendingCommand, now: Millis, effects: DeviceEffect[]): void {
    const row = this.profile.useCases.get(pending.messageCode);
    if (row?.executePending) row.executePending({ device: this, pending, now, effects });
    else this.profile.executePending?.(this, pending, now, effects);
  }

  /**
   * Takes one message from the network through the whole pipeline: frame, recipient, message code, originator, counter,
   * MAC, signature, and only then the counter is recorded and the command executed. Never throws for the peer's octets. A device
   * without power hears nothing.
   */
  receive(message: Bytes, now: Millis): DeviceEffect[] {
    const effects: DeviceEffect[] = [];
    if (this.#life?.poweredDown) this.#begun?.advance(now, effects);
    if (this.#life?.poweredDown) return effects;
    const envelope = frameOf(message, this.eui);
    if (isRefusal(envelope)) return this.#refuse(envelope, undefined, now, effects);
    const admission = admit(this, envelope.header);
    if (isRefusal(admission)) return this.#refuse(admission, envelope.header, now, effects);
    const forged = authenticate(this, envelope, admission);
    if (forged) return this.#refuse(forged, envelope.header, now, effects);
    if (!admission.row) return [this.#notSupported(envelope.header, now)];
    return this.#execute(envelope, admission.row, admission.role, now, effects);
  }

  #execute(
    envelope: Envelope,
    row: SupportedUseCase,
    role: Admission['role'],
    now: Millis,
    effects: DeviceEffect[],
  ): DeviceEffect[] {
    const { header } = envelope;
    if (row.replayProtected) this.counters.record(role, header.messageCode, header.originatorCounter);
    effects.push({ kind: 'accepted', useCase: row.name, header });
    this.life?.advance(now, effects);
    const payload = row.readsOnly ? envelope.payload : envelope.payload.slice();
    const command: Command = { header, payload, role, form: formOf(envelope) ?? 'maced' };
    const response = responseHeader(this, row, header, now);
    try {
      const result = row.execute({ device: this, command, now, effects, response });
      if (result !== 'later') effects.push(...this.#answer(row, command, response, result));
    } catch (error) {
      if (!(error instanceof ProtocolFault)) throw error;
      this.#refuse(refused('bad-payload', error.message), header, now, effects);
    }
    if (!row.readsOnly) this.life?.settle(now, effects, this.cosem);
    return effects;
  }

  #refuse(refusal: Refusal, header: MessageHeader | undefined, now: Millis, effects: DeviceEffect[]): DeviceEffect[] {
    effects.push({ kind: 'rejected', ...refusal, header });
    const unusual = refusal.reason === 'malformed' && !this.limits.malformed.take(now);
    const code = unusual ? ALERT.unusualNumbers : REFUSAL_ALERTS[refusal.reason];
    if (code === undefined) return effects;
    this.log('security', { at: this.localTime(now), code, note: refusal.detail }, effects);
    if (this.limits.alerts.take(now)) effects.push(...this.alert(code, now, undefined, { logged: true }));
    return effects;
  }

  /** ECS100: an authenticated command this device does not know (GBCS 7.2.9.1). */
  #notSupported(header: MessageHeader, now: Millis): DeviceEffect {
    const row = ALERT_ROWS.get(ALERT.commandNotSupported);
    assert(row?.messageCode, '0x8F85 has a message code');
    const content: AlertContent = commandQuote(header.messageCode, header.originatorCounter);
    return this.#sendAlert(row, row.messageCode[this.profile.notation], header.originator, content, now, echoed(header));
  }

  /** Adds to a log and says so. */
  log(log: LogName, entry: LogEntry, effects: DeviceEffect[]): void {
    this.logs[log].add(entry);
    effects.push({ kind: 'log', log, entry });
  }

  /**
   * Raises an alert by its table row: log entry, a word to the displays of the home and, for each recipient, a signed or MACed
   * message. Roles the device has no cell for are left out. Event configuration may silence configurable codes.
   * @param content octets after the alert's time, in the device's notation; or a whole payload
   */
  alert(code: number, now: Millis, content?: AlertContent, options: AlertOptions = {}): DeviceEffect[] {
    const row = alertRow(code);
    assert(row, `0x${code.toString(16)} is an alert or event code`);
    const effects: DeviceEffect[] = [];
    const settings = this.profile.alertSettings?.(this, code);
    if (row.log && !options.logged && settings?.log !== false) {
      const { data } = options;
      this.log(row.log, { at: this.localTime(now), code, ...(data && { data }) }, effects);
    }
    if (row.home && settings?.home !== false) {
      effects.push({ kind: 'home-event', at: now, code, audible: settings?.alarm === true });
    }
    const messageCode = options.messageCode ?? row.messageCode?.[this.profile.notation];
    if (messageCode === undefined || settings?.send === false) return effects;
    for (const recipient of options.to === undefined ? this.#recipientsOf(row) : [options.to]) {
      effects.push(this.#sendAlert(row, messageCode, recipient, content, now, options.supplementary));
    }
    return effects;
  }

  #recipientsOf({ recipients, instead = ['accessControlBroker'] }: AlertRow): readonly Eui64[] {
    const holders = (roles: AlertRow['recipients']): readonly Eui64[] => [
      ...new Set(roles.flatMap((role) => this.anchors.partyOf(role) ?? [])),
    ];
    const known = holders(recipients);
    return known.length > 0 || recipients.length === 0 ? known : holders(instead);
  }

  #sendAlert(
    row: AlertRow,
    messageCode: number,
    recipient: Eui64,
    content: AlertContent | undefined,
    now: Millis,
    supplementary: MessageHeader['supplementary'],
  ): DeviceEffect {
    const header: MessageHeader = {
      cra: 'alert',
      originatorCounter: this.#alertCounter(),
      originator: this.eui,
      recipient,
      dateTime: undefined,
      messageCode,
      supplementary,
    };
    const at = this.localTime(now);
    const payload =
      content && 'compose' in content
        ? content.compose(header, at)
        : alertPayload(this.profile.notation, row.code, at, header.originatorCounter, content);
    return protectMessage(this, header, payload, row.maced === true ? 'maced' : 'signed');
  }

  #answer(row: SupportedUseCase, command: Pick<Command, 'form'>, response: MessageHeader, payload: Bytes): DeviceEffect[] {
    if (this.misbehaviours.has('no-answer')) return [];
    const sent = protectMessage(this, response, payload, row.critical || command.form === 'signed' ? 'signed' : 'maced');
    return [sent.kind === 'send' ? { ...sent, message: responseOctets(this.misbehaviours, sent.message) } : sent];
  }

  /** The response to a command that is answered later: signed for a critical use case, else MACed (GBCS 7.2.8). */
  respond(command: MessageHeader, payload: Bytes, now: Millis): DeviceEffect[] {
    const row = this.profile.useCases.get(command.messageCode);
    assert(row, 'only supported commands are answered');
    return this.#answer(row, { form: 'maced' }, responseHeader(this, row, command, now), payload);
  }

  /**
   * Key and vector for sensitive parts of a message of this device (messages.md 2): for the supplementary party where there is one.
   * @param command the command that is answered; an unknown party's key is in its certificate
   * @returns undefined when the party's key is not there
   */
  encryptionFor(message: MessageHeader, command?: MessageHeader): EncryptionContext | undefined {
    return sensitiveContext(this.suite, { header: message }, this.anchors, command?.supplementary?.certificate);
  }

  /** What of a device one compares before and after something, as texts. */
  snapshot(): DeviceSnapshot {
    return snapshotOf(this, this.#originatorCounter);
  }

  /** The whole state of the device as plain data: numbers, bigints, texts, octets, lists and records. */
  state(): DeviceState {
    return stateOf(this);
  }

  /** Takes a state back: `restore(state())` changes nothing. @throws ProtocolFault when it holds keys that are none */
  restore(state: DeviceState): void {
    this.#originatorCounter = state.originatorCounter;
    this.#clock = state.clock;
    restoreDevice(this, state);
    if (this.#life || state.life) this.life?.restore(state.life);
  }
}

/** Malformed messages an hour may bring before 0x8F60 says so; not published (docs/deviations.md). */
const MALFORMED_PER_HOUR = 10;

const NO_METERS = (): readonly UtrnParties[] => [];
const NO_FAULTS: ObjectFaults = new Map();
const WELL_BEHAVED: Misbehaviours = new Map();
