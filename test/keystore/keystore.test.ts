import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { encodePrivateKey, encodePublicKeyInfo } from '../../firmware-sim/gbcs/certificates/key-der.ts';
import { createTestPki } from '../../firmware-sim/gbcs/certificates/test-pki.ts';
import { DEFAULT_ACCESS_CONTROL_BROKER, type KeyUse } from '../../firmware-sim/gbcs/key-provider.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { type Eui64, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { loadKeystore } from '../../lab/keystore/keystore.ts';
import { writePem } from '../../lab/keystore/pem.ts';
import { writeKeystore } from '../../lab/keystore/write-keystore.ts';
import { needShared } from '../support/shared.ts';

const suite = createNodeSuite({ entropy: () => expect.unreachable('no randomness is wanted here') });
const pki = createTestPki(suite, { seed: 'keystore' });
const SUPPLIER = parseEui64('90b3d51f30010000');
const ESME = parseEui64('00db1234567890a0');
const SUPPLIER_DS = '90b3d51f30010000-ds';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hanbench-keystore-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** The usage error that `run` throws. */
function usageError(run: () => unknown): UsageError {
  try {
    run();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  return expect.unreachable('a usage error was expected');
}

const file = (name: string) => join(directory, name);
const signing = (eui: Eui64 = SUPPLIER, use: KeyUse = 'digitalSignature') => loadKeystore(directory, suite).privateKey(eui, use);

describe('a written keystore', () => {
  it('comes back key by key', () => {
    const written = writeKeystore(directory, pki);
    expect(written).toEqual({ parties: 8, devices: 7, certificates: 29 });
    const store = loadKeystore(directory);
    expect(store.entries()).toHaveLength(29);
    for (const { eui, uses, deviceType } of pki.holders()) {
      expect(store.deviceType(eui)).toBe(deviceType);
      for (const use of uses) {
        expect(store.publicKey(eui, use)?.point).toEqual(pki.publicKey(eui, use)?.point);
        expect(store.privateKey(eui, use)?.scalar).toEqual(pki.privateKey(eui, use)?.scalar);
        expect(store.certificate(eui, use)?.der).toEqual(pki.certificate(eui, use));
      }
    }
    expect(store.accessControlBroker).toBe(DEFAULT_ACCESS_CONTROL_BROKER);
    expect(store.publicKey(ESME, 'prePaymentTopUp')).toBeUndefined();
  });

  it('gives one handle per key, shared by certificate and private key', () => {
    writeKeystore(directory, pki);
    const store = loadKeystore(directory);
    expect(store.privateKey(SUPPLIER, 'digitalSignature')?.publicKey).toBe(store.publicKey(SUPPLIER, 'digitalSignature'));
    expect(store.privateKey(SUPPLIER, 'digitalSignature')).toBe(store.privateKey(SUPPLIER, 'digitalSignature'));
  });

  it('with P-384 comes back too', () => {
    const strong = createTestPki(suite, { seed: 'keystore', signatureProfile: 'cnsa-p384' });
    writeKeystore(directory, strong);
    expect(signing()?.curve).toBe('P-384');
    expect(signing(SUPPLIER, 'keyAgreement')?.curve).toBe('P-256');
  });

  it('is the same for the same seed, and keeps private keys to the owner', () => {
    const second = join(directory, 'b');
    writeKeystore(join(directory, 'a'), pki);
    writeKeystore(second, createTestPki(suite, { seed: 'keystore' }));
    for (const name of readdirSync(second)) {
      if (name === 'authorities') continue;
      expect(readFileSync(join(second, name), 'utf8'), name).toBe(readFileSync(join(directory, 'a', name), 'utf8'));
    }
    expect(statSync(join(second, `${SUPPLIER_DS}.key`)).mode & 0o077).toBe(0);
    expect(readdirSync(join(second, 'authorities'))).toHaveLength(8);
  });

  it('does not overwrite a directory with files unless told', () => {
    writeFileSync(file('mine.txt'), 'mine');
    expect(usageError(() => writeKeystore(directory, pki))).toMatchObject({ exitCode: 2, place: { file: directory } });
    expect(readdirSync(directory)).toEqual(['mine.txt']);
    writeKeystore(directory, pki, { force: true });
    expect(readFileSync(file('mine.txt'), 'utf8')).toBe('mine');
    expect(signing()).toBeDefined();
  });
});

describe('reading only what is needed', () => {
  it('a bad file is no error until its key is asked for', () => {
    writeKeystore(directory, pki);
    writeFileSync(file(`${SUPPLIER_DS}.pem`), 'rubbish');
    writeFileSync(file('devices.json'), '{');
    writeFileSync(file('0000000000000009-ka.key'), 'rubbish');
    const store = loadKeystore(directory);
    expect(store.publicKey(ESME, 'digitalSignature')).toBeDefined();
    expect(store.accessControlBroker).toBe(DEFAULT_ACCESS_CONTROL_BROKER);
    expect(store.privateKey(SUPPLIER, 'digitalSignature')).toBeDefined();
    expect(usageError(() => store.publicKey(SUPPLIER, 'digitalSignature'))).toMatchObject({
      place: { file: file(`${SUPPLIER_DS}.pem`) },
    });
    expect(usageError(() => store.deviceType(ESME))).toMatchObject({
      kind: 'bad-devices',
      place: { file: file('devices.json') },
    });
  });

  it('finds the broker by its role when it has another identifier', () => {
    const broker = parseEui64('70b3d51f30000099');
    const parties = [...pki.holders()].flatMap(({ party }) => (party ? [party] : []));
    const moved = parties.map((party) => (party.role === 'accessControlBroker' ? { ...party, eui: broker } : party));
    writeKeystore(directory, createTestPki(suite, { seed: 1, parties: moved }));
    writeFileSync(file('0000000000000001-ds.pem'), 'not needed');
    expect(loadKeystore(directory).accessControlBroker).toBe(broker);
  });

  it('takes a bare public key, a key without certificate, and names in capitals', () => {
    const key = pki.privateKey(SUPPLIER, 'keyAgreement') ?? expect.unreachable('no key');
    writeFileSync(file('FFFFFFFFFFFFFFFE-KA.PEM'), writePem('PUBLIC KEY', encodePublicKeyInfo(key.publicKey)));
    writeFileSync(file('123456789abcdef0-ka.key'), writePem('PRIVATE KEY', encodePrivateKey(key)));
    const store = loadKeystore(directory);
    const bare = parseEui64('fffffffffffffffe');
    expect(store.publicKey(bare, 'keyAgreement')?.point).toEqual(key.publicKey.point);
    expect(store.certificate(bare, 'keyAgreement')).toBeUndefined();
    expect(store.publicKey(parseEui64('123456789abcdef0'), 'keyAgreement')?.point).toEqual(key.publicKey.point);
    expect(store.deviceType(bare)).toBeUndefined();
  });
});

describe('what is wrong names its file', () => {
  it('a directory that is not there, or is a file', () => {
    expect(usageError(() => loadKeystore(file('nowhere')))).toMatchObject({ exitCode: 2, place: { file: file('nowhere') } });
    writeFileSync(file('plain'), '');
    expect(usageError(() => loadKeystore(file('plain'))).message).toBe('is not a directory');
  });

  it('a private key that does not fit its certificate', () => {
    writeKeystore(directory, pki);
    copyFileSync(file('90b3d51f30020000-ds.key'), file(`${SUPPLIER_DS}.key`));
    const error = usageError(() => signing());
    expect(error).toMatchObject({ kind: 'key-misfit', exitCode: 2, place: { file: file(`${SUPPLIER_DS}.key`) } });
    expect(error.message).toContain(`${SUPPLIER_DS}.pem`);
  });

  it.each([
    ['an empty file', '', 'bad-private-key', /no PEM block/],
    ['a certificate', 'CERT', 'bad-private-key', /no PEM block/],
    ['an encrypted key', writePem('ENCRYPTED PRIVATE KEY', new Uint8Array(9)), 'bad-private-key', /decrypt/],
    ['a key cut short', writePem('PRIVATE KEY', new Uint8Array([0x30, 5, 2])), 'bad-private-key', /octet 0/],
    ['a strange character', '-----BEGIN PRIVATE KEY-----\nAAAA\nA!AA\n-----END PRIVATE KEY-----\n', 'bad-pem', /"!"/],
    ['base64 cut short', '-----BEGIN PRIVATE KEY-----\nAAA\n-----END PRIVATE KEY-----\n', 'bad-pem', /not whole/],
    ['a block without an end', '-----BEGIN PRIVATE KEY-----\nAAAA\n', 'bad-pem', /does not end/],
    ['two labels', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END CERTIFICATE-----\n', 'bad-pem', /ends with END/],
  ])('%s instead of a private key', (_, text, kind, message) => {
    writeKeystore(directory, pki);
    writeFileSync(file(`${SUPPLIER_DS}.key`), text === 'CERT' ? readFileSync(file(`${SUPPLIER_DS}.pem`)) : text);
    const error = usageError(() => signing());
    expect(error).toMatchObject({ kind, exitCode: 2, place: { file: file(`${SUPPLIER_DS}.key`) } });
    expect(error.message).toMatch(message);
  });

  it('says the line of a wrong character', () => {
    writeFileSync(file(`${SUPPLIER_DS}.pem`), 'Subject: x\n-----BEGIN CERTIFICATE-----\nAAAA\nA?AA\n-----END CERTIFICATE-----\n');
    const error = usageError(() => loadKeystore(directory).publicKey(SUPPLIER, 'digitalSignature'));
    expect(error.place).toEqual({ file: file(`${SUPPLIER_DS}.pem`), line: 4 });
  });

  it('a certificate whose octets are wrong, with the offset', () => {
    writeKeystore(directory, pki);
    const der = (pki.certificate(SUPPLIER, 'digitalSignature') ?? expect.unreachable('no certificate')).slice();
    der[8] = 0xa1;
    writeFileSync(file(`${SUPPLIER_DS}.pem`), writePem('CERTIFICATE', der));
    const error = usageError(() => loadKeystore(directory).publicKey(SUPPLIER, 'digitalSignature'));
    expect(error.kind).toBe('bad-certificate');
    expect(error.message).toMatch(/octet 8 of its DER/);
  });

  it('a certificate whose key is no point of the curve', () => {
    const key = pki.publicKey(SUPPLIER, 'keyAgreement') ?? expect.unreachable('no key');
    const point = key.point.slice();
    point[64] = (point[64] as number) ^ 1;
    writeFileSync(file('90b3d51f30010000-ka.pem'), writePem('PUBLIC KEY', encodePublicKeyInfo({ ...key, point })));
    const error = usageError(() => loadKeystore(directory).publicKey(SUPPLIER, 'keyAgreement'));
    expect(error).toMatchObject({ kind: 'bad-certificate', message: 'its public key is no point of P-256' });
  });

  it('a P-384 key where agreement wants P-256', () => {
    const source = randomFor(1, 'p384');
    const key = suite.generateKey('P-384', (count) => source.bytes(count));
    writeFileSync(file('90b3d51f30010000-ka.key'), writePem('PRIVATE KEY', encodePrivateKey(key)));
    expect(usageError(() => signing(SUPPLIER, 'keyAgreement'))).toMatchObject({ kind: 'wrong-curve' });
  });

  it('a directory in the place of a file', () => {
    mkdirSync(file(`${SUPPLIER_DS}.key`));
    expect(usageError(() => signing())).toMatchObject({ kind: 'unreadable-path', message: 'is a directory' });
  });

  it.each([
    ['[]', /no object/],
    ['{"00DB": {"type": "ESME"}}', /EUI-64/],
    ['{"00DB1234567890A0": "ESME"}', /"type"/],
    ['{"a": ', /not JSON/],
  ])('devices.json %s', (text, message) => {
    writeFileSync(file('devices.json'), text);
    expect(usageError(() => loadKeystore(directory).deviceType(ESME)).message).toMatch(message);
  });
});

describe('the RTDS keystore', () => {
  it('every key can be read and fits, and the file name decides whose it is', (context) => {
    const store = loadKeystore(needShared(context, 'rtds/keystore'));
    for (const { eui, use, certificateFile, privateKeyFile } of store.entries()) {
      if (certificateFile) expect(store.publicKey(eui, use)?.point, certificateFile).toHaveLength(65);
      if (privateKeyFile) expect(store.privateKey(eui, use)?.scalar, privateKeyFile).toHaveLength(32);
    }
    const misfiled = parseEui64('90b3d51f30000007');
    expect(store.publicKey(misfiled, 'keyAgreement')?.point).toEqual(
      store.publicKey(parseEui64('90b3d51f30030000'), 'keyAgreement')?.point,
    );
    expect(store.accessControlBroker).toBe(DEFAULT_ACCESS_CONTROL_BROKER);
    expect(store.deviceType(ESME)).toBe('ESME');
    expect(store.privateKey(ESME, 'keyAgreement')).toBeUndefined();
  });
});
