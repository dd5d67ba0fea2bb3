/** Alerts of the test vectors: signed, MACed, encrypted, and about parties other than the recipient. */
import { eui, secret } from './cast.ts';
import { ascii, be, counted, join, le, type Octets } from './octets.ts';
import {
  der,
  dlmsTime,
  gbzSnapshotAlert,
  generalizedTime,
  integer,
  notification,
  octetString,
  protectedElements,
  seconds2000,
  sequence,
} from './payloads.ts';
import { alert, type VectorCase } from './vector-case.ts';
import { HEADERS, IMAGE_HASH } from './vector-commands.ts';

const H = {
  outage: alert('esme', 'networkOperator', 0x0067, 9010n),
  receipt: alert('esme', 'supplier', 0x00ce, 9011n),
  activated: alert('esme', 'supplier', 0x00ca, 9012n),
  creditMode: alert('esme', 'supplier', 0x00cc, 9013n),
  billing: alert('esme', 'supplier', 0x0061, 9014n),
  loadControl: alert('esme', 'supplier', 0x0123, 9015n, { supplementary: { party: eui('loadController') } }),
  unsupported: alert('esme', 'acb', 0x0120, 9016n, { supplementary: { party: eui('otherSupplier'), counter: 0x1f5n } }),
  unsupportedKnown: alert('esme', 'supplier', 0x0120, 9017n),
  creditAdded: alert('esme', 'supplier', 0x1001, 9018n),
  gasBilling: alert('gsme', 'supplier', 0x008b, 7001n),
  dutyCycle: alert('chf', 'acb', 0x0110, 8001n),
} as const;

const AT = '2026-03-02T03:04:30Z';

const signed: readonly VectorCase[] = [
  {
    ...{ name: 'ecs80-alert', category: 'SME.A.C', useCase: 'ECS80', form: 'alert', header: H.outage },
    payload: notification(
      ...([H.outage, 0x8f36, AT] as const),
      ...['2026-03-02T02:59:30Z', AT].map((at) => octetString(dlmsTime(at))),
    ),
    sign: ['esme', 'ds'],
  },
  {
    ...{ name: 'fdra-dlms-alert', category: 'SME.A.C', useCase: 'FDRA-DLMS', form: 'alert', header: H.receipt },
    ...{ payload: notification(H.receipt, 0x8f72, AT, octetString(IMAGE_HASH)), sign: ['esme', 'ds'] },
  },
  {
    ...{
      name: 'cs06-activated-alert',
      category: 'SME.A.C, future dated',
      useCase: 'ALERT-00CA',
      form: 'alert',
      header: H.activated,
    },
    payload: sequence(
      ...[integer(0x8f66), generalizedTime(AT), integer(HEADERS.activateFirmware.counter)],
      sequence(integer(0), der(0x04, '01020305')),
    ),
    sign: ['esme', 'ds'],
  },
  {
    ...{
      name: 'ecs02-activated-alert',
      category: 'SME.A.C, future dated',
      useCase: 'ALERT-00CC',
      form: 'alert',
      header: H.creditMode,
    },
    payload: notification(
      ...([H.creditMode, 0x8f66, AT] as const),
      octetString(join('001a', be(HEADERS.setCreditMode.counter, 8), '006f 0001130000ff 0d')),
    ),
    sign: ['esme', 'ds'],
  },
  {
    ...{ name: 'ecs200-alert', category: 'SME.A.C with supplementary party (10 octets)', useCase: 'ECS200', form: 'alert' },
    header: H.loadControl,
    payload: notification(
      ...([H.loadControl, 0x8f88, AT] as const),
      join('0c', counted(ascii('{"outputState":"50","inputState":"1","other-data":""}'))),
    ),
    sign: ['esme', 'ds'],
  },
  {
    ...{ name: 'ecs100-acb-alert', category: 'SME.A.C to the ACB for an unknown party (18 octets)', useCase: 'ECS100' },
    ...{ form: 'alert', header: H.unsupported },
    payload: notification(H.unsupported, 0x8f85, AT, octetString(join('00a0', be(3009, 8)))),
    sign: ['esme', 'ds'],
  },
  {
    ...{ name: 'ecs100-alert', category: 'SME.A.C', useCase: 'ECS100', form: 'alert', header: H.unsupportedKnown },
    payload: notification(H.unsupportedKnown, 0x8f85, AT, octetString(join('0070', be(1010, 8)))),
    sign: ['esme', 'ds'],
  },
];

const maced: readonly VectorCase[] = [
  {
    ...{ name: 'gnca-dlms-alert', category: 'SME.A.NC', useCase: 'GNCA-DLMS', form: 'alert', header: H.creditAdded },
    ...{ payload: notification(H.creditAdded, 0x810e, AT), mac: ['supplier', 'esme'] },
  },
  {
    ...{ name: 'dbch06-alert', category: 'SME.A.NC to the ACB', useCase: 'DBCH06', form: 'alert', header: H.dutyCycle },
    ...{ payload: notification(H.dutyCycle, 0x8f20, AT, octetString(eui('gsme'))), mac: ['acb', 'chf'] },
  },
];

const numbers = (count: number, first: number): Octets => join(...Array.from({ length: count }, (_, i) => be(first + 17 * i, 4)));

/** One billing entry: time, import register, 48 time-of-use registers, four blocks of eight. */
const BILLING = join(
  '0201 13 0207 06 06 01 0030 06 01 0008 06 01 0008 06 01 0008 06 01 0008 06 82 0148',
  ...[be(seconds2000('2026-03-01T00:00:00Z'), 4), be(12_345_678, 4), numbers(48, 100_000), numbers(32, 0)],
);

/** The latest billing snapshot: summation, four tiers, a four-cell block matrix. */
const GAS_BILLING = join(
  ...[le(12, 4), le(seconds2000('2026-03-01T00:00:00Z'), 4), '01 00 01', le(2, 4), '06', le(7_654_321, 6), '04'],
  ...[4_000_000, 3_000_000, 654_321, 0].map((litres) => le(litres, 6)),
  '14',
  ...[5_000_000, 2_000_000, 654_321, 0].map((litres) => le(litres, 6)),
);

const encrypted: readonly VectorCase[] = [
  {
    ...{ name: 'ecs68-alert', category: 'SME.A.C encrypted', useCase: 'ECS68', form: 'alert', header: H.billing },
    payload: notification(H.billing, 0x8f0a, AT, ...protectedElements(H.billing, secret('supplier', 'esme'), BILLING)),
    ...{ sign: ['esme', 'ds'], sealed: { between: ['supplier', 'esme'], plaintexts: [BILLING] } },
  },
  {
    ...{ name: 'gcs53-alert', category: 'SME.A.C encrypted', useCase: 'GCS53', form: 'alert', header: H.gasBilling },
    payload: gbzSnapshotAlert(H.gasBilling, 0x8f0a, AT, {
      ...{ cluster: 0x0702, frame: 0x19, sequence: 0, command: 6, payload: GAS_BILLING },
      z: secret('supplier', 'gsme'),
    }),
    ...{ sign: ['gsme', 'ds'], sealed: { between: ['supplier', 'gsme'], plaintexts: [GAS_BILLING] } },
  },
];

export const ALERTS: readonly VectorCase[] = [signed, maced, encrypted].flat();
