/** Responses of the test vectors: signed, MACed, to the ACB for a party the device does not know, and with encrypted parts. */
import { CAST, eui, type Party, secret } from './cast.ts';
import { identifierOf, keyUsage } from './certificate.ts';
import type { Header } from './message.ts';
import { be, join, le, type Octets } from './octets.ts';
import {
  accessResponse,
  attribute,
  der,
  dlmsTime,
  gbz,
  integer,
  octetString,
  protectedResponse,
  seconds2000,
  sequence,
  wideSequence,
} from './payloads.ts';
import { reply, type VectorCase } from './vector-case.ts';
import { HEADERS } from './vector-commands.ts';

const PRODUCED_AT = '2026-03-01T10:00:30Z';
const dateTime = dlmsTime(PRODUCED_AT);

/** ZCL Default Response: the command it answers and a status. */
const defaultResponse = (cluster: number, sequenceNumber: number, answered: string, status: string) => ({
  ...{ cluster, frame: 8, sequence: sequenceNumber, command: 0x0b },
  payload: `${answered} ${status}`,
});

const to = {
  setCreditMode: reply(HEADERS.setCreditMode, { dateTime }),
  activateFirmware: reply(HEADERS.activateFirmware, { dateTime }),
  closeSwitch: reply(HEADERS.closeSwitch),
  emergencyCredit: reply(HEADERS.emergencyCredit),
  credentialsByCos: reply(HEADERS.credentialsByCos),
  replaceAcb: reply(HEADERS.replaceAcb, { dateTime }),
  firmwareVersion: reply(HEADERS.firmwareVersion),
  valveStatus: reply(HEADERS.valveStatus),
  topUp: reply(HEADERS.topUp, { dateTime }),
  displayTopUp: reply(HEADERS.displayTopUp),
  joinDetails: reply(HEADERS.joinDetails),
  joinDisplay: reply(HEADERS.joinDisplay),
  credentialsByAcb: reply(HEADERS.credentialsByAcb),
  readRegisters: reply(HEADERS.readRegisters, { dateTime }),
  readGas: reply(HEADERS.readGas, { dateTime: dlmsTime(PRODUCED_AT, 0x04) }),
  dailyReads: reply(HEADERS.dailyReads, { originatorCounter: 9001n }),
  prepaySnapshots: reply(HEADERS.prepaySnapshots, { originatorCounter: 9002n }),
  dailyConsumption: reply(HEADERS.dailyConsumption),
} as const satisfies Record<string, Header>;

/** What a cell holds: key usage, whose key, its identifier. */
const cellContents = (party: Party, key: 'ds' | 'ka'): Octets =>
  sequence(keyUsage(key), der(0x04, eui(party)), der(0x04, identifierOf(party, key)));

/** One role of a CS02a response: success, the counter last accepted, the cells. */
const roleDetails = (party: Party, counter: bigint): Octets =>
  sequence(
    ...[integer(Number(CAST[party].role)), '0a0100', integer(counter)],
    wideSequence(cellContents(party, 'ds'), cellContents(party, 'ka')),
  );

const acbKaCell = sequence(integer(4), keyUsage('ka'));
const acbKaBefore = join(der(0x04, eui('acb')), der(0x04, identifierOf('acb', 'ds')));
const acbKaAfter = join(der(0x04, eui('acb')), der(0x04, identifierOf('acb', 'ka')));

