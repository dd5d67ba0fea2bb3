import { CALENDAR_PUBLICATIONS, CALENDAR_READS } from './calendar.ts';
import { MANAGEMENT_COMMANDS } from './device-management.ts';
import { EVENT_COMMANDS, PREPAYMENT_LOG_READS } from './logs.ts';
import { PREPAYMENT_COMMANDS } from './prepayment.ts';
import type { ZclRule, ZclRules } from './rule.ts';
import { SAMPLING_COMMANDS } from './samples.ts';
import { SNAPSHOT_READS } from './snapshots.ts';
import { commandKey } from './store.ts';
import { SUPPLY_COMMANDS } from './supply.ts';
import { PRICE_PUBLICATIONS, PRICE_READS } from './tariff.ts';

/** Commands a server of the energy service sends to the device as their client. */
const TO_CLIENT: ZclRules = { ...PRICE_PUBLICATIONS, ...CALENDAR_PUBLICATIONS, ...MANAGEMENT_COMMANDS };

/** Commands to the device's own servers. */
const TO_SERVER: ZclRules = {
  ...PRICE_READS,
  ...CALENDAR_READS,
  ...SAMPLING_COMMANDS,
  ...SUPPLY_COMMANDS,
  ...SNAPSHOT_READS,
  ...PREPAYMENT_COMMANDS,
  ...PREPAYMENT_LOG_READS,
  ...EVENT_COMMANDS,
};

/** What a cluster command does; undefined for one that no device here executes. */
export function zclRule(cluster: number, command: number, toClient: boolean): ZclRule | undefined {
  return (toClient ? TO_CLIENT : TO_SERVER)[commandKey(cluster, command)];
}
