/** Commands of the test vectors: one of every category a device receives (GBCS 5.3, RTDS 4.5.0). */
import { eui, point, scalar } from './cast.ts';
import { certificate, issuingCertificate, keyUsage } from './certificate.ts';
import type { Header } from './message.ts';
import { ascii, hex, join, le, type Octets } from './octets.ts';
import {
  accessRequest,
  DLMS_NOW,
  der,
  dlmsTime,
  gbz,
  generalizedTime,
  integer,
  octetString,
  protectedRequest,
  seconds2000,
  sequence,
} from './payloads.ts';
import { makeUtrn, type Token } from './utrn.ts';
import { command, type VectorCase } from './vector-case.ts';

const OTHER_SUPPLIER = { party: eui('otherSupplier'), counter: 0x1f4n };

/** Headers of the commands that a response answers. */
export const HEADERS = {
  setCreditMode: command('supplier', 'esme', 0x001a, 1001n),
  activateFirmware: command('supplier', 'esme', 0x0012, 1002n),
  readRegisters: command('supplier', 'esme', 0x0027, 1003n),
  closeSwitch: command('supplier', 'esme', 0x004f, 1004n),
  emergencyCredit: command('supplier', 'gsme', 0x0070, 1005n),
  valveStatus: command('supplier', 'gsme', 0x0082, 1006n),
  setClock: command('supplier', 'gsme', 0x007f, 1007n),
  readGas: command('supplier', 'gpf', 0x0074, 1008n),
  topUp: command('supplier', 'esme', 0x0007, 7n << 32n),
  firmwareVersion: command('networkOperator', 'esme', 0x0059, 2001n),
  joinDetails: command('acb', 'gsme', 0x0013, 3001n, { supplementary: OTHER_SUPPLIER }),
  joinDisplay: command('acb', 'ppmid', 0x00ab, 3002n, { supplementary: { party: eui('supplier'), counter: 1009n } }),
  dailyReads: command('acb', 'esme', 0x0034, 3003n, {
    supplementary: { ...OTHER_SUPPLIER, certificate: certificate('otherSupplier', 'ka') },
  }),
  prepaySnapshots: command('acb', 'gsme', 0x0096, 3004n, {
    supplementary: { ...OTHER_SUPPLIER, certificate: certificate('otherSupplier', 'ka') },
  }),
  dailyConsumption: command('acb', 'gpf', 0x00a0, 3005n, {
    supplementary: { ...OTHER_SUPPLIER, certificate: certificate('otherSupplier', 'ka') },
  }),
  credentialsByAcb: command('acb', 'gsme', 0x0008, 3006n),
  replaceAcb: command('acb', 'esme', 0x0104, 3007n),
  handover: command('acb', 'gpf', 0x0102, 3008n),
  credentialsByCos: command('transitionalCos', 'esme', 0x0008, 4001n),
  changeOfSupplier: command('transitionalCos', 'esme', 0x0107, 4002n),
  recover: command('recovery', 'esme', 0x0108, 5001n),
  displayTopUp: command('ppmid', 'gsme', 0x009b, 6001n),
} as const satisfies Record<string, Header>;

/** Hash that stands for the image the firmware vectors are about. */
export const IMAGE_HASH = hex('5b1d9f0c 0e6a4b57 a8c3d2f1 98e7b6a4 3c2d1e0f a9b8c7d6 e5f40312 2130f4e5');

const cell = (role: number, key: 'ds' | 'ka', tag = 0x30): Octets => der(tag, integer(role), keyUsage(key));

/** Two prices of the credit and charge configuration: charge against meter credit, all days. */
const CREDIT_CHARGES = ['00', '04'].map((e) => `0203 0906 0000130a00ff 0906 00001314${e}ff 0403e0`).join('');

const creditMode = (h: Header): Octets =>
  accessRequest(
    h,
    ['02', '0b', '0d'].map((member) => `02 006f 0001130000ff ${member}`),
    ['0202 1601 1601', `0102 ${CREDIT_CHARGES}`, octetString(DLMS_NOW)],
  );