const signed: readonly VectorCase[] = [
  {
    ...{ name: 'ecs02-response', category: 'SME.C.C, with date-time', useCase: 'ECS02', form: 'response' },
    header: to.setCreditMode,
    payload: accessResponse(to.setCreditMode, ['00', '00', '00'], ['0200', '0200', '0200']),
    sign: ['esme', 'ds'],
  },
  {
    ...{ name: 'gcs06-response', category: 'SME.C.C', useCase: 'GCS06', form: 'response', header: to.emergencyCredit },
    ...{ payload: gbz(to.emergencyCredit, defaultResponse(0x0705, 0, '00', '00')), sign: ['gsme', 'ds'] },
  },
  {
    ...{ name: 'cs06-future-dated-response', category: 'SME.C.C, with date-time', useCase: 'CS06', form: 'response' },
    ...{ header: to.activateFirmware, payload: join('0500'), sign: ['esme', 'ds'] },
  },
  {
    ...{ name: 'ecs42-p384-response', category: 'SME.C.C, signature profile cnsa-p384', useCase: 'ECS42', form: 'response' },
    ...{ header: to.closeSwitch, payload: accessResponse(to.closeSwitch, ['00'], ['0300']), sign: ['esme', 'ds-p384'] },
  },
  {
    ...{ name: 'cs02a-signature-response', category: 'variant: signature only, DER lengths not minimal', form: 'response' },
    ...{ useCase: 'CS02aSignature', header: to.credentialsByCos },
    payload: wideSequence(roleDetails('supplier', HEADERS.setCreditMode.counter)),
    sign: ['esme', 'ds'],
  },
  {
    ...{ name: 'cs02b-acb-by-acb-response', category: 'variant: signed response to a MACed command, DER lengths not minimal' },
    ...{ useCase: 'CS02bACBByACB', form: 'response', header: to.replaceAcb },
    payload: wideSequence(
      '0500',
      wideSequence(
        ...[integer(HEADERS.replaceAcb.counter), integer(4), sequence(sequence(integer(4), integer(HEADERS.replaceAcb.counter)))],
        wideSequence(sequence(acbKaCell, '0a0100', acbKaBefore, acbKaAfter)),
      ),
    ),
    sign: ['esme', 'ds'],
  },
  {
    ...{ name: 'cs03a2-acb-response', category: 'SME.C.C to the ACB for an unknown party (18 octets)', form: 'response' },
    ...{ useCase: 'CS03A2Critical', header: to.joinDisplay, payload: integer(0), sign: ['ppmid', 'ds'] },
  },
];

const maced: readonly VectorCase[] = [
  {
    ...{ name: 'ecs52-response', category: 'SME.C.NC', useCase: 'ECS52', form: 'response', header: to.firmwareVersion },
    payload: accessResponse(to.firmwareVersion, [octetString('01020304')], ['0100']),
    mac: ['networkOperator', 'esme'],
  },
  {
    ...{ name: 'gcs33-response', category: 'SME.C.NC', useCase: 'GCS33', form: 'response', header: to.valveStatus },
    payload: gbz(to.valveStatus, {
      ...{ cluster: 0x0702, frame: 8, sequence: 0, command: 1 },
      payload: join(attribute(0x0205, 0x21, 2922, 2), attribute(0x14, 0x30, 2, 1)),
    }),
    mac: ['supplier', 'gsme'],
  },
  {
    ...{ name: 'cs01a-response', category: 'SME.C.NC, with date-time', useCase: 'CS01a', form: 'response', header: to.topUp },
    ...{ payload: accessResponse(to.topUp, ['00'], ['0300']), mac: ['supplier', 'esme'] },
  },
  {
    ...{ name: 'pcs01-response', category: 'SME.C.PPMID-GSME', useCase: 'PCS01', form: 'response', header: to.displayTopUp },
    payload: gbz(to.displayTopUp, {
      ...{ cluster: 0x0705, frame: 9, sequence: 0, command: 3 },
      payload: join('00', le(1_250_000, 4), '02', le(3_470_000, 4)),
    }),
    mac: ['ppmid', 'gsme'],
  },
  {
    ...{ name: 'cs07-acb-response', category: 'SME.C.NC to the ACB for an unknown party (18 octets)', form: 'response' },
    ...{ useCase: 'CS07', header: to.joinDetails },
    payload: sequence(integer(0), sequence(sequence(der(0x04, eui('ppmid')), integer(5)))),
    mac: ['acb', 'gsme'],
  },
  {
    ...{ name: 'cs02a-acb-response', category: 'SME.C.NC to the ACB itself', useCase: 'CS02aMAC', form: 'response' },
    header: to.credentialsByAcb,
    payload: sequence(roleDetails('supplier', HEADERS.setClock.counter), sequence(integer(3), '0a0119')),
    mac: ['acb', 'gsme'],
  },
];

/** One attribute: import energy with scaler and unit Wh, and reactive import energy with varh. */
const REGISTERS = join('0201 0204 06', be(12_345_678, 4), '0202 0f00 161e', '06', be(2_345_678, 4), '0202 0f00 1620');

/** Prepayment daily read log: an array type once (seven numbers), then two days of it. */
const DAILY_READS = join(
  '0201 13 0207 06 05 05 05 05 05 05 38',
  ...['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'].flatMap((day, i) => [
    be(seconds2000(day), 4),
    ...[1_000_000 - 12_500 * i, 0, 25_000, 0, 0, 500_000].map((value) => be(value, 4)),
  ]),
);

