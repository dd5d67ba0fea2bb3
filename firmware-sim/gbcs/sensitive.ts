import { decodeAxdr } from '../codec/axdr.ts';
import { encodeAxdr } from '../codec/axdr-write.ts';
import { Element } from '../codec/element.ts';
import type { PrivateKey } from '../crypto/keys.ts';
import type { CryptoSuite } from '../crypto/suite.ts';
import { ALERT_PROTECTED_ACCESS, PROTECTED_ATTRIBUTES } from '../dictionary/alert-layouts.ts';
import type { AccessRow } from '../dictionary/use-case.ts';
import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import { protectedAccess } from './catalogue.ts';
import { parseCertificate } from './certificates/parse.ts';
import { memberOf } from './dlms-apdu.ts';
import { decodeZclFields, encodeZclFields, type GbzComponent } from './gbz.ts';
import type { KeyProvider } from './key-provider.ts';
import type { WholeMessage } from './message.ts';
import type { Payload } from './payload.ts';
import {
  type EncryptionContext,
  encryptionContext,
  encryptionParty,
  openSensitive,
  sealSensitive,
  sharedSecretOf,
} from './protection.ts';

/** How the encrypted parts of a message fared. */
export interface SensitiveParts {
  readonly message: WholeMessage;
  /** Encrypted parts there are. */
  readonly parts: number;
  /** Parts whose tag was right and whose content has been decoded. */
  readonly opened: number;
}

/** Replaces every encrypted part of a payload; `part` returns the replacement. */
interface PartVisitor {
  readonly blob: (element: Element) => Element;
  readonly component: (component: GbzComponent) => GbzComponent;
}

function isBlob(element: Element): boolean {
  const { value } = element;
  if (element.name !== PROTECTED_ATTRIBUTES || !(value instanceof Uint8Array)) return false;
  return element.extras?.plaintext !== undefined || (value.length >= 17 && value[0] === 0x31);
}

function mapElement(element: Element, visit: PartVisitor): Element {
  if (isBlob(element)) return visit.blob(element);
  if (!Array.isArray(element.value)) return element;
  let changed = false;
  const children = element.children.map((child) => {
    const next = mapElement(child, visit);
    changed ||= next !== child;
    return next;
  });
  return changed ? new Element(element.name, element.type, children, element.meta, element.named, element.extras) : element;
}

function mapParts(payload: Payload, visit: PartVisitor): Payload {
  switch (payload.kind) {
    case 'dlms-access-response':
      return { ...payload, results: payload.results.map((result) => ({ ...result, data: mapElement(result.data, visit) })) };
    case 'dlms-data-notification':
      return { ...payload, body: mapElement(payload.body, visit) };
    case 'gbz':
      return { ...payload, components: payload.components.map((c) => (c.sealed ? visit.component(c) : c)) };
    case 'gbz-alert':
      if (!payload.content || !('component' in payload.content) || !payload.content.component.sealed) return payload;
      return { ...payload, content: { component: visit.component(payload.content.component) } };
    default:
      return payload;
  }
}

/** Names of a decrypted DLMS structure: one value for each object that was asked for. */
function layoutOfPlaintext(rows: readonly AccessRow[] | undefined): { name: string; fields: { name: string }[] } | undefined {
  if (!rows) return undefined;
  const fields = rows.map((row) => memberOf(row)?.layout);
  return fields.every((field) => field !== undefined) ? { name: 'attributes', fields: fields as { name: string }[] } : undefined;
}

function openBlob(plaintext: Bytes, candidates: readonly (readonly AccessRow[])[]): Element {
  const count = plaintext[0] === 2 ? plaintext[1] : undefined;
  const rows = candidates.find((list) => list.length === count) ?? candidates[0];
  const reader = new ByteReader(plaintext);
  const element = decodeAxdr(reader, layoutOfPlaintext(rows), 'attributes');
  reader.finish('the decrypted attributes');
  return element;
}

/** What class 30 attributes a message may hold. */
function candidatesOf(message: WholeMessage): readonly (readonly AccessRow[])[] {
  const { cra, messageCode } = message.header;
  if (cra !== 'alert') return protectedAccess(messageCode);
  const rows = ALERT_PROTECTED_ACCESS.get(messageCode);
  return rows ? [rows] : [];
}

/**
 * The key of a message's encrypted parts; undefined when the keys are not there. An unknown party's key may come from
 * the certificate in the command that asked (`askedWith`).
 */
