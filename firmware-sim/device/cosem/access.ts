import type { Element } from '../../codec/element.ts';
import type { AccessItem } from '../../gbcs/dlms-apdu.ts';
import type { ExecutionContext } from '../use-case.ts';
import type { LogSource } from './log-source.ts';
import type { CosemKey, CosemStore } from './store.ts';

/** data-access-result and action-result codes (Green Book 9.5; RTDS 4.5.0 for the first failure and those after it). */
export const RESULT = {
  success: 0,
  hardwareFault: 1,
  readWriteDenied: 3,
  objectUndefined: 4,
  typeUnmatched: 12,
  otherReason: 250,
} as const;

/** Outcome of one access: a result code, and what a read or a method gives back. */
export interface Outcome {
  readonly result: number;
  readonly data?: Element | undefined;
}

export const DONE: Outcome = { result: RESULT.success };

export const refusedWith = (result: number): Outcome => ({ result });

/** One access on its way through the engine. */
export interface Access extends ExecutionContext {
  readonly store: CosemStore;
  /** What logs are read from. */
  readonly source: LogSource;
  readonly item: AccessItem;
  readonly key: CosemKey;
  /** Name of the use case, under which its future-dated part waits. */
  readonly useCase: string;
}
