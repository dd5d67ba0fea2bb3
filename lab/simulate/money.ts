/** Millipence as pounds with five decimals at most and two at least: `-1.25`, `0.00025`. */
export function pounds(millipence: number): string {
  const [whole = '', decimals = ''] = (Math.abs(millipence) / 100_000).toFixed(5).split('.');
  const shown = decimals.replace(/0{1,3}$/, '');
  return `${millipence < 0 ? '-' : ''}${whole}.${shown}`;
}
