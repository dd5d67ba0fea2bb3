import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import type { AirFrame } from '../../firmware-sim/air/air.ts';
import {
  type CaptureKey,
  captureHeader,
  captureKeys,
  capturePacket,
  LINK_TYPE,
  type LinkType,
} from '../../firmware-sim/air/capture.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';

/** What cannot be written is a mistake of whoever named it. */
function unwritable(file: string, error: unknown): UsageError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UsageError('bad-path', `cannot be written: ${reason}`, { file });
}

/** A capture that grows frame by frame, so that whatever ends the run leaves what came before it readable. */
export class CaptureFile {
  readonly #handle: number;
  readonly #linkType: LinkType;

  /**
   * @param tap channel, page and strength go with every frame
   * @throws UsageError `bad-path`
   */
  constructor(file: string, tap: boolean) {
    this.#linkType = tap ? LINK_TYPE.tap : LINK_TYPE.withFcs;
    try {
      this.#handle = openSync(file, 'w');
      writeSync(this.#handle, captureHeader(this.#linkType, 'virtual air'));
    } catch (error) {
      throw unwritable(file, error);
    }
  }

  readonly add = (frame: AirFrame): void => {
    writeSync(this.#handle, capturePacket(frame, this.#linkType));
  };

  close(): void {
    closeSync(this.#handle);
  }
}

/** Writes keys for Wireshark, readable by their owner alone. @throws UsageError `bad-path` */
export function writeCaptureKeys(file: string, keys: readonly CaptureKey[]): void {
  try {
    writeFileSync(file, captureKeys(keys), { mode: 0o600 });
  } catch (error) {
    throw unwritable(file, error);
  }
}
