import { describe, expect, it } from 'vitest';
import { billingAlertContent } from '../../../firmware-sim/device/cosem/billing-alert.ts';
import { logSourceOf } from '../../../firmware-sim/device/cosem/log-source.ts';
import { readLog } from '../../../firmware-sim/device/cosem/logs.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../../firmware-sim/device/effects.ts';
import { decodeDataNotification } from '../../../firmware-sim/gbcs/dlms-apdu.ts';
import { decodeEnvelope } from '../../../firmware-sim/gbcs/envelope.ts';
import { messageOf } from '../../../firmware-sim/gbcs/message.ts';
import { openParts, sensitiveContext } from '../../../firmware-sim/gbcs/sensitive.ts';
import { toHex } from '../../../firmware-sim/kernel/bytes.ts';
import { readReferenceData } from '../../support/corpus.ts';
import { skipReason } from '../../support/shared.ts';
import { pki, SUPPLIER, sent, suite } from '../bench.ts';
import { cosemDevice, RTDS_TIME, referenceKeystore } from './bench.ts';
import { call, codes, deviceOf, NOW, plainOf, type Step } from './calls.ts';

const NOW_TIME = '0000000000000000008000ff';
const NEVER = 'ffffffffffffffffff8000ff';
const SOON = '07df0101ff060000008000ff';
const SOON_AT = NOW + 6 * 3_600_000;
const LATER = '07df0101ff0c0000008000ff';
const LATER_AT = NOW + 12 * 3_600_000;

const charge = (amount: number) => [[0, -5], [0, '000000000000', 0], [['', amount]]] as const;
const price = (device: Device): unknown => (plainOf(device.cosem?.get('113/0-0:19.20.4.255/5')) as unknown[][])[2];

/** ECS01b for the standing charge alone. */
const standing = (amount: number, at: string): Step[] => [
  { operation: 'set', key: '113/0-0:19.20.4.255/6', data: charge(amount) },
  { operation: 'set', key: '113/0-0:19.20.4.255/7', data: at },
];

/** Alerts among effects: code, and in hex what it quotes. */
const alerts = (effects: readonly DeviceEffect[]): unknown[] =>
  sent(effects).map(({ header, payload }) => {
    const [code, , quote] = decodeDataNotification(payload, header.messageCode).body.children;
    return [
      header.messageCode,
      header.recipient,
      code?.value,
      quote?.children.map((child) => (child.value instanceof Uint8Array ? toHex(child.value) : String(child.value))),
    ];
  });

const quoted = (counter: string): unknown[] => [0x00cc, SUPPLIER, 0x8f66, [String(0x00a2), counter, '113', '0000131404ff', '7']];

