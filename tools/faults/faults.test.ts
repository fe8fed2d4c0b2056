import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { startTensorFlow, withReason } from '../../apps/ulmfit/src/engine.test-helper.js';

// The short share of `npm run test:faults`. By variables: it is plain JavaScript, which the compiler has no types for.
interface Case {
  name: string;
}
interface Whole {
  folder: string;
  warnings: readonly string[];
}
interface KilledRun {
  kills: { place: string }[];
  lost: string | undefined;
  differing: string[];
  repeated: number;
}
interface Fight {
  readHolds(log: string): { holds: number; overlaps: string[] };
  fight(options: {
    root: string;
    deaths: number;
  }): Promise<{ skipped: string } | { deaths: number; holds: number; wrong: string[] }>;
}
const module = async <T>(name: string): Promise<T> =>
  (await import(/* @vite-ignore */ new URL(`${name}.mjs`, import.meta.url).href)) as T;
const { placeOf } = await module<{
  placeOf(folder: string, killed: { pid: number; stderr: string }): string;
}>('places');
const { differences } = await module<{ differences(folder: string, reference: string): string[] }>('compare');

const root = mkdtempSync(join(tmpdir(), 'ulmfit-faults-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder with these files; those that end in a slash are folders. */
function folderOf(name: string, files: Record<string, string>): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [path, text] of Object.entries(files)) {
    if (path.endsWith('/')) mkdirSync(join(folder, path), { recursive: true });
    else writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe('where a kill struck', () => {
  const lock = { 'lock.json': '{"pid":7}' };
  const documents = 'corpus: 29 documents, 4344 tokens\n';
  const fit = `${documents}pretrain: 16 steps in 2 epochs, resumed at step 3\n`;
  const steps = (last: number, epoch = '') =>
    `{"type":"step","fit":"pretrain","step":${last}}\n${epoch && `{"type":"epoch","fit":"pretrain","step":${last}}\n`}`;
  const epochs = `${fit}pretrain epoch 1 (1 s): loss 6\npretrain epoch 2 (1 s): loss 5\n`;

  it.each<[string, Record<string, string>, string]>([
    ['starting up', {}, ''],
    ['starting up', { 'lock.json': '{"pid":6}' }, ''],
    ['reading and tokenizing', lock, ''],
    ['making or loading the model', lock, documents],
    ['a training step', { ...lock, 'metrics.jsonl': steps(5) }, fit],
    ['a training step', { ...lock, 'metrics.jsonl': steps(8, 'told') }, fit],
    ['validating', { ...lock, 'metrics.jsonl': steps(8) }, fit],
    [
      'saving a checkpoint',
      { ...lock, 'checkpoints/pretrain/000001-x.7-3.tmp/': '', 'metrics.jsonl': steps(5) },
      fit,
    ],
    [
      'a training step',
      { ...lock, 'checkpoints/pretrain/000001-x.6-3.tmp/': '', 'metrics.jsonl': steps(5) },
      fit,
    ],
    ['exporting a model', { ...lock, 'pretrain.7-9.tmp/': '' }, epochs],
    ['between two stages or fits', { ...lock, 'metrics.jsonl': steps(16, 'told') }, epochs],
    ['reading and tokenizing', { ...lock, 'result.json': '{"pretrain":{}}' }, epochs],
    ['scoring', lock, `${epochs}test texts: 3 documents, 9 tokens\n`],
  ])('%s', (place, files, stderr) => {
    const folder = folderOf(`place-${Math.random()}`, files);
    expect(placeOf(folder, { pid: 7, stderr })).toBe(place);
  });
});

describe('how runs differ', () => {
  it('but for the time that they took', () => {
    const whole = { 'weights.bin': 'abc', 'result.json': '{"a":1,\n"seconds": 3.5}' };
    const reference = folderOf('reference', whole);
    expect(
      differences(folderOf('same', { ...whole, 'result.json': '{"a":1,\n"seconds": 7}' }), reference),
    ).toEqual([]);
    expect(
      differences(folderOf('other', { 'weights.bin': 'abd', 'x.tmp': '', 'result.json': '{}' }), reference),
    ).toEqual(['x.tmp is left over', 'result.json differs', 'weights.bin differs']);
    expect(differences(folderOf('less', { 'weights.bin': 'abc' }), reference)).toEqual([
      'result.json is missing',
    ]);
  });
});

const built = existsSync(fileURLToPath(new URL('../../apps/ulmfit/dist/main.js', import.meta.url)));
const missing = built ? (await startTensorFlow()).missing : 'nothing is built; run `npm run build`';

describe('two containers in one folder', () => {
  it('are told from the log of their holds when both write', async () => {
    const { readHolds } = await module<Fight>('fight');
    const holds = (log: string) => readHolds(log.replaceAll(', ', '\n') + '\n');
    // b dies with the lock, and a takes it over.
    expect(holds('a in, a in, a out, b in, b in, a in, a out')).toEqual({ holds: 3, overlaps: [] });
    expect(holds('a in, b in, a in, a out, b in').overlaps).toHaveLength(3);
  });

  it.skipIf(!built)('never both write, however often they die', { timeout: 60_000 }, async ({ skip }) => {
    const { fight } = await module<Fight>('fight');
    const fought = await fight({ root, deaths: 4 });
    if ('skipped' in fought) return skip(fought.skipped);
    expect(fought).toEqual({ deaths: 4, holds: 16, wrong: [] });
  });
});

describe.skipIf(missing !== undefined)(withReason('a run that is killed', missing), () => {
  it('again and again ends with the same bytes', { timeout: 120_000 }, async () => {
    const { shortCase } = await module<{ shortCase: Case }>('cases');
    const { Random } = await module<{ Random: new (seed: number) => object }>('random');
    const { runWhole, killRun } = await module<{
      runWhole(test: Case, root: string): Promise<Whole>;
      killRun(test: Case, reference: Whole, options: object): Promise<KilledRun>;
    }>('kill-runs');
    const reference = await runWhole(shortCase, root);
    const options = { name: 'killed', root, kills: 3, random: new Random(7) };
    const { kills, lost, differing, repeated } = await killRun(shortCase, reference, options);
    expect(lost).toBeUndefined();
    expect(differing).toEqual([]);
    expect(kills.length).toBeGreaterThan(0);
    // It saves at each step: at most the one that was cut off is made again.
    expect(repeated).toBeLessThanOrEqual(1);
  });
});