const setClock = (): Octets => sequence(generalizedTime('2026-03-01T10:00:00Z'), generalizedTime('2026-03-01T10:01:00Z'));

const critical: readonly VectorCase[] = [
  {
    ...{ name: 'ecs02-command', category: 'SME.C.C', useCase: 'ECS02', form: 'command' },
    ...{ header: HEADERS.setCreditMode, payload: creditMode(HEADERS.setCreditMode) },
    ...{ sign: ['supplier', 'ds'], mac: ['acb', 'esme'] },
  },
  {
    ...{ name: 'gcs06-command', category: 'SME.C.C', useCase: 'GCS06', form: 'command', header: HEADERS.emergencyCredit },
    payload: gbz(HEADERS.emergencyCredit, { cluster: 0x0705, frame: 1, sequence: 0, command: 0, payload: '00000000 00' }),
    ...{ sign: ['supplier', 'ds'], mac: ['acb', 'gsme'] },
  },
  {
    ...{ name: 'cs06-future-dated-command', category: 'SME.C.C', useCase: 'CS06', form: 'command' },
    header: HEADERS.activateFirmware,
    payload: sequence(der(0x04, IMAGE_HASH), integer(HEADERS.activateFirmware.counter), generalizedTime('2026-03-02T03:00:00Z')),
    ...{ sign: ['supplier', 'ds'], mac: ['acb', 'esme'] },
  },
  {
    ...{ name: 'gcs28-command', category: 'SME.C.C', useCase: 'GCS28', form: 'command', header: HEADERS.setClock },
    ...{ payload: setClock(), sign: ['supplier', 'ds'], mac: ['acb', 'gsme'] },
  },
  {
    ...{ name: 'ecs42-p384-command', category: 'SME.C.C, signature profile cnsa-p384', useCase: 'ECS42', form: 'command' },
    header: HEADERS.closeSwitch,
    payload: accessRequest(HEADERS.closeSwitch, ['03 0009 00000a006aff 01'], ['12 0001']),
    ...{ sign: ['supplier', 'ds-p384'], mac: ['acb', 'esme'] },
  },
];

const nonCritical: readonly VectorCase[] = [
  {
    ...{ name: 'ecs52-command', category: 'SME.C.NC', useCase: 'ECS52', form: 'command', header: HEADERS.firmwareVersion },
    payload: accessRequest(HEADERS.firmwareVersion, ['01 0001 0000000201ff 02'], ['00']),
    mac: ['acb', 'esme'],
  },
  {
    ...{ name: 'ecs17b-command', category: 'SME.C.NC', useCase: 'ECS17b', form: 'command', header: HEADERS.readRegisters },
    payload: accessRequest(
      HEADERS.readRegisters,
      ['03 001e 00002b0208ff 01'],
      [protectedRequest(HEADERS.readRegisters, ['0205 120001 0906 00005e2c220a 0f02 120000 0202 1600 00'])],
    ),
    mac: ['acb', 'esme'],
  },
  {
    ...{ name: 'gcs33-command', category: 'SME.C.NC', useCase: 'GCS33', form: 'command', header: HEADERS.valveStatus },
    payload: gbz(HEADERS.valveStatus, {
      cluster: 0x0702,
      frame: 0,
      sequence: 0,
      command: 0,
      payload: join(le(0x0205, 2), le(0x14, 2)),
    }),
    mac: ['acb', 'gsme'],
  },
  {
    ...{ name: 'gcs13a-command', category: 'SME.C.NC', useCase: 'GCS13a', form: 'command', header: HEADERS.readGas },
    payload: gbz(HEADERS.readGas, {
      ...{ cluster: 0x0702, frame: 0, sequence: 0, command: 0 },
      payload: join(...[0x0302, 0x0301, 0x0300, 0].map((id) => le(id, 2))),
    }),
    mac: ['acb', 'gpf'],
  },
];

