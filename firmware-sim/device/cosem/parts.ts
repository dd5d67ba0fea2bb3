/** An attribute that is one field of another attribute's structure. */
export interface Part {
  /** Key of the attribute that holds it. */
  readonly whole: string;
  readonly index: number;
}

/** Key of the six prepayment registers in one structure (GBCS mapping table, ECS19). */
export const PREPAYMENT_BALANCES = '1/0-0:94.44.34.30/2';

/** Single registers that ECS19 reads as one collection, in its order (RTDS 4.5.0 ECS19; structures of ECS82, ECS04a/b, ECS07). */
const PREPAYMENT_PARTS = [
  '112/0-0:19.10.0.255/2',
  '112/0-0:19.10.1.255/2',
  '112/0-0:19.10.2.255/2',
  '113/0-0:19.20.1.255/2',
  '113/0-0:19.20.2.255/2',
  '113/0-0:19.20.3.255/2',
];

const PARTS: ReadonlyMap<string, Part> = new Map(
  PREPAYMENT_PARTS.map((key, index): [string, Part] => [key, { whole: PREPAYMENT_BALANCES, index }]),
);

const WHOLES = new Set([...PARTS.values()].map(({ whole }) => whole));

/** Whether an attribute holds others, and so has to keep all its fields. */
export function isWhole(key: string): boolean {
  return WHOLES.has(key);
}

/** Where an attribute lives when another one holds it. Every read asks this, so that keys of other classes are told apart at once. */
export function partOf(key: string): Part | undefined {
  return key.startsWith('11') ? PARTS.get(key) : undefined;
}