export function sensitiveContext(
  suite: CryptoSuite,
  message: Pick<WholeMessage, 'header'>,
  keys: KeyProvider,
  askedWith?: Bytes | undefined,
): EncryptionContext | undefined {
  const { header } = message;
  const party = encryptionParty(header);
  const certificate = header.supplementary?.certificate ?? askedWith;
  const own = keys.privateKey(header.originator, 'keyAgreement');
  const z =
    certificate && own
      ? certifiedSecret(suite, own, certificate)
      : sharedSecretOf(suite, keys, { a: party, b: header.originator });
  return z && encryptionContext(suite, header, z);
}

/** Shared secret with the holder of a certificate; undefined when it is none, or its key agrees with no P-256 key. */
function certifiedSecret(suite: CryptoSuite, own: PrivateKey, certificate: Bytes): Bytes | undefined {
  try {
    return suite.sharedSecret(own, parseCertificate(certificate).publicKey);
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}

/** What is known of a message's encrypted parts. */
export interface PartCount {
  readonly parts: number;
  /** Parts whose content is known. */
  readonly opened: number;
  /** Parts that have content and no octets yet: written by hand, still to be encrypted. */
  readonly unmade: number;
}

/** Counts the encrypted parts of a message. */
export function countParts(message: WholeMessage): PartCount {
  let parts = 0;
  let opened = 0;
  let unmade = 0;
  const count = <T>(part: T, plaintext: unknown, octets: unknown): T => {
    parts++;
    if (plaintext !== undefined) opened++;
    if (octets instanceof Uint8Array && octets.length === 0) unmade++;
    return part;
  };
  mapParts(message.payload, {
    blob: (element) => count(element, element.extras?.plaintext, element.value),
    component: (component) => count(component, component.sealed?.fields, component.sealed?.blob),
  });
  return { parts, opened, unmade };
}

function encodePlaintext(plaintext: Element): Bytes {
  const writer = new ByteWriter(256);
  encodeAxdr(writer, plaintext);
  return writer.finish();
}

/** Octets of every opened part in order, by which a person's edits inside them show; empty when none is opened. */
export function openedOctets(message: WholeMessage): Bytes {
  const writer = new ByteWriter(256);
  mapParts(message.payload, {
    blob: (element) => {
      const plaintext = element.extras?.plaintext;
      if (plaintext) writer.bytes(encodePlaintext(plaintext));
      return element;
    },
    component: (component) => {
      if (component.sealed?.fields) writer.bytes(encodeZclFields(component.sealed.fields));
      return component;
    },
  });
  return writer.finish();
}

/** Opens the encrypted parts of a message with an encryption context; parts that do not open stay as they are. */
export function openParts(suite: CryptoSuite, message: WholeMessage, context: EncryptionContext | undefined): SensitiveParts {
  let parts = 0;
  let opened = 0;
  const open = (blob: Bytes): Bytes | undefined => {
    parts++;
    return context && openSensitive(suite, context, blob);
  };
  const visit: PartVisitor = {
    blob: (element) => {
      const plaintext = open(element.value as Bytes);
      if (!plaintext) return element;
      try {
        const inside = openBlob(plaintext, candidatesOf(message));
        opened++;
        return new Element(element.name, element.type, element.value, element.meta, element.named, {
          ...element.extras,
          plaintext: inside,
        });
      } catch (error) {
        if (error instanceof ProtocolFault) return element;
        throw error;
      }
    },
    component: (component) => {
      const { sealed } = component;
      const plaintext = sealed && open(sealed.blob);
      if (!sealed || !plaintext) return component;
      opened++;
      return {
        ...component,
        sealed: { ...sealed, fields: decodeZclFields(plaintext, component.cluster, component.frameControl, component.command) },
      };
    },
  };
  const payload = mapParts(message.payload, visit);
  return { message: opened > 0 ? { ...message, payload } : message, parts, opened };
}

/** Encrypts again the parts whose plaintext is known; unchanged plaintext gives the same octets. */
export function sealParts(suite: CryptoSuite, message: WholeMessage, context: EncryptionContext): WholeMessage {
  const visit: PartVisitor = {
    blob: (element) => {
      const plaintext = element.extras?.plaintext;
      if (!plaintext) return element;
      const blob = sealSensitive(suite, context, encodePlaintext(plaintext));
      return new Element(element.name, element.type, blob, element.meta, element.named, element.extras);
    },
    component: (component) => {
      const { sealed } = component;
      if (!sealed?.fields) return component;
      return { ...component, sealed: { ...sealed, blob: sealSensitive(suite, context, encodeZclFields(sealed.fields)) } };
    },
  };
  return { ...message, payload: mapParts(message.payload, visit) };
}