/** Tokens of the top-up vectors: ten pounds for the ESME, 12.50 in pence for the GSME. */
export const TOKENS: readonly { readonly device: 'esme' | 'gsme'; readonly token: Token; readonly utrn: string }[] = [
  { device: 'esme', token: { counter: 7n, pounds: true, value: 10, supplier: eui('supplier'), device: eui('esme') } } as const,
  {
    device: 'gsme',
    token: { counter: 1030n, pounds: false, value: 1250, supplier: eui('supplier'), device: eui('gsme') },
  } as const,
].map(({ device, token }) => ({ device, token, utrn: makeUtrn(token, scalar('supplier', 'pp-ka'), point(device, 'ka')) }));

const [esmeUtrn, gsmeUtrn] = TOKENS.map((entry) => entry.utrn) as [string, string];

const topUps: readonly VectorCase[] = [
  {
    ...{ name: 'cs01a-command', category: 'SME.C.NC with token', useCase: 'CS01a', form: 'command', header: HEADERS.topUp },
    payload: accessRequest(HEADERS.topUp, ['03 0073 0000132800ff 01'], [octetString(ascii(esmeUtrn))]),
    mac: ['acb', 'esme'],
  },
  {
    ...{ name: 'pcs01-command', category: 'SME.C.PPMID-GSME', useCase: 'PCS01', form: 'command', header: HEADERS.displayTopUp },
    payload: gbz(HEADERS.displayTopUp, {
      ...{ cluster: 0x0705, frame: 1, sequence: 0, command: 4 },
      payload: join('02 14', ascii(gsmeUtrn)),
    }),
    mac: ['ppmid', 'gsme'],
  },
];

/** Dates of a selective read of a log: from and to, both inclusive. */
const RANGE = join('0202', octetString(dlmsTime('2026-01-01T00:00:00Z')), octetString(dlmsTime('2026-01-31T00:00:00Z')));

const snapshotRequests = (h: Header): Octets =>
  gbz(
    h,
    ...[0, 1].map((offset) => ({
      ...{ cluster: 0x0705, frame: 1, sequence: offset, command: 7 },
      payload: join(le(seconds2000('2026-01-01T00:00:00Z'), 4), 'ffffffff', offset, le(1, 4)),
    })),
  );

const relayed: readonly VectorCase[] = [
  {
    ...{ name: 'cs07-acb-command', category: 'SME.C.NC by the ACB for an unknown party', useCase: 'CS07', form: 'command' },
    ...{ header: HEADERS.joinDetails, payload: hex('0500'), mac: ['acb', 'gsme'] },
  },
  {
    ...{ name: 'cs03a2-acb-command', category: 'SME.C.C by the ACB for an unknown party', useCase: 'CS03A2Critical' },
    ...{ form: 'command', header: HEADERS.joinDisplay, payload: sequence('020100', der(0x04, eui('esme')), '020101') },
    ...{ sign: ['acb', 'ds'], mac: ['acb', 'ppmid'] },
  },
  {
    ...{ name: 'ecs21b-acb-command', category: 'SME.C.NC by the ACB for an unknown party, with certificate', useCase: 'ECS21b' },
    ...{ form: 'command', header: HEADERS.dailyReads },
    payload: accessRequest(
      HEADERS.dailyReads,
      ['03 001e 00002b0206ff 01'],
      [protectedRequest(HEADERS.dailyReads, [join('0205 120007 0906 0000620108ff 0f02 120000 0202 1601', RANGE)])],
    ),
    mac: ['acb', 'esme'],
  },
  {
    ...{ name: 'gcs16b-acb-command', category: 'SME.C.NC by the ACB for an unknown party, with certificate', useCase: 'GCS16b' },
    ...{
      form: 'command',
      header: HEADERS.prepaySnapshots,
      payload: snapshotRequests(HEADERS.prepaySnapshots),
      mac: ['acb', 'gsme'],
    },
  },
  {
    ...{ name: 'gcs61-acb-command', category: 'SME.C.NC by the ACB for an unknown party, with certificate', useCase: 'GCS61' },
    ...{ form: 'command', header: HEADERS.dailyConsumption },
    payload: gbz(HEADERS.dailyConsumption, {
      ...{ cluster: 0x0702, frame: 1, sequence: 0, command: 8 },
      payload: join(le(1, 2), le(seconds2000('2026-01-01T00:00:00Z'), 4), '00', le(7, 2)),
    }),
    mac: ['acb', 'gpf'],
  },
];

