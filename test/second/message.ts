/** GBCS messages written octet by octet (GBCS 7.2, RTDS 4.5.0). */
import { type CurveName, deriveKey, encrypt, gmac, ivOf, type KeyInput, signature } from './crypto.ts';
import { be, counted, join, type Octets } from './octets.ts';

export const COMMAND = 1;
export const RESPONSE = 2;
export const ALERT = 3;
/** Only ever inside a key derivation, never on the wire. */
export const ENCRYPTION = 4;

/** What follows the message code for a party the device does not know (GBCS 7.2.7; RTDS 4.5.0 forms of 10, 18, 26 and more octets). */
export interface Supplementary {
  readonly party: Octets;
  readonly counter?: bigint;
  readonly originatorCounter?: bigint;
  readonly certificate?: Octets;
}

export interface Header {
  readonly flag: number;
  readonly counter: bigint;
  readonly originator: Octets;
  readonly recipient: Octets;
  readonly code: number;
  readonly supplementary?: Supplementary;
  readonly dateTime?: Octets;
}

export const messageKeyInput = (h: Header): KeyInput => ({
  originator: h.originator,
  flag: h.flag,
  counter: h.counter,
  recipient: h.recipient,
});

function otherInformation(h: Header): Octets {
  const s = h.supplementary;
  if (!s) return be(h.code, 2);
  const counter = s.counter === undefined ? new Uint8Array(0) : be(s.counter, 8);
  const own = s.originatorCounter === undefined ? new Uint8Array(0) : be(s.originatorCounter, 8);
  return join(be(h.code, 2), s.party, counter, own, s.certificate ?? new Uint8Array(0));
}

/** From the transaction-id to the end of the payload: what a signature covers. */
export function signedPart(h: Header, payload: Octets): Octets {
  return join(
    ...['09', h.flag, be(h.counter, 8), '08', h.originator, '08', h.recipient],
    counted(h.dateTime ?? new Uint8Array(0)),
    counted(otherInformation(h)),
    counted(payload),
  );
}

/** A pre-command: no signature octet at all, or a null signature as DUIS prints it. */
export function preCommand(h: Header, payload: Octets, nullSignature: boolean): Octets {
  return join('df', signedPart(h, payload), nullSignature ? '00' : '');
}

export interface Signer {
  readonly curve: CurveName;
  readonly scalar: Octets;
}

/** `DF ... signature length, signature`: a signed message without MAC, or the inner part of one with it. */
export function generalSigning(h: Header, payload: Octets, signer: Signer | undefined): Octets {
  const covered = signedPart(h, payload);
  return join('df', covered, counted(signer ? signature(signer.curve, signer.scalar, covered) : new Uint8Array(0)));
}

export const macAad = (inner: Octets): Octets => join('11 00 00 00 00 00', inner);

export function macOf(h: Header, inner: Octets, z: Octets): Octets {
  return gmac(deriveKey(z, messageKeyInput(h)), ivOf(h.originator), macAad(inner)).slice(0, 12);
}

/** The MAC header around `inner`, with a MAC made from the shared secret `z`. */
export function withMac(h: Header, inner: Octets, z: Octets): Octets {
  return join('dd 00 00 00 00 00 00', counted(join('11 00000000', inner, macOf(h, inner, z))));
}

/** Who is named in the key derivation of encrypted parts, and by which counter (GBCS 8.3). */
export function sensitiveKeyInput(h: Header): KeyInput {
  return {
    originator: h.originator,
    flag: ENCRYPTION,
    counter: h.supplementary?.originatorCounter ?? h.counter,
    recipient: h.supplementary?.party ?? h.recipient,
  };
}

/** An encrypted part with its security header: `31 00000000 || ciphertext || tag`. */
export function sealed(h: Header, z: Octets, plain: Octets): Octets {
  const key = deriveKey(z, sensitiveKeyInput(h));
  return join('31 00000000', encrypt(key, ivOf(h.originator), Uint8Array.of(0x31), plain));
}
