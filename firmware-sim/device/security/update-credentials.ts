import { encodeDerElement, typedValue } from '../../codec/der.ts';
import { decodeDerElement } from '../../codec/der-decode.ts';
import type { DerValue } from '../../codec/der-schema.ts';
import type { Element } from '../../codec/element.ts';
import type { PublicKey } from '../../crypto/keys.ts';
import {
  type CredentialsExecutionOutcome,
  UpdateCredentialsAlert,
  UpdateCredentialsCommand,
  UpdateCredentialsResponse,
} from '../../gbcs/asn1/structures.ts';
import { REMOTE_PARTY_ROLES } from '../../gbcs/key-provider.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import { ProtocolFault } from '../../kernel/errors.ts';
import type { Millis } from '../../kernel/time.ts';
import { momentOf } from '../activate-firmware.ts';
import { ALERT } from '../alerts.ts';
import { generalizedTime } from '../clock.ts';
import { logSourceOf } from '../cosem/log-source.ts';
import { noteRegisters } from '../cosem/snapshot-row.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import { CANCEL_TIME } from '../future-dated.ts';
import { type ExecutionContext, type PendingContext, type SupportedUseCase, supported } from '../use-case.ts';
import { cellNameOf } from './cell-identifier.ts';
import type { DeviceType } from './cell-table.ts';
import { CREDENTIAL_STATUS } from './certification-path.ts';
import { type Replacement, replaceCells } from './replace-cells.ts';
import {
  isContingencyMode,
  isLoadControllerMode,
  modeForms,
  modeRoles,
  type ReplacementMode,
  replacementModes,
} from './replacement-modes.ts';
import { applySequenceNumbers, type SeqNumberChanges, sequenceChanges } from './sequence-numbers.ts';
import { encodeReport } from './wide-lengths.ts';

type Command = DerValue<typeof UpdateCredentialsCommand>;
type Outcome = DerValue<typeof CredentialsExecutionOutcome>;

/** Message code of a future-dated outcome (RTDS 4.5.0: CS02b 0x00CB, CS02g 0x0124). */
const OUTCOME_ALERTS = { cs02b: 0x00cb, cs02g: 0x0124 };

/** A command's fields, and the certificates in it as octets. */
interface Parsed {
  readonly command: Command;
  readonly replacements: readonly Replacement[];
  readonly path: readonly Bytes[];
}

/** Rows of CS02b and CS02g for a device type, one for each mode's message code. */
export function updateCredentialsRows(type: DeviceType): SupportedUseCase[] {
  return replacementModes(type).map((mode) =>
    supported(mode.useCase, (context) => update(context, mode, type), {
      messageCode: mode.messageCode,
      roles: modeRoles(mode, type),
      critical: true,
      forms: modeForms(mode, type),
      replayProtected: true,
      responseDateTime: true,
      executePending: (context) => updateLater(context, mode),
      ...(isContingencyMode(mode.mode) && { disclosedSigner: { role: mode.authorises, key: contingencyKey } }),
    }),
  );
}

function parse(payload: Bytes): Parsed {
  const root = decodeDerElement(UpdateCredentialsCommand, payload, 'value');
  const command = typedValue(UpdateCredentialsCommand, root) as Command;
  const derOf = (element: Element | undefined): Bytes => (element ? encodeDerElement(element) : new Uint8Array(0));
  const certificates = (root.child('replacements')?.children ?? []).map((one) => derOf(one.child('certificate')));
  const replacements = command.replacements.map(({ targetCell }, i) => ({
    target: targetCell,
    certificate: certificates[i] ?? new Uint8Array(0),
  }));
  return { command, replacements, path: (root.child('certPath')?.children ?? []).map(derOf) };
}

