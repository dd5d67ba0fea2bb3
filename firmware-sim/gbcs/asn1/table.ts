import type { DerSchema } from '../../codec/der-schema.ts';
import type { Cra } from '../header.ts';
import * as s from './structures.ts';

type Structures = Readonly<Partial<Record<Cra, DerSchema>>>;

const provideCredentials: Structures = { command: s.ProvideCredentialsCommand, response: s.ProvideCredentialsResponse };
const updateCredentials: Structures = { command: s.UpdateCredentialsCommand, response: s.UpdateCredentialsResponse };
const updateCredentialsAlert: Structures = { alert: s.UpdateCredentialsAlert };
const join: Structures = { command: s.JoinCommand, response: s.JoinResponse };
const unjoin: Structures = { command: s.UnjoinCommand, response: s.UnjoinResponse };

/** ASN.1 structures by message code. */
export const ASN1_STRUCTURES: ReadonlyMap<number, Structures> = new Map<number, Structures>([
  [0x0008, provideCredentials],
  [0x000a, { command: s.KeyUsageCommand, response: s.IssueCredentialsResponse }],
  [0x000b, { command: s.StoreCertificateCommand, response: s.StoreCertificateResponse }],
  [0x000c, { command: s.KeyUsageCommand, response: s.ReadCertificateResponse }],
  [0x000d, join],
  [0x000e, join],
  [0x000f, unjoin],
  [0x0010, unjoin],
  [0x0012, { command: s.ActivateFirmwareCommand, response: s.ActivateFirmwareResponse }],
  [0x0013, { command: s.EmptyCommand, response: s.ReadDeviceLogResponse }],
  [0x007f, { command: s.SetTimeCommand, response: s.SetTimeResponse }],
  [0x008c, { command: s.RestoreGpfLogCommand, response: s.RestoreGpfLogResponse }],
  [0x00ab, join],
  [0x00af, join],
  [0x00b2, { alert: s.BackupGpfLogAlert }],
  [0x00ca, { alert: s.FirmwareActivationAlert }],
  [0x00cb, updateCredentialsAlert],
  [0x0100, updateCredentials],
  [0x0101, updateCredentials],
  [0x0102, updateCredentials],
  [0x0103, updateCredentials],
  [0x0104, updateCredentials],
  [0x0105, updateCredentials],
  [0x0106, updateCredentials],
  [0x0107, updateCredentials],
  [0x0108, updateCredentials],
  [0x0109, updateCredentials],
  [0x011b, provideCredentials],
  [0x0124, updateCredentialsAlert],
  [0x0125, updateCredentials],
  [0x0126, updateCredentials],
  [0x0128, { alert: s.FirmwareTransferAlert }],
  [0x0129, { command: s.EmptyCommand, response: s.ReadFirmwareVersionResponse }],
  [0x012b, { alert: s.PpmidFirmwareAlert }],
]);
