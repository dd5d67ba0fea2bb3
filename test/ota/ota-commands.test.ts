import { createPrivateKey } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Curve } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { parseOtaImage } from '../../firmware-sim/dictionary/ota-image.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { runHere } from '../support/run-cli.ts';
import { needShared } from '../support/shared.ts';

const SUPPLIER = '90-B3-D5-1F-30-01-00-00';
const HEADER =
  '--manufacturer-code 0x121d --file-version 0xacdcacdc --hardware-min 0x1111 --hardware-max 4625 --header-string v1.2'.split(
    ' ',
  );

const folder = mkdtempSync(join(tmpdir(), 'hanbench-ota-'));
const at = (name: string): string => join(folder, name);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(at(name)));

/** Writes `<name>.key` (PKCS#8) and `<name>.pem` (public key) and returns nothing secret to speak of: test keys. */
function writeKey(name: string, curve: Curve): void {
  const random = randomFor('ota-commands', name);
  const key = createNodeSuite({ entropy: (count) => random.bytes(count) }).generateKey(curve, (count) => random.bytes(count));
  const width = (key.publicKey.point.length - 1) / 2;
  const text = (octets: Uint8Array): string => Buffer.from(octets).toString('base64url');
  const { point } = key.publicKey;
  const jwk = {
    kty: 'EC',
    crv: curve,
    x: text(point.subarray(1, 1 + width)),
    y: text(point.subarray(1 + width)),
    d: text(key.scalar),
  };
  const object = createPrivateKey({ format: 'jwk', key: jwk });
  writeFileSync(at(`${name}.key`), object.export({ format: 'pem', type: 'pkcs8' }));
  writeFileSync(at(`${name}-sec1.key`), object.export({ format: 'pem', type: 'sec1' }));
  writeFileSync(at(`${name}.pem`), publicPem(jwk));
}

function publicPem(jwk: { kty: string; crv: string; x: string; y: string }): string {
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(jwk.x, 'base64url'), Buffer.from(jwk.y, 'base64url')]);
  // SubjectPublicKeyInfo of an uncompressed point (RFC 5480 2).
  const head =
    jwk.crv === 'P-256'
      ? '3059301306072a8648ce3d020106082a8648ce3d030107034200'
      : '3076301006072a8648ce3d020106052b81040022036200';
  const body = Buffer.concat([Buffer.from(head, 'hex'), point]).toString('base64');
  return `-----BEGIN PUBLIC KEY-----\n${body.replace(/(.{64})/g, '$1\n')}\n-----END PUBLIC KEY-----\n`;
}

