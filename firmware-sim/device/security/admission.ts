import { parseCertificate } from '../../gbcs/certificates/parse.ts';
import { decodeEnvelope, type Envelope } from '../../gbcs/envelope.ts';
import type { MessageHeader, Supplementary } from '../../gbcs/header.ts';
import type { RemotePartyRole } from '../../gbcs/key-provider.ts';
import { checkMac, checkSignature } from '../../gbcs/protection.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import { ProtocolFault } from '../../kernel/errors.ts';
import type { Eui64 } from '../../kernel/eui64.ts';
import type { Device } from '../device.ts';
import { type Refusal, refused } from '../refusal.ts';
import type { CommandForm, SupportedUseCase } from '../use-case.ts';

/** What the checks before authentication found out about a message. */
export interface Admission {
  readonly role: RemotePartyRole;
  /** Absent for a message code this device does not support. */
  readonly row: SupportedUseCase | undefined;
}

/** Role under which counters of devices of the same home are kept. */
const HOME_DEVICE: RemotePartyRole = 'other';

/** A message taken apart, when it is a command for this device; else why not (GBCS 6.2.4, first checks). */
export function frameOf(message: Bytes, eui: Eui64): Envelope | Refusal {
  let envelope: Envelope;
  try {
    envelope = decodeEnvelope(message);
  } catch (error) {
    if (error instanceof ProtocolFault) return refused('malformed', error.message);
    throw error;
  }
  const { cra, recipient } = envelope.header;
  if (recipient !== eui) return refused('not-for-this-device', `recipient is ${recipient}`);
  return cra === 'command' ? envelope : refused('not-for-this-device', `a ${cra}, not a command`);
}

/** Whether the originator may send this at all, and whether its counter is fresh. Changes nothing. */
export function admit(device: Device, header: MessageHeader): Admission | Refusal {
  const row = device.profile.useCases.get(header.messageCode);
  const role = row?.deviceToDevice ? peerRole(device, header) : roleFor(device, header, row);
  if (typeof role !== 'string') return role;
  const unknown = header.supplementary && unknownParty(role, header.supplementary);
  if (unknown) return unknown;
  if (row?.replayProtected && !device.counters.isFresh(role, header.messageCode, header.originatorCounter)) {
    return refused('replayed-counter', `counter ${header.originatorCounter} is not above the last one accepted`);
  }
  return { role, row };
}

function peerRole(device: Device, header: MessageHeader): RemotePartyRole | Refusal {
  const known = device.anchors.peers.has(header.originator);
  return known ? HOME_DEVICE : refused('unknown-originator', `${header.originator} is no device this one has joined with`);
}

function roleFor(device: Device, header: MessageHeader, row: SupportedUseCase | undefined): RemotePartyRole | Refusal {
  if (row?.disclosedSigner) return row.disclosedSigner.role;
  const held = device.anchors.rolesOf(header.originator);
  const role = row ? held.find((one) => row.roles.includes(one)) : held[0];
  if (role) return role;
  if (held.length === 0) return refused('unknown-originator', `${header.originator} is in no trust anchor cell`);
  return refused('role-not-allowed', `${row?.name} is not for ${held.join(', ')}`);
}

/** Only the Access Control Broker speaks for others, and the certificate it brings along is that party's. */
function unknownParty(role: RemotePartyRole, { remoteParty, counter, certificate }: Supplementary): Refusal | undefined {
  if (role !== 'accessControlBroker') return refused('role-not-allowed', `a ${role} speaks for ${remoteParty}`);
  if (counter === undefined) return refused('malformed', 'the supplementary party has no counter');
  if (!certificate) return undefined;
  try {
    const { eui, keyUsage } = parseCertificate(certificate);
    if (eui === remoteParty && keyUsage.includes('keyAgreement')) return undefined;
    return refused('malformed', `the certificate in the header is not ${remoteParty}'s for key agreement`);
  } catch (error) {
    if (error instanceof ProtocolFault) return refused('malformed', error.message);
    throw error;
  }
}

/** How a command is protected; undefined when it is not. */
export function formOf({ mac, signature }: Envelope): CommandForm | undefined {
  const signed = signature !== undefined && signature.length > 0;
  if (mac) return signed ? 'signed-and-maced' : 'maced';
  return signed ? 'signed' : undefined;
}

/** Checks the protection a use case asks for: form, MAC, signature. Undefined when all is well. */
export function authenticate(device: Device, envelope: Envelope, admission: Admission): Refusal | undefined {
  const form = formOf(envelope);
  const { row } = admission;
  if (form === undefined) return refused('bad-mac', 'MAC is absent');
  if (row && !row.forms.includes(form)) return wrongForm(form, row.forms);
  if (!row && form === 'signed') return refused('bad-mac', 'MAC is absent');
  if (form !== 'signed') {
    const mac = checkMac(device.suite, envelope, device.anchors, row?.deviceToDevice);
    if (mac !== 'valid') return refused('bad-mac', `MAC is ${mac}`);
  }
  if (form === 'maced') return undefined;
  const disclosed = row?.disclosedSigner;
  const keys = disclosed ? { publicKey: () => disclosed.key(device, envelope.payload) } : device.anchors;
  const signature = checkSignature(device.suite, envelope, keys);
  return signature === 'valid' ? undefined : refused('bad-signature', `signature is ${signature}`);
}

function wrongForm(form: CommandForm, allowed: readonly CommandForm[]): Refusal {
  if (form === 'signed') return refused('bad-mac', 'MAC is absent');
  const signed = allowed.some((one) => one !== 'maced');
  return refused('bad-signature', signed && form === 'maced' ? 'signature is absent' : `command is ${form}`);
}
