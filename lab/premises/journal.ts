import type { Millis } from '../../firmware-sim/kernel/time.ts';
import type { Json } from '../operations/operation.ts';
import type { Ad1Record } from '../parties/ad1-record.ts';

/** Something that happened, as it goes into the timeline. */
export interface JournalEvent {
  readonly at: Millis;
  /** Who: `supplier`, `dcc`, `hub`, `esme`, `mains`, ... */
  readonly actor: string;
  /** What, in one word a program can rely on. */
  readonly kind: string;
  /** What, for a person. */
  readonly text: string;
  readonly detail?: Readonly<Record<string, Json | undefined>>;
  /** The alert an `AD1` event is about; its fate is known only later. */
  readonly ad1?: Ad1Record;
}

/** Takes events as they happen. */
export type Journal = (event: JournalEvent) => void;
