import type { Eui64 } from '../../kernel/eui64.ts';
import type { KeyUse, RemotePartyRole } from '../key-provider.ts';

/** A remote party of a test PKI. */
export interface TestParty {
  readonly eui: Eui64;
  readonly role: RemotePartyRole;
  readonly uses: readonly KeyUse[];
  /** What people call it. */
  readonly name: string;
  /** CN of its digital-signature certificate, when it has one. */
  readonly commonName?: string;
}

/** Device types that hold credentials. */
export const CERTIFIED_DEVICE_TYPES = ['ESME', 'GSME', 'CHF', 'GPF', 'PPMID', 'HCALCS', 'SAPC'] as const;

export type CertifiedDeviceType = (typeof CERTIFIED_DEVICE_TYPES)[number];

/** A device of a test PKI. */
export interface TestDevice {
  readonly eui: Eui64;
  readonly type: CertifiedDeviceType;
}

const eui = (text: string): Eui64 => text as Eui64;
const SIGNING: readonly KeyUse[] = ['digitalSignature'];
const SIGNING_AND_AGREEMENT: readonly KeyUse[] = ['digitalSignature', 'keyAgreement'];
const SUPPLIER: readonly KeyUse[] = ['digitalSignature', 'keyAgreement', 'prePaymentTopUp'];

/** The remote parties of RTDS 4.5.0 by Entity Identifier and role; their keys are each PKI's own. */
export const TEST_PARTIES: readonly TestParty[] = [
  { eui: eui('90-B3-D5-1F-30-00-00-01'), role: 'recovery', uses: SIGNING, name: 'recovery' },
  {
    eui: eui('90-B3-D5-1F-30-00-00-02'),
    role: 'accessControlBroker',
    uses: SIGNING_AND_AGREEMENT,
    name: 'access control broker',
  },
  { eui: eui('90-B3-D5-1F-30-00-00-04'), role: 'transitionalCoS', uses: SIGNING, name: 'transitional change of supplier' },
  { eui: eui('90-B3-D5-1F-30-00-00-07'), role: 'wanProvider', uses: SIGNING, name: 'WAN provider' },
  { eui: eui('90-B3-D5-1F-30-01-00-00'), role: 'supplier', uses: SUPPLIER, name: 'supplier', commonName: 'HANBENCH SUPPLIER' },
  { eui: eui('90-B3-D5-1F-30-01-00-08'), role: 'loadController', uses: SIGNING_AND_AGREEMENT, name: 'load controller' },
  { eui: eui('90-B3-D5-1F-30-02-00-00'), role: 'networkOperator', uses: SIGNING_AND_AGREEMENT, name: 'network operator' },
  {
    eui: eui('90-B3-D5-1F-30-03-00-00'),
    role: 'supplier',
    uses: SUPPLIER,
    name: 'second supplier',
    commonName: 'HANBENCH SUPPLIER 2',
  },
];

/** One device of every type, with the Entity Identifiers RTDS 4.5.0 gives them. */
export const TEST_DEVICES: readonly TestDevice[] = CERTIFIED_DEVICE_TYPES.map((type, i) => ({
  eui: eui(`00-DB-12-34-56-78-90-A${i}`),
  type,
}));
