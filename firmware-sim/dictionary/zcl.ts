import type { Meta } from '../codec/element.ts';
import type { Reading } from './readings.ts';

/** A field of a ZCL command; `list` repeats its fields until the payload ends, or `count` times. */
export interface ZclField {
  readonly name: string;
  readonly type: string;
  readonly meta?: Meta;
  readonly fields?: readonly ZclField[];
  /** Entries of a list, when it does not run to the end of the payload. */
  readonly count?: number;
}

export interface ZclCommandRow {
  readonly cluster: number;
  readonly command: number;
  /** True for server to client. */
  readonly toClient: boolean;
  readonly name: string;
  readonly fields: readonly ZclField[];
}

export interface ZclAttributeRow {
  readonly cluster: number;
  readonly attribute: number;
  readonly name: string;
  readonly unit?: string;
  readonly meanings?: Readonly<Record<string, string>>;
  readonly text?: true;
  /** Rule for its meaning. */
  readonly reading?: Reading;
}
