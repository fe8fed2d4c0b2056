import { join } from 'node:path';
import { readFile } from '@ulmfit/files';
import { showName, UlmfitError } from '@ulmfit/errors';
import { z } from 'zod';

const value = z.union([z.string(), z.number()]);
const shape = z.strictObject({
  /** A command with what all runs share. */
  run: z.array(z.string()).min(1),
  /** Each flag, without its dashes, with the values that it takes in turn. */
  vary: z.record(z.string().regex(/^[a-z][a-z-]*$/), z.array(value).min(1)),
  /** The folder with a folder for each run. */
  out: z.string().min(1),
});

/** A run of a sweep. */
export interface SweptRun {
  /** The value of each flag that varies. */
  readonly settings: Readonly<Record<string, string>>;
  readonly folder: string;
  /** What is given to `ulmfit`. */
  readonly args: readonly string[];
}

/** Runs of a sweep at most: more is a slip. */
const MOST = 10_000;

/**
 * The runs of a sweep: each combination of the values that flags take, the last flag changing first.
 * @throws UlmfitError `BAD_SWEEP`, `FILE_ERROR`
 */
export function readSweep(path: string): readonly SweptRun[] {
  const bad = (what: string) =>
    new UlmfitError(
      'BAD_SWEEP',
      `${showName(path)}: ${what}; give {"run": ["run", "--data", "train.csv"], "vary": {"seed": [1, 2]}, "out": "runs/sweep"}`,
    );
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(readFile(path)));
  } catch (error) {
    if (error instanceof SyntaxError) throw bad('not JSON');
    throw error;
  }
  const { success, data, error } = shape.safeParse(json);
  if (!success) {
    const [issue] = error.issues;
    throw bad(`${issue?.path.map(String).join('.') || 'it'}: ${issue?.message ?? 'malformed'}`);
  }
  const { run, vary, out } = data;
  const taken = Object.keys(vary).find((flag) => flag === 'out' || run.includes(`--${flag}`));
  if (taken !== undefined) throw bad(`${taken} is given twice`);
  const count = Object.values(vary).reduce((product, { length }) => product * length, 1);
  if (count > MOST) throw bad(`${count} runs are more than ${MOST}`);
  const combinations = Object.entries(vary).reduce<Record<string, string>[]>(
    (all, [flag, values]) => all.flatMap((one) => values.map((given) => ({ ...one, [flag]: String(given) }))),
    [{}],
  );
  const runs = combinations.map((settings) => {
    const folder = join(out, nameOf(settings));
    const flags = Object.entries(settings).flatMap(([flag, given]) => [`--${flag}`, given]);
    return { settings, folder, args: [...run, ...flags, '--out', folder] };
  });
  const folders = new Set(runs.map(({ folder }) => folder));
  if (folders.size < runs.length)
    throw bad('two runs would have one folder, since their values differ in signs alone');
  return runs;
}

/** A folder's name that says what is in it. */
const nameOf = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([flag, given]) => `${flag}-${given.replaceAll(/[^\w.=-]+/g, '-')}`)
    .join('_') || 'run';
