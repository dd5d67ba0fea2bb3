import { encodeDer } from '../../../firmware-sim/codec/der.ts';
import { tlv } from '../../../firmware-sim/codec/der-tlv.ts';
import { Device } from '../../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../../firmware-sim/device/effects.ts';
import { managementUseCases } from '../../../firmware-sim/device/management/use-cases.ts';
import { usageFields } from '../../../firmware-sim/device/security/cell-identifier.ts';
import { type DeviceType, trustAnchorCells } from '../../../firmware-sim/device/security/cell-table.ts';
import type { DeviceSetup } from '../../../firmware-sim/device/setup.ts';
import type { CellName, TrustAnchorCell } from '../../../firmware-sim/device/trust-anchors.ts';
import { useCaseTable } from '../../../firmware-sim/device/use-case.ts';
import { TrustAnchorCellIdentifier } from '../../../firmware-sim/gbcs/asn1/structures.ts';
import { decodeEnvelope, type Envelope } from '../../../firmware-sim/gbcs/envelope.ts';
import { REMOTE_PARTY_ROLES } from '../../../firmware-sim/gbcs/key-provider.ts';
import { type Bytes, fromAscii } from '../../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../../firmware-sim/kernel/eui64.ts';
import { partyOf } from '../../../lab/premises/credentials.ts';
import { type CommandChanges, command, pki, suite } from '../bench.ts';

/** Devices of the bench PKI. */
export const EUIS: Readonly<Record<DeviceType, Eui64>> = {
  ESME: '00-DB-12-34-56-78-90-A0' as Eui64,
  GSME: '00-DB-12-34-56-78-90-A1' as Eui64,
  CHF: '00-DB-12-34-56-78-90-A2' as Eui64,
  GPF: '00-DB-12-34-56-78-90-A3' as Eui64,
  PPMID: '00-DB-12-34-56-78-90-A4' as Eui64,
  HCALCS: '00-DB-12-34-56-78-90-A5' as Eui64,
  SAPC: '00-DB-12-34-56-78-90-A6' as Eui64,
};

/** All cells of a device type, root included. */
export function fullCells(type: DeviceType): TrustAnchorCell[] {
  return trustAnchorCells(type).flatMap(({ role, use }): TrustAnchorCell[] => {
    if (role === 'root') {
      const key = pki.authorities.organisationRoot.key.publicKey;
      return [{ role, use, party: '00-00-00-00-00-00-00-00' as Eui64, key }];
    }
    const party = partyOf(role);
    const key = use === 'keyCertSign' ? undefined : pki.publicKey(party, use);
    return key ? [{ role, use, party, key }] : [];
  });
}

/** A device with its management use cases and its own keys. */
export function managed(type: DeviceType, changes: Partial<DeviceSetup> = {}): Device {
  const eui = EUIS[type];
  const notation = type === 'GSME' || type === 'GPF' ? ('gbz' as const) : ('dlms' as const);
  return new Device(
    { useCases: useCaseTable(...managementUseCases(type)), notation },
    {
      suite,
      identity: {
        eui,
        signing: pki.privateKey(eui, 'digitalSignature'),
        agreement: pki.privateKey(eui, 'keyAgreement'),
        certificates: {
          digitalSignature: pki.certificate(eui, 'digitalSignature'),
          keyAgreement: pki.certificate(eui, 'keyAgreement'),
        },
      },
      cells: fullCells(type),
      firmware: { version: 0x01020003, hash: new Uint8Array(32) },
      signatureProfile: 'deterministic',
      ...changes,
    },
  );
}

/** A critical command of a party. */
export function signed(device: Device, changes: CommandChanges): Bytes {
  const originator = changes.originator ?? partyOf('supplier');
  return command({ recipient: device.eui, originator, signer: originator, ...changes });
}

/** Without its MAC, as commands that are only signed. */
export function withoutMac(message: Bytes): Bytes {
  const at = message.indexOf(0xdf);
  return message.slice(at, -12);
}

/** The response among effects. */
export function responseIn(effects: readonly DeviceEffect[]): Envelope | undefined {
  return effects
    .flatMap((effect) => (effect.kind === 'send' ? [decodeEnvelope(effect.message)] : []))
    .find(({ header }) => header.cra === 'response');
}

const integer = (value: bigint | number): Bytes => {
  let hex = value.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  const octets = Uint8Array.from(hex.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
  return (octets[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...octets) : octets;
};

const identifierOf = ({ role, use }: CellName): Bytes =>
  encodeDer(TrustAnchorCellIdentifier, { remotePartyRole: REMOTE_PARTY_ROLES[role], ...usageFields(use) });

interface OtherFloor {
  readonly role: number;
  readonly floor: bigint;
  readonly topUp?: bigint | undefined;
}

const floorOf = ({ role, floor, topUp }: OtherFloor): Bytes => {
  const special = topUp === undefined ? [] : [tlv(0x30, tlv(0x30, tlv(0x02, integer(0)), tlv(0x02, integer(topUp))))];
  return tlv(0x30, tlv(0x02, integer(role)), tlv(0x02, integer(floor)), ...special);
};

/** What a CS02b or CS02g command says. */
export interface UpdateFields {
  readonly mode: number;
  readonly authorisingCell?: CellName | undefined;
  readonly counter: bigint;
  readonly newFloor?: bigint;
  readonly otherFloor?: OtherFloor;
  readonly otherFloors?: readonly OtherFloor[];
  /** What opens the contingency key. */
  readonly symmetricKey?: Bytes;
  readonly replacements: readonly { readonly certificate: Bytes; readonly target: CellName }[];
  readonly path?: readonly Bytes[];
  readonly at?: string;
}

/** The payload of a CS02b or CS02g command. */
export function updatePayload(fields: UpdateFields): Bytes {
  const { mode, authorisingCell, counter, newFloor, otherFloor, replacements, at } = fields;
  const path = fields.path ?? [pki.authorities.organisationIssuer.certificate.der];
  const control = [tlv(0x02, integer(mode))];
  if (fields.symmetricKey) control.push(tlv(0x80, fields.symmetricKey));
  if (authorisingCell) control.push(tlv(0xa2, identifierOf(authorisingCell).subarray(2)));
  control.push(tlv(0x83, integer(counter)));
  if (newFloor !== undefined) control.push(tlv(0x84, integer(newFloor)));
  const floors = fields.otherFloors ?? (otherFloor ? [otherFloor] : []);
  if (floors.length > 0) control.push(tlv(0xa6, ...floors.map(floorOf)));
  const list = replacements.map(({ certificate, target }) => tlv(0x30, certificate, identifierOf(target)));
  const date = at === undefined ? [] : [tlv(0x18, fromAscii(at))];
  return tlv(0x30, tlv(0x30, ...control), tlv(0x30, ...list), tlv(0x30, ...path), ...date);
}
