import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDer } from '../../../firmware-sim/codec/der.ts';
import { tlv } from '../../../firmware-sim/codec/der-tlv.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../../firmware-sim/device/effects.ts';
import { KeyUsageCommand } from '../../../firmware-sim/gbcs/asn1/structures.ts';
import type { Bytes } from '../../../firmware-sim/kernel/bytes.ts';
import { partyOf } from '../../../lab/premises/credentials.ts';
import { activateFirmware } from '../../../lab/update/commands.ts';
import { NOW, pki, SECOND_SUPPLIER } from '../bench.ts';
import { managed, signed, updatePayload } from './managed.ts';

/** Things that happen to a device; each changes another part of its state. */
const HAPPENINGS: readonly ((device: Device, counter: bigint) => readonly DeviceEffect[])[] = [
  (device, c) =>
    device.receive(
      signed(device, {
        messageCode: 0x0012,
        originatorCounter: c,
        payload: activateFirmware(device.eui, new Uint8Array(32), NOW + 1_000).payload(c),
      }),
      NOW,
    ),
  (device, c) =>
    device.receive(
      signed(device, {
        messageCode: 0x0012,
        originatorCounter: c,
        payload: activateFirmware(device.eui, new Uint8Array(32)).payload(c),
      }),
      NOW,
    ),
  (device, c) =>
    device.receive(
      signed(device, { messageCode: 0x000a, originatorCounter: c, payload: encodeDer(KeyUsageCommand, { keyUsage: '1' }) }),
      NOW,
    ),
  (device, c) =>
    device.receive(signed(device, { messageCode: 0x000d, originatorCounter: c, payload: join(Number(c % 20n)) }), NOW),
  (device, c) => device.receive(signed(device, { messageCode: 0x0fff, originatorCounter: c, payload: new Uint8Array(1) }), NOW),
  (device) => device.receive(new Uint8Array(3), NOW),
  (device) => device.poll(NOW + 2_000),
  (device) => {
    device.clock = { offsetMs: 17, status: 'unreliable' };
    return [];
  },
  (device) => {
    device.firmware.store({ version: 9, hash: new Uint8Array(32), manufacturerImage: new Uint8Array(5) });
    return [];
  },
  (device, c) =>
    device.receive(
      signed(device, {
        messageCode: 0x0107,
        originator: partyOf('transitionalCoS'),
        originatorCounter: c,
        payload: changeOfSupplier(c),
      }),
      NOW,
    ),
  (device) => {
    device.reports.put('supplier', { sequenceNumber: 4n, cells: [] });
    return [];
  },
];

const join = (last: number): Bytes =>
  tlv(
    0x30,
    tlv(2, Uint8Array.of(0)),
    tlv(4, Uint8Array.of(0, 0xdb, 0x12, 0x34, 0x56, 0x78, 0x91, last)),
    tlv(2, Uint8Array.of(5)),
  );

const changeOfSupplier = (counter: bigint): Bytes =>
  updatePayload({
    mode: 7,
    authorisingCell: { role: 'transitionalCoS', use: 'digitalSignature' },
    counter,
    otherFloor: { role: 2, floor: 0n },
    replacements: [
      {
        certificate: pki.certificate(SECOND_SUPPLIER, 'digitalSignature') ?? new Uint8Array(0),
        target: { role: 'supplier', use: 'digitalSignature' },
      },
    ],
  });

describe('the state of a device', () => {
  it('taken back is the same state, and the device goes on as if nothing had happened', () => {
    const steps = fc.array(fc.nat({ max: HAPPENINGS.length - 1 }), { minLength: 1, maxLength: 8 });
    const check = (before: number[], after: number[]): void => {
      const device = managed('ESME');
      let counter = 10n;
      for (const step of before) HAPPENINGS[step]?.(device, counter++);
      const state = structuredClone(device.state());
      const copy = managed('ESME', { state });
      expect(copy.state()).toEqual(device.state());
      for (const step of after) {
        const mine = HAPPENINGS[step]?.(device, counter);
        expect(HAPPENINGS[step]?.(copy, counter)).toEqual(mine);
        counter++;
      }
      expect(copy.state()).toEqual(device.state());
    };
    fc.assert(fc.property(steps, steps, check), { numRuns: 25, seed: 3 });
  });

  it('counters are there before anything else has changed: a device that stops in the middle refuses the replay', () => {
    const seen: Record<string, bigint>[] = [];
    const device = managed('GSME', {
      han: { join: () => (seen.push({ ...device.state().replay.highest }) > 0 ? 0 : 1), unjoin: () => 0 },
    });
    device.receive(
      signed(device, {
        messageCode: 0x00af,
        originatorCounter: 77n,
        payload: tlv(0x30, tlv(2, Uint8Array.of(3)), tlv(4, new Uint8Array(8)), tlv(2, Uint8Array.of(6))),
      }),
      NOW,
    );
    expect(seen).toEqual([{ 'supplier:00af': 77n }]);
  });

  it('a counter of its own is never given out twice, over a restart neither', () => {
    const device = managed('ESME');
    const first = device.nextCounter();
    expect(managed('ESME', { state: device.state() }).nextCounter()).toBe(first + 1n);
  });
});
