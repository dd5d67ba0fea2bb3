import type { AnyOperation } from './operation.ts';

/** Every operation there is. Add one import and one line; the order within a group is the order in help. */
export const OPERATIONS: readonly AnyOperation[] = [];
