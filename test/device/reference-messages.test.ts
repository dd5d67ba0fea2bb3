import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Device } from '../../firmware-sim/device/device.ts';
import { alertPayload } from '../../firmware-sim/device/notation.ts';
import { ESME_PROFILE } from '../../firmware-sim/esme/profile.ts';
import { decodeEnvelope, type Envelope } from '../../firmware-sim/gbcs/envelope.ts';
import { fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { fromSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { needShared } from '../support/shared.ts';
import { command, deviceSetup, ESME, SUPPLIER, sent } from './bench.ts';

/** RTDS 4.5.0 devices answer as of 2015-01-01. */
const RTDS_TIME = Date.UTC(2015, 0, 1);

type Skippable = Parameters<typeof needShared>[0];

function reference(context: Skippable, file: string): Envelope {
  const path = needShared(context, `rtds/RTDS-4.5.0/${file}_GBCS.HEX`);
  return decodeEnvelope(fromHex(readFileSync(path, 'latin1')));
}

/** A device with one of RTDS's versions, given a reference command under our own keys. */
function answer(
  original: Envelope,
  version: number,
  pendingHash?: Uint8Array,
): { device: Device; response: Envelope | undefined } {
  const device = new Device(
    ESME_PROFILE,
    deviceSetup({ firmware: { version, hash: new Uint8Array(32) }, originatorCounter: 2_000n }),
  );
  if (pendingHash) device.firmware.store({ version: version + 1, hash: pendingHash, manufacturerImage: new Uint8Array(1) });
  const { messageCode, originatorCounter } = original.header;
  const signer = (original.signature?.length ?? 0) > 0 ? SUPPLIER : undefined;
  const message = command({ messageCode, originatorCounter, recipient: ESME, signer, payload: original.payload });
  return { device, response: sent(device.receive(message, RTDS_TIME))[0] };
}

const ANSWERS = [
  ['11.2_ECS52/ECS52_11.2_SUCCESS', 0x0123abcd],
  ['11.3_CS06/CS06_11.3_IMMEDIATE_ERROR', 0x0123abcf],
  ['11.3_CS06/CS06_11.3_FUTURE_DATED_SUCCESS', 0x0123abce],
  ['11.3_CS06/CS06_11.3_CANCELLATION_SUCCESS', 0x0123abce],
] as const;

describe('a device answers the commands of the reference data as the reference devices do', () => {
  for (const [name, version] of ANSWERS) {
    it(name, (context) => {
      const { response } = answer(reference(context, `${name}_COMMAND`), version);
      const expected = reference(context, `${name}_RESPONSE`);
      expect(toHex(response?.payload ?? new Uint8Array(0))).toBe(toHex(expected.payload));
      expect(toHex(response?.header.dateTime ?? new Uint8Array(0))).toBe(toHex(expected.header.dateTime ?? new Uint8Array(0)));
      expect(response?.header.messageCode).toBe(expected.header.messageCode);
    });
  }

  it('11.3_CS06 FUTURE_DATED_ERROR: 0x8F67 at its time, hash mismatch, the running version', (context) => {
    const { device } = answer(
      reference(context, '11.3_CS06/CS06_11.3_FUTURE_DATED_ERROR_COMMAND'),
      0x0123abcf,
      new Uint8Array(32),
    );
    const expected = reference(context, '11.3_CS06/CS06_11.3_8F67_FUTURE_DATED_ERROR_ALERT');
    const [alert] = sent(device.poll(device.deadline ?? 0));
    expect(toHex(alert?.payload ?? new Uint8Array(0))).toBe(toHex(expected.payload));
    expect(alert?.header.messageCode).toBe(expected.header.messageCode);
  });
});

describe('alerts are written as in the reference data', () => {
  const hashOf = (octet: number) => ({ octetStrings: [new Uint8Array(32).fill(octet)] });

  it('ESME 0x8F72', (context) => {
    const { header, payload } = reference(context, 'NA_FDRA-DLMS/FDRA-DLMS_NA_8F72_ALERT');
    expect(toHex(alertPayload('dlms', 0x8f72, RTDS_TIME, header.originatorCounter, hashOf(1)))).toBe(toHex(payload));
  });

  it('GSME 0x8F72', (context) => {
    const { header, payload } = reference(context, 'NA_FDRA-ZigBee/FDRA-ZigBee_NA_8F72_ALERT');
    const at = fromSeconds2000(0x1c374a80);
    expect(toHex(alertPayload('gbz', 0x8f72, at, header.originatorCounter, hashOf(0xa1)))).toBe(toHex(payload));
  });

  it('ESME and GSME generic critical 0x8F30', (context) => {
    const dlms = reference(context, 'NA_GCA-DLMS/GCA-DLMS_NA_8F30_ALERT');
    expect(toHex(alertPayload('dlms', 0x8f30, RTDS_TIME, dlms.header.originatorCounter, undefined))).toBe(toHex(dlms.payload));
    const gbz = reference(context, 'NA_GCA-ZigBee/GCA-ZigBee_NA_8F30_ALERT');
    const at = fromSeconds2000(Number.parseInt(toHex(gbz.payload.subarray(5, 9)), 16));
    expect(toHex(alertPayload('gbz', 0x8f30, at, gbz.header.originatorCounter, undefined))).toBe(toHex(gbz.payload));
    expect([dlms.header.messageCode, gbz.header.messageCode]).toEqual([0x1000, 0x1000]);
  });
});