describe('future-dated values', () => {
  it('become active at their time and not before, with one alert each to the originator', () => {
    const device = deviceOf();
    expect(codes(call(device, 'ECS01b', standing(500, SOON)))).toEqual([0, 0]);
    expect([device.deadline, price(device)]).toEqual([SOON_AT, [['', 25_000]]]);
    expect(device.poll(SOON_AT - 1)).toEqual([]);
    expect(alerts(device.poll(SOON_AT))).toEqual([quoted('1000')]);
    expect([device.deadline, price(device)]).toEqual([undefined, [['', 500]]]);
    expect(device.poll(SOON_AT + 1)).toEqual([]);
  });

  it('happen once when the clock jumps past their time', () => {
    const device = deviceOf();
    call(device, 'ECS01b', standing(500, SOON));
    device.clock = { offsetMs: 86_400_000, status: 'reliable' };
    expect(alerts(device.poll(NOW)).length).toBe(1);
    expect(device.poll(NOW + 1)).toEqual([]);
  });

  it('are cancelled without an alert', () => {
    const device = deviceOf();
    call(device, 'ECS01b', standing(500, SOON), { counter: 1_000n });
    expect(codes(call(device, 'ECS01b', standing(600, NEVER), { counter: 1_001n }))).toEqual([0, 0]);
    expect([device.deadline, device.poll(LATER_AT), price(device)]).toEqual([undefined, [], [['', 25_000]]]);
  });

  it('give way to a newer command of the same use case', () => {
    const device = deviceOf();
    call(device, 'ECS01b', standing(500, SOON), { counter: 1_000n });
    call(device, 'ECS01b', standing(700, LATER), { counter: 1_001n });
    expect([device.deadline, device.poll(SOON_AT)]).toEqual([LATER_AT, []]);
    expect(alerts(device.poll(LATER_AT))).toEqual([quoted('1001')]);
    expect(price(device)).toEqual([['', 700]]);
  });

  it('give way to a command that is executed at once', () => {
    const device = deviceOf();
    call(device, 'ECS01b', standing(500, SOON), { counter: 1_000n });
    call(device, 'ECS01b', standing(700, NOW_TIME), { counter: 1_001n });
    expect([device.deadline, price(device)]).toEqual([undefined, [['', 700]]]);
  });

  it('may have different times in one command', () => {
    const device = deviceOf();
    const steps: Step[] = [...standing(500, LATER), { operation: 'set', key: '113/0-0:19.20.0.255/7', data: SOON }];
    expect(codes(call(device, 'ECS01b', steps))).toEqual([0, 0, 0]);
    expect([alerts(device.poll(SOON_AT)).length, device.deadline, alerts(device.poll(LATER_AT))]).toEqual([
      1,
      LATER_AT,
      [quoted('1000')],
    ]);
  });

  it('are reported as failed when the object fails', () => {
    const device = deviceOf('ESME', { faults: new Map() });
    const faulty = deviceOf('ESME', { faults: new Map([['113/0-0:19.20.4.255/7', 1]]) });
    call(device, 'ECS01b', standing(500, SOON));
    faulty.futureDated.restore(device.futureDated.commands);
    expect(alerts(faulty.poll(SOON_AT))).toEqual([[0x00cc, SUPPLIER, 0x8f67, expect.anything()]]);
    expect(price(faulty)).toEqual([['', 25_000]]);
  });

  it('of a command that failed in part are only those that were accepted', () => {
    const device = deviceOf('ESME', { faults: new Map([['113/0-0:19.20.0.255/7', 1]]) });
    const steps: Step[] = [...standing(500, SOON), { operation: 'set', key: '113/0-0:19.20.0.255/7', data: SOON }];
    expect(codes(call(device, 'ECS01b', steps))).toEqual([0, 0, 1]);
    expect(alerts(device.poll(SOON_AT))).toEqual([quoted('1000')]);
  });

  it('with a time that names no moment are refused', () => {
    const device = deviceOf();
    expect(codes(call(device, 'ECS01b', standing(500, '07df0d01ff000000008000ff')))).toEqual([0, 250]);
    expect(device.deadline).toBeUndefined();
  });

  it('leave a row in the log of changes, taken before the change', () => {
    const device = deviceOf();
    const rows = () => (device.cosem && readLog(logSourceOf(device, device.cosem, NOW), '7/0-0:98.1.2.255/2'))?.children ?? [];
    const steps: Step[] = [
      { operation: 'set', key: '111/0-1:19.0.0.255/2', data: [1, 1] },
      { operation: 'set', key: '111/0-1:19.0.0.255/13', data: NOW_TIME },
    ];
    expect([codes(call(device, 'ECS02', steps)), rows().length]).toEqual([[0, 0], 12]);
    expect((plainOf(rows().at(-1)) as unknown[]).slice(-6)).toEqual([500_000, 80_000, 0, 0, 0, 0]);
  });
});

describe('the alert about a new billing period', () => {
  it('carries the newest row, encrypted under its own counter', () => {
    const device = deviceOf();
    const header = {
      cra: 'alert',
      originatorCounter: 2_001n,
      originator: device.eui,
      recipient: SUPPLIER,
      dateTime: undefined,
      messageCode: 0x0061,
      supplementary: undefined,
    } as const;
    const content = billingAlertContent(device, NOW);
    if (!('compose' in content)) throw new TypeError('composed when its header is known');
    const payload = content.compose(header, NOW);
    const message = messageOf({ header, payload, signature: undefined, mac: undefined }, payload);
    const { opened, message: open } = openParts(suite, message, sensitiveContext(suite, message, pki));
    expect(opened).toBe(1);
    if (open.payload.kind !== 'dlms-data-notification') throw new TypeError('an alert');
    const [, , , blob] = open.payload.body.children;
    expect(blob?.extras?.plaintext?.children.map((child) => [child.type, child.children.length])).toEqual([['compact-array', 1]]);
  });
});

const data = readReferenceData();
const withAlerts = (data?.pairs ?? []).filter(
  (pair) =>
    (pair.alerts?.length ?? 0) > 0 && data?.messages.find(({ id }) => id === pair.command)?.payloadKind === 'dlms-access-request',
);

describe.skipIf(withAlerts.length === 0)(`alerts of the reference data (${data ? 'present' : skipReason})`, () => {
  it('are raised by their commands at their time: one for each activation attribute, the same but for the counter', (context) => {
    const keys = referenceKeystore(context);
    let count = 0;
    for (const pair of withAlerts) {
      const octets = data?.octets(pair.command) ?? new Uint8Array(0);
      const device = cosemDevice(keys, decodeEnvelope(octets));
      device.receive(octets, RTDS_TIME);
      const bodies = sent(device.poll(device.deadline ?? RTDS_TIME)).map(
        ({ header, payload }) => `${header.messageCode} ${header.recipient} ${toHex(payload.subarray(5))}`,
      );
      const expected = (pair.alerts ?? []).map((id) => {
        const { header, payload } = decodeEnvelope(data?.octets(id) ?? new Uint8Array(0));
        return `${header.messageCode} ${header.recipient} ${toHex(payload.subarray(5))}`;
      });
      expect([pair.command, bodies.sort()]).toEqual([pair.command, expected.sort()]);
      count += bodies.length;
    }
    console.info(`0x8F66 alerts of DLMS commands equal to the reference data: ${count}`);
  });
});
