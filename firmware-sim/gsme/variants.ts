/** What differs between gas meters (behaviour.md 10). Plain data. */
export interface GasVariant {
  readonly name: string;
  /** Most the meter measures, in units of 0.0001 m³ an hour. */
  readonly maxFlow: number;
  /** A large gas meter: no duty to show eight digits, and none to control supply at domestic premises (MP101; SMETS 4.1). */
  readonly large: boolean;
  /** Smallest volume it measures, in thousandths of a cubic metre; some large meters cannot measure one. */
  readonly litresPerStep: number;
}

/** Gas meters by size. */
export const GAS_VARIANTS = {
  U6: { name: 'U6', maxFlow: 60_000, large: false, litresPerStep: 1 },
  U16: { name: 'U16', maxFlow: 160_000, large: true, litresPerStep: 1 },
  U40: { name: 'U40', maxFlow: 400_000, large: true, litresPerStep: 10 },
} as const satisfies Readonly<Record<string, GasVariant>>;
