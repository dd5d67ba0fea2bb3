import { confirmationMac, deriveKeys, type OwnKeys, sharedSecretMqv } from '../../crypto/cbke/agreement.ts';
import { type CbkeSuite, curveOf, readImplicitCertificate, reconstructPublicKey } from '../../crypto/cbke/certificate.ts';
import type { Point } from '../../crypto/cbke/koblitz-curve.ts';
import { extraScalar } from '../../crypto/cbke/scalars.ts';
import type { Entropy } from '../../crypto/suite.ts';
import { type Bytes, equalBytes } from '../../kernel/bytes.ts';
import { assert } from '../../kernel/errors.ts';
import { type Eui64, eui64Bytes } from '../../kernel/eui64.ts';
import type { Millis } from '../../kernel/time.ts';
import {
  decodeEstablishment,
  type EstablishmentMessage,
  encodeEstablishment,
  SUITE_BIT,
  TERMINATION,
} from './key-establishment-messages.ts';

/** What a device holds for one suite: certificate, private key, and the authority that issued it. */
export interface EstablishmentCredentials {
  readonly suite: CbkeSuite;
  readonly certificate: Bytes;
  readonly privateKey: bigint;
  readonly authority: { readonly eui: Eui64; readonly point: Point };
}

/** What an exchange asks for and comes to. */
export type EstablishmentOutput =
  | {
      readonly kind: 'send';
      readonly peer: Eui64;
      readonly toClient: boolean;
      readonly command: number;
      readonly payload: Bytes;
    }
  /** The link key that both have confirmed. */
  | { readonly kind: 'agreed'; readonly peer: Eui64; readonly linkKey: Bytes }
  | { readonly kind: 'failed'; readonly peer: Eui64; readonly status: number; readonly bySelf: boolean };

/** Times told to the other side: calculations take milliseconds here, a second leaves room for slow radios. */
const EPHEMERAL_SECONDS = 10;
const CONFIRM_SECONDS = 10;
/** What is allowed on top of the time the other side said it takes. */
const GRACE_MS = 2_000;
/** Status of an exchange the other side did not go on with. */
export const TIMED_OUT = 0;
/** Exchanges at a time, and how long others are told to wait. */
const EXCHANGES_MAX = 4;
const WAIT_SECONDS = 30;

type Step = 'initiated' | 'ephemeral' | 'confirm';

interface Exchange {
  readonly peer: Eui64;
  /** Began it (U), or answers (V). */
  readonly initiator: boolean;
  readonly credentials: EstablishmentCredentials;
  /** Message that has to come next. */
  awaits: Step;
  until: Millis;
  peerSeconds: { readonly ephemeral: number; readonly confirm: number };
  peerPoint?: Point;
  own?: OwnKeys;
  ownEphemeral?: Bytes;
  peerEphemeral?: Bytes;
  keys?: ReturnType<typeof deriveKeys>;
}

export interface EstablishmentOptions {
  readonly eui: Eui64;
  /** In order of preference. */
  readonly credentials: readonly EstablishmentCredentials[];
  /** Where ephemeral keys come from. */
  readonly entropy: Entropy;
}

/**
 * Key establishment with implicit certificates (CBKE, ZigBee 07-5356 annex C): initiate, ephemeral data, confirmation, both ways. Each
 * side ends an exchange that is not as it should be with its status, and stores nothing.
 */
export class KeyEstablishment {
  readonly #options: EstablishmentOptions;
  readonly #exchanges = new Map<Eui64, Exchange>();

  constructor(options: EstablishmentOptions) {
    this.#options = options;
  }

  /** Suites a device has credentials for: the cluster's attribute 0. */
  get suites(): number {
    return this.#options.credentials.reduce((bits, { suite }) => bits | SUITE_BIT[suite], 0);
  }

