import type { CryptoSuite, SignatureProfile } from '../crypto/suite.ts';
import { decodeEnvelope, type Envelope, encodeEnvelope } from '../gbcs/envelope.ts';
import type { MessageHeader } from '../gbcs/header.ts';
import type { RemotePartyRole } from '../gbcs/key-provider.ts';
import { checkMac, checkSignature, macEnvelope, macParties, sharedSecretOf, signEnvelope } from '../gbcs/protection.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { assert, ProtocolFault } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import { ALERT, ALERT_ROWS } from './alerts.ts';
import { type ClockState, dlmsDateTime } from './clock.ts';
import type { DeviceEffect } from './effects.ts';
import { EventLog, type LogEntry, type LogName } from './event-log.ts';
import { type DowngradePolicy, type FirmwareSlot, FirmwareStore } from './firmware.ts';
import { FutureDatedQueue, type PendingCommand } from './future-dated.ts';
import { type AlertContent, alertPayload, commandQuote, type Notation } from './notation.ts';
import { HourlyLimit, isRefusal, REFUSAL_ALERTS, type Refusal, refused } from './refusal.ts';
import { ReplayCounters, type ReplayGranularity } from './replay-counters.ts';
import { type DeviceSnapshot, snapshotOf } from './snapshot.ts';
import { type DeviceIdentity, type TrustAnchorCell, TrustAnchors } from './trust-anchors.ts';
import type { Command, SupportedUseCase, UseCaseTable } from './use-case.ts';

/** What a kind of device is: its tables, its payload notation, and what it is allowed to do by itself. */
export interface DeviceProfile {
  readonly useCases: UseCaseTable;
  readonly notation: Notation;
  /** Executes what the future-dated queue gives out. */
  readonly executePending: (device: Device, command: PendingCommand, now: Millis, effects: DeviceEffect[]) => void;
}

/** What one device is made with. */
export interface DeviceSetup {
  readonly suite: CryptoSuite;
  readonly identity: DeviceIdentity;
  readonly cells: readonly TrustAnchorCell[];
  readonly firmware: FirmwareSlot;
  readonly signatureProfile: SignatureProfile;
  readonly originatorCounter?: bigint;
  readonly replayGranularity?: ReplayGranularity;
  readonly downgrade?: DowngradePolicy;
  readonly clock?: ClockState;
  /** Generic security alerts a device sends in any hour at most, so that refusals cannot be used to flood (0: none). */
  readonly securityAlertsPerHour?: number;
}

