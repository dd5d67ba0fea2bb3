import type { WanUpFrame } from '../../firmware-sim/commshub/wan-frame.ts';
import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import { WHOLE_MESSAGES } from '../../firmware-sim/device/link-blocks.ts';
import { isOtaFile, parseOtaImage } from '../../firmware-sim/dictionary/ota-image.ts';
import type { BlockTransferParameters } from '../../firmware-sim/gbcs/block-transfer.ts';
import { decodeEnvelope, type Envelope } from '../../firmware-sim/gbcs/envelope.ts';
import { type Bytes, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { assert, ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Cancel, Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import { type Millis, toIso } from '../../firmware-sim/kernel/time.ts';
import type { Journal } from '../premises/journal.ts';
import type { WanLink } from '../premises/wan-link.ts';
import { isoMillis } from '../reports/timeline.ts';
import type { AccessControlBroker } from './access-control-broker.ts';
import type { Ad1Decision, Ad1Policy, DccObservation } from './ad1-policy.ts';
import type { Ad1Record } from './ad1-record.ts';
import type { MessageArchive } from './message-archive.ts';
import { activationOf, CODE, factsOrNone, useCaseName } from './message-facts.ts';
import { describeReceived, receivedDetail } from './received-text.ts';
import type { RemoteParty } from './remote-party.ts';
import { WanBlocks } from './wan-blocks.ts';
import { type ImageTransfer, WanProvider } from './wan-provider.ts';

/** What the DCC has on record about a home (Smart Metering Inventory). */
export interface InventoryEntry {
  readonly hub: Eui64;
  readonly mpxn: string;
  readonly esme: Eui64;
  /** What people call the devices of the home. */
  readonly names: ReadonlyMap<Eui64, string>;
}

export interface DccParts {
  readonly scheduler: Scheduler;
  readonly suite: Pick<CryptoSuite, 'sha256'>;
  readonly inventory: InventoryEntry;
  readonly wan: WanLink;
  readonly broker: AccessControlBroker;
  /** Parties it delivers to, by Entity Identifier. */
  readonly parties: readonly RemoteParty[];
  readonly networkOperator: RemoteParty;
  readonly policy: Ad1Policy;
  readonly archive: MessageArchive;
  readonly journal: Journal;
  /** How messages to and from a device go in blocks where they are too long for its link. */
  readonly blocksOf?: (device: Eui64) => BlockTransferParameters;
}

/** Supply-restored alerts of single-phase and polyphase meters (GBCS table 16.2). */
const SUPPLY_RESTORED = { first: 0x8f35, last: 0x8f3c };

/**
 * The DCC between users and hubs: it lets the broker protect commands, carries messages and images, delivers responses and
 * alerts by recipient, and decides with its policy about power outage alerts. It knows no more than what passes through it.
 */
export class Dcc {
  readonly outageAlerts: Ad1Record[] = [];
  readonly #parts: DccParts;
  readonly #wanProvider: WanProvider;
  readonly #blocks: WanBlocks;
  /** Versions of distributed images by their hash: what a CS06 should bring. */
  readonly #versions = new Map<string, number>();
  #policyDue: { readonly at: Millis; readonly cancel: Cancel } | undefined;

  constructor(parts: DccParts) {
    this.#parts = parts;
    this.#wanProvider = new WanProvider((frame) => parts.wan.down(frame));
    this.#blocks = new WanBlocks({
      scheduler: parts.scheduler,
      parametersOf: parts.blocksOf ?? (() => WHOLE_MESSAGES),
      send: (message) => parts.wan.down({ kind: 'gbcs', message }),
      deliver: (message) => this.#deliver(message),
    });
    parts.wan.toNetwork = (frame) => this.#fromHub(frame);
  }

  /** Takes a pre-command from a user, adds the MAC and sends it. Returns the command as it went out. */
  submit(preCommand: Bytes): Bytes {
    const command = this.#parts.broker.protect(preCommand);
    const envelope = decodeEnvelope(command);
    if (envelope.header.messageCode === CODE.activateFirmware) this.#activationKnown(envelope);
    this.send(command);
    return command;
  }

  /** Sends a finished command to the hub of its recipient, as it is. */
  send(command: Bytes): void {
    const { header, payload } = decodeEnvelope(command);
    const useCase = useCaseName(header, payload);
    this.#parts.archive.add(command, 'broker');
    this.#journal('command', `${useCase} with MAC to ${this.#nameOf(header.recipient)}, counter ${header.originatorCounter}`, {
      useCase,
      recipient: header.recipient,
      originatorCounter: header.originatorCounter.toString(),
    });
    this.#blocks.send(command);
  }

  /** Service request 11.1: the image goes to the device's hub. */
  distribute(target: Eui64, file: Bytes): ImageTransfer {
    if (isOtaFile(file)) {
      const { header, manufacturerImage } = parseOtaImage(file);
      this.#versions.set(toHex(this.#parts.suite.sha256(manufacturerImage)), header.fileVersion);
    }
    this.#journal('distribution', `image of ${file.length} octets for ${this.#nameOf(target)} goes to its hub`, {
      target,
      octets: file.length,
    });
    return this.#wanProvider.distribute(target, file);
  }

  #activationKnown({ payload }: Envelope): void {
    const { hub } = this.#parts.inventory;
    const { hash, executesAt } = activationOf(payload);
    if (executesAt === 'cancelled') this.#observe({ kind: 'activation-cancelled', hub });
    else {
      const at = executesAt === 'now' ? this.#now : executesAt;
      this.#observe({ kind: 'activation-known', hub, executesAt: at, version: this.#versions.get(toHex(hash)) });
    }
  }

  /** An AD1 leaves the hub: the harness says so to have the true time on record. Nothing acts on it before it arrives. */
  outageAlertRaised(startedAt: Millis): Ad1Record {
    const { hub, mpxn } = this.#parts.inventory;
    const record: Ad1Record = { hub, mpxn, startedAt, raisedAt: this.#now, fate: 'on-its-way' };
    this.outageAlerts.push(record);
    return record;
  }

  #fromHub(frame: WanUpFrame): void {
    switch (frame.kind) {
      case 'gbcs':
        this.#receive(frame.message);
        return;
      case 'power-outage':
        this.#outageAlert(frame.hub, frame.startedAt);
        return;
      case 'registered':
        this.#journal('hub-registered', 'the hub is on the network', { hub: frame.hub });
        this.#observe({ kind: 'hub-returned', at: this.#now, hub: frame.hub });
        this.#wanProvider.receive(frame);
        return;
      case 'status':
        this.#observe({ kind: 'hub-answered', at: this.#now, hub: frame.hub });
        return;
      case 'image-progress':
      case 'image-result':
        if (frame.kind === 'image-result')
          this.#journal('image-result', `hub: image ${frame.stored ? 'stored' : 'refused'}, ${frame.detail}`, {
            stored: frame.stored,
          });
        this.#wanProvider.receive(frame);
        return;
    }
  }

  #outageAlert(hub: Eui64, startedAt: Millis): void {
    const record = this.#recordOf(hub, startedAt) ?? this.outageAlertRaised(startedAt);
    record.receivedAt = this.#now;
    this.#observe({ kind: 'power-outage', at: this.#now, alert: { hub, startedAt, mpxn: this.#parts.inventory.mpxn } });
  }

  #receive(octets: Bytes): void {
    try {
      this.#blocks.receive(octets);
    } catch (error) {
      if (!(error instanceof ProtocolFault)) throw error;
      this.#journal('undeliverable', `a device sent what is no message: ${error.message}`, {});
    }
  }

  /** @throws ProtocolFault when it is no message */
  #deliver(message: Bytes): void {
    const envelope = decodeEnvelope(message);
    const { header } = envelope;
    this.#watch(envelope);
    const party = this.#parts.parties.find(({ eui }) => eui === header.recipient);
    this.#parts.archive.add(message, header.originator);
    if (!party) {
      this.#journal('undeliverable', `no user ${header.recipient}`, { recipient: header.recipient });
      return;
    }
    const received = party.receive(message, this.#now);
    this.#parts.journal({
      at: this.#now,
      actor: party.name,
      kind: header.cra,
      text: describeReceived(received, this.#nameOf(header.originator)),
      detail: receivedDetail(received),
    });
  }

  /** What the DCC itself learns from a message that passes and that it can check: versions and supply-restored alerts. */
  #watch(envelope: Envelope): void {
    const { header, payload } = envelope;
    const { hub, esme } = this.#parts.inventory;
    if (header.originator !== esme) return;
    const facts = factsOrNone(header, payload);
    const code = facts?.alertCode ?? 0;
    const restored = code >= SUPPLY_RESTORED.first && code <= SUPPLY_RESTORED.last;
    if ((facts?.version === undefined && !restored) || !this.#parts.broker.vouchesFor(envelope)) return;
    const at = this.#now;
    if (facts?.version !== undefined) this.#observe({ kind: 'version-reported', at, hub, version: facts.version });
    if (restored) this.#observe({ kind: 'outage-reported', at, hub, interruptedAt: facts?.outage?.interruptedAt ?? at });
  }

  #observe(observation: DccObservation): void {
    this.#decide(this.#parts.policy.observe(observation));
  }

  #decide(decisions: readonly Ad1Decision[]): void {
    for (const decision of decisions) this.#carryOut(decision);
    const at = this.#parts.policy.deadline;
    if (at === this.#policyDue?.at) return;
    this.#policyDue?.cancel();
    this.#policyDue = undefined;
    if (at === undefined) return;
    const cancel = this.#parts.scheduler.at(at, () => {
      this.#policyDue = undefined;
      this.#decide(this.#parts.policy.poll(this.#now));
    });
    this.#policyDue = { at, cancel };
  }

  #carryOut(decision: Ad1Decision): void {
    if (decision.kind === 'ask-hub') {
      this.#journal('hub-asked', 'asks the hub whether it is on the network', { hub: decision.hub });
      this.#parts.wan.down({ kind: 'status-request' });
      return;
    }
    const record = this.#recordOf(decision.alert.hub, decision.alert.startedAt);
    assert(record, 'a decision is about an alert that has arrived');
    if (decision.kind === 'hold') {
      Object.assign(record, { fate: 'held', heldUntil: decision.until });
      this.#journal('ad1-held', `AD1 is held until ${toIso(decision.until)} at the latest`, { until: toIso(decision.until) });
    } else if (decision.kind === 'withhold') {
      Object.assign(record, { fate: 'withheld', withheldAt: decision.at, reason: decision.reason });
      this.#journal('ad1-withheld', `AD1 is withheld: ${decision.reason}`, { reason: decision.reason });
    } else this.#deliverOutageAlert(record, decision);
  }

  #deliverOutageAlert(record: Ad1Record, decision: Extract<Ad1Decision, { kind: 'deliver' }>): void {
    const { alert, label, delayed, reason } = decision;
    const { networkOperator } = this.#parts;
    const fate = delayed ? 'delivered-delayed' : label ? 'delivered-labelled' : 'delivered';
    networkOperator.outageAlerts.push({ ...alert, at: this.#now, label, delayed });
    Object.assign(record, { fate, deliveredAt: this.#now, reason, ...(label && { label }) });
    this.#parts.journal({
      at: this.#now,
      actor: networkOperator.name,
      kind: 'ad1-delivered',
      text: `AD1 for MPxN ${alert.mpxn}, outage since ${toIso(alert.startedAt)}${label ? ` [${label}]` : ''}${delayed ? ` [delayed: ${reason}]` : ''}`,
      detail: { hub: alert.hub, mpxn: alert.mpxn, startDateTime: isoMillis(alert.startedAt), fate, label, reason },
    });
  }

  #recordOf(hub: Eui64, startedAt: Millis): Ad1Record | undefined {
    return this.outageAlerts.find((record) => record.hub === hub && record.startedAt === startedAt);
  }

  #nameOf(eui: Eui64): string {
    return this.#parts.inventory.names.get(eui) ?? eui;
  }

  get #now(): Millis {
    return this.#parts.scheduler.now;
  }

  #journal(kind: string, text: string, detail: Record<string, string | number | boolean>): void {
    this.#parts.journal({ at: this.#now, actor: 'dcc', kind, text, detail });
  }
}
