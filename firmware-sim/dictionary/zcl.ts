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
  /** ZCL type of its value, where an example shows it. */
  readonly type?: string;
  readonly unit?: string;
  readonly meanings?: Readonly<Record<string, string>>;
  readonly text?: true;
  /** Rule for its meaning. */
  readonly reading?: Reading;
}

/** A component that a GBZ command of a use case may hold. */
export interface GbzTemplateCommand {
  readonly cluster: number;
  readonly command: number;
  readonly frameControl: number;
  /** Attributes a Read Attributes command asks for. */
  readonly attributes?: readonly number[];
}

/** A component of a use case's GBZ response, Default Responses aside. */
export interface GbzTemplateResponse {
  readonly cluster: number;
  readonly command: number;
  readonly frameControl: number;
  /** Its ZCL payload is encrypted for the party that asked. */
  readonly encrypted: boolean;
}

/** What the messages of a GBZ use case are made of. */
export interface GbzTemplate {
  readonly useCase: string;
  readonly commands: readonly GbzTemplateCommand[];
  readonly responses: readonly GbzTemplateResponse[];
}
