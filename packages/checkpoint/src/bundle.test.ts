import * as tf from '@tensorflow/tfjs-core';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  bundleFiles,
  bundleFromBytes,
  readBundle,
  writeBundle,
  type Bundle,
  type BundleFile,
} from './bundle.js';
import { corrupt } from '../../files/src/mutate.test-helper.js';
import { failingFiles } from '../../files/src/failing-files.test-helper.js';
import { temporaryFolder } from '../../files/src/temporary-folder.test-helper.js';

const bundle = (more: Partial<Bundle> = {}): Bundle => ({
  kind: 'classifier',
  config: { vocabulary: 4, embedding: 2, hidden: 3, layers: 1, padIndex: 1, headLayers: [5] },
  labels: ['negative', 'positive'],
  tokenizer: { name: 'fastai', rules: '1f2e' },
  specialTokens: ['xxunk', 'xxpad'],
  direction: 'forward',
  vocabulary: ['xxunk', 'xxpad', 'a', 'é\n"'],
  weights: { embedding: tf.tensor([1, 2, 3, 4, 5, 6, 7, 0.1], [4, 2]), 'head.0.norm.mean': tf.tensor([0]) },
  ...more,
});

const plain = ({ weights, ...rest }: Bundle) => ({
  ...rest,
  weights: Object.fromEntries(
    Object.entries(weights).map(([name, t]) => [name, [t.shape, [...t.dataSync()]]]),
  ),
});

function written(more: Partial<Bundle> = {}): string {
  const folder = join(temporaryFolder(), 'model');
  writeBundle(folder, bundle(more));
  return folder;
}

const bytesOf = (folder: string) =>
  Object.fromEntries(
    bundleFiles.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]),
  ) as Record<BundleFile, Uint8Array>;

