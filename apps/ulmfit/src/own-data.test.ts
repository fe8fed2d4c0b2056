import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTensorFlow, withReason } from './engine.test-helper.js';
import { temporaryFolder } from './small-data.test-helper.js';
import { ulmfit, type Ended } from './ulmfit.test-helper.js';

const { missing } = await startTensorFlow();
const { folder, remove } = temporaryFolder();
afterAll(remove);

const docs = fileURLToPath(new URL('../../../docs', import.meta.url));
const guide = readFileSync(join(docs, 'your-own-data.md'), 'utf8');
/** The guide's commands, which run from the workspace, for the folder of this test. */
const commands = [...guide.matchAll(/^npx ulmfit ((?:\\\n|[^\n])+)/gm)].map(([, line = '']) =>
  (line.replaceAll('\\\n', ' ').match(/"[^"]*"|\S+/g) ?? []).map((word) =>
    word.replaceAll('"', '').replace(/^docs/, docs).replace(/^runs/, folder),
  ),
);

/** The guide's command of a name. */
const command = (name: string): string[] => commands.find(([first]) => first === name) ?? [];

it('is looked at as the guide shows', async () => {
  const { code, stdout, stderr } = await ulmfit(command('inspect'));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^a run with the preset tiny takes (a few seconds|about .*) here/m);
  expect(guide).toContain(stdout.split('\n').slice(0, 4).join('\n'));
  expect(stdout).toMatch(/^account +54 +6$/m);
});

describe.skipIf(missing !== undefined)(withReason('the guide to your own data', missing), () => {
  let trained: Ended;
  beforeAll(async () => {
    trained = await ulmfit(command('run'));
  }, 120_000);

  it('trains a plain baseline, a classifier and their blend, and shows their figures', () => {
    const { code, stdout, stderr } = trained;
    expect(code, stderr).toBe(0);
    const baseline =
      /^plain baseline: accuracy [\d.]+ %, macro-F1 [\d.]+ on the validation texts \(\d+\s+terms/m;
    expect(guide).toContain(baseline.exec(stdout)?.[0]);
    expect(stdout).toMatch(/^ +linear +neural +blend \*$/m);
    const shown = /^accuracy +100\.00 % +([\d.]+) % +([\d.]+) %$/m.exec(stdout);
    expect(Number(shown?.[1])).toBeGreaterThan(60);
    expect(Number(shown?.[2])).toBeGreaterThan(95);
    expect(readFileSync(join(folder, 'tickets/report.html'), 'utf8')).toContain('returns');
    expect(readdirSync(join(folder, 'tickets/model')).sort()).toEqual([
      ...['bundle.json', 'linear.safetensors', 'vocabulary.json', 'weights.safetensors'],
    ]);
  });

  it('predicts by the blend, and scores other files', async () => {
    const predicted = await ulmfit(command('predict'));
    expect(predicted.stdout, predicted.stderr).toMatch(/^delivery .*\naccount /);
    const evaluated = await ulmfit(command('evaluate'));
    expect(evaluated.stdout, evaluated.stderr).toMatch(/^accuracy [\d.]+ % on 100 test texts/m);
  });

  it('is exported as one file, which is what the guide says of it', async () => {
    const args = command('export').map((word) =>
      word.replace(/^tickets\.ulmfit$/, join(folder, 'tickets.ulmfit')),
    );
    const { code, stdout, stderr } = await ulmfit(args);
    expect(code, stderr).toBe(0);
    for (const line of stdout.replace(`${folder}/`, '').trimEnd().split('\n')) expect(guide).toContain(line);
  });

  it('is held to the data that it began on', async () => {
    const changed = join(folder, 'tickets.csv');
    writeFileSync(changed, readFileSync(join(docs, 'data/tickets.csv'), 'utf8').replace('parcel', 'letter'));
    const args = command('run').map((word) => (word.endsWith('/tickets.csv') ? changed : word));
    const { code, stderr } = await ulmfit(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ulmfit: \S+tickets holds a run with other settings \(task\.data\)|other data/m);
  });
});
