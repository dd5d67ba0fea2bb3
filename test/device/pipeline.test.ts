import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAccessRequest, decodeAccessResponse } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { checkMac, checkSignature } from '../../firmware-sim/gbcs/protection.ts';
import { fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { factsOf } from '../../lab/parties/message-facts.ts';
import { activateFirmware, readVersionPayload } from '../../lab/update/commands.ts';
import {
  BROKER,
  command,
  ESME,
  esmeDevice,
  logged,
  NETWORK_OPERATOR,
  NOW,
  pki,
  refusals,
  SECOND_SUPPLIER,
  SUPPLIER,
  sent,
  suite,
} from './bench.ts';

const hash = new Uint8Array(32).fill(7);
const activation = (originatorCounter = 1_000n) => ({
  messageCode: 0x0012,
  originatorCounter,
  signer: SUPPLIER,
  payload: activateFirmware(ESME, hash).payload(originatorCounter),
});
const versionRead = { payload: readVersionPayload(1_000n) };

describe('receive pipeline (GBCS 6.2.4)', () => {
  it('answers a non-critical read with a MAC for its originator and no signature', () => {
    const [response] = sent(esmeDevice().receive(command(versionRead), NOW));
    expect(response?.header).toMatchObject({
      cra: 'response',
      originator: ESME,
      recipient: SUPPLIER,
      originatorCounter: 1_000n,
      dateTime: undefined,
    });
    expect(response && checkMac(suite, response, pki)).toBe('valid');
    expect(response && checkSignature(suite, response, pki)).toBe('absent');
    expect(response && factsOf(response.header, response.payload)).toEqual({ version: 0x01020003 });
  });

  it('answers a critical command with its signature, the time, and no MAC', () => {
    const [response] = sent(esmeDevice().receive(command(activation()), NOW));
    expect(response?.mac).toBeUndefined();
    expect(response && checkSignature(suite, response, pki)).toBe('valid');
    expect(toHex(response?.header.dateTime ?? new Uint8Array(0))).toBe('07ee010fff090000008000ff');
    expect(response && factsOf(response.header, response.payload)).toEqual({ activationCode: 1, version: 0x01020003 });
  });

  it('lets the broker read on behalf of a party it does not know, and echoes that party', () => {
    const supplementary = { remoteParty: SECOND_SUPPLIER, counter: 77n };
    const [response] = sent(esmeDevice().receive(command({ ...versionRead, originator: BROKER, supplementary }), NOW));
    expect(response?.header).toMatchObject({ recipient: BROKER, supplementary });
    expect(response && checkMac(suite, response, pki)).toBe('valid');
  });

  it.each([
    ['malformed', 'no message', fromHex('dd00ff'), []],
    ['not-for-this-device', 'another device', command({ ...versionRead, recipient: '00-DB-12-34-56-78-90-A1' as Eui64 }), []],
    ['not-for-this-device', 'a response', command({ ...versionRead, cra: 'response' }), []],
    ['unknown-originator', 'a supplier without a cell', command({ ...versionRead, originator: SECOND_SUPPLIER }), [0x8f3e]],
    [
      'role-not-allowed',
      'CS06 by the network operator',
      command({ ...activation(), originator: NETWORK_OPERATOR, signer: NETWORK_OPERATOR }),
      [0x8f30],
    ],
    ['bad-signature', 'CS06 signed by the second supplier', command({ ...activation(), signer: SECOND_SUPPLIER }), [0x8f3d]],
    ['bad-signature', 'CS06 without a signature', command({ ...activation(), signer: undefined }), [0x8f3d]],
    ['bad-signature', 'a signed read', command({ ...versionRead, signer: SUPPLIER }), [0x8f3d]],
    [
      'bad-payload',
      'CS06 with another counter inside',
      command({ ...activation(), payload: activateFirmware(ESME, hash).payload(1n) }),
      [0x8f1e],
    ],
    ['bad-payload', 'a read with an octet left over', command({ payload: Uint8Array.of(...versionRead.payload, 0) }), [0x8f1e]],
  ] as const)('drops %s: %s', (reason, _, message, codes) => {
    const effects = esmeDevice().receive(message, NOW);
    expect(refusals(effects)).toEqual([reason]);
    expect(logged(effects)).toEqual(codes);
    expect(sent(effects).filter(({ header }) => header.cra === 'response')).toEqual([]);
    expect(sent(effects).map(({ header, payload }) => factsOf(header, payload).alertCode)).toEqual(codes);
  });

  it('refuses a MAC with any one bit of the message changed, or the message as malformed', () => {
    const message = command(activation());
    const device = esmeDevice({ securityAlertsPerHour: 0 });
    for (let bit = 0; bit < message.length * 8; bit += 5) {
      const changed = message.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const effects = device.receive(changed, NOW);
      expect(refusals(effects).length, `bit ${bit}`).toBe(1);
      expect(sent(effects), `bit ${bit}`).toEqual([]);
    }
    expect(refusals(device.receive(message, NOW))).toEqual([]);
  });

  it('drops a counter that is not above the last one, and stores it only after MAC and signature', () => {
    const device = esmeDevice();
    expect(refusals(device.receive(command({ ...activation(5_000n), signer: SECOND_SUPPLIER }), NOW))).toEqual(['bad-signature']);
    expect(refusals(device.receive(command(activation(1_000n)), NOW))).toEqual([]);
    expect(refusals(device.receive(command(activation(1_000n)), NOW))).toEqual(['replayed-counter']);
    expect(refusals(device.receive(command(activation(999n)), NOW))).toEqual(['replayed-counter']);
    expect(refusals(device.receive(command(activation(1_001n)), NOW))).toEqual([]);
  });

  it('stores the counter even when the payload is then refused', () => {
    const device = esmeDevice();
    device.receive(command({ ...activation(), payload: fromHex('0500') }), NOW);
    expect(refusals(device.receive(command(activation()), NOW))).toEqual(['replayed-counter']);
  });

  it('keeps counters by role and message code, or by role alone', () => {
    const device = esmeDevice({ replayGranularity: 'role' });
    device.counters.record('supplier', 0x0020, 5_000n);
    expect(refusals(device.receive(command(activation(5_000n)), NOW))).toEqual(['replayed-counter']);
    const fine = esmeDevice();
    fine.counters.record('supplier', 0x0020, 5_000n);
    expect(refusals(fine.receive(command(activation(5_000n)), NOW))).toEqual([]);
  });

  it('reads may repeat their counter', () => {
    const device = esmeDevice();
    for (let i = 0; i < 2; i++) expect(sent(device.receive(command(versionRead), NOW))).toHaveLength(1);
  });

  it('sends no more security alerts an hour than it may, and logs on', () => {
    const device = esmeDevice({ securityAlertsPerHour: 2 });
    const forged = command({ ...versionRead, originator: SECOND_SUPPLIER });
    const alerts = Array.from({ length: 5 }, () => sent(device.receive(forged, NOW)).length);
    expect(alerts).toEqual([1, 1, 0, 0, 0]);
    expect(device.logs.security.entries).toHaveLength(5);
    expect(sent(device.receive(forged, NOW + 3_600_000))).toHaveLength(1);
  });

  it('keeps a hundred log entries, the newest', () => {
    const device = esmeDevice({ securityAlertsPerHour: 0 });
    const forged = command({ ...versionRead, originator: SECOND_SUPPLIER });
    for (let i = 0; i < 105; i++) device.receive(forged, NOW + i);
    expect(device.logs.security.entries).toHaveLength(100);
    expect(device.logs.security.entries.at(-1)?.at).toBe(NOW + 104);
  });
});

describe('ECS100: a command this device does not know', () => {
  const payload = decodeAccessRequest(versionRead.payload) && versionRead.payload;

  it('is reported to the party that sent it, with code and counter', () => {
    const effects = esmeDevice().receive(command({ messageCode: 0x006b, payload }), NOW);
    const [alert] = sent(effects);
    expect(alert?.header).toMatchObject({ cra: 'alert', messageCode: 0x0120, recipient: SUPPLIER, supplementary: undefined });
    expect(alert && checkSignature(suite, alert, pki)).toBe('valid');
    expect(toHex(alert?.payload ?? new Uint8Array(0))).toBe(
      '0f200000010002031' + '28f85090c07ee010fff090000008000ff090a006b00000000000003e8',
    );
  });

  it('is reported to the broker with the party it speaks for', () => {
    const supplementary = { remoteParty: SECOND_SUPPLIER, counter: 77n };
    const [alert] = sent(esmeDevice().receive(command({ messageCode: 0x006b, payload, originator: BROKER, supplementary }), NOW));
    expect(alert?.header).toMatchObject({ recipient: BROKER, supplementary });
  });

  it('is not reported when it is forged', () => {
    const message = command({ messageCode: 0x006b, payload, signer: SECOND_SUPPLIER });
    expect(refusals(esmeDevice().receive(message, NOW))).toEqual(['bad-signature']);
  });
});

describe('what a use case allows', () => {
  it('an object that is not part of it is refused in the response', () => {
    const bytes = versionRead.payload.slice();
    bytes[14] = 0x02;
    const [response] = sent(esmeDevice().receive(command({ payload: bytes }), NOW));
    const results = response ? decodeAccessResponse(response.payload).results : [];
    expect(results.map(({ result, data }) => [result, data.value])).toEqual([[3, null]]);
  });
});

describe('arbitrary octets', () => {
  it('never make a device throw', () => {
    const device = esmeDevice({ securityAlertsPerHour: 0 });
    const message = command(versionRead);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(message.length - 1), fc.nat(255), (noise, at, octet) => {
        const changed = message.slice();
        changed[at] = octet;
        device.receive(noise, NOW);
        device.receive(changed, NOW);
        device.receive(changed.subarray(0, at), NOW);
      }),
      { seed: 1, numRuns: 300 },
    );
    expect(decodeEnvelope(message).header.recipient).toBe(ESME);
  });
});
