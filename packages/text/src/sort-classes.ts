/**
 * The names of classes in the order of a model's outputs: by number where all are whole numbers (`9` before `10`), else by
 * UTF-16 code units, which unlike `localeCompare` is the same on every machine.
 * @example
 * sortClasses(['10', '9', '1']); // ['1', '9', '10']
 */
export function sortClasses(names: Iterable<string>): string[] {
  const sorted = [...new Set(names)].sort();
  const numbers = sorted.every((name) => /^-?(0|[1-9]\d{0,14})$/.test(name));
  return numbers ? sorted.sort((a, b) => Number(a) - Number(b)) : sorted;
}
