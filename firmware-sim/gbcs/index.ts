/**
 * GBCS messages as a library: `import { decode, encode } from 'hanbench/gbcs'`.
 *
 * - `decode(bytes)` gives named, typed values; `encode(message)` writes them back, octet for octet.
 * - `decodeAndCheck(suite, bytes, keys)` also checks MAC and signature and opens encrypted parts.
 * - `messageToJson` and `messageFromJson` are the JSON lines of `hanbench gbcs decode` and `encode`.
 *
 * Octets are `Uint8Array`. A peer's bad octets are a `ProtocolFault` with an offset; a bad value in a JSON line is a `UsageError`
 * that names its place.
 */

export { Element, type ElementExtras, type Format, type Meta, type RowType, type Scalar } from '../codec/element.ts';
export { elementFromJson } from '../codec/element-from-json.ts';
export { type ElementJson, elementToJson } from '../codec/element-json.ts';
export { type Curve, type PrivateKey, type PublicKey, publicKeyFromPoint } from '../crypto/keys.ts';
export { createNodeSuite } from '../crypto/node-suite.ts';
export { type CryptoSuite, type Entropy, SIGNATURE_PROFILES, type SignatureProfile } from '../crypto/suite.ts';
export { fromHex, toHex } from '../kernel/bytes.ts';
export { HanbenchError, Invariant, ProtocolFault, UsageError } from '../kernel/errors.ts';
export { type Eui64, eui64Bytes, parseEui64 } from '../kernel/eui64.ts';
export { randomFor } from '../kernel/random.ts';
export { Reassembler } from './block-reassembler.ts';
export { BlockSender } from './block-sender.ts';
export { type BlockTransferParameters, blockTransferParameters, segment } from './block-transfer.ts';
export { CATALOGUE, type UseCaseRow, useCaseByName, useCasesOf } from './catalogue.ts';
export { type Checked, type CheckedMessage, decodeAndCheck, NO_KEYS } from './checked-message.ts';
export {
  type AccessItem,
  type AccessRequest,
  type AccessResponse,
  type AccessResult,
  type DataNotification,
  dlms,
  invokeIdOf,
  NULL_DATA,
} from './dlms-apdu.ts';
export { decodeEnvelope, type Envelope, encodeEnvelope, type GbtBlock, macInput, signedPart } from './envelope.ts';
export type { GbzAlert, GbzComponent, GbzMessage } from './gbz.ts';
export type { Cra, MessageHeader, Supplementary } from './header.ts';
export {
  DEFAULT_ACCESS_CONTROL_BROKER,
  type KeyProvider,
  type KeyUse,
  REMOTE_PARTY_ROLES,
  type RemotePartyRole,
} from './key-provider.ts';
export {
  type BlockMessage,
  decode,
  encode,
  envelopeOf,
  type GbcsMessage,
  type MessageForm,
  useCaseOf,
  type WholeMessage,
} from './message.ts';
export { type FromJson, type MessageJson, messageFromJson, messageToJson } from './message-json.ts';
export {
  type Asn1Payload,
  decodePayload,
  type EmptyPayload,
  encodePayload,
  type Payload,
  type PayloadKind,
  unnamedPaths,
  unnamedValues,
} from './payload.ts';
export {
  checkMac,
  checkSignature,
  computeMac,
  deriveKey,
  type EncryptionContext,
  encryptionContext,
  macEnvelope,
  openSensitive,
  sealSensitive,
  signEnvelope,
  type Verdict,
} from './protection.ts';
export { openParts, sealParts, sensitiveContext } from './sensitive.ts';
