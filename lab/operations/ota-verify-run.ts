import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import { type Bytes, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { systemEntropy } from '../crypto/native-suite.ts';
import { forEachFile } from '../ota/each-file.ts';
import { manufacturerImageOf, understandImage } from '../ota/image-input.ts';
import { type Checker, checkerAt } from '../ota/signer.ts';
import { EXIT, type Handler, type OperationContext } from './operation.ts';
import type { otaVerifyParameters } from './ota-verify.ts';

interface Verdict {
  readonly file: string;
  readonly signature: 'valid' | 'invalid' | 'absent';
  readonly hash?: 'match' | 'mismatch';
  readonly sha256: string;
  readonly signer: string;
  readonly [field: string]: string | undefined;
}

function judge(file: string, bytes: Bytes, checker: Checker, wanted: string | undefined, suite: CryptoSuite): Verdict {
  const input = understandImage(file, bytes);
  const body = manufacturerImageOf(input);
  const signature = input.form === 'ota-file' ? input.image.signature : undefined;
  const sha256 = toHex(suite.sha256(body));
  return {
    file,
    signature: signature ? (suite.verify(checker.key, body, signature) ? 'valid' : 'invalid') : 'absent',
    ...(wanted === undefined ? {} : { hash: sha256 === wanted ? 'match' : 'mismatch' }),
    sha256,
    signer: checker.label,
  };
}

function show(verdict: Verdict, context: OperationContext): void {
  if (context.json) {
    context.result(verdict);
    return;
  }
  context.out(`${verdict.file}: signature ${verdict.signature} (key of ${verdict.signer})`);
  context.out(`  hash ${verdict.sha256}${verdict.hash === undefined ? '' : `: ${verdict.hash}`}`);
}

function wantedHash(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const hash = text.replace(/[\s:-]/g, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hash))
    throw new UsageError('bad-value', `--hash: ${JSON.stringify(text)} is no SHA-256 (64 hex digits)`);
  return hash;
}

/** `hanbench ota verify` */
export const run: Handler<typeof otaVerifyParameters> = (args, context) => {
  const wanted = wantedHash(args.hash);
  const checker = checkerAt({ file: args.certificate, keystore: args.keystore, supplier: args.supplier });
  const suite = createNodeSuite({ entropy: systemEntropy });
  return forEachFile(args.files, context, (file, bytes) => {
    const verdict = judge(file, bytes, checker, wanted, suite);
    show(verdict, context);
    return verdict.signature === 'valid' && verdict.hash !== 'mismatch' ? EXIT.pass : EXIT.failed;
  });
};
