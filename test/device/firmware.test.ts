import { describe, expect, it } from 'vitest';
import { decodeDer } from '../../firmware-sim/codec/der.ts';
import { ACTIVATION_CODES, FirmwareStore } from '../../firmware-sim/device/firmware.ts';
import { ActivateFirmwareResponse } from '../../firmware-sim/gbcs/asn1/structures.ts';
import { factsOf } from '../../lab/parties/message-facts.ts';
import { activateFirmware } from '../../lab/update/commands.ts';
import { command, ESME, esmeDevice, NOW, refusals, SUPPLIER, sent, suite } from './bench.ts';

const image = new Uint8Array(32).fill(9);
const hash = suite.sha256(image);
const pending = { version: 0x01020004, hash, manufacturerImage: image };
const cause = { kind: 'future-dated', at: 0, originator: SUPPLIER, originatorCounter: 1n } as const;

function cs06(counter: bigint, imageHash: Uint8Array, at?: number | 'cancel') {
  const payload = activateFirmware(ESME, imageHash, at).payload(counter);
  return command({ messageCode: 0x0012, originatorCounter: counter, signer: SUPPLIER, payload });
}

describe('CS06 Activate Firmware', () => {
  it('F08: without an image the answer is code 1 with the running version', () => {
    const [response] = sent(esmeDevice().receive(cs06(1n, hash), NOW));
    expect(response && factsOf(response.header, response.payload)).toEqual({ activationCode: 1, version: 0x01020003 });
  });

  it('F07: with another hash it is code 2 with the running version, and the image stays', () => {
    const device = esmeDevice();
    device.firmware.store(pending);
    const [response] = sent(device.receive(cs06(1n, new Uint8Array(32)), NOW));
    expect(response && factsOf(response.header, response.payload)).toEqual({ activationCode: 2, version: 0x01020003 });
    expect(device.firmware.pending).toBe(pending);
  });

  it('F09: a future-dated one is accepted, a second one takes its place, and only that is executed', () => {
    const device = esmeDevice();
    device.firmware.store(pending);
    const [accepted] = sent(device.receive(cs06(1n, new Uint8Array(32), NOW + 60_000), NOW));
    expect(accepted && decodeDer(ActivateFirmwareResponse, accepted.payload)).toEqual({ commandAccepted: null });
    device.receive(cs06(2n, hash, NOW + 120_000), NOW);
    expect(device.deadline).toBe(NOW + 120_000);
    expect(device.poll(NOW + 60_000)).toEqual([]);
    expect(device.poll(NOW + 120_000).map(({ kind }) => kind)).toEqual(['activation-started']);
    expect(device.deadline).toBeUndefined();
  });

  it('F09: after a cancellation nothing is executed and nothing reported; cancelling nothing succeeds', () => {
    const device = esmeDevice();
    device.firmware.store(pending);
    device.receive(cs06(1n, hash, NOW + 60_000), NOW);
    for (const counter of [2n, 3n]) {
      const effects = device.receive(cs06(counter, hash, 'cancel'), NOW);
      expect(sent(effects).map(({ header, payload }) => factsOf(header, payload))).toEqual([{ accepted: true }]);
    }
    expect(device.poll(NOW + 3_600_000)).toEqual([]);
  });

  it('a due one that names another image is reported with 0x8F67, its own time and counter', () => {
    const device = esmeDevice();
    device.receive(cs06(5n, hash, NOW + 60_000), NOW);
    const [alert] = sent(device.poll(NOW + 61_000));
    expect(alert?.header).toMatchObject({ messageCode: 0x00ca, recipient: SUPPLIER });
    expect(alert && factsOf(alert.header, alert.payload)).toEqual({ alertCode: 0x8f67, activationCode: 1, version: 0x01020003 });
  });

  it('follows the device’s own clock', () => {
    const device = esmeDevice({ clock: { offsetMs: -10_000, status: 'reliable' } });
    device.receive(cs06(5n, hash, NOW + 60_000), NOW);
    expect(device.deadline).toBe(NOW + 70_000);
    expect(device.poll(NOW + 69_999)).toEqual([]);
    expect(sent(device.poll(NOW + 70_000))).toHaveLength(1);
  });

  it('a time that does not exist is a malformed payload', () => {
    const payload = activateFirmware(ESME, hash, NOW).payload(1n).slice();
    payload.set(new TextEncoder().encode('20301315'), payload.length - 15);
    const effects = esmeDevice().receive(command({ messageCode: 0x0012, originatorCounter: 1n, signer: SUPPLIER, payload }), NOW);
    expect(refusals(effects)).toEqual(['bad-payload']);
  });
});

describe('firmware slots', () => {
  const store = (downgrade: 'reject' | 'accept') => new FirmwareStore({ version: 5, hash: new Uint8Array(32) }, downgrade);

  it('F15: an older version is refused or accepted by policy', () => {
    for (const [policy, code] of [
      ['reject', ACTIVATION_CODES.activationFailure],
      ['accept', ACTIVATION_CODES.success],
    ] as const) {
      const slots = store(policy);
      slots.store({ ...pending, version: 4 });
      expect(slots.begin(hash, cause)).toBe(code);
    }
  });

  it('runs the old image until the new one is finished, and never begins twice', () => {
    const slots = store('reject');
    slots.store(pending);
    expect(slots.begin(hash, cause)).toBe(ACTIVATION_CODES.success);
    expect(slots.begin(hash, cause)).toBe(ACTIVATION_CODES.noImageHeld);
    expect(slots.active.version).toBe(5);
    slots.finish(true);
    expect([slots.active.version, slots.pending, slots.activation]).toEqual([0x01020004, undefined, undefined]);
    expect(slots.begin(hash, cause)).toBe(ACTIVATION_CODES.noImageHeld);
  });
});
