import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import { decodeEnvelope, type Envelope, encodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import type { KeyProvider } from '../../firmware-sim/gbcs/key-provider.ts';
import { checkMac, checkSignature, macEnvelope, macParties, sharedSecretOf } from '../../firmware-sim/gbcs/protection.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { keysOf, type PartySetup, type Received, RemoteParty } from './remote-party.ts';

/** The DCC's Access Control Broker: it gives every command its MAC and speaks for parties a device does not know. */
export class AccessControlBroker {
  readonly party: RemoteParty;
  readonly #suite: CryptoSuite;
  readonly #keys: KeyProvider;
  #counter: bigint;

  constructor(setup: PartySetup) {
    this.party = new RemoteParty(setup);
    this.#suite = setup.suite;
    this.#keys = keysOf(setup.eui, setup.keys);
    this.#counter = setup.firstCounter;
  }

  get eui(): Eui64 {
    return this.party.eui;
  }

  /** A signed or unsigned pre-command as a command with MAC. @throws ProtocolFault, UsageError `no-key` */
  protect(preCommand: Bytes): Bytes {
    const envelope = decodeEnvelope(preCommand);
    const z = sharedSecretOf(this.#suite, this.#keys, macParties(envelope.header, this.#keys));
    if (!z) throw new UsageError('no-key', `no key-agreement key of ${envelope.header.recipient}`);
    return encodeEnvelope(macEnvelope(this.#suite, envelope, z));
  }

  /**
   * A non-critical command on behalf of a party the device has no cell for: the broker originates it and names the party
   * and the party's counter (GBCS 7.2.7 other information). `payload` gets the broker's counter.
   */
  relay(command: {
    readonly recipient: Eui64;
    readonly messageCode: number;
    readonly remoteParty: Eui64;
    readonly remoteCounter: bigint;
    readonly payload: (counter: bigint) => Bytes;
  }): Bytes {
    this.#counter += 1n;
    const header = {
      cra: 'command' as const,
      originatorCounter: this.#counter,
      originator: this.eui,
      recipient: command.recipient,
      dateTime: undefined,
      messageCode: command.messageCode,
      supplementary: { remoteParty: command.remoteParty, counter: command.remoteCounter },
    };
    return this.protect(
      encodeEnvelope({ header, payload: command.payload(this.#counter), signature: undefined, mac: undefined }),
    );
  }

  /** True for a message whose signature is valid, or whose MAC is one the broker can check and valid. */
  vouchesFor(envelope: Envelope): boolean {
    const signature = checkSignature(this.#suite, envelope, this.#keys);
    return signature === 'valid' || (signature === 'absent' && checkMac(this.#suite, envelope, this.#keys) === 'valid');
  }

  /** Checks a response to a relayed command. @throws ProtocolFault */
  receive(bytes: Bytes, at: number): Received {
    return this.party.receive(bytes, at);
  }
}
