import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { corpusText } from '@ulmfit/data-files';
import { findModel } from '@ulmfit/inference/node';
import { run } from '@ulmfit/pipeline';
import { TokenCorpus } from '@ulmfit/text';
import { expect, it, onTestFinished } from 'vitest';
import { micro, opinionsOf } from '../../packages/pipeline/src/micro.test-helper.js';
import { makePackage } from './make-package.js';
import { trigramModel } from './trigram-model.js';

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-package-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('packs a language model with its card, which is found by its name where it is installed', async () => {
  const root = temporary();
  const text = join(root, 'general.txt');
  writeFileSync(text, opinionsOf(40).texts.join('\n\n\n'));
  const folder = join(root, 'run');
  await run({
    ...{ folder, recipe: micro, corpus: corpusText(text), stages: ['pretrain'], tokenCache: false },
  });
  const out = join(root, 'package');
  const options = {
    ...{ run: folder, out, name: '@ulmfit/pretrained-en', version: '1.2.3', weights: 'float16' as const },
    ...{ data: 'invented opinions', licence: 'CC-BY-SA-4.0', corpus: text, most: 1e6 },
    command: 'npx ulmfit pretrain --corpus general.txt --out run',
  };
  const { figures } = await makePackage({ ...options, heldOut: text });
  const [asTrained, asPacked, trigrams, onOther] = Object.values(figures);
  // Most of that text is what it learned from.
  expect(Math.abs((onOther ?? NaN) - (asPacked ?? NaN))).toBeLessThan(1);
  expect(Math.abs((asPacked ?? NaN) - (asTrained ?? NaN))).toBeLessThan(0.1);
  expect(trigrams).toBeGreaterThan(1);
  const card = readFileSync(join(out, 'README.md'), 'utf8');
  for (const line of [
    'npm install @ulmfit/pretrained-en',
    'npx ulmfit run --pretrained en --data reviews.csv',
    '| data | invented opinions |',
    '| licence of the weights | CC-BY-SA-4.0 |',
    `| the same of a trigram model (Kneser-Ney) | ${trigrams?.toFixed(2)} |`,
    options.command,
  ])
    expect(card).toContain(line);
  expect(JSON.parse(readFileSync(join(out, 'package.json'), 'utf8'))).toMatchObject({
    ...{ name: '@ulmfit/pretrained-en', version: '1.2.3', license: 'CC-BY-SA-4.0', ulmfit: 'model.ulmfit' },
  });

  const project = join(root, 'project');
  const installed = join(project, 'node_modules', '@ulmfit', 'pretrained-en');
  mkdirSync(dirname(installed), { recursive: true });
  cpSync(out, installed, { recursive: true });
  expect(findModel('en', { from: project })).toEqual({ kind: 'file', path: join(installed, 'model.ulmfit') });
  expect(() => findModel('en-backwards', { from: project })).toThrow(
    'en-backwards: is in the package @ulmfit/pretrained-en-backwards, which is not installed here; run: npm install @ulmfit/pretrained-en-backwards',
  );
  await expect(makePackage({ ...options, most: 100 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
});

it('gives trigrams the perplexity that Kneser-Ney smoothing has by hand', () => {
  const of = (...ids: number[]) => TokenCorpus.fromDocuments([ids]);
  // After 1 2 comes 3, always; what is seen as often as that costs little, and nothing is impossible.
  const train = of(...Array.from({ length: 60 }, (_, i) => 1 + (i % 3)));
  const perplexity = trigramModel(train, { words: 10, backwards: false });
  const seen = perplexity(of(1, 2, 3, 1, 2, 3, 1, 2, 3));
  const unseen = perplexity(of(3, 2, 1, 3, 2, 1, 3, 2, 1));
  expect(seen).toBeLessThan(1.5);
  expect(unseen).toBeGreaterThan(5);
  expect(unseen).toBeLessThan(Infinity);
  const mirrored = trigramModel(of(...[...train.document(0)].reverse()), { words: 10, backwards: true });
  expect(mirrored(of(3, 2, 1, 3, 2, 1, 3, 2, 1))).toBeCloseTo(seen, 10);
  // One document 1 1: of unigrams 1 alone has followed, once; by hand.
  const tiny = trigramModel(of(1, 1), { words: 2, backwards: false })(of(1, 1));
  // 0 0 -> 1 and 0 1 -> 1: trigrams (1 - d) + d * bigram; bigrams 0 -> 1 and 1 -> 1 likewise over the unigram (2 - d) / 2 + d / 2 * 1/2.
  const [d, one] = [0.75, (2 - 0.75) / 2 + (0.75 / 2) * 0.5];
  const two = 1 - d + d * one;
  expect(tiny).toBeCloseTo(1 / (1 - d + d * two), 10);
});
