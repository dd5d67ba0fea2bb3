import { ALERT_CODES } from './data/alert-codes.ts';

/** Titles of alert and event codes (GBCS 16). */
export const ALERT_NAMES: ReadonlyMap<number, string> = new Map(ALERT_CODES);
