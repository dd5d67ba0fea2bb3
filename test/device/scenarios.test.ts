import { describe, expect, it } from 'vitest';
import { decodeDer, encodeDer } from '../../firmware-sim/codec/der.ts';
import { finishActivation } from '../../firmware-sim/device/activate-firmware.ts';
import { generalizedTime } from '../../firmware-sim/device/clock.ts';
import type { Device } from '../../firmware-sim/device/device.ts';
import { FirmwareActivationAlert, SetTimeCommand } from '../../firmware-sim/gbcs/asn1/structures.ts';
import { type Bytes, NO_BYTES } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { factsOf } from '../../lab/parties/message-facts.ts';
import { partyOf } from '../../lab/premises/credentials.ts';
import { activateFirmware } from '../../lab/update/commands.ts';
import { logged, NOW, pki, refusals, SECOND_SUPPLIER, SUPPLIER, sent, suite } from './bench.ts';
import { managed, responseIn, signed, updatePayload } from './security/managed.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const image = new Uint8Array(32).fill(9);
const hash = suite.sha256(image);
const pending = { version: 0x01020004, hash, manufacturerImage: image };

const cs06 = (device: Device, originator: Eui64, originatorCounter: bigint, at?: number): Bytes =>
  signed(device, {
    messageCode: 0x0012,
    originator,
    originatorCounter,
    payload: activateFirmware(device.eui, hash, at).payload(originatorCounter),
  });

/** Change of supplier: every cell of the supplier's goes to the second one (CS02b by the transitional CoS). */
function changeOfSupplier(device: Device): Bytes {
  const uses = ['digitalSignature', 'keyAgreement', 'prePaymentTopUp'] as const;
  const replacements = uses.map((use) => ({
    certificate: pki.certificate(SECOND_SUPPLIER, use) ?? NO_BYTES,
    target: { role: 'supplier' as const, use },
  }));
  const payload = updatePayload({
    mode: 7,
    authorisingCell: { role: 'transitionalCoS', use: 'digitalSignature' },
    counter: 1n,
    otherFloor: { role: 2, floor: 0n, topUp: 0n },
    replacements,
  });
  return signed(device, { messageCode: 0x0107, originator: partyOf('transitionalCoS'), originatorCounter: 1n, payload });
}

describe('F17: an image from the supplier before the change of supplier', () => {
  it('is activated by the new supplier, who names its hash', () => {
    const device = managed('ESME');
    device.firmware.store(pending);
    expect(responseIn(device.receive(changeOfSupplier(device), NOW))).toBeDefined();
    const effects = device.receive(cs06(device, SECOND_SUPPLIER, 1n), NOW);
    expect(refusals(effects)).toEqual([]);
    expect(effects.map(({ kind }) => kind)).toContain('activation-started');
  });

  it('is not activated by the old one any more, before or after the new one has done it', () => {
    const device = managed('ESME');
    device.firmware.store(pending);
    device.receive(changeOfSupplier(device), NOW);
    const early = device.receive(cs06(device, SUPPLIER, 900n), NOW);
    expect([refusals(early), logged(early)]).toEqual([['unknown-originator'], [0x8f3e]]);
    expect(device.firmware.pending).toBe(pending);
    device.receive(cs06(device, SECOND_SUPPLIER, 1n), NOW);
    finishActivation(device, true, NOW);
    expect(device.firmware.active.version).toBe(pending.version);
    expect(refusals(device.receive(cs06(device, SUPPLIER, 901n), NOW))).toEqual(['unknown-originator']);
  });

  it('and what the old one had dated ahead is not executed', () => {
    const device = managed('ESME');
    device.firmware.store(pending);
    device.receive(cs06(device, SUPPLIER, 900n, NOW + HOUR), NOW);
    device.receive(changeOfSupplier(device), NOW);
    expect(device.poll(NOW + 2 * HOUR)).toEqual([]);
    expect(device.firmware.active.version).not.toBe(pending.version);
  });
});

describe('F19: the clock is set while a CS06 waits', () => {
  /** A gas meter an hour behind, whose supplier vouches for the network's time. */
  function setTime(device: Device, now: number): void {
    const interval = { validityIntervalStart: generalizedTime(now - MINUTE), validityIntervalEnd: generalizedTime(now + MINUTE) };
    device.receive(
      signed(device, { messageCode: 0x007f, originatorCounter: 5n, payload: encodeDer(SetTimeCommand, interval) }),
      now,
    );
  }

  it('and jumps past its time: it is executed once, and the alert says the device time it had then', () => {
    const device = managed('GSME', { clock: { offsetMs: -HOUR, status: 'unreliable' } });
    device.firmware.store(pending);
    device.receive(cs06(device, SUPPLIER, 4n, NOW - HOUR / 2), NOW);
    expect(device.poll(NOW)).toEqual([]);
    expect(device.deadline).toBe(NOW + HOUR / 2);
    setTime(device, NOW + MINUTE);
    expect(device.clock).toEqual({ offsetMs: 0, status: 'reliable' });
    const started = device.poll(NOW + MINUTE);
    expect(started.map(({ kind }) => kind)).toEqual(['activation-started']);
    expect(device.poll(NOW + MINUTE)).toEqual([]);
    const finishedAt = NOW + 3 * MINUTE;
    const effects = finishActivation(device, true, finishedAt);
    const alerts = sent(effects).filter(({ header }) => header.messageCode === 0x00ca);
    expect(alerts.map(({ payload }) => decodeDer(FirmwareActivationAlert, payload).executionDateTime)).toEqual([
      generalizedTime(device.localTime(NOW + MINUTE)),
    ]);
    expect(alerts.map(({ header, payload }) => factsOf(header, payload))).toEqual([
      { alertCode: 0x8f66, activationCode: 0, version: pending.version },
    ]);
    expect(device.logs.security.entries.at(-1)).toMatchObject({ at: device.localTime(finishedAt), code: 0x8f43 });
    expect(device.poll(NOW + 10 * HOUR)).toEqual([]);
  });

  it('and jumps back: it waits for the time that it names, and is executed once', () => {
    const device = managed('GSME', { clock: { offsetMs: HOUR, status: 'unreliable' } });
    device.firmware.store(pending);
    const at = NOW + HOUR + HOUR / 2;
    device.receive(cs06(device, SUPPLIER, 4n, at), NOW);
    expect(device.deadline).toBe(NOW + HOUR / 2);
    setTime(device, NOW + MINUTE);
    expect(device.poll(NOW + HOUR / 2)).toEqual([]);
    expect(device.deadline).toBe(at);
    expect(device.poll(at).map(({ kind }) => kind)).toEqual(['activation-started']);
    expect(device.poll(at + HOUR)).toEqual([]);
  });
});
