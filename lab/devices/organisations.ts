import { type KeyUse, REMOTE_PARTY_ROLES, type RemotePartyRole } from '../../firmware-sim/gbcs/key-provider.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Keystore } from '../keystore/keystore.ts';

/** The organisations of a keystore by their role, each list in the order of their identifiers. */
export type Organisations = ReadonlyMap<RemotePartyRole, readonly Eui64[]>;

const ROLE_BY_NUMBER = new Map(
  Object.entries(REMOTE_PARTY_ROLES).map(([name, number]): [number, RemotePartyRole] => [number, name as RemotePartyRole]),
);

/** A file that is no certificate gives no role; only a key somebody needs makes it an error. */
function roleIn(keystore: Keystore, eui: Eui64, use: KeyUse): RemotePartyRole | undefined {
  try {
    const certificate = keystore.certificate(eui, use);
    const organisation = certificate?.kind === 'organisation' && certificate.role !== undefined;
    return organisation ? ROLE_BY_NUMBER.get(certificate.role) : undefined;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

const KNOWN = new WeakMap<Keystore, Organisations>();

/**
 * Who is who: the role a party's certificate names (organisational unit of its subject), the digital-signature certificate
 * before the key-agreement one. Devices of `devices.json` are passed over unread.
 */
export function organisationsOf(keystore: Keystore): Organisations {
  const known = KNOWN.get(keystore);
  if (known) return known;
  const roles = new Map<Eui64, RemotePartyRole>();
  for (const wanted of ['digitalSignature', 'keyAgreement'] as const) {
    for (const { eui, use, certificateFile } of keystore.entries()) {
      if (use !== wanted || !certificateFile || roles.has(eui) || keystore.deviceType(eui) !== undefined) continue;
      const role = roleIn(keystore, eui, use);
      if (role) roles.set(eui, role);
    }
  }
  const found = new Map<RemotePartyRole, Eui64[]>();
  for (const [eui, role] of [...roles].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const list = found.get(role);
    if (list) list.push(eui);
    else found.set(role, [eui]);
  }
  KNOWN.set(keystore, found);
  return found;
}

/**
 * Who holds a role on a device that several parties of the keystore could hold it on: the first that the device's commands name,
 * as originator or else as the party the Access Control Broker speaks for; else the first with a private key; else the first.
 * @param named parties of the device's commands, in order: every originator, then every supplementary party
 */
export function holderOf(role: RemotePartyRole, keystore: Keystore, named: readonly Eui64[]): Eui64 | undefined {
  const candidates = organisationsOf(keystore).get(role) ?? [];
  const hasKey = (eui: Eui64): boolean =>
    keystore.entries().some((entry) => entry.eui === eui && entry.privateKeyFile !== undefined);
  return named.find((eui) => candidates.includes(eui)) ?? candidates.find(hasKey) ?? candidates[0];
}
