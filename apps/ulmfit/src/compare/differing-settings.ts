/** A setting that runs have in different ways. */
export interface DifferingSetting {
  /** Its path, such as `recipe.clip`. */
  readonly path: string;
  /** What each run has, as JSON; a dash where it has none. */
  readonly values: readonly string[];
}

/** The settings that are not the same in all runs, in the order of the first; lists are whole. */
export function differingSettings(runs: readonly unknown[]): DifferingSetting[] {
  const flat = runs.map((settings) => new Map(leaves(settings, '')));
  const paths = [...new Set(flat.flatMap((each) => [...each.keys()]))];
  return paths
    .map((path) => ({ path, values: flat.map((each) => each.get(path) ?? '–') }))
    .filter(({ values }) => new Set(values).size > 1);
}

function leaves(value: unknown, path: string): [path: string, value: string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return value === undefined || path === '' ? [] : [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([name, own]) => leaves(own, path === '' ? name : `${path}.${name}`));
}
