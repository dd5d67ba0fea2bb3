import { describe, expect, it } from 'vitest';
import { tlv } from '../../../firmware-sim/codec/der-tlv.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import { Device as GbcsDevice } from '../../../firmware-sim/device/device.ts';
import { DeviceLog, type HanPort, type JoinRequest } from '../../../firmware-sim/device/management/device-log.ts';
import { supported, useCaseTable } from '../../../firmware-sim/device/use-case.ts';
import { encodeEnvelope } from '../../../firmware-sim/gbcs/envelope.ts';
import { checkMac, macEnvelope } from '../../../firmware-sim/gbcs/protection.ts';
import { type Bytes, NO_BYTES } from '../../../firmware-sim/kernel/bytes.ts';
import { type Eui64, eui64Bytes } from '../../../firmware-sim/kernel/eui64.ts';
import { BROKER, NOW, pki, refusals, SUPPLIER, sent, suite } from '../bench.ts';
import { EUIS, managed, responseIn, signed } from '../security/managed.ts';

const OTHER = '00-DB-12-34-56-78-90-93' as Eui64;

const joinPayload = (method: number, other: Eui64, type: number, certificate: Bytes = NO_BYTES): Bytes =>
  tlv(0x30, tlv(2, Uint8Array.of(method)), tlv(4, eui64Bytes(other)), tlv(2, Uint8Array.of(type)), certificate);

let counter = 100n;
function answer(device: Device, messageCode: number, payload: Bytes, signs = true): number | undefined {
  counter += 1n;
  const message = signed(device, { messageCode, originatorCounter: counter, payload, signer: signs ? SUPPLIER : undefined });
  return responseIn(device.receive(message, NOW))?.payload.at(-1);
}