async function ok(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runHere([...args, '--json']);
  expect(stderr).not.toContain('hanbench:');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

beforeAll(async () => {
  writeFileSync(
    at('app.bin'),
    Uint8Array.from({ length: 235 }, (_, i) => i),
  );
  writeKey('supplier', 'P-256');
  writeKey('other', 'P-256');
  writeKey('cnsa', 'P-384');
  await ok('ota', 'build', at('app.bin'), '-o', at('app.ota'), ...HEADER);
  await ok('ota', 'sign', at('app.ota'), '-o', at('signed.ota'), '--key', at('supplier.key'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('ota build', () => {
  it('makes a file of a bare manufacturer image; numbers are hex or decimal', () => {
    const { header, manufacturerImage, signature, totalSize } = parseOtaImage(read('app.ota'));
    expect(header).toEqual({
      headerVersion: 0x0100,
      manufacturerCode: 0x121d,
      imageType: 0,
      fileVersion: 0xacdcacdc,
      stackVersion: 2,
      headerString: 'v1.2',
      hardwareVersions: { minimum: 0x1111, maximum: 0x1211 },
    });
    expect(toHex(manufacturerImage)).toBe(toHex(read('app.bin')));
    expect(signature).toBeUndefined();
    expect(totalSize).toBe(295);
  });

  it('changes the header of a finished file and keeps its signature, which does not cover it', async () => {
    await ok('ota', 'build', at('signed.ota'), '-o', at('changed.ota'), '--file-version', '1', '--hardware-max', '0xffff');
    const before = parseOtaImage(read('signed.ota'));
    const after = parseOtaImage(read('changed.ota'));
    expect(after.header).toEqual({ ...before.header, fileVersion: 1, hardwareVersions: { minimum: 0x1111, maximum: 0xffff } });
    expect(after.signature).toEqual(before.signature);
    expect(await ok('ota', 'verify', at('changed.ota'), '--certificate', at('supplier.pem'))).toMatchObject({
      signature: 'valid',
    });
  });

  it('drops a signature when told, and signs in one go', async () => {
    await ok('ota', 'build', at('signed.ota'), '-o', at('bare.ota'), '--unsigned');
    expect(toHex(read('bare.ota'))).toBe(toHex(read('app.ota')));
    await ok('ota', 'build', at('app.bin'), '-o', at('once.ota'), ...HEADER, '--key', at('supplier.key'));
    expect(toHex(read('once.ota'))).toBe(toHex(read('signed.ota')));
  });

  it.each([
    ['a bare image without a code', ['app.bin', '--file-version', '1'], '--manufacturer-code is needed'],
    ['a bare image without a version', ['app.bin', '--manufacturer-code', '1'], '--file-version is needed'],
    [
      'half a hardware range',
      ['app.bin', '--manufacturer-code', '1', '--file-version', '1', '--hardware-min', '1'],
      'go together',
    ],
    ['a range upside down', ['app.ota', '--hardware-min', '0x2000'], '--hardware-min 8192 is above --hardware-max 4625'],
    ['a code too large', ['app.bin', '--manufacturer-code', '0x10000'], 'is outside 0..0xffff'],
    ['a header string too long', ['app.ota', '--header-string', 'x'.repeat(33)], 'at most 32'],
    ['a profile without a key', ['app.ota', '--profile', 'ecdsa'], '--key or --supplier is missing'],
    ['a file that is not there', ['gone.bin'], 'gone.bin: no such file'],
    ['a directory', ['.'], 'is a directory'],
  ])('refuses %s with exit code 2', async (_name, [file = '', ...rest], message) => {
    const { code, stderr } = await runHere(['ota', 'build', at(file), '-o', at('never.ota'), ...rest]);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^hanbench: [^\n]*\n$/);
    expect(code).toBe(2);
  });

  it('refuses a path it cannot write', async () => {
    const { code, stderr } = await runHere(['ota', 'build', at('app.ota'), '-o', at('gone/x.ota')]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: `hanbench: ${at('gone/x.ota')}: no such file or directory\n` });
  });
});

describe('ota inspect', () => {
  it('shows header and hash, and that the header is not protected', async () => {
    const { code, stdout } = await runHere(['ota', 'inspect', at('signed.ota'), at('app.bin')]);
    expect(code).toBe(0);
    const [signed, bare] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(signed).toMatchObject({
      form: 'ota-file',
      size: 361,
      header: {
        manufacturerCode: '0x121d',
        fileVersion: '0xacdcacdc',
        hardwareVersions: { minimum: '0x1111', maximum: '0x1211' },
      },
      manufacturerImage: { offset: 60, size: 235 },
    });
    expect(signed.signature).toHaveLength(128);
    expect(signed.notes[0]).toContain('header is not protected');
    expect(bare.form).toBe('manufacturer-image');
    expect(bare.manufacturerImage.sha256).toBe(signed.manufacturerImage.sha256);
  });

  it('prints for people on a terminal', async () => {
    const { stdout } = await runHere(['ota', 'inspect', at('signed.ota')], { terminal: true });
    expect(stdout).toMatch(/file version\s+0xacdcacdc/);
    expect(stdout).toContain('note: the header is not protected');
  });

  it('reports a bad image with its offset, does the others, and ends with 1', async () => {
    writeFileSync(at('cut.ota'), read('signed.ota').subarray(0, 300));
    writeFileSync(at('empty.ota'), '');
    const { code, stdout } = await runHere(['ota', 'inspect', at('cut.ota'), at('empty.ota'), at('app.ota')]);
    expect(code).toBe(1);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toEqual({
      file: at('cut.ota'),
      error: { kind: 'ota-size', message: 'header says 361 octets in all, the file has 300', offset: 52 },
    });
    expect(lines[1].error.message).toBe('the file is empty');
    expect(lines[2].size).toBe(295);
    const person = await runHere(['ota', 'build', at('cut.ota'), '-o', at('never.ota')]);
    expect(person.code).toBe(1);
    expect(person.stderr).toBe(`hanbench: ${at('cut.ota')}: octet 52: header says 361 octets in all, the file has 300\n`);
  });
});

describe('ota sign and ota verify', () => {
  it('fit each other, deterministically by default, and replace an earlier signature', async () => {
    expect(await ok('ota', 'verify', at('signed.ota'), '--certificate', at('supplier.pem'))).toMatchObject({
      signature: 'valid',
    });
    await ok('ota', 'sign', at('signed.ota'), '-o', at('again.ota'), '--key', at('supplier-sec1.key'));
    expect(toHex(read('again.ota'))).toBe(toHex(read('signed.ota')));
    await ok('ota', 'sign', at('signed.ota'), '-o', at('again.ota'), '--key', at('other.key'));
    const { code, stdout } = await runHere(['ota', 'verify', at('again.ota'), '--certificate', at('supplier.pem')]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ signature: 'invalid' });
  });

  it('signs a bare image, as ota build would', async () => {
    await ok('ota', 'sign', at('app.bin'), '-o', at('direct.ota'), '--key', at('supplier.key'), ...HEADER);
    expect(toHex(read('direct.ota'))).toBe(toHex(read('signed.ota')));
  });

  it.each(['ecdsa', 'cnsa-candidates'])(
    'profile %s takes its secrets from the seed, and from the system without one',
    async (profile) => {
      const sign = ['ota', 'sign', at('app.ota'), '--key', at('supplier.key'), '--profile', profile];
      await ok(...sign, '--seed', '5', '-o', at('a.ota'));
      await ok(...sign, '--seed', '5', '-o', at('b.ota'));
      await ok(...sign, '-o', at('c.ota'));
      expect(toHex(read('a.ota'))).toBe(toHex(read('b.ota')));
      expect(toHex(read('a.ota'))).not.toBe(toHex(read('c.ota')));
      expect(await ok('ota', 'verify', at('c.ota'), '--certificate', at('supplier.pem'))).toMatchObject({ signature: 'valid' });
    },
  );

  it('signs with P-384 in 96 octets', async () => {
    await ok('ota', 'sign', at('app.ota'), '-o', at('p384.ota'), '--key', at('cnsa.key'));
    expect(parseOtaImage(read('p384.ota')).signature).toHaveLength(96);
    expect(await ok('ota', 'verify', at('p384.ota'), '--certificate', at('cnsa.pem'))).toMatchObject({ signature: 'valid' });
  });

  it('finds a changed image and a wrong hash', async () => {
    const file = read('signed.ota');
    file[100] = (file[100] ?? 0) ^ 1;
    writeFileSync(at('tampered.ota'), file);
    const verify = ['ota', 'verify', '--certificate', at('supplier.pem')];
    expect((await runHere([...verify, at('tampered.ota')])).code).toBe(1);
    const { sha256 } = (await ok(...verify, at('signed.ota'))) as { sha256: string };
    expect((await runHere([...verify, at('signed.ota'), '--hash', sha256.toUpperCase()])).code).toBe(0);
    const wrong = await runHere([
      ...verify,
      at('signed.ota'),
      '--hash',
      sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    ]);
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.stdout)).toMatchObject({ signature: 'valid', hash: 'mismatch' });
  });

  it('an unsigned file and a bare image carry no signature', async () => {
    const { code, stdout } = await runHere(['ota', 'verify', at('app.ota'), at('app.bin'), '--certificate', at('supplier.pem')]);
    expect(code).toBe(1);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).signature),
    ).toEqual(['absent', 'absent']);
  });

  it.each([
    [
      'a profile that does not fit the key',
      ['sign', 'app.ota', '--key', 'supplier.key', '--profile', 'cnsa-p384'],
      'needs a P-384 key',
    ],
    ['a file that is no key', ['sign', 'app.ota', '--key', 'app.bin'], 'app.bin: holds no PEM block PRIVATE KEY'],
    [
      'a public key where a private one is needed',
      ['sign', 'app.ota', '--key', 'supplier.pem'],
      'holds no PEM block PRIVATE KEY',
    ],
    ['a file that is no certificate', ['verify', 'app.ota', '--certificate', 'app.bin'], 'holds no PEM block CERTIFICATE'],
    ['nobody to sign', ['sign', 'app.ota'], '--key FILE, or --keystore DIR with --supplier EUI, is needed'],
    ['nobody to check against', ['verify', 'app.ota'], '--certificate FILE, or --keystore DIR with --supplier EUI, is needed'],
    ['a hash that is none', ['verify', 'app.ota', '--certificate', 'supplier.pem', '--hash', 'abc'], 'is no SHA-256'],
    ['a keystore without a supplier', ['sign', 'app.ota', '--keystore', 'keys'], '--supplier EUI is needed'],
    ['a keystore that is not there', ['sign', 'app.ota', '--keystore', 'gone', '--supplier', SUPPLIER], 'gone'],
  ])('refuses %s with exit code 2', async (_name, [command = '', ...words], message) => {
    const placed = words.map((word) => (/^(?:gone|keys|[\w-]+\.\w+)$/.test(word) && !/^--/.test(word) ? at(word) : word));
    const out = command === 'sign' ? ['-o', at('never.ota')] : [];
    const { code, stderr } = await runHere(['ota', command, ...placed, ...out]);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^hanbench: [^\n]*\n$/);
    expect(code).toBe(2);
  });

  it('take keys from a keystore directory', async () => {
    mkdirSync(at('keystore'), { recursive: true });
    writeFileSync(at('keystore/90b3d51f30010000-ds.key'), read('supplier.key'));
    writeFileSync(at('keystore/90b3d51f30010000-ds.pem'), read('supplier.pem'));
    const keys = ['--keystore', at('keystore'), '--supplier', SUPPLIER];
    await ok('ota', 'sign', at('app.ota'), '-o', at('stored.ota'), ...keys);
    expect(toHex(read('stored.ota'))).toBe(toHex(read('signed.ota')));
    expect(await ok('ota', 'verify', at('stored.ota'), ...keys)).toMatchObject({ signature: 'valid' });
    const misfit = await runHere(['ota', 'sign', at('app.ota'), '-o', at('never.ota'), '--key', at('other.key'), ...keys]);
    expect(misfit.code).toBe(2);
    expect(misfit.stderr).toContain('the key does not fit the certificate of 90-B3-D5-1F-30-01-00-00');
    writeFileSync(at('keystore/90b3d51f30010000-ds.key'), read('other.key'));
    const inside = await runHere(['ota', 'sign', at('app.ota'), '-o', at('never.ota'), ...keys]);
    expect(inside.code).toBe(2);
    expect(inside.stderr).toContain('private key does not belong to the certificate');
  });

  it('work with the reference keystore', async (context) => {
    const keys = ['--keystore', needShared(context, 'rtds/keystore'), '--supplier', SUPPLIER];
    await ok('ota', 'sign', at('app.ota'), '-o', at('reference.ota'), ...keys);
    expect(await ok('ota', 'verify', at('reference.ota'), ...keys)).toMatchObject({ signature: 'valid' });
  });
});
