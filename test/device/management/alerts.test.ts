import { describe, expect, it } from 'vitest';
import { tlv } from '../../../firmware-sim/codec/der-tlv.ts';
import { cosemDefaults } from '../../../firmware-sim/device/cosem/defaults.ts';
import { CosemStore } from '../../../firmware-sim/device/cosem/store.ts';
import type { DeviceEffect } from '../../../firmware-sim/device/effects.ts';
import { BENCH_DEVICE_LOG, DeviceLog } from '../../../firmware-sim/device/management/device-log.ts';
import { deviceLogChanged } from '../../../firmware-sim/device/management/hub-alerts.ts';
import { backupGpfLog, reportActivation, reportTransfer } from '../../../firmware-sim/device/management/read-log.ts';
import { decodeEnvelope } from '../../../firmware-sim/gbcs/envelope.ts';
import { checkMac, checkSignature } from '../../../firmware-sim/gbcs/protection.ts';
import { type Bytes, NO_BYTES, toHex } from '../../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../../firmware-sim/kernel/eui64.ts';
import { readReferenceData } from '../../support/corpus.ts';
import { skipReason } from '../../support/shared.ts';
import { BROKER, NOW, pki, sent, suite } from '../bench.ts';
import { managed, responseIn, signed } from '../security/managed.ts';
import { RTDS_TIME } from './reference-bench.ts';

const reference = readReferenceData();

/** The reference alert of a use case. */
const expected = (useCase: string): Bytes | undefined => {
  const id = reference?.messages.find((one) => one.kind === 'alert' && one.useCase === useCase)?.id;
  return id === undefined ? undefined : reference?.octets(id);
};

const firmware = (version: number) => ({ firmware: { version, hash: new Uint8Array(32) } });
const hub = () => managed('CHF', { cosem: new CosemStore('CHF', cosemDefaults('CHF', 'twin')), originatorCounter: 0xfa0n - 1n });

describe('alerts of device management, caused as in the reference data', () => {
  it.each([
    ['CS09', 'signed', () => reportActivation(managed('PPMID', firmware(0x1234abcd)), true, RTDS_TIME)],
    ['CCS08', 'signed', () => reportTransfer(managed('CHF'), '00-DB-12-34-56-78-90-A4' as Eui64, 0x0123abcd, 0, RTDS_TIME)],
    ['GCS62', 'maced', () => backupGpfLog(managed('GPF', { deviceLog: new DeviceLog(BENCH_DEVICE_LOG) }), RTDS_TIME)],
    ['CS14', 'maced', () => deviceLogChanged(hub(), RTDS_TIME)],
  ] as const)('%s, %s for the broker', (useCase, how, cause: () => DeviceEffect[]) => {
    const [alert] = sent(cause());
    expect(alert?.header.recipient).toBe(BROKER);
    if (how === 'signed') expect(alert && checkSignature(suite, alert, pki)).toBe('valid');
    else expect(alert && checkMac(suite, alert, pki)).toBe('valid');
    const octets = expected(useCase);
    if (!octets) return;
    const { header, payload } = decodeEnvelope(octets);
    expect(alert?.header.messageCode).toBe(header.messageCode);
    expect(toHex(alert?.payload ?? NO_BYTES).length, skipReason).toBe(toHex(payload).length);
    if (useCase !== 'CS14') expect(toHex(alert?.payload ?? NO_BYTES)).toBe(toHex(payload));
  });

  it('a restored gas proxy log is backed up when it has changed, and only then', () => {
    const device = managed('GPF');
    const entry = tlv(0x30, tlv(4, new Uint8Array(8).fill(7)), tlv(2, Uint8Array.of(5)));
    const restore = (originatorCounter: bigint) =>
      device.receive(
        signed(device, {
          messageCode: 0x008c,
          originator: BROKER,
          signer: undefined,
          originatorCounter,
          payload: tlv(0x30, tlv(0x30, entry)),
        }),
        NOW,
      );
    const first = restore(1n);
    expect(
      sent(first)
        .map(({ header }) => header.messageCode)
        .sort(),
    ).toEqual([0x008c, 0x00b2]);
    expect(responseIn(first)?.payload.at(-1)).toBe(0);
    expect(sent(restore(2n))).toHaveLength(1);
    expect(device.deviceLog.entries).toEqual([{ eui: '07-07-07-07-07-07-07-07', type: 5 }]);
  });
});