describe('joins (GBCS 13.7)', () => {
  it.each([
    ['ESME', 0x000d, 0],
    ['HCALCS', 0x00ab, 1],
    ['PPMID', 0x00ab, 1],
  ] as const)('%s joins, and says so in its log; unjoining takes it out again', (type, code, method) => {
    const device = managed(type);
    expect(answer(device, code, joinPayload(method, OTHER, 1))).toBe(0);
    expect(device.deviceLog.entries).toEqual([{ eui: OTHER, type: 1 }]);
    expect(answer(device, 0x000f, tlv(4, eui64Bytes(OTHER)))).toBe(0);
    expect(device.deviceLog.entries).toEqual([]);
    expect(answer(device, 0x000f, tlv(4, eui64Bytes(OTHER)))).toBe(1);
  });

  it('method B is asked for by MAC alone, and answered so', () => {
    const device = managed('GSME');
    expect(answer(device, 0x000e, joinPayload(2, OTHER, 3), false)).toBe(0);
    expect(answer(device, 0x0010, tlv(4, eui64Bytes(OTHER)), false)).toBe(0);
  });

  it('the broker may ask for a supplier the device does not know', () => {
    const device = managed('PPMID');
    const supplementary = { remoteParty: '90-B3-D5-1F-30-03-00-00' as Eui64, counter: 7n };
    const payload = joinPayload(1, OTHER, 1);
    const message = signed(device, { messageCode: 0x00ab, originator: BROKER, payload, supplementary });
    const response = responseIn(device.receive(message, NOW));
    expect(response?.header).toMatchObject({ recipient: BROKER, supplementary });
    const bySupplier = signed(device, { messageCode: 0x00ab, originatorCounter: 2_000n, payload, supplementary });
    expect(refusals(device.receive(bySupplier, NOW))).toEqual(['role-not-allowed']);
  });

  const full = new DeviceLog([{ eui: '00-DB-12-34-56-78-90-90' as Eui64, type: 1 }], 1);
  const ppmid = pki.certificate(EUIS.PPMID, 'keyAgreement') ?? NO_BYTES;

  it.each([
    ['a method of another message code', 1, 'ESME', 0x000d, joinPayload(1, OTHER, 5), {}],
    ['a method there is not', 2, 'ESME', 0x000d, joinPayload(9, OTHER, 5), {}],
    [
      'a device that is in the log as something else',
      3,
      'ESME',
      0x000d,
      joinPayload(0, '00-DB-12-34-56-78-90-90' as Eui64, 5),
      { deviceLog: full },
    ],
    ['one device more than the log holds', 4, 'ESME', 0x000d, joinPayload(0, OTHER, 5), { deviceLog: full }],
    ['a gas meter and a PPMID without certificate', 11, 'GSME', 0x00af, joinPayload(3, EUIS.PPMID, 5), {}],
    ['a certificate of another device', 11, 'GSME', 0x00af, joinPayload(3, OTHER, 5, ppmid), {}],
    [
      'what the home area network reports',
      13,
      'ESME',
      0x000d,
      joinPayload(0, OTHER, 5),
      { han: { join: () => 13, unjoin: () => 2 } },
    ],
  ] as const)('%s: %i', (_, code, type, messageCode, payload, setup) => {
    const device = managed(type, setup);
    const before = device.deviceLog.entries;
    expect(answer(device, messageCode, payload)).toBe(code);
    expect(device.deviceLog.entries).toBe(before);
  });

  it('hands the network what it needs to know', () => {
    const asked: JoinRequest[] = [];
    const han: HanPort = { join: (request) => asked.push(request) - 1, unjoin: () => 0 };
    answer(managed('GSME', { han }), 0x00af, joinPayload(3, EUIS.PPMID, 5, ppmid));
    expect(asked).toMatchObject([{ device: EUIS.GSME, eui: EUIS.PPMID, type: 5, method: 3, key: { curve: 'P-256' } }]);
  });

  it('after a join with certificate, PPMID and gas meter talk under their own keys, and a replay is refused', () => {
    const { anchors, firmware } = managed('GSME');
    const topUp = supported('PCS02', () => Uint8Array.of(1, 9, 0));
    const joined = managed('GSME');
    const rows = [...joined.profile.useCases.values(), topUp];
    const device = new GbcsDevice(
      { ...joined.profile, useCases: useCaseTable(...rows) },
      {
        suite,
        identity: {
          eui: EUIS.GSME,
          signing: pki.privateKey(EUIS.GSME, 'digitalSignature'),
          agreement: pki.privateKey(EUIS.GSME, 'keyAgreement'),
        },
        cells: anchors.cells,
        firmware: firmware.active,
        signatureProfile: 'deterministic',
      },
    );
    const header = {
      cra: 'command' as const,
      originatorCounter: 10_000n,
      originator: EUIS.PPMID,
      recipient: EUIS.GSME,
      dateTime: undefined,
      messageCode: 0x0090,
      supplementary: undefined,
    };
    const own = pki.privateKey(EUIS.PPMID, 'keyAgreement');
    const peer = pki.publicKey(EUIS.GSME, 'keyAgreement');
    const z = own && peer ? suite.sharedSecret(own, peer) : NO_BYTES;
    const message = encodeEnvelope(macEnvelope(suite, { header, payload: NO_BYTES, signature: undefined, mac: undefined }, z));
    expect(refusals(device.receive(message, NOW))).toEqual(['unknown-originator']);
    expect(answer(device, 0x00af, joinPayload(3, EUIS.PPMID, 5, ppmid))).toBe(0);
    const [response] = sent(device.receive(message, NOW));
    expect(response && checkMac(suite, response, pki, true)).toBe('valid');
    expect(response?.header.recipient).toBe(EUIS.PPMID);
    expect(refusals(device.receive(message, NOW))).toEqual(['replayed-counter']);
    expect(refusals(device.receive(message.with(message.length - 1, (message.at(-1) ?? 0) ^ 1), NOW))).toEqual([
      'replayed-counter',
    ]);
  });
});
