import { describe, expect, it } from 'vitest';
import { decodeDer } from '../../firmware-sim/codec/der.ts';
import type { CommsHubSetup } from '../../firmware-sim/commshub/comms-hub.ts';
import type { GasProxyPort } from '../../firmware-sim/commshub/gas-proxy-port.ts';
import { GPF_PROFILE } from '../../firmware-sim/commshub/profile.ts';
import { Device } from '../../firmware-sim/device/device.ts';
import type { DeviceSetup } from '../../firmware-sim/device/setup.ts';
import { buildOtaImage } from '../../firmware-sim/dictionary/ota-image.ts';
import { FirmwareTransferAlert } from '../../firmware-sim/gbcs/asn1/structures.ts';
import { checkSignature } from '../../firmware-sim/gbcs/protection.ts';
import { type Bytes, NO_BYTES, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { deviceIdentity, partyOf } from '../../lab/premises/credentials.ts';
import { activateFirmware } from '../../lab/update/commands.ts';
import { command, pki, SUPPLIER, suite } from '../device/bench.ts';
import { ask, BROKER, DAY, ESME, GSME, HCALCS, HOME, HUB, HubBench, MINUTE, messageFor, PPMID, SECOND } from './hub-bench.ts';

const WAN_PROVIDER = partyOf('wanProvider');
const OTA = { manufacturerCode: 0x121d, imageType: 0x0300, hardwareVersion: 7 };
const VERSION = 0x02000002;
const manufacturerImage = randomFor(1, 'hub image').bytes(600);

const headerOf = (imageType: number, fileVersion: number) => ({
  manufacturerCode: OTA.manufacturerCode,
  imageType,
  fileVersion,
  stackVersion: 2,
  headerString: 'hub',
  hardwareVersions: { minimum: 5, maximum: 9 },
});

const signedBy = (party: Eui64): Bytes => {
  const key = pki.privateKey(party, 'digitalSignature') ?? expect.fail('the bench has everybody’s keys');
  return suite.sign('deterministic', key, manufacturerImage);
};
const fileFor = (signer: Eui64): Bytes =>
  buildOtaImage({ header: headerOf(OTA.imageType, VERSION), manufacturerImage, signature: signedBy(signer) });

/** Sends the hub a file for a device over the network. */
function distribute(bench: HubBench, target: Eui64, file: Bytes, transfer = 1): void {
  const wan = (frame: Parameters<HubBench['hub']['receiveWan']>[0]) => bench.take(bench.hub.receiveWan(frame, bench.now));
  wan({ kind: 'image-offer', transfer, target, totalOctets: file.length });
  wan({ kind: 'image-chunk', transfer, offset: 0, data: file });
}

const results = (bench: HubBench): boolean[] =>
  bench.did.flatMap(([, effect]) => (effect.kind === 'wan' && effect.frame.kind === 'image-result' ? [effect.frame.stored] : []));

/** CS06 of the WAN provider. */
function activate(bench: HubBench, hash: Bytes, counter = 5n): void {
  const { messageCode, payload } = activateFirmware(HUB, hash);
  const message = command({
    recipient: HUB,
    originator: WAN_PROVIDER,
    signer: WAN_PROVIDER,
    originatorCounter: counter,
    messageCode,
    payload: payload(counter),
  });
  bench.wan(message);
}

const responses = (bench: HubBench) => bench.sent.filter(({ envelope }) => envelope.header.cra === 'response');
const version = (bench: HubBench): unknown => ask(bench, 0x0059, [{ operation: 'get', key: '1/0-0:0.2.1.255/2' }], 99n)[0];

describe('firmware of the hub itself (CS05a)', () => {
  const hash = suite.sha256(manufacturerImage);

  it('is verified, reported to the WAN provider, activated by CS06, and runs after a restart', () => {
    const bench = new HubBench({ ota: OTA });
    distribute(bench, HUB, fileFor(WAN_PROVIDER));
    expect(results(bench)).toEqual([true]);
    expect(bench.alerts).toMatchObject([
      {
        code: 0x8f72,
        content: [toHex(hash)],
        header: { messageCode: 0x00ce, recipient: WAN_PROVIDER },
        verdicts: ['absent', 'valid'],
      },
    ]);
    expect(version(bench)).toBe('02000001');
    activate(bench, hash);
    expect(bench.hub.powered).toBe(false);
    bench.until(MINUTE);
    expect(bench.hub.powered).toBe(true);
    const [, response] = responses(bench);
    expect(response?.at).toBe(30 * SECOND);
    expect(response && checkSignature(suite, response.envelope, pki)).toBe('valid');
    expect(toHex(response?.envelope.payload ?? NO_BYTES)).toBe('3009020100040402000002');
    expect(version(bench)).toBe('02000002');
    const { security, event } = bench.hub.device.logs;
    expect(security.entries.map(({ code }) => code)).toEqual([0x8f72, 0x8f43]);
    expect(event.entries).toEqual([]);
  });

  it.each([
    ['a supplier', fileFor(SUPPLIER)],
    ['nobody', buildOtaImage({ header: headerOf(OTA.imageType, VERSION), manufacturerImage })],
  ])('signed by %s is refused with 0x8F1C', (_, file) => {
    const bench = new HubBench({ ota: OTA });
    distribute(bench, HUB, file);
    expect(results(bench)).toEqual([false]);
    expect(bench.alerts).toMatchObject([{ code: 0x8f1c, header: { recipient: WAN_PROVIDER } }]);
    activate(bench, hash);
    expect(toHex(responses(bench)[0]?.envelope.payload ?? NO_BYTES)).toBe('3009020101040402000001');
  });

  it('that does not start leaves the old one running', () => {
    const bench = new HubBench({ ota: OTA, activationFails: true });
    distribute(bench, HUB, fileFor(WAN_PROVIDER));
    activate(bench, hash);
    bench.until(MINUTE);
    expect(toHex(responses(bench)[0]?.envelope.payload ?? NO_BYTES)).toBe('3009020103040402000001');
    expect(bench.hub.device.firmware.active.version).toBe(0x02000001);
  });

  it('that has gone bad in memory is thrown away at the next start, with 0x8F1B to the WAN provider', () => {
    const bench = new HubBench({ ota: OTA });
    distribute(bench, HUB, fileFor(WAN_PROVIDER));
    const { pending } = bench.hub.device.firmware;
    pending?.manufacturerImage.fill(0, 0, 4);
    bench.take(bench.hub.feedChanged(false, bench.now));
    bench.until(MINUTE);
    bench.take(bench.hub.feedChanged(true, bench.now));
    bench.until(3 * MINUTE);
    expect(bench.alerts.at(-1)).toMatchObject({
      code: 0x8f1b,
      content: [],
      header: { messageCode: 0x1000, recipient: WAN_PROVIDER },
    });
    expect(bench.hub.device.firmware.pending).toBeUndefined();
  });

  it('is not taken by a hub that takes none', () => {
    const bench = new HubBench();
    distribute(bench, HUB, fileFor(WAN_PROVIDER));
    expect([results(bench), bench.alerts]).toEqual([[false], []]);
  });

  it('is not activated by anybody else', () => {
    const bench = new HubBench({ ota: OTA });
    distribute(bench, HUB, fileFor(WAN_PROVIDER));
    const { messageCode, payload } = activateFirmware(HUB, hash);
    bench.wan(
      command({ recipient: HUB, originator: BROKER, signer: BROKER, originatorCounter: 5n, messageCode, payload: payload(5n) }),
    );
    bench.until(MINUTE);
    expect([bench.hub.device.firmware.active.version, bench.hub.powered]).toEqual([0x02000001, true]);
  });
});

describe('an image for a PPMID or HCALCS (CS05c, CCS08)', () => {
  const DEVICES = [
    ...HOME,
    { eui: PPMID, sleepy: false, type: 'PPMID' as const },
    { eui: HCALCS, sleepy: false, type: 'HCALCS' as const },
  ];
  const fileOf = (fileVersion: number): Bytes => buildOtaImage({ header: headerOf(0x0100, fileVersion), manufacturerImage });
  const image = (fileVersion: number) => ({ manufacturerCode: OTA.manufacturerCode, imageType: 0x0100, fileVersion });
  const query = (hardwareVersion = 7) => ({ kind: 'ota-query-next-image', image: image(1), hardwareVersion }) as const;

  /** A hub whose device log has the PPMID and the HCALCS. */
  function benchWith(changes: Partial<CommsHubSetup> = {}): HubBench {
    const bench = new HubBench({ devices: DEVICES, ...changes });
    [PPMID, HCALCS].forEach((eui, i) => {
      ask(
        bench,
        0x0001,
        [{ operation: 'action', key: '104/0-0:30.3.0.255/1', data: [eui.replaceAll('-', ''), 1, '30'.repeat(16), 13] }],
        BigInt(i + 1),
      );
    });
    return bench;
  }

  const outcomes = (bench: HubBench) =>
    bench.sent.flatMap(({ at, envelope }) => {
      if (envelope.header.messageCode !== 0x0128) return [];
      expect([envelope.header.recipient, checkSignature(suite, envelope, pki)]).toEqual([BROKER, 'valid']);
      const { alertCode, responseCode, deviceId, firmwareVersion } = decodeDer(FirmwareTransferAlert, envelope.payload);
      return [[at, alertCode, responseCode, toHex(deviceId).slice(-2), toHex(firmwareVersion)]];
    });
  const han = (bench: HubBench, from: Eui64, frame: Parameters<HubBench['hub']['receiveHan']>[1]) =>
    bench.take(bench.hub.receiveHan(from, frame, bench.now));

  it('that was fetched and found good: 0x8F8A, reason 0', () => {
    const bench = benchWith();
    distribute(bench, PPMID, fileOf(2));
    expect(bench.did.at(-1)?.[1]).toMatchObject({ kind: 'han', to: PPMID, frame: { kind: 'ota-image-notify' } });
    bench.until(SECOND);
    expect(han(bench, PPMID, query())).toMatchObject([{ frame: { kind: 'ota-next-image', image: image(2) } }]);
    han(bench, PPMID, { kind: 'ota-upgrade-end', image: image(2), status: 'success' });
    han(bench, PPMID, { kind: 'ota-upgrade-end', image: image(2), status: 'success' });
    bench.until(20 * DAY);
    expect(outcomes(bench)).toEqual([[SECOND, 0x8f8a, 0, 'a4', '00000002']]);
  });

  it.each([
    ['a newer one takes its place', (bench: HubBench) => distribute(bench, PPMID, fileOf(3), 2)],
    [
      'the device finds it bad',
      (bench: HubBench) => han(bench, PPMID, { kind: 'ota-upgrade-end', image: image(2), status: 'invalid-image' }),
    ],
  ])('that is discarded, as %s: 0x8F89, reason 1', (_, discard) => {
    const bench = benchWith();
    distribute(bench, PPMID, fileOf(2));
    discard(bench);
    expect(outcomes(bench)).toEqual([[0, 0x8f89, 1, 'a4', '00000002']]);
  });

  it('F04: that is for other hardware is not transferred: 0x8F89, reason 2', () => {
    const bench = benchWith();
    distribute(bench, HCALCS, fileOf(2));
    expect(han(bench, HCALCS, query(10))).toContainEqual({ kind: 'han', to: HCALCS, frame: { kind: 'ota-no-image' } });
    han(bench, HCALCS, query(10));
    expect(outcomes(bench)).toEqual([[0, 0x8f89, 2, 'a5', '00000002']]);
  });

  it('that was not fetched in time: 0x8F89, reason 3, and it is gone', () => {
    const bench = benchWith();
    distribute(bench, PPMID, fileOf(2));
    bench.until(15 * DAY);
    expect(outcomes(bench)).toEqual([[14 * DAY, 0x8f89, 3, 'a4', '00000002']]);
    expect(han(bench, PPMID, query())).toMatchObject([{ frame: { kind: 'ota-no-image' } }]);
  });

  it('of an electricity meter is the meter’s to report', () => {
    const bench = benchWith();
    distribute(bench, ESME, fileOf(2));
    han(bench, ESME, query(10));
    bench.until(15 * DAY);
    expect(outcomes(bench)).toEqual([]);
  });
});

describe('the gas proxy in the hub', () => {
  const GPF = '00-DB-12-34-56-78-90-A3' as Eui64;
  const setup: DeviceSetup = {
    suite,
    identity: deviceIdentity(GPF, pki),
    cells: (['digitalSignature', 'keyAgreement'] as const).flatMap((use) => {
      const key = pki.publicKey(SUPPLIER, use);
      return key ? [{ role: 'supplier' as const, use, party: SUPPLIER, key }] : [];
    }),
    firmware: { version: 1, hash: new Uint8Array(32) },
    signatureProfile: 'deterministic',
  };

  /** A proxy that notes what it is told, and cannot take messages of a length. */
  function proxyFor(bad: number): GasProxyPort & { readonly heard: string[] } {
    const heard: string[] = [];
    return {
      heard,
      device: new Device(GPF_PROFILE, setup),
      deadline: undefined,
      poll: () => [],
      receive: (message) => {
        heard.push(`own ${message.length}`);
        return [];
      },
      tap: (message, from) => {
        if (message.length === bad) throw new ProtocolFault('bad-payload', 'not what it should be', 0);
        heard.push(`${from} ${message.length}`);
        return [];
      },
      powered: (up) => {
        heard.push(up ? 'up' : 'down');
        return [];
      },
    };
  }

  it('gets its own messages, and reads along those to and from the gas meter and no others', () => {
    const proxy = proxyFor(0);
    const bench = new HubBench({ proxy });
    const lengths = [messageFor(GSME), messageFor(GPF), messageFor(ESME)].map((message) => {
      bench.wan(message);
      return message.length;
    });
    bench.take(bench.hub.receiveHan(GSME, { kind: 'tunnel', message: Uint8Array.of(1, 2, 3) }, bench.now));
    bench.take(bench.hub.receiveHan(ESME, { kind: 'tunnel', message: Uint8Array.of(1, 2) }, bench.now));
    expect(proxy.heard).toEqual([`network ${lengths[0]}`, `own ${lengths[1]}`, 'meter 3']);
    bench.take(bench.hub.feedChanged(false, bench.now));
    bench.until(MINUTE);
    bench.take(bench.hub.feedChanged(true, bench.now));
    bench.until(3 * MINUTE);
    expect(proxy.heard.slice(3)).toEqual(['down', 'up']);
  });

  it('what it cannot take is reported as 0x819E in its name, and still goes on', () => {
    const proxy = proxyFor(3);
    const bench = new HubBench({ proxy });
    bench.take(bench.hub.receiveHan(GSME, { kind: 'tunnel', message: Uint8Array.of(1, 2, 3) }, bench.now));
    const [alert, passed] = bench.did.flatMap(([, effect]) =>
      effect.kind === 'wan' && effect.frame.kind === 'gbcs' ? [effect.frame.message] : [],
    );
    expect(passed).toEqual(Uint8Array.of(1, 2, 3));
    expect(toHex(alert ?? NO_BYTES)).toContain('010900819e');
    expect(proxy.device.logs.event.entries.at(-1)?.code).toBe(0x819e);
  });
});
