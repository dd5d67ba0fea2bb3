import { toSeconds2000 } from '../../kernel/time.ts';
import type { LogSource } from './log-source.ts';
import { appendRow, hasRow } from './logs.ts';
import { balanceFields, registerFieldsNow } from './register-values.ts';

/** Log of registers at a change of payment mode or tariff (GBCS mapping table, ECS20b). */
const CHANGE_LOG = '7/0-0:98.1.2.255/2';

/**
 * Notes all registers in the log that payment mode and tariff changes fill, before such a change takes effect. Changes of one
 * moment are one change.
 */
export function noteRegisters(source: LogSource): void {
  const { store, at } = source;
  const seconds = toSeconds2000(at);
  if (hasRow(source, CHANGE_LOG, seconds)) return;
  appendRow(source, CHANGE_LOG, [seconds, ...registerFieldsNow(store), ...balanceFields(store)]);
}
