import { describe, expect, it } from 'vitest';
import { finishActivation } from '../../../firmware-sim/device/activate-firmware.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../../firmware-sim/device/effects.ts';
import { loadManagementClone } from '../../../firmware-sim/device/management/clone.ts';
import type { DeviceSetup } from '../../../firmware-sim/device/setup.ts';
import { decodeEnvelope, type Envelope } from '../../../firmware-sim/gbcs/envelope.ts';
import { type Bytes, NO_BYTES, toHex } from '../../../firmware-sim/kernel/bytes.ts';
import type { Millis } from '../../../firmware-sim/kernel/time.ts';
import { type ManifestPair, readReferenceData } from '../../support/corpus.ts';
import { skipReason } from '../../support/shared.ts';
import { refusals, sent } from '../bench.ts';
import { RTDS_TIME, referenceDevice, referenceKeystore } from './reference-bench.ts';

const reference = readReferenceData();
const asn1 = new Set(reference?.messages.filter(({ payloadKind }) => payloadKind === 'asn1').map(({ id }) => id));
const pairs = reference?.pairs.filter(({ command, response }) => response && asn1.has(command)) ?? [];
const nameOf = (id: string): string =>
  (id.split('/')[1] ?? id).replace(/_(COMMAND_|ALERT_)?GBCS\.HEX$/, '').replace(/_COMMAND$/, '');

/** What a pair needs besides the clone of its response: the time in its payload, a root that is not the sender's, a fault. */
const CIRCUMSTANCES: Readonly<Record<string, { readonly now?: Millis; readonly setup?: Partial<DeviceSetup> }>> = {
  'GCS28_6.11_SUCCESS': { now: Date.UTC(2014, 11, 31, 23, 30) },
  'GCS28Commission_8.1.1_SUCCESS': { now: Date.UTC(2014, 11, 31, 23, 30) },
  'CS02gLoadControllerBySupplier_6.15.1_IMMEDIATE_ERROR': { setup: { pathWithoutRoot: 'refuse' } },
  'CS02gLoadControllerBySupplier_6.15.1_FUTURE_DATED_ERROR': { setup: { pathWithoutRoot: 'refuse' } },
  'CS08_11.2_ERROR': { setup: { faults: new Map([['CS08', 1]]) } },
  'CS02c_6.17_ERROR': { setup: { faults: new Map([['CS02c', 3]]) } },
};

interface Run {
  readonly device: Device;
  readonly command: Bytes;
  readonly now: Millis;
  readonly effects: readonly DeviceEffect[];
  readonly expected: Envelope;
}

function run(pair: ManifestPair): Run | undefined {
  if (!reference) return undefined;
  const { now = RTDS_TIME, setup } = CIRCUMSTANCES[nameOf(pair.command)] ?? {};
  const command = reference.octets(pair.command);
  const expected = decodeEnvelope(reference.octets(pair.response ?? ''));
  const device = referenceDevice(referenceKeystore(reference.keystore), decodeEnvelope(command).header.recipient, setup);
  loadManagementClone(device, expected.header, expected.payload);
  const effects = [...device.receive(command, now)];
  if (device.firmware.activation) effects.push(...finishActivation(device, true, now));
  return { device, command, now, effects, expected };
}

const responseOf = (effects: readonly DeviceEffect[]) =>
  effects.find((effect) => effect.kind === 'send' && effect.header.cra === 'response');

describe.skipIf(!reference)(`ASN.1 pairs of the reference data (${reference ? pairs.length : skipReason})`, () => {
  it.each(pairs.map((pair) => [nameOf(pair.command), pair] as const))(
    '%s: header, payload and MAC octet for octet',
    (_, pair) => {
      const result = run(pair);
      if (!result) return;
      const { effects, expected, device, command, now } = result;
      expect(refusals(effects)).toEqual([]);
      const [answer] = sent(effects.filter(({ kind }) => kind === 'send')).filter(({ header }) => header.cra === 'response');
      expect(toHex(answer?.payload ?? NO_BYTES)).toBe(toHex(expected.payload));
      expect(answer?.header).toEqual(
        now === RTDS_TIME ? expected.header : { ...expected.header, dateTime: answer?.header.dateTime },
      );
      expect(toHex(answer?.mac ?? NO_BYTES)).toBe(toHex(expected.mac ?? NO_BYTES));
      const signed = (expected.signature?.length ?? 0) > 0;
      expect(responseOf(effects)).toMatchObject({ responseSignature: signed ? 'no-key' : 'not-required' });
      const again = device.receive(command, now);
      const row = device.profile.useCases.get(expected.header.messageCode);
      if (row?.replayProtected) expect(responseOf(again)).toBeUndefined();
    },
  );

  const dated = pairs.filter(({ alerts }) => (alerts ?? []).length > 0);
  it.each(dated.map((pair) => [nameOf(pair.command), pair] as const))('%s: its alert when the time has come', (_, pair) => {
    const result = run(pair);
    if (!result || !reference) return;
    const { device } = result;
    const expected = decodeEnvelope(reference.octets(pair.alerts?.[0] ?? ''));
    prepare(device, expected);
    const effects = [...device.poll(device.deadline ?? 0)];
    if (device.firmware.activation) effects.push(...finishActivation(device, true, device.deadline ?? 0));
    const alert = sent(effects).find(({ header }) => header.messageCode === expected.header.messageCode);
    expect(toHex(alert?.payload ?? NO_BYTES)).toBe(toHex(expected.payload));
    expect(alert?.header.recipient).toBe(expected.header.recipient);
  });
});

/** Firmware alerts tell of images the commands alone do not say anything about. */
function prepare(device: Device, { header, payload }: Envelope): void {
  if (header.messageCode !== 0x00ca) return;
  const version = payload.at(-1) === 0xcf ? 0x0123abcf : 0x0123abce;
  const done = payload[payload.length - 7] === 0;
  if (!done) device.firmware.runs(version);
  device.firmware.store({ version, hash: done ? NO_BYTES : new Uint8Array(32), manufacturerImage: NO_BYTES });
}