  get deadline(): Millis | undefined {
    const times = [...this.#exchanges.values()].map(({ until }) => until);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Exchanges under way. */
  get exchanges(): number {
    return this.#exchanges.size;
  }

  isBusy(peer: Eui64): boolean {
    return this.#exchanges.has(peer);
  }

  /** Begins an exchange with a peer, under the suite named or the preferred one. */
  start(peer: Eui64, now: Millis, suite?: CbkeSuite): EstablishmentOutput[] {
    const credentials = this.#credentialsOf(suite);
    if (!credentials) return [{ kind: 'failed', peer, status: TERMINATION.unsupportedSuite, bySelf: true }];
    const exchange: Exchange = {
      peer,
      initiator: true,
      credentials,
      awaits: 'initiated',
      until: now + EPHEMERAL_SECONDS * 1000 + GRACE_MS,
      peerSeconds: { ephemeral: EPHEMERAL_SECONDS, confirm: CONFIRM_SECONDS },
    };
    this.#exchanges.set(peer, exchange);
    return [this.#send(exchange, this.#initiate(exchange))];
  }

  #credentialsOf(suite: CbkeSuite | undefined): EstablishmentCredentials | undefined {
    const { credentials } = this.#options;
    return suite === undefined ? credentials[0] : credentials.find((one) => one.suite === suite);
  }

  #initiate({ credentials: { suite, certificate } }: Exchange): EstablishmentMessage {
    return {
      kind: 'initiate',
      suite,
      ephemeralSeconds: EPHEMERAL_SECONDS,
      confirmSeconds: CONFIRM_SECONDS,
      certificate,
    };
  }

  #send({ peer, initiator }: Pick<Exchange, 'peer' | 'initiator'>, message: EstablishmentMessage): EstablishmentOutput {
    return { kind: 'send', peer, toClient: !initiator, ...encodeEstablishment(message) };
  }

  /** Ends what the other side does not go on with. */
  due(now: Millis): EstablishmentOutput[] {
    const out: EstablishmentOutput[] = [];
    for (const { peer, until } of [...this.#exchanges.values()]) {
      if (until > now) continue;
      this.#exchanges.delete(peer);
      out.push({ kind: 'failed', peer, status: TIMED_OUT, bySelf: true });
    }
    return out;
  }

  /** Forgets an exchange, because the peer has gone. */
  abandon(peer: Eui64): void {
    this.#exchanges.delete(peer);
  }

  /**
   * Takes a command of the cluster from a peer. Never throws for its octets.
   * @param toClient it came from the peer's server
   */
  receive(peer: Eui64, toClient: boolean, command: number, payload: Bytes, now: Millis): EstablishmentOutput[] {
    const exchange = this.#exchanges.get(peer);
    const message = decodeEstablishment(command, payload, exchange?.credentials.suite);
    if (typeof message === 'number') return this.#terminate({ peer, initiator: toClient }, message);
    if (message.kind === 'terminate') {
      if (!exchange) return [];
      this.#exchanges.delete(peer);
      return [{ kind: 'failed', peer, status: message.status, bySelf: false }];
    }
    if (message.kind === 'initiate' && !toClient) return this.#answerInitiate(peer, message, now);
    // A command that does not fit where the exchange stands ends it.
    if (!exchange || exchange.initiator !== toClient)
      return this.#terminate({ peer, initiator: toClient }, TERMINATION.badMessage);
    if (message.kind === 'initiate') return this.#initiateAnswered(exchange, message, now);
    return message.kind === 'ephemeral'
      ? this.#ephemeralReceived(exchange, message.point, now)
      : this.#confirmReceived(exchange, message.mac);
  }

  #terminate(exchange: Pick<Exchange, 'peer' | 'initiator'>, status: number): EstablishmentOutput[] {
    const { peer } = exchange;
    const known = this.#exchanges.delete(peer);
    const waitSeconds = status === TERMINATION.noResources ? WAIT_SECONDS : 0;
    const out = [this.#send(exchange, { kind: 'terminate', status, waitSeconds, suites: this.suites })];
    return known ? [...out, { kind: 'failed', peer, status, bySelf: true }] : out;
  }

  /** A peer's certificate has to be of the same authority and name the peer itself. @returns its public key, or a status */
  #peerKey(peer: Eui64, { authority, suite }: EstablishmentCredentials, octets: Bytes): Point | number {
    const certificate = readImplicitCertificate(suite, octets);
    if (typeof certificate === 'string') return TERMINATION.invalidCertificate;
    if (!equalBytes(certificate.issuer, eui64Bytes(authority.eui))) return TERMINATION.unknownIssuer;
    if (!equalBytes(certificate.subject, eui64Bytes(peer))) return TERMINATION.invalidCertificate;
    return reconstructPublicKey(certificate, authority.point) ?? TERMINATION.invalidCertificate;
  }

  #answerInitiate(peer: Eui64, message: Extract<EstablishmentMessage, { kind: 'initiate' }>, now: Millis): EstablishmentOutput[] {
    const answering = { peer, initiator: false };
    const credentials = this.#credentialsOf(message.suite);
    if (!credentials) return this.#terminate(answering, TERMINATION.unsupportedSuite);
    const others = this.#exchanges.size - (this.#exchanges.has(peer) ? 1 : 0);
    if (others >= EXCHANGES_MAX) return this.#terminate(answering, TERMINATION.noResources);
    const peerPoint = this.#peerKey(peer, credentials, message.certificate);
    if (typeof peerPoint === 'number') return this.#terminate(answering, peerPoint);
    const peerSeconds = { ephemeral: message.ephemeralSeconds, confirm: message.confirmSeconds };
    const exchange: Exchange = {
      ...answering,
      credentials,
      awaits: 'ephemeral',
      until: now + peerSeconds.ephemeral * 1000 + GRACE_MS,
      peerSeconds,
      peerPoint,
    };
    this.#exchanges.set(peer, exchange);
    return [this.#send(exchange, this.#initiate(exchange))];
  }

