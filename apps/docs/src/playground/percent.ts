/** A probability as people read it. */
export function percent(share: number): string {
  if (share > 0.9995) return '> 99.9 %';
  return share < 0.0005 ? '< 0.1 %' : `${(100 * share).toFixed(1)} %`;
}
