import { ALERT_ROWS } from '../../firmware-sim/device/alert-table.ts';
import { alertText } from '../../firmware-sim/device/alerts.ts';
import { toIso } from '../../firmware-sim/kernel/time.ts';
import type { Json } from '../operations/operation.ts';
import type { Received } from './remote-party.ts';

const OUTCOMES: readonly string[] = ['success', 'no image held', 'hash mismatch', 'activation failure'];

/** CS06 outcome in words (GBCS annex 3). */
export function outcomeText(code: number): string {
  return OUTCOMES[code] ?? `code ${code}`;
}

/** A firmware version as 8 hex digits. */
export function versionText(version: number | undefined): string {
  return version === undefined ? 'none' : `0x${version.toString(16).padStart(8, '0')}`;
}

/** A message that reached a party, for a person: what it is, from whom, what it says, and whether it is genuine. */
export function describeReceived({ header, useCase, facts, mac, signature, genuine }: Received, from: string): string {
  const code = facts?.alertCode;
  const alert = code === undefined ? '' : ` ${alertText(code)} ${ALERT_ROWS.get(code)?.title ?? ''}`;
  const said: string[] = [];
  if (facts?.accepted) said.push('accepted');
  if (facts?.failed) said.push('read failed');
  if (facts?.activationCode !== undefined) said.push(outcomeText(facts.activationCode));
  if (facts?.version !== undefined) said.push(`version ${versionText(facts.version)}`);
  if (facts?.outage) said.push(`interrupted ${toIso(facts.outage.interruptedAt)}, restored ${toIso(facts.outage.restoredAt)}`);
  said.push(genuine ? `${mac === 'valid' ? 'MAC' : 'signature'} valid` : `NOT GENUINE: MAC ${mac}, signature ${signature}`);
  return `${useCase} ${header.cra}${alert} from ${from}: ${said.join(', ')}`;
}

/** The same for a program. */
export function receivedDetail({ header, useCase, facts, mac, signature }: Received): {
  readonly [field: string]: Json | undefined;
} {
  return {
    useCase,
    originator: header.originator,
    originatorCounter: header.originatorCounter.toString(),
    mac,
    signature,
    alertCode: facts?.alertCode === undefined ? undefined : alertText(facts.alertCode),
    version: facts?.version === undefined ? undefined : versionText(facts.version),
    activationCode: facts?.activationCode,
    interruptedAt: facts?.outage && toIso(facts.outage.interruptedAt),
    restoredAt: facts?.outage && toIso(facts.outage.restoredAt),
  };
}