  #initiateAnswered(
    exchange: Exchange,
    message: Extract<EstablishmentMessage, { kind: 'initiate' }>,
    now: Millis,
  ): EstablishmentOutput[] {
    if (exchange.awaits !== 'initiated') return this.#terminate(exchange, TERMINATION.badMessage);
    if (message.suite !== exchange.credentials.suite) return this.#terminate(exchange, TERMINATION.unsupportedSuite);
    const peerPoint = this.#peerKey(exchange.peer, exchange.credentials, message.certificate);
    if (typeof peerPoint === 'number') return this.#terminate(exchange, peerPoint);
    exchange.peerPoint = peerPoint;
    exchange.peerSeconds = { ephemeral: message.ephemeralSeconds, confirm: message.confirmSeconds };
    exchange.awaits = 'ephemeral';
    exchange.until = now + exchange.peerSeconds.ephemeral * 1000 + GRACE_MS;
    this.#makeEphemeral(exchange);
    return [this.#send(exchange, { kind: 'ephemeral', point: exchange.ownEphemeral ?? new Uint8Array(0) })];
  }

  #makeEphemeral(exchange: Exchange): void {
    const curve = curveOf(exchange.credentials.suite);
    const ephemeralKey = extraScalar(curve, this.#options.entropy);
    const ephemeralPoint = curve.multiply(curve.base, ephemeralKey);
    assert(ephemeralPoint, 'a scalar below the order gives a point');
    exchange.own = { staticKey: exchange.credentials.privateKey, ephemeralKey, ephemeralPoint };
    exchange.ownEphemeral = curve.compress(ephemeralPoint);
  }

  #ephemeralReceived(exchange: Exchange, octets: Bytes, now: Millis): EstablishmentOutput[] {
    const curve = curveOf(exchange.credentials.suite);
    const point = curve.decompress(octets);
    const fits = exchange.awaits === 'ephemeral' && exchange.peerPoint !== undefined;
    if (!fits || !point || !curve.isUsable(point)) return this.#terminate(exchange, TERMINATION.badMessage);
    const answers = !exchange.initiator;
    if (answers) this.#makeEphemeral(exchange);
    const { own, peerPoint } = exchange;
    const secret =
      own && peerPoint && sharedSecretMqv(exchange.credentials.suite, own, { staticPoint: peerPoint, ephemeralPoint: point });
    if (!secret) return this.#terminate(exchange, TERMINATION.badMessage);
    exchange.peerEphemeral = octets;
    exchange.keys = deriveKeys(secret);
    exchange.awaits = 'confirm';
    exchange.until = now + exchange.peerSeconds.confirm * 1000 + GRACE_MS;
    if (answers) return [this.#send(exchange, { kind: 'ephemeral', point: exchange.ownEphemeral ?? new Uint8Array(0) })];
    return [this.#send(exchange, { kind: 'confirm', mac: this.#mac(exchange, true) })];
  }

  /** MACU or MACV: of this side, or what the other side has to send. */
  #mac({ peer, initiator, keys, ownEphemeral, peerEphemeral }: Exchange, ofSelf: boolean): Bytes {
    const own = { eui: eui64Bytes(this.#options.eui), ephemeral: ownEphemeral ?? new Uint8Array(0) };
    const other = { eui: eui64Bytes(peer), ephemeral: peerEphemeral ?? new Uint8Array(0) };
    const role = initiator === ofSelf ? 'U' : 'V';
    return confirmationMac(keys?.macKey ?? new Uint8Array(16), role, ofSelf ? own : other, ofSelf ? other : own);
  }

  #confirmReceived(exchange: Exchange, mac: Bytes): EstablishmentOutput[] {
    if (exchange.awaits !== 'confirm' || !exchange.keys) return this.#terminate(exchange, TERMINATION.badMessage);
    if (!equalBytes(mac, this.#mac(exchange, false))) return this.#terminate(exchange, TERMINATION.badKeyConfirm);
    const { peer, keys } = exchange;
    const agreed: EstablishmentOutput = { kind: 'agreed', peer, linkKey: keys.linkKey };
    this.#exchanges.delete(peer);
    // The responder's confirmation goes out before its key is in force: it is not secured with it.
    return exchange.initiator ? [agreed] : [this.#send(exchange, { kind: 'confirm', mac: this.#mac(exchange, true) }), agreed];
  }
}
