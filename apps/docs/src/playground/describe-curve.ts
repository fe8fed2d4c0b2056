const figure = (value: number): string => Number(value.toPrecision(3)).toString();

/** A curve in words, for who doesn't see it: where it begins, its highest and lowest point, where it ends. */
export function describeCurve(values: readonly number[], what: string): string {
  if (values.length === 0) return `${what}: nothing yet`;
  const [first = 0, last = 0] = [values[0], values.at(-1)];
  const [highest, lowest] = [Math.max(...values), Math.min(...values)];
  const at = (value: number) => `${figure(value)} at step ${values.indexOf(value)}`;
  return `${what}: from ${figure(first)} to ${figure(last)}; highest ${at(highest)}, lowest ${at(lowest)}`;
}