/** The key that a command's symmetric key opens in the root cell. */
function contingencyKey(device: Device, payload: Bytes): PublicKey | undefined {
  const wrapped = device.anchors.cell({ role: 'root', use: 'keyCertSign' })?.contingency;
  try {
    const symmetricKey = parse(payload).command.control.plaintextSymmetricKey;
    return wrapped && symmetricKey && device.unwrapContingency(device.suite, wrapped, symmetricKey);
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}

function malformed(message: string): never {
  throw new ProtocolFault('bad-payload', message, 0, 'GBCS 13.3');
}

/** What has to be right before anything is replaced: mode, authorising cell, and sequence number. */
function checkControl({ control }: Command, mode: ReplacementMode, type: DeviceType, counter: bigint): void {
  const { replacementMode, authorisingCell, authorisingSeqNumber } = control;
  if (replacementMode !== mode.mode) malformed(`mode ${replacementMode} is not that of the message code`);
  if (authorisingSeqNumber !== counter) malformed('authorising sequence number is not the originator counter');
  const own = mode.mode === 4 && type !== 'CHF';
  const contingency = isContingencyMode(mode.mode);
  if (!authorisingCell) {
    if (!own && !contingency) malformed('no authorising cell is named');
    return;
  }
  const cell = cellNameOf(authorisingCell);
  const use = own ? 'keyAgreement' : contingency ? 'keyCertSign' : 'digitalSignature';
  if (cell?.role !== mode.authorises || cell.use !== use) malformed(`the authorising cell is not the ${mode.authorises}'s`);
}

function update({ device, command, now, effects }: ExecutionContext, mode: ReplacementMode, type: DeviceType): Bytes {
  const parsed = parse(command.payload);
  const { messageCode, originator, originatorCounter } = command.header;
  checkControl(parsed.command, mode, type, originatorCounter);
  const { executionDateTime } = parsed.command;
  const useCase = pendingName(mode);
  if (executionDateTime === undefined) {
    const executionOutcome = execute(device, parsed, mode, now, effects);
    return encodeReport(UpdateCredentialsResponse, { commandAccepted: null, executionOutcome });
  }
  if (executionDateTime === CANCEL_TIME) device.futureDated.cancel(useCase);
  else {
    const at = momentOf(executionDateTime);
    const { role, payload } = command;
    device.futureDated.put({ useCase, messageCode, role, at, originator, originatorCounter, payload });
  }
  return encodeReport(UpdateCredentialsResponse, { commandAccepted: null });
}

/** A fault may be named by variant, or by the use case itself. */
function faultOf({ faults }: Device, mode: ReplacementMode): number | undefined {
  return faults.get(mode.useCase) ?? faults.get(isLoadControllerMode(mode) ? 'CS02g' : 'CS02b');
}

const pendingName = ({ useCase, messageCode }: ReplacementMode): string => `${useCase}:${messageCode.toString(16)}`;

/**
 * A future-dated update: 0x8F66 when every cell was replaced, else 0x8F67, to whoever sent the command. The alert says when it was
 * executed, as that about a CS06 does: later than the command's time where the clock has jumped or the device was off.
 */
function updateLater({ device, pending, now, effects }: PendingContext, mode: ReplacementMode): void {
  const executionOutcome = execute(device, parse(pending.payload), mode, now, effects);
  const { success } = CREDENTIAL_STATUS;
  const done = executionOutcome.replacementOutcomes.every(({ statusCode }) => statusCode === success);
  const alertCode = done ? ALERT.futureDatedDone : ALERT.futureDatedFailed;
  const executionDateTime = generalizedTime(device.localTime(now));
  const asn1 = encodeReport(UpdateCredentialsAlert, { alertCode, executionDateTime, executionOutcome });
  const messageCode = isLoadControllerMode(mode) ? OUTCOME_ALERTS.cs02g : OUTCOME_ALERTS.cs02b;
  effects.push(...device.alert(alertCode, now, { asn1 }, { to: pending.originator, messageCode }));
}

/** Another supplier takes over an electricity meter: what its registers hold goes into the billing data log (GBCS 13.3.5.10). */
function supplierChanged(device: Device, now: Millis): void {
  if (device.cosem) noteRegisters(logSourceOf(device, device.cosem, device.localTime(now)));
}

function execute(
  device: Device,
  { command, replacements, path }: Parsed,
  mode: ReplacementMode,
  now: Millis,
  effects: DeviceEffect[],
): Outcome {
  const { control } = command;
  const timeless = control.applyTimeBasedCPVChecks === 1 || !device.certificateValidity;
  const at = timeless ? undefined : device.localTime(now);
  const { outcomes, changed } = replaceCells(device, replacements, path, {
    targets: mode.targets,
    at,
    fault: faultOf(device, mode),
    contingency: isContingencyMode(mode.mode),
  });
  const seqNumberChanges: SeqNumberChanges = sequenceChanges(control, REMOTE_PARTY_ROLES[mode.authorises]);
  applySequenceNumbers(device, mode.authorises, control.authorisingSeqNumber ?? 0n, seqNumberChanges, changed);
  for (const role of changed) device.futureDated.cancelOf(role);
  if (changed.has('supplier')) supplierChanged(device, now);
  if (outcomes.some(({ statusCode }) => statusCode === CREDENTIAL_STATUS.success)) {
    effects.push(...device.alert(ALERT.credentialsUpdated, now));
  }
  return {
    authorisingSeqNumber: control.authorisingSeqNumber ?? 0n,
    credentialsReplacementMode: mode.mode,
    seqNumberChanges,
    replacementOutcomes: outcomes,
  };
}
