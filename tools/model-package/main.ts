// `npm run model-package -- --run runs/en --name @ulmfit/pretrained-en --data "English Wikipedia" --licence CC-BY-SA-4.0 --command "npx ulmfit pretrain …"
// --corpus wikipedia-train.txt.gz --out pretrained-en`: an npm package of a run's model, with its card. A classifier takes `--test-data` in place of
// `--corpus`: it is scored as it is packed. `--held-out FILE`: text of the same kind that the run has not read.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { useBackend } from '@ulmfit/backend-node';
import { UlmfitError } from '@ulmfit/errors';
import { chosenJudgement, type EvaluationResult } from '@ulmfit/pipeline';
import { makePackage } from './make-package.js';

const { values } = parseArgs({
  options: {
    run: { type: 'string' },
    out: { type: 'string' },
    name: { type: 'string' },
    version: { type: 'string', default: '0.1.0' },
    weights: { type: 'string', default: 'int8' },
    data: { type: 'string' },
    licence: { type: 'string' },
    command: { type: 'string' },
    corpus: { type: 'string' },
    'held-out': { type: 'string' },
    'test-data': { type: 'string' },
    'max-megabytes': { type: 'string', default: '15' },
    threads: { type: 'string' },
  },
});
const given = (flag: 'run' | 'out' | 'name' | 'data' | 'licence' | 'command'): string => {
  const value = values[flag];
  if (value !== undefined) return value;
  console.error(`model-package: give --${flag}`);
  process.exit(2);
};
const weights = (['float32', 'float16', 'int8'] as const).find((each) => each === values.weights);
if (!weights) {
  console.error(`model-package: --weights ${values.weights} is none of float32, float16, int8`);
  process.exit(2);
}
/** By the built command, as a user would. */
const bin = fileURLToPath(new URL('../../apps/ulmfit/bin/ulmfit.js', import.meta.url));
async function accuracyOf(model: string, data: string): Promise<number> {
  const args = [bin, 'evaluate', '--model', model, '--data', data, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 28 });
  // The cast: the command prints its result.
  return chosenJudgement(JSON.parse(stdout) as EvaluationResult).accuracy;
}

const testData = values['test-data'];
await useBackend({ ...(values.threads !== undefined && { threads: Number(values.threads) }) });
try {
  const { bytes, figures } = await makePackage({
    ...{ run: given('run'), out: given('out'), name: given('name'), version: values.version, weights },
    ...{ data: given('data'), licence: given('licence'), command: given('command'), corpus: values.corpus },
    heldOut: values['held-out'],
    most: Number(values['max-megabytes']) * 1e6,
    ...(testData !== undefined && { score: (file) => accuracyOf(file, testData) }),
  });
  console.log(`${values.out ?? ''}: ${(bytes / 1e6).toFixed(1)} MB`);
  for (const [what, figure] of Object.entries(figures)) console.log(`${what}: ${figure.toFixed(3)}`);
} catch (error) {
  if (!(error instanceof UlmfitError)) throw error;
  console.error(`model-package: ${error.message}`);
  process.exit(2);
}
