import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import type { Certificate } from '../../firmware-sim/gbcs/certificates/certificate.ts';
import {
  type CertificateExpectation,
  checkCertificate,
  subjectKeyIdentifier,
} from '../../firmware-sim/gbcs/certificates/check.ts';
import { type Bytes, equalBytes, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { systemEntropy } from '../crypto/native-suite.ts';
import { readCertificates } from '../keystore/certificate-input.ts';
import { describeCertificate, descriptionLines, type IssuerVerdict } from '../keystore/describe-certificate.ts';
import type { CertifiedKey } from '../keystore/key-files.ts';
import { forEachFile } from '../ota/each-file.ts';
import { readOctets } from '../ota/image-input.ts';
import { EXIT, type ExitCode, type Handler, type OperationContext } from './operation.ts';
import type { pkiShowParameters } from './pki-show.ts';

function issuerOf(file: string, bytes: Bytes): Certificate {
  let found: readonly CertifiedKey[];
  try {
    found = readCertificates(file, bytes);
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    throw new UsageError(error.kind, `octet ${error.offset}: ${error.message}`, { file });
  }
  const certificate = found[0]?.certificate;
  if (!certificate)
    throw new UsageError('not-a-certificate', 'holds a public key; the certificate of an issuer is wanted', { file });
  return certificate;
}

/** A root vouches for itself; anyone else needs the issuer that was named. */
function issuerFor(certificate: Certificate, named: Certificate | undefined): Certificate | undefined {
  const { kind, authorityKeyIdentifier: authority, subjectKeyIdentifier: own } = certificate;
  const selfIssued = kind === 'authority' && (!authority || (own !== undefined && equalBytes(authority, own)));
  return selfIssued ? certificate : named;
}

interface Judge {
  readonly suite: CryptoSuite;
  readonly issuer: Certificate | undefined;
  readonly at: number | undefined;
  readonly context: OperationContext;
}

function show(file: string, { key, certificate }: CertifiedKey, { suite, issuer: named, at, context }: Judge): boolean {
  if (!certificate) {
    const description = {
      kind: 'public-key',
      publicKey: { curve: key.curve, point: toHex(key.point) },
      subjectKeyIdentifierOfKey: toHex(subjectKeyIdentifier(suite, key)),
    };
    if (context.json) context.result({ file, ...description });
    else for (const line of [file, ...descriptionLines({ ...description, extensions: [], findings: [] })]) context.out(line);
    return true;
  }
  const issuer = issuerFor(certificate, named);
  const expected: CertificateExpectation = {
    curves: ['P-256', 'P-384'],
    ...(issuer && { issuer }),
    ...(at !== undefined && { at }),
  };
  const findings = checkCertificate(suite, certificate, expected);
  const wrong = findings.some(({ kind }) => kind === 'signature');
  const verdict: IssuerVerdict = issuer ? (wrong ? 'invalid' : 'valid') : 'no-key';
  const description = describeCertificate(suite, certificate, verdict, findings);
  if (context.json) context.result({ file, ...description });
  else for (const line of [file, ...descriptionLines(description)]) context.out(line);
  return findings.length === 0;
}

/** `hanbench pki show` */
export const run: Handler<typeof pkiShowParameters> = async (args, context): Promise<ExitCode> => {
  const suite = createNodeSuite({ entropy: systemEntropy });
  const issuer = args.issuer === undefined ? undefined : issuerOf(args.issuer, await readOctets(args.issuer, context.readStdin));
  const judge = { suite, issuer, at: args.at, context };
  return forEachFile(args.files, context, (file, bytes) => {
    const sound = readCertificates(file, bytes).map((one) => show(file, one, judge));
    return args.strict && sound.includes(false) ? EXIT.failed : EXIT.pass;
  });
};
