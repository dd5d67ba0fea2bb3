import type { Element } from '../../codec/element.ts';
import { NULL_DATA } from '../../gbcs/dlms-apdu.ts';
import type { Millis } from '../../kernel/time.ts';
import type { Device } from '../device.ts';
import type { AlertContent } from '../notation.ts';
import { fieldsAlert } from './alert-content.ts';
import { logSourceOf } from './log-source.ts';
import { packNewest } from './logs.ts';
import { protectAttributes } from './protected-read.ts';

/** Billing data log updated (GBCS table 16.2). */
export const BILLING_DATA_UPDATED = 0x8f0a;

/** Log of registers at the end of a billing period (ECS20c). */
const BILLING_LOG = '7/0-0:98.1.0.255/2';

/**
 * What the alert about a new row of the billing data log says: code, time, and the newest row encrypted for its recipient
 * (RTDS 4.5.0 ECS68). Without the recipient's key the row is left out.
 * @param at the device's own time
 */
export function billingAlertContent(device: Device, at: Millis): AlertContent {
  return fieldsAlert(BILLING_DATA_UPDATED, (header) => {
    const hidden = newestRow(device, at);
    return (hidden && protectAttributes(device, header, [hidden])) ?? [NULL_DATA, NULL_DATA];
  });
}

function newestRow(device: Device, at: Millis): Element | undefined {
  return device.cosem && packNewest(logSourceOf(device, device.cosem, at), BILLING_LOG);
}
