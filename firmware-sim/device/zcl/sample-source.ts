/** A sample of a period of which nothing is known (ZSE D.3; RTDS 4.5.0 has no example). */
export const NO_DATA = 0xff_ffff;

/** Samples at regular times, which need not be there before they are asked for. Times are ends of periods, ZCL UTCTime. */
export interface SampleSource {
  /** Seconds between two samples. */
  readonly interval: number;
  /** Times of the first and the last sample; undefined while there is none. */
  readonly span: { readonly first: number; readonly last: number } | undefined;
  /** So many samples from a time of one on; `NO_DATA` for those that are missing. */
  samples(first: number, count: number): readonly number[];
}
