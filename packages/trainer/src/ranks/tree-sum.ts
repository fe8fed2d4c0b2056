/** The sum in a binary tree, of a power of two of items. Each half may be summed elsewhere: the sum of the two has the same bits. */
export function treeSum<T>(items: readonly T[], add: (a: T, b: T) => T): T {
  let level = items;
  while (level.length > 1) {
    const above: T[] = [];
    for (let i = 0; i < level.length; i += 2) above.push(add(level[i] as T, level[i + 1] as T));
    level = above;
  }
  return level[0] as T;
}
