import type { CryptoSuite, SignatureProfile } from '../../firmware-sim/crypto/suite.ts';
import { decodeEnvelope, type Envelope, encodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import type { MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import type { KeyProvider, KeyUse } from '../../firmware-sim/gbcs/key-provider.ts';
import { checkMac, checkSignature, signEnvelope, type Verdict } from '../../firmware-sim/gbcs/protection.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { assert } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import type { PowerOutageAlert } from './ad1-policy.ts';
import { factsOrNone, type MessageFacts, useCaseName } from './message-facts.ts';

/** What a party holds: its own private keys, and everyone's certificates. */
export function keysOf(owner: Eui64, all: KeyProvider): KeyProvider {
  return {
    accessControlBroker: all.accessControlBroker,
    publicKey: (eui: Eui64, use: KeyUse) => all.publicKey(eui, use),
    privateKey: (eui: Eui64, use: KeyUse) => (eui === owner ? all.privateKey(eui, use) : undefined),
  };
}

export interface PartySetup {
  readonly eui: Eui64;
  readonly name: string;
  readonly suite: CryptoSuite;
  readonly keys: KeyProvider;
  readonly signatureProfile: SignatureProfile;
  readonly firstCounter: bigint;
}

/** A command to compose. The counter is the party's own; DLMS payloads repeat it. */
export interface CommandPlan {
  readonly recipient: Eui64;
  readonly messageCode: number;
  readonly critical: boolean;
  readonly payload: (counter: bigint) => Bytes;
}

/** A message that reached a party, with its own cryptographic verdicts. */
export interface Received {
  readonly at: Millis;
  readonly bytes: Bytes;
  readonly header: MessageHeader;
  /** Code of its use case. */
  readonly useCase: string;
  readonly mac: Verdict;
  readonly signature: Verdict;
  /** MAC or signature is there, and whatever is there is valid. */
  readonly genuine: boolean;
  readonly facts: MessageFacts | undefined;
}

/** A power outage alert as a party got it. */
export interface ReceivedOutageAlert extends PowerOutageAlert {
  readonly at: Millis;
  readonly label: string | undefined;
  readonly delayed: boolean;
}

/** A remote party: it composes and signs commands and checks what comes back with its own keys. */
export class RemoteParty {
  readonly eui: Eui64;
  readonly name: string;
  readonly received: Received[] = [];
  readonly outageAlerts: ReceivedOutageAlert[] = [];
  readonly #suite: CryptoSuite;
  readonly #keys: KeyProvider;
  readonly #profile: SignatureProfile;
  #counter: bigint;

  constructor(setup: PartySetup) {
    this.eui = setup.eui;
    this.name = setup.name;
    this.#suite = setup.suite;
    this.#keys = keysOf(setup.eui, setup.keys);
    this.#profile = setup.signatureProfile;
    this.#counter = setup.firstCounter;
  }

  /** A pre-command, signed when the use case is critical; the Access Control Broker adds the MAC. */
  compose(plan: CommandPlan): { readonly message: Bytes; readonly header: MessageHeader; readonly useCase: string } {
    this.#counter += 1n;
    const { recipient, messageCode } = plan;
    const header: MessageHeader = {
      cra: 'command',
      originatorCounter: this.#counter,
      originator: this.eui,
      recipient,
      dateTime: undefined,
      messageCode,
      supplementary: undefined,
    };
    const bare: Envelope = { header, payload: plan.payload(this.#counter), signature: undefined, mac: undefined };
    const message = encodeEnvelope(plan.critical ? this.#sign(bare) : bare);
    return { message, header, useCase: useCaseName(header, bare.payload) };
  }

  /** Signs a manufacturer image: `r || s` (service request 11.1). */
  signImage(manufacturerImage: Bytes): Bytes {
    return this.#suite.sign(this.#profile, this.#signingKey(), manufacturerImage);
  }

  /** Takes a response or alert from the DCC and checks it. @throws ProtocolFault when it is no GBCS message */
  receive(bytes: Bytes, at: Millis): Received {
    const envelope = decodeEnvelope(bytes);
    const mac = checkMac(this.#suite, envelope, this.#keys);
    const signature = checkSignature(this.#suite, envelope, this.#keys);
    const verdicts = [mac, signature];
    const genuine = verdicts.includes('valid') && verdicts.every((verdict) => verdict === 'valid' || verdict === 'absent');
    const facts = factsOrNone(envelope.header, envelope.payload);
    const useCase = useCaseName(envelope.header, envelope.payload);
    const received = { at, bytes, header: envelope.header, useCase, mac, signature, genuine, facts };
    this.received.push(received);
    return received;
  }

  /** The response to a command, once it is there. */
  responseTo(command: MessageHeader): Received | undefined {
    return this.received.find(
      ({ header }) =>
        header.cra === 'response' &&
        header.originatorCounter === command.originatorCounter &&
        header.originator === command.recipient,
    );
  }

  /** Alerts of a code from a device, oldest first. */
  alerts(code: number, from?: Eui64): Received[] {
    return this.received.filter(
      ({ header, facts }) => facts?.alertCode === code && (from === undefined || header.originator === from),
    );
  }

  #sign(envelope: Envelope): Envelope {
    return signEnvelope(this.#suite, envelope, this.#signingKey(), this.#profile);
  }

  #signingKey() {
    const key = this.#keys.privateKey(this.eui, 'digitalSignature');
    assert(key, `${this.name} holds a digital-signature key`);
    return key;
  }
}
