import type { DerValue } from '../../codec/der-schema.ts';
import type { CredentialsExecutionOutcome, UpdateCredentialsCommand } from '../../gbcs/asn1/structures.ts';
import type { RemotePartyRole } from '../../gbcs/key-provider.ts';
import type { Device } from '../device.ts';
import { PREPAYMENT_TOP_UP, roleOfNumber } from './cell-identifier.ts';

/** Floors a command sets, as the device reports them (GBCS 13.3.5). */
export type SeqNumberChanges = DerValue<typeof CredentialsExecutionOutcome>['seqNumberChanges'];

type Control = DerValue<typeof UpdateCredentialsCommand>['control'];

/** The floors of a command in the order they are reported: the authorising role's own, then other roles'. */
export function sequenceChanges(control: Control, authorisingRole: number): SeqNumberChanges {
  const { newFloorSeqNumber, newSpecialistFloors, otherSeqNumberChanges } = control;
  const own =
    newFloorSeqNumber === undefined
      ? []
      : [
          {
            remotePartyRole: authorisingRole,
            floorSeqNumber: newFloorSeqNumber,
            ...(newSpecialistFloors && { specialistFloor: newSpecialistFloors }),
          },
        ];
  return [...own, ...(otherSeqNumberChanges ?? [])];
}

/**
 * Sets the floors of a command. Where a role has passed to another party, its counters start anew from the floor; where the same
 * party has only renewed its keys, no counter goes back.
 * @param changed roles that have passed to another party
 */
export function applySequenceNumbers(
  device: Device,
  authorises: RemotePartyRole,
  authorisingSeqNumber: bigint,
  changes: SeqNumberChanges,
  changed: ReadonlySet<RemotePartyRole>,
): void {
  const { counters, reports } = device;
  counters.setSequence(authorises, authorisingSeqNumber);
  reports.forgetSequence(authorises);
  for (const { remotePartyRole, floorSeqNumber, specialistFloor } of changes) {
    const role = roleOfNumber(remotePartyRole);
    if (!role) continue;
    if (changed.has(role)) counters.setFloor(role, floorSeqNumber);
    else counters.raiseFloor(role, floorSeqNumber);
    counters.setSequence(role, floorSeqNumber);
    reports.forgetSequence(role);
    const topUp = specialistFloor?.find(({ seqNumberUsage }) => seqNumberUsage === PREPAYMENT_TOP_UP || seqNumberUsage === 0);
    if (topUp) counters.setTopUpFloor(role, topUp.seqNumber);
    else if (changed.has(role)) counters.setTopUpFloor(role, floorSeqNumber);
  }
}