describe('a bundle', () => {
  it('is read as it was written, from a folder and from bytes', async () => {
    const folder = written();
    expect(readdirSync(folder).sort()).toEqual([...bundleFiles].sort());
    expect(plain(readBundle(folder))).toEqual(plain(bundle()));
    expect(plain(await bundleFromBytes(bytesOf(folder)))).toEqual(plain(bundle()));
  });

  it('takes the place of an earlier one and leaves nothing beside', () => {
    const folder = written();
    writeBundle(folder, bundle({ kind: 'language-model', labels: [], direction: 'backward' }));
    expect(readBundle(folder).kind).toBe('language-model');
    expect(readdirSync(join(folder, '..'))).toEqual(['model']);
  });

  it('takes the place of an empty folder, and of nothing else', () => {
    const folder = temporaryFolder();
    writeBundle(folder, bundle());
    const mine = temporaryFolder();
    writeFileSync(join(mine, 'weights.bin'), 'mine');
    expect(() => writeBundle(mine, bundle())).toThrow(
      expect.objectContaining({
        code: 'FOLDER_IN_USE',
        message: expect.stringContaining('weights.bin') as string,
      }),
    );
    expect(readdirSync(mine)).toEqual(['weights.bin']);
  });

  it.each<[string, Partial<Bundle>, RegExp]>([
    ['no label', { labels: [] }, /labels: a classifier has at least one/],
    ['two equal labels', { labels: ['a', 'a'] }, /labels: a label appears twice/],
    ['labels of a language model', { kind: 'language-model' }, /a language model none/],
    ['no special token', { specialTokens: ['xxbos'] }, /vocabulary\.json: without the special tokens xxbos/],
    [
      'too few words',
      { vocabulary: ['xxunk', 'xxpad'] },
      /2 words, and the embedding has the shape \[4, 2\]/,
    ],
    ['an unknown direction', { direction: 'up' as 'forward' }, /direction: /],
  ])('with %s is not written', (_, more, message) => {
    const folder = join(temporaryFolder(), 'model');
    expect(() => writeBundle(folder, bundle(more))).toThrow(message);
    expect(readdirSync(join(folder, '..'))).toEqual([]);
  });

  const edit = (folder: string, change: (json: Record<string, unknown>) => void) => {
    const path = join(folder, 'bundle.json');
    const json = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    change(json);
    writeFileSync(path, JSON.stringify(json));
  };

  it.each<[string, (folder: string) => void, RegExp]>([
    [
      'another version',
      (f) => edit(f, (j) => (j['format'] = 2)),
      /bundle\.json: format: this version reads 1/,
    ],
    ['an unknown field', (f) => edit(f, (j) => (j['extra'] = 1)), /bundle\.json: it: .*extra/],
    ['a missing field', (f) => edit(f, (j) => delete j['tokenizer']), /bundle\.json: tokenizer: /],
    ['a foreign kind', (f) => edit(f, (j) => (j['kind'] = 'x')), /bundle\.json: kind: /],
    [
      'other words',
      (f) => writeFileSync(join(f, 'vocabulary.json'), '["a"]'),
      /vocabulary\.json: has 5 bytes/,
    ],
    [
      'another direction',
      (f) => edit(f, (j) => (j['direction'] = 'backward')),
      /bundle\.json: does not match its own checksum; .*take out "sha256"/,
    ],
    ['no JSON', (f) => writeFileSync(join(f, 'bundle.json'), '{'), /bundle\.json: it is not JSON/],
    [
      'no weights',
      (f) => rmSync(join(f, 'weights.safetensors')),
      /cannot read .*weights\.safetensors: there is no such/,
    ],
  ])('with %s is refused in one line', async (_, spoil, message) => {
    const folder = written();
    spoil(folder);
    expect(() => readBundle(folder)).toThrow(message);
    expect(() => readBundle(folder)).toThrow(expect.objectContaining({ name: 'UlmfitError' }));
  });

  it('is read where its description has no checksum, or other spaces', () => {
    const folder = written();
    edit(folder, () => undefined);
    expect(plain(readBundle(folder))).toEqual(plain(bundle()));
    edit(folder, (j) => {
      delete j['sha256'];
      j['direction'] = 'backward';
    });
    expect(readBundle(folder).direction).toBe('backward');
  });

  it('is never read with a byte of its description changed', async () => {
    const parts = bytesOf(written());
    const text = Buffer.from(parts['bundle.json']).toString();
    for (let at = 0; at < text.length; at++) {
      const changed = `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}`;
      await expect(
        bundleFromBytes({ ...parts, 'bundle.json': Buffer.from(changed) }),
        `byte ${at}`,
      ).rejects.toMatchObject({ code: 'BAD_BUNDLE' });
    }
  });

  it('is never read where its weights are spoilt, and leaves no tensors then', async () => {
    const parts = bytesOf(written());
    const before = tf.memory().numTensors;
    for (let seed = 0; seed < 100; seed++) {
      const weights = corrupt(parts['weights.safetensors'], seed);
      if (Buffer.from(weights).equals(parts['weights.safetensors'])) continue;
      await expect(bundleFromBytes({ ...parts, 'weights.safetensors': weights })).rejects.toMatchObject({
        code: 'BAD_BUNDLE',
      });
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    { code: 'ENOSPC', of: 'write' },
    { code: 'EIO', of: 'fsync' },
    { code: 'EACCES', of: 'write' },
  ] as const)('is the old or the new one after $code at a $of at any moment', ({ code, of }) => {
    for (let at = 0; ; at++) {
      const folder = written();
      const files = failingFiles(at, code, { of });
      let error: unknown;
      try {
        writeBundle(folder, bundle({ direction: 'backward' }), files);
      } catch (e) {
        error = e;
      }
      expect(['forward', 'backward']).toContain(readBundle(folder).direction);
      if (files.changes <= at) {
        expect(at).toBe(9);
        break;
      }
      if (error) expect(error).toEqual(expect.objectContaining({ code: 'FILE_ERROR' }));
      else expect(readBundle(folder).direction).toBe('backward');
    }
  });
});
