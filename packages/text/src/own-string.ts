/**
 * A copy of a stretch of a longer text, for what outlives that text: engines make a slice a view, which keeps the whole text in
 * memory.
 */
export function ownString(slice: string): string {
  return ` ${slice}`.slice(1);
}