/** Attributes GCS13a reads: divisor, multiplier, unit, summation in litres. */
const GAS_REGISTERS = join(
  attribute(0x0302, 0x22, 1000, 3),
  attribute(0x0301, 0x22, 1, 3),
  attribute(0x0300, 0x30, 1, 1),
  attribute(0, 0x25, 7_654_321n, 6),
);

const GAS_DAYS = join(
  ...[le(1, 2), le(seconds2000('2026-01-01T00:00:00Z'), 4), '00 ffff', le(7, 2)],
  ...[9100, 8700, 12_050, 11_900, 7600, 0, 10_400].map((litres) => le(litres, 3)),
);

/** A prepayment snapshot: three debts, emergency credit and credit remaining, all in millipence. */
const prepaySnapshot = (id: number, day: string, credit: number): Octets =>
  join(
    ...[le(id, 4), le(seconds2000(day), 4), '02 00 01', le(1, 4), '00'],
    ...[4_500_000, 4_000_000, 500_000, 0, 500_000, credit].map((value) => le(value, 4)),
  );

const SNAPSHOTS = [
  prepaySnapshot(71, '2026-01-02T00:00:00Z', 1_240_000),
  prepaySnapshot(70, '2026-01-01T00:00:00Z', 1_310_000),
] as const;

const encrypted: readonly VectorCase[] = [
  {
    ...{
      name: 'ecs17b-response',
      category: 'SME.C.NC encrypted, known party, with date-time',
      useCase: 'ECS17b',
      form: 'response',
    },
    header: to.readRegisters,
    payload: accessResponse(
      to.readRegisters,
      [protectedResponse(to.readRegisters, secret('supplier', 'esme'), REGISTERS)],
      ['0300'],
    ),
    ...{ mac: ['supplier', 'esme'], sealed: { between: ['supplier', 'esme'], plaintexts: [REGISTERS] } },
  },
  {
    ...{
      name: 'gcs13a-response',
      category: 'SME.C.NC encrypted, known party, with date-time',
      useCase: 'GCS13a',
      form: 'response',
    },
    header: to.readGas,
    payload: gbz(to.readGas, {
      ...{ cluster: 0x0702, frame: 0x18, sequence: 0, command: 1, payload: GAS_REGISTERS },
      z: secret('supplier', 'gpf'),
    }),
    ...{ mac: ['supplier', 'gpf'], sealed: { between: ['supplier', 'gpf'], plaintexts: [GAS_REGISTERS] } },
  },
  {
    ...{ name: 'ecs21b-acb-response', category: 'SME.C.NC encrypted, to the ACB for an unknown party (26 octets)' },
    ...{ useCase: 'ECS21b', form: 'response', header: to.dailyReads },
    payload: accessResponse(
      to.dailyReads,
      [protectedResponse(to.dailyReads, secret('otherSupplier', 'esme'), DAILY_READS)],
      ['0300'],
    ),
    ...{ mac: ['acb', 'esme'], sealed: { between: ['otherSupplier', 'esme'], plaintexts: [DAILY_READS] } },
  },
  {
    ...{
      name: 'gcs16b-acb-response',
      category: 'SME.C.NC encrypted, to the ACB for an unknown party (26 octets), two parts, one nonce',
    },
    ...{ useCase: 'GCS16b', form: 'response', header: to.prepaySnapshots },
    payload: gbz(
      to.prepaySnapshots,
      ...SNAPSHOTS.map((payload, i) => ({
        ...{ cluster: 0x0705, frame: 0x19, sequence: i, command: 1, payload },
        z: secret('otherSupplier', 'gsme'),
      })),
    ),
    ...{ mac: ['acb', 'gsme'], sealed: { between: ['otherSupplier', 'gsme'], plaintexts: SNAPSHOTS } },
  },
  {
    ...{
      name: 'gcs61-acb-response',
      category: 'SME.C.NC encrypted, to the ACB for an unknown party (18 octets)',
      form: 'response',
    },
    ...{ useCase: 'GCS61', header: to.dailyConsumption },
    payload: gbz(to.dailyConsumption, {
      ...{ cluster: 0x0702, frame: 0x19, sequence: 0, command: 7, payload: GAS_DAYS },
      z: secret('otherSupplier', 'gpf'),
    }),
    ...{ mac: ['acb', 'gpf'], sealed: { between: ['otherSupplier', 'gpf'], plaintexts: [GAS_DAYS] } },
  },
];

export const RESPONSES: readonly VectorCase[] = [signed, maced, encrypted].flat();