/** CS02b: who authorises, what replaces what, the path to the root, and perhaps when (GBCS 13.3). */
function replacement(
  mode: number,
  h: Header,
  authoriser: Octets | '',
  cells: readonly Octets[],
  ...rest: readonly Octets[]
): Octets {
  const control = sequence(integer(mode), authoriser, integer(h.counter, 0x83), ...rest);
  return sequence(control, sequence(...cells), sequence(issuingCertificate()));
}

const replaced = (party: 'supplier' | 'otherSupplier' | 'acb', key: 'ds' | 'ka', role: number): Octets =>
  sequence(certificate(party, key), cell(role, key));

const credentials: readonly VectorCase[] = [
  {
    ...{ name: 'cs02a-acb-command', category: 'variant: by the ACB itself, MAC only', useCase: 'CS02aMAC', form: 'command' },
    header: HEADERS.credentialsByAcb,
    payload: sequence(cell(4, 'ka'), sequence(integer(2), integer(3))),
    mac: ['acb', 'gsme'],
  },
  {
    ...{ name: 'cs02b-acb-by-acb-command', category: 'variant: by the ACB itself, MAC only', useCase: 'CS02bACBByACB' },
    ...{ form: 'command', header: HEADERS.replaceAcb },
    payload: replacement(4, HEADERS.replaceAcb, '', [replaced('acb', 'ka', 4)]),
    mac: ['acb', 'esme'],
  },
  {
    ...{ name: 'cs02b-handover-command', category: 'SME.C.C by the ACB itself', useCase: 'CS02bSupplierBySupplierHandover' },
    ...{ form: 'command', header: HEADERS.handover },
    payload: replacement(2, HEADERS.handover, cell(2, 'ds', 0xa2), [replaced('otherSupplier', 'ka', 2)], integer(4096, 0x84)),
    ...{ sign: ['acb', 'ds'], mac: ['acb', 'gpf'] },
  },
  {
    ...{ name: 'cs02a-signature-command', category: 'variant: signature only', useCase: 'CS02aSignature', form: 'command' },
    header: HEADERS.credentialsByCos,
    payload: sequence(cell(5, 'ds'), sequence(integer(2))),
    sign: ['transitionalCos', 'ds'],
  },
  {
    ...{ name: 'cs02b-recovery-command', category: 'variant: signature only', form: 'command', header: HEADERS.recover },
    useCase: 'CS02bAnyExceptAbnormalRootByRecovery',
    payload: replacement(8, HEADERS.recover, cell(1, 'ds', 0xa2), [replaced('supplier', 'ds', 2)]),
    sign: ['recovery', 'ds'],
  },
  {
    ...{
      name: 'cs02b-change-of-supplier-command',
      category: 'SME.C.C, longer than one block',
      useCase: 'CS02bSupplierByTransCoS',
    },
    ...{ form: 'command', header: HEADERS.changeOfSupplier },
    payload: replacement(
      ...([7, HEADERS.changeOfSupplier, cell(5, 'ds', 0xa2)] as const),
      [replaced('otherSupplier', 'ds', 2), replaced('otherSupplier', 'ka', 2)],
      der(0xa6, sequence(integer(2), integer(256), sequence(sequence(integer(0), integer(256))))),
    ),
    ...{ sign: ['transitionalCos', 'ds'], mac: ['acb', 'esme'] },
  },
];

const preCommands: readonly VectorCase[] = [
  {
    ...{ name: 'ecs02-pre-command', category: 'pre-command without signature field', useCase: 'ECS02', form: 'pre-command' },
    ...{ header: HEADERS.setCreditMode, payload: creditMode(HEADERS.setCreditMode) },
  },
  {
    ...{ name: 'gcs28-pre-command-null-signature', category: 'pre-command with null signature', useCase: 'GCS28' },
    ...{ form: 'pre-command', header: HEADERS.setClock, payload: setClock(), nullSignature: true },
  },
];

export const COMMANDS: readonly VectorCase[] = [critical, nonCritical, topUps, relayed, credentials, preCommands].flat();
