import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Bytes, concat, equalBytes, fromAscii } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { fileError } from '../keystore/key-files.ts';
import { decodeState, encodeState, type Plain } from './cbor.ts';
import { holdLock, type StateLock } from './state-lock.ts';

/** Where state survives. `commit` returns only once it does. */
export interface StateStore {
  /** What was committed last; undefined where nothing has been. */
  readonly content: Plain | undefined;
  /** How many commits there have been. */
  readonly generation: number;
  commit(content: Plain): void;
  /** Lets others use it. */
  close(): void;
}

/** First octets of a state file; its last digit is the version of the format. */
const MAGIC = fromAscii('HANBENCH STATE 1');
const CHECKSUM_OCTETS = 32;

function sha256(bytes: Bytes): Bytes {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

interface Stored {
  readonly generation: number;
  readonly content: Plain;
}

/** Octets of a state file: magic, SHA-256 of the rest, and `{generation, content}` as deterministic CBOR. */
export function stateFileOctets(generation: number, content: Plain): Bytes {
  const body = encodeState({ generation, content });
  return concat(MAGIC, sha256(body), body);
}

/**
 * Inverse of `stateFileOctets`.
 * @throws ProtocolFault `bad-state` for octets that are torn, changed or of another format
 */
export function readStateFile(bytes: Bytes): Stored {
  const start = MAGIC.length + CHECKSUM_OCTETS;
  if (!equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) {
    throw new ProtocolFault('bad-state', 'does not start as a state file of this version does');
  }
  const body = bytes.subarray(start);
  if (!equalBytes(bytes.subarray(MAGIC.length, start), sha256(body))) {
    throw new ProtocolFault('bad-state', 'its checksum does not fit: it is torn or has been changed');
  }
  const value = decodeState(body);
  const fields = typeof value === 'object' && value !== null && !(value instanceof Uint8Array) ? value : {};
  const { generation, content } = fields as { readonly generation?: Plain; readonly content?: Plain };
  if (typeof generation !== 'number' || content === undefined) throw new ProtocolFault('bad-state', 'has no generation');
  return { generation, content };
}

function load(file: string): Stored | undefined {
  let bytes: Bytes;
  try {
    bytes = new Uint8Array(readFileSync(file));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    return fileError(file, error);
  }
  try {
    return readStateFile(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    throw new UsageError(error.kind, error.message, { file });
  }
}

function flushed(path: string, flags: string, write: (handle: number) => void): void {
  const handle = openSync(path, flags);
  try {
    write(handle);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function writeAll(handle: number, bytes: Bytes): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
}

/** Directories cannot be flushed on Windows; there the rename alone is durable (NTFS journal). */
function flushDirectory(directory: string): void {
  if (process.platform !== 'win32') flushed(directory, 'r', () => undefined);
}

/**
 * A file that always holds the whole of one commit. A commit is written beside it, flushed, and renamed over it: whoever is
 * killed in between leaves the commit before. One process at a time holds it (a lock file beside it).
 */
class FileStateStore implements StateStore {
  readonly #file: string;
  readonly #lock: StateLock;
  #stored: Stored | undefined;

  constructor(file: string, lock: StateLock) {
    this.#file = file;
    this.#lock = lock;
    this.#stored = load(file);
  }

  get content(): Plain | undefined {
    return this.#stored?.content;
  }

  get generation(): number {
    return this.#stored?.generation ?? 0;
  }

  commit(content: Plain): void {
    const generation = this.generation + 1;
    const bytes = stateFileOctets(generation, content);
    this.#lock.check();
    const beside = `${this.#file}.new`;
    try {
      flushed(beside, 'w', (handle) => writeAll(handle, bytes));
      renameSync(beside, this.#file);
      flushDirectory(dirname(this.#file));
    } catch (error) {
      fileError(this.#file, error);
    }
    this.#stored = { generation, content };
  }

  close(): void {
    this.#lock.release();
  }
}

/**
 * Opens a state file for this process alone; it need not exist yet.
 * @throws UsageError exit code 2 when it cannot be read, is damaged, or another process holds it
 */
export function openStateFile(file: string): StateStore {
  const lock = holdLock(`${file}.lock`);
  try {
    return new FileStateStore(file, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What a state file holds now, without holding it. @throws UsageError exit code 2 when it is absent or damaged */
export function peekStateFile(file: string): Plain {
  const stored = load(file);
  if (!stored) throw new UsageError('unreadable-path', 'no such file or directory', { file });
  return stored.content;
}
