import { describe, expect, it } from 'vitest';
import type { Device } from '../../firmware-sim/device/device.ts';
import type { Misbehaviour } from '../../firmware-sim/device/misbehaviours.ts';
import { checkMac, checkSignature } from '../../firmware-sim/gbcs/protection.ts';
import { NO_BYTES, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { activateFirmware } from '../../lab/update/commands.ts';
import { NOW, pki, refusals, sent, suite } from './bench.ts';
import { managed, responseIn, signed } from './security/managed.ts';

const device = (...names: Misbehaviour[]) => managed('GSME', { misbehaviours: new Map(names.map((name) => [name, 0])) });
const readLog = (counter: bigint, of = managed('GSME')) =>
  signed(of, { messageCode: 0x0013, originatorCounter: counter, signer: undefined, payload: Uint8Array.of(5, 0) });
const activation = (counter: bigint, of = managed('GSME')) =>
  signed(of, {
    messageCode: 0x0012,
    originatorCounter: counter,
    payload: activateFirmware(of.eui, new Uint8Array(32)).payload(counter),
  });

describe('named misbehaviours do what they say, and nothing else', () => {
  it('wrong-mac', () => {
    const response = responseIn(device('wrong-mac').receive(readLog(1n), NOW));
    expect(response && checkMac(suite, response, pki)).toBe('invalid');
    expect(response?.payload).toEqual(responseIn(managed('GSME').receive(readLog(1n), NOW))?.payload);
  });

  it('wrong-signature', () => {
    const response = responseIn(device('wrong-signature').receive(activation(1n), NOW));
    expect(response && checkSignature(suite, response, pki)).toBe('invalid');
  });

  it('replayed-alert-counter', () => {
    const one = device('replayed-alert-counter');
    const unknown = (counter: bigint) =>
      signed(one, { messageCode: 0x0fff, originatorCounter: counter, signer: undefined, payload: new Uint8Array(0) });
    const counters = [1n, 2n, 3n].flatMap((counter) =>
      sent(one.receive(unknown(counter), NOW)).map(({ header }) => header.originatorCounter),
    );
    expect(counters).toEqual([1n, 1n, 1n]);
  });

  it('stale-date-time', () => {
    const response = responseIn(device('stale-date-time').receive(activation(1n), NOW));
    expect(toHex(response?.header.dateTime ?? new Uint8Array(0))).toBe('07ee010eff090000008000ff');
  });

  it('late-answer: the date-time is when the answer is made', () => {
    const late = responseIn(managed('GSME', { misbehaviours: new Map([['late-answer', 90]]) }).receive(activation(1n), NOW));
    expect(toHex(late?.header.dateTime ?? new Uint8Array(0))).toBe('07ee010fff09011e008000ff');
  });

  it.each([1, 30, 1_000_000])('truncated-response: %s octets are missing, and one is left at least', (missing) => {
    const octets = (of: Device) => of.receive(readLog(1n), NOW).flatMap((one) => (one.kind === 'send' ? [one.message] : []));
    const [whole = NO_BYTES] = octets(managed('GSME'));
    const cut = octets(managed('GSME', { misbehaviours: new Map([['truncated-response', missing]]) }));
    expect(cut).toEqual([whole.slice(0, Math.max(1, whole.length - missing))]);
  });

  it('wrong-response-counter', () => {
    expect(responseIn(device('wrong-response-counter').receive(readLog(7n), NOW))?.header.originatorCounter).toBe(8n);
  });

  it('no-answer: the command has been executed all the same', () => {
    const one = device('no-answer');
    expect(sent(one.receive(activation(9n), NOW))).toEqual([]);
    expect(refusals(one.receive(activation(9n), NOW))).toEqual(['replayed-counter']);
  });
});
