import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { CERTIFIED_DEVICE_TYPES, type TestDevice } from '../../firmware-sim/gbcs/certificates/test-cast.ts';
import { createTestPki } from '../../firmware-sim/gbcs/certificates/test-pki.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { systemEntropy } from '../crypto/native-suite.ts';
import { writeKeystore } from '../keystore/write-keystore.ts';
import { EXIT, type Handler } from './operation.ts';
import type { pkiNewParameters } from './pki-new.ts';

function deviceOf(text: string): TestDevice {
  const [typeText = '', euiText] = text.split('=');
  const type = CERTIFIED_DEVICE_TYPES.find((one) => one === typeText.trim().toUpperCase());
  if (!type || euiText === undefined) {
    const types = CERTIFIED_DEVICE_TYPES.join(', ');
    throw new UsageError('bad-value', `--device: ${JSON.stringify(text)} is no TYPE=EUI with a type of ${types}`);
  }
  try {
    return { type, eui: parseEui64(euiText) };
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    throw new UsageError('bad-value', `--device: ${error.message}`);
  }
}

/** `hanbench pki new` */
export const run: Handler<typeof pkiNewParameters> = (args, context) => {
  const suite = createNodeSuite({ entropy: systemEntropy });
  const devices = args.device.map(deviceOf);
  const pki = createTestPki(suite, {
    seed: context.seed,
    signatureProfile: args.profile,
    ...(devices.length > 0 && { devices }),
    ...(args.notBefore !== undefined && { notBefore: args.notBefore }),
  });
  const written = writeKeystore(args.out, pki, { force: args.force });
  const holders = [...pki.holders()];
  const parties = holders.flatMap(({ party }) =>
    party ? [{ eui: party.eui, role: party.role, name: party.name, uses: party.uses }] : [],
  );
  const made = holders.flatMap(({ eui, deviceType }) => (deviceType ? [{ eui, type: deviceType }] : []));
  if (context.json) {
    const { certificates } = written;
    const { accessControlBroker } = pki;
    context.result({
      directory: args.out,
      seed: context.seed,
      profile: args.profile,
      certificates,
      accessControlBroker,
      parties,
      devices: made,
    });
    return EXIT.pass;
  }
  for (const { eui, name } of parties) context.out(`${eui}  ${name}`);
  for (const { eui, type } of made) context.out(`${eui}  ${type}`);
  context.note(
    `${written.certificates} certificates with their keys in ${args.out} (seed ${context.seed}, profile ${args.profile})`,
  );
  return EXIT.pass;
};
