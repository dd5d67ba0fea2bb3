import { zclCommand } from '../../dictionary/zcl-tables.ts';
import { encodeGbzAlert, encodeZclFields, GBZ_CONTROL, type GbzComponent } from '../../gbcs/gbz.ts';
import type { MessageHeader } from '../../gbcs/header.ts';
import { sealSensitive } from '../../gbcs/protection.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import { assert } from '../../kernel/errors.ts';
import { type Millis, toSeconds2000 } from '../../kernel/time.ts';
import { ALERT } from '../alerts.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import { elementsOf } from './plain.ts';
import { CAUSE, takeSnapshots } from './snapshots.ts';
import type { ZclRecord } from './store.ts';

/** PublishSnapshot of the metering cluster, server to client without a Default Response (GBCS GCS53). */
const METERING = 0x0702;
const PUBLISH_SNAPSHOT = 0x06;
const FRAME_CONTROL = 0x19;

/**
 * The end of a billing period: snapshots go into the billing data log, and the metering one to the supplier as alert GCS53, encrypted.
 */
export function endBillingPeriod(device: Device, now: Millis): DeviceEffect[] {
  const { zcl } = device;
  assert(zcl, `${device.eui} has ZCL clusters`);
  takeSnapshots(zcl, 'billing', toSeconds2000(device.localTime(now)), CAUSE.billing);
  const taken = zcl.records('snapshots.billing');
  const snapshot = taken.at(-1);
  assert(snapshot, 'a snapshot has just been taken');
  const record = { 'Snapshot ID': taken.length - 1, 'Total Snapshots Found': 1, ...snapshot };
  return device.alert(ALERT.billingDataLog, now, { compose: (header, at) => alertPayload(device, header, at, record) });
}

function alertPayload(device: Device, header: MessageHeader, at: Millis, record: ZclRecord): Bytes {
  const schema = zclCommand(METERING, PUBLISH_SNAPSHOT, true);
  const context = device.encryptionFor(header);
  assert(schema && context, 'whoever an alert goes to has a key-agreement cell');
  const blob = sealSensitive(device.suite, context, encodeZclFields(elementsOf(schema.fields, record)));
  const component: GbzComponent = {
    control: GBZ_CONTROL.last | GBZ_CONTROL.encrypted,
    cluster: METERING,
    fromDateTime: undefined,
    frameControl: FRAME_CONTROL,
    sequence: 0,
    command: PUBLISH_SNAPSHOT,
    fields: [],
    sealed: { headerControl: 0, frameCounter: 0, blob },
  };
  return encodeGbzAlert({ kind: 'gbz-alert', alertCode: ALERT.billingDataLog, time: toSeconds2000(at), content: { component } });
}