/** What the checks before authentication found out about a message. */
interface Admission {
  readonly role: RemotePartyRole;
  /** Absent for a message code this device does not support. */
  readonly row: SupportedUseCase | undefined;
}

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
  readonly profile: DeviceProfile;
  readonly #signatureProfile: SignatureProfile;
  readonly #securityAlerts: HourlyLimit;
  #originatorCounter: bigint;
  #clock: ClockState;

  constructor(profile: DeviceProfile, setup: DeviceSetup) {
    this.profile = profile;
    this.eui = setup.identity.eui;
    this.suite = setup.suite;
    this.anchors = new TrustAnchors(setup.identity, setup.cells);
    this.counters = new ReplayCounters(setup.replayGranularity);
    this.firmware = new FirmwareStore(setup.firmware, setup.downgrade ?? 'reject');
    this.#signatureProfile = setup.signatureProfile;
    this.#originatorCounter = setup.originatorCounter ?? 0n;
    this.#clock = setup.clock ?? { offsetMs: 0, status: 'reliable' };
    this.#securityAlerts = new HourlyLimit(setup.securityAlertsPerHour ?? 10);
  }

  /** The device's own idea of the time. */
  localTime(now: Millis): Millis {
    return now + this.#clock.offsetMs;
  }

  get clock(): ClockState {
    return this.#clock;
  }

  set clock(clock: ClockState) {
    this.#clock = clock;
  }

  /** When `poll` next has something to do, in the runtime's time. */
  get deadline(): Millis | undefined {
    const at = this.futureDated.deadline;
    return at === undefined ? undefined : at - this.#clock.offsetMs;
  }

  /** Executes whatever has become due. */
  poll(now: Millis): DeviceEffect[] {
    const effects: DeviceEffect[] = [];
    for (const command of this.futureDated.takeDue(this.localTime(now))) this.profile.executePending(this, command, now, effects);
    return effects;
  }

  /**
   * Takes one message from the network through the whole pipeline: frame, recipient, message code, originator, counter,
   * MAC, signature, and only then the counter is recorded and the command executed. Never throws for the peer's octets.
   */
  receive(message: Bytes, now: Millis): DeviceEffect[] {
    const effects: DeviceEffect[] = [];
    const envelope = this.#frame(message);
    if (isRefusal(envelope)) return this.#refuse(envelope, undefined, now, effects);
    const admission = this.#admit(envelope.header);
    if (isRefusal(admission)) return this.#refuse(admission, envelope.header, now, effects);
    const forged = this.#authenticate(envelope, admission.row?.critical ?? (envelope.signature?.length ?? 0) > 0);
    if (forged) return this.#refuse(forged, envelope.header, now, effects);
    if (!admission.row) return [this.#notSupported(envelope.header, now)];
    return this.#execute(envelope, admission.row, admission.role, now, effects);
  }

  #frame(message: Bytes): Envelope | Refusal {
    let envelope: Envelope;
    try {
      envelope = decodeEnvelope(message);
    } catch (error) {
      if (error instanceof ProtocolFault) return refused('malformed', error.message);
      throw error;
    }
    if (envelope.header.recipient !== this.eui)
      return refused('not-for-this-device', `recipient is ${envelope.header.recipient}`);
    return envelope.header.cra === 'command'
      ? envelope
      : refused('not-for-this-device', `a ${envelope.header.cra}, not a command`);
  }

  #admit(header: MessageHeader): Admission | Refusal {
    const row = this.profile.useCases.get(header.messageCode);
    const held = this.anchors.rolesOf(header.originator);
    const role = row ? held.find((one) => row.roles.includes(one)) : held[0];
    if (held.length === 0) return refused('unknown-originator', `${header.originator} is in no trust anchor cell`);
    if (role === undefined) return refused('role-not-allowed', `${row?.name} is not for ${held.join(', ')}`);
    if (row?.replayProtected && !this.counters.isFresh(role, header.messageCode, header.originatorCounter)) {
      return refused('replayed-counter', `counter ${header.originatorCounter} is not above the last one accepted`);
    }
    return { role, row };
  }

  #authenticate(envelope: Envelope, critical: boolean): Refusal | undefined {
    const mac = checkMac(this.suite, envelope, this.anchors);
    if (mac !== 'valid') return refused('bad-mac', `MAC is ${mac}`);
    const signature = checkSignature(this.suite, envelope, this.anchors);
    return signature === (critical ? 'valid' : 'absent') ? undefined : refused('bad-signature', `signature is ${signature}`);
  }

  #execute(
    envelope: Envelope,
    row: SupportedUseCase,
    role: RemotePartyRole,
    now: Millis,
    effects: DeviceEffect[],
  ): DeviceEffect[] {
    const { header, payload } = envelope;
    if (row.replayProtected) this.counters.record(role, header.messageCode, header.originatorCounter);
    effects.push({ kind: 'accepted', useCase: row.name, header });
    const command: Command = { header, payload, role };
    try {
      const result = row.execute({ device: this, command, now, effects });
      if (result !== 'later') effects.push(this.respond(header, result, now));
    } catch (error) {
      if (!(error instanceof ProtocolFault)) throw error;
      this.#refuse(refused('bad-payload', error.message), header, now, effects);
    }
    return effects;
  }

  #refuse(refusal: Refusal, header: MessageHeader | undefined, now: Millis, effects: DeviceEffect[]): DeviceEffect[] {
    effects.push({ kind: 'rejected', ...refusal, header });
    const code = REFUSAL_ALERTS[refusal.reason];
    if (code === undefined) return effects;
    this.log('security', { at: this.localTime(now), code, note: refusal.detail }, effects);
    if (this.#securityAlerts.take(now)) effects.push(...this.alert(code, now, undefined, { logged: true }));
    return effects;
  }

  /** ECS100: an authenticated command this device does not know (GBCS 7.2.9.1). */
  #notSupported(header: MessageHeader, now: Millis): DeviceEffect {
    const s = header.supplementary;
    const supplementary = s?.counter === undefined ? undefined : { remoteParty: s.remoteParty, counter: s.counter };
    const messageCode = ALERT_ROWS.get(ALERT.commandNotSupported)?.messageCode;
    assert(messageCode, '0x8F85 has a message code');
    const content: AlertContent = commandQuote(header.messageCode, header.originatorCounter);
    return this.#sendAlert(
      ALERT.commandNotSupported,
      messageCode[this.profile.notation],
      header.originator,
      content,
      now,
      supplementary,
    );
  }

  /** Adds to a log and says so. */
  log(log: LogName, entry: LogEntry, effects: DeviceEffect[]): void {
    this.logs[log].add(entry);
    effects.push({ kind: 'log', log, entry });
  }

  /**
   * Raises an alert by its table row: log entry and, where the row names a recipient, a signed alert message.
   * @param content octets after the alert's time, in the device's notation; or a whole payload for ASN.1 alerts
   */
  alert(
    code: number,
    now: Millis,
    content?: AlertContent,
    options: { readonly logged?: boolean; readonly to?: Eui64 } = {},
  ): DeviceEffect[] {
    const row = ALERT_ROWS.get(code);
    assert(row, `alert 0x${code.toString(16)} is in the table`);
    const effects: DeviceEffect[] = [];
    if (row.log && !options.logged) this.log(row.log, { at: this.localTime(now), code }, effects);
    const recipient = options.to ?? (row.recipient && this.anchors.partyOf(row.recipient));
    if (row.messageCode && recipient) {
      effects.push(this.#sendAlert(code, row.messageCode[this.profile.notation], recipient, content, now));
    }
    return effects;
  }

  #sendAlert(
    code: number,
    messageCode: number,
    recipient: Eui64,
    content: AlertContent | undefined,
    now: Millis,
    supplementary?: MessageHeader['supplementary'],
  ): DeviceEffect {
    const originatorCounter = this.#nextCounter();
    const header: MessageHeader = {
      cra: 'alert',
      originatorCounter,
      originator: this.eui,
      recipient,
      dateTime: undefined,
      messageCode,
      supplementary,
    };
    const payload = alertPayload(this.profile.notation, code, this.localTime(now), originatorCounter, content);
    return this.#signed({ header, payload, signature: undefined, mac: undefined });
  }

  #nextCounter(): bigint {
    this.#originatorCounter += 1n;
    return this.#originatorCounter;
  }

  /** The response to a command: signed for a critical use case, else MACed for its recipient (GBCS 7.2.8). */
  respond(command: MessageHeader, payload: Bytes, now: Millis): DeviceEffect {
    const row = this.profile.useCases.get(command.messageCode);
    assert(row, 'only supported commands are answered');
    const s = command.supplementary;
    const header: MessageHeader = {
      cra: 'response',
      originatorCounter: command.originatorCounter,
      originator: this.eui,
      recipient: command.originator,
      dateTime: row.responseDateTime ? dlmsDateTime(this.localTime(now)) : undefined,
      messageCode: command.messageCode,
      supplementary: s?.counter === undefined ? undefined : { remoteParty: s.remoteParty, counter: s.counter },
    };
    const envelope: Envelope = { header, payload, signature: undefined, mac: undefined };
    if (row.critical) return this.#signed(envelope);
    const z = sharedSecretOf(this.suite, this.anchors, macParties(header, this.anchors));
    assert(z, 'the originator of an authenticated command has a key-agreement cell');
    return { kind: 'send', message: encodeEnvelope(macEnvelope(this.suite, envelope, z)), header };
  }

  #signed(envelope: Envelope): DeviceEffect {
    const signed = signEnvelope(this.suite, envelope, this.anchors.identity.signing, this.#signatureProfile);
    return { kind: 'send', message: encodeEnvelope(signed), header: envelope.header };
  }

  /** Everything that should survive a reboot, as plain data; what differs between two snapshots is what changed. */
  snapshot(): DeviceSnapshot {
    return snapshotOf(this, this.#originatorCounter);
  }
}
