import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captureKeys, LINK_TYPE } from '../../../firmware-sim/air/capture.ts';
import { decode } from '../../../firmware-sim/gbcs/message.ts';
import { type Bytes, toHex } from '../../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../../firmware-sim/kernel/errors.ts';
import { randomFor } from '../../../firmware-sim/kernel/random.ts';
import { captureRecords } from '../../../lab/captures/capture-reader.ts';
import { Dissector } from '../../../lab/captures/dissector.ts';
import { frameLines } from '../../../lab/captures/frame-lines.ts';
import { type GivenKey, readKeyFile } from '../../../lab/captures/key-file.ts';
import type { ShownFrame } from '../../../lab/captures/shown-frame.ts';
import { mutate } from '../../support/mutate.ts';
import { runHere } from '../../support/run-cli.ts';
import { captureOf, classicOf, homeRun } from './home-capture.ts';

const folder = mkdtempSync(join(tmpdir(), 'hanbench-capture-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function shown(file: Bytes, keys: readonly GivenKey[]): ShownFrame[] {
  const dissector = new Dissector(keys);
  return captureRecords(file).map((record) => dissector.frame(record));
}

const layers = (frames: readonly ShownFrame[], name: string) =>
  frames.flatMap((frame) => frame.layers.filter(({ layer }) => layer === name));

describe('a capture of a run', () => {
  it('shows every message that the hub and the meters exchanged, by use case and counter', () => {
    const { frames, keys, messages } = homeRun();
    const read = shown(captureOf(frames), keys);
    expect(read).toHaveLength(frames.length);
    const fields = new Set(read.flatMap((frame) => Object.keys(frame)));
    expect([...fields].sort()).toEqual(['from', 'layers', 'number', 'octets', 'time', 'to']);
    expect(read.filter(({ fault, locked }) => fault !== undefined || locked !== undefined)).toEqual([]);
    const told = layers(read, 'gbcs').map(({ messageCode, originatorCounter }) => `${messageCode} ${originatorCounter}`);
    expect(told.length).toBeGreaterThanOrEqual(10);
    const crossed = messages.map(({ bytes }) => {
      const { messageCode, originatorCounter } = decode(bytes).header;
      return `0x${messageCode.toString(16).padStart(4, '0')} ${originatorCounter}`;
    });
    expect(new Set(told)).toEqual(new Set(crossed));
    expect(layers(read, 'tunnel').map(({ gas }) => gas)).toEqual(expect.arrayContaining(['get', 'put', 'answer']));
    expect(layers(read, 'key-establishment').filter(({ suite }) => suite === 2)).toHaveLength(4);
  });

  it('reads the same from every kind of file', () => {
    const { frames, keys } = homeRun();
    const some = frames.slice(0, 250);
    const words = (file: Bytes) => shown(file, keys).map(({ time, from, to, layers: read }) => ({ time, from, to, read }));
    const expected = words(captureOf(some));
    expect(words(captureOf(some, LINK_TYPE.tap))).toEqual(expected);
    for (const little of [true, false])
      for (const linkType of [195, 230] as const) expect(words(classicOf(some, little, linkType))).toEqual(expected);
    expect(shown(captureOf(some, LINK_TYPE.tap), [])[5]).toMatchObject({ channel: 15, page: 0, rssiDbm: -45 });
  });

  it('shows nothing above the network layer without keys, and says which key is wanted', () => {
    const { frames } = homeRun();
    const read = shown(captureOf(frames), []);
    expect(new Set(read.flatMap((frame) => frame.layers.map(({ layer }) => layer)))).toEqual(
      new Set(['mac', 'network', 'application']),
    );
    expect(new Set(read.map(({ locked }) => locked))).toEqual(new Set([undefined, 'network', 'key-transport']));
  });

  it('takes the network key from the capture with an install code’s key alone; tunnels stay locked', () => {
    const { frames, keys } = homeRun();
    const install = keys.filter(({ label }) => label.startsWith('install code')).slice(0, 1);
    const read = shown(captureOf(frames), install);
    expect(layers(read, 'device-profile').length).toBeGreaterThan(0);
    expect(layers(read, 'key-establishment').length).toBeGreaterThan(0);
    expect(layers(read, 'gbcs')).toEqual([]);
    expect(read.some(({ locked }) => locked === 'link')).toBe(true);
  });

  it('never shows a key', () => {
    const { frames, keys } = homeRun();
    const text = shown(captureOf(frames), keys)
      .flatMap((frame) => [JSON.stringify(frame), ...frameLines(frame)])
      .join('\n');
    for (const { key } of keys) expect(text).not.toContain(toHex(key));
  });
});

describe('hanbench capture show', () => {
  it('prints frames and messages for people, and a line of JSON for each frame', async () => {
    const { frames, keys } = homeRun();
    const [file, keyFile] = [join(folder, 'home.pcapng'), join(folder, 'home.keys')];
    writeFileSync(file, captureOf(frames));
    writeFileSync(keyFile, captureKeys(keys));
    const people = await runHere(['capture', 'show', file, '--keys', keyFile], { terminal: true });
    expect(people.code).toBe(0);
    expect(people.stdout).toMatch(/\n {5}1 {2}2026-11-02T09:00:00\.\d{6}Z {2}- > ffff {2}beacon request|^ {5}1 /);
    expect(people.stdout).toMatch(/\n {8}CS06 Activate Firmware \(command, message code 0x0012\) from 90-B3-D5-/);
    const programs = await runHere(['capture', 'show', '--json', file, '--keys', keyFile]);
    const lines = programs.stdout.trim().split('\n');
    expect(lines).toHaveLength(frames.length);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ number: 1, layers: [{ layer: 'mac', type: 'command' }] });
  });

  it.each<readonly [string, (file: Bytes) => Bytes, string, number]>([
    ['no capture at all', () => new Uint8Array(40), 'bad-capture', 0],
    ['an empty file', () => new Uint8Array(0), 'bad-capture', 0],
    ['a file cut in its last packet', (file) => file.subarray(0, file.length - 6), 'truncated', -1],
    ['a block whose two lengths differ', (file) => file.with(file.length - 4, 1), 'bad-capture', -1],
    ['a section of neither octet order', (file) => file.with(8, 0), 'bad-capture', -1],
    ['another link type', (file) => file.with(file.indexOf(195), 1), 'unsupported-link-type', -1],
  ])('%s: an error with its offset, exit code 1', async (name, change, kind, offset) => {
    const file = join(folder, `${name.replaceAll(' ', '-')}.pcapng`);
    writeFileSync(file, change(captureOf(homeRun().frames.slice(0, 1))));
    const { code, stdout } = await runHere(['capture', 'show', '--json', file]);
    expect(code).toBe(1);
    const { error } = JSON.parse(stdout);
    expect(error.kind).toBe(kind);
    if (offset >= 0) expect(error.offset).toBe(offset);
    else expect(error.offset).toBeGreaterThan(0);
  });

  it('a bad line of keys: its place, exit code 2', async () => {
    const keyFile = join(folder, 'bad.keys');
    writeFileSync(keyFile, '# keys\n"00:11","Normal","short"\n');
    const { code, stderr } = await runHere(['capture', 'show', 'none.pcapng', '--keys', keyFile]);
    expect(code).toBe(2);
    expect(stderr).toContain('bad.keys:2');
  });

  it('keys may be written in either order and with any separators', () => {
    const hex = '000102030405060708090a0b0c0d0e0f';
    const text = `"${hex}","Normal","a"\n"0x${hex.match(/../g)?.reverse().join('-')}","Reverse","b"`;
    expect(readKeyFile(text, 'k').map(({ key }) => toHex(key))).toEqual([hex, hex]);
  });
});

it('damaged captures end in a fault with an offset inside the file, or are read', () => {
  const { frames, keys } = homeRun();
  const files = [captureOf(frames.slice(0, 60), LINK_TYPE.tap), classicOf(frames.slice(0, 60), false, 195)];
  const random = randomFor('capture fuzz', 'files');
  for (let i = 0; i < 400; i++) {
    const file = files[i % 2] ?? new Uint8Array(0);
    const damaged = mutate(file, random, file);
    try {
      shown(damaged, keys);
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolFault);
      expect((error as ProtocolFault).offset).toBeLessThanOrEqual(damaged.length);
    }
  }
});
