import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { existsSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckpointInfo, StateDict } from '@ulmfit/trainer';
import { corrupt } from '../../files/src/mutate.test-helper.js';
import { failingFiles } from '../../files/src/failing-files.test-helper.js';
import { folderStore } from './folder-store.js';
import { temporaryFolder } from '../../files/src/temporary-folder.test-helper.js';

const info = (step: number, more: Partial<CheckpointInfo> = {}): CheckpointInfo => ({
  name: `fine-tune-${step}`,
  stage: 'fine-tune',
  epoch: 1,
  step,
  ...more,
});

const state = (step: number): StateDict => ({
  json: { step, best: Infinity, zero: -0, name: '$' },
  tensors: { 'parameter/embedding': tf.tensor([step, 0.1], [2, 1]), steps: tf.scalar(step, 'int32') },
});

const stepOf = ({ json }: StateDict) => (json as { step: number }).step;

/** The first values of what a store holds, by name. */
const values = (tensors: StateDict['tensors']) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, t]) => [name, [t.dtype, t.shape, [...t.dataSync()]]]),
  );

describe('folderStore', () => {
  it('gives back what was saved, from the oldest to the newest', () => {
    const store = folderStore(temporaryFolder());
    expect(store.list()).toEqual([]);
    expect(store.latest()).toBeUndefined();
    store.save(info(10, { value: 0.5 }), state(10));
    store.save(info(9), state(9));
    expect(store.list()).toEqual([info(10, { value: 0.5 }), info(9)]);
    const loaded = store.load('fine-tune-10');
    expect(loaded.json).toStrictEqual(state(10).json);
    expect(values(loaded.tensors)).toEqual(values(state(10).tensors));
    const latest = store.latest();
    expect(latest?.info).toEqual(info(9));
    expect(latest && stepOf(latest.state)).toBe(9);
    expect(latest?.rejected).toEqual([]);
  });

  it('replaces what has the same name, and is read by another store', () => {
    const folder = temporaryFolder();
    const store = folderStore(folder);
    store.save(info(1), state(1));
    store.save(info(2), state(2));
    store.save(info(1, { epoch: 7 }), state(100));
    const other = folderStore(folder);
    expect(other.list()).toEqual([info(2), info(1, { epoch: 7 })]);
    expect(stepOf(other.load('fine-tune-1'))).toBe(100);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('takes any name of a stage', () => {
    const root = temporaryFolder();
    let made = 0;
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), (name) => {
        const store = folderStore(join(root, String(made++)));
        store.save(info(1, { name }), { json: 1, tensors: {} });
        expect(store.list()).toEqual([info(1, { name })]);
        expect(store.load(name)).toEqual({ json: 1, tensors: {} });
      }),
      { seed: 3, numRuns: 30, examples: [['../../up'], ['a/b'], ['x.tmp'], ['.'], ['%']] },
    );
  });

  it('leaves out a figure that is no number', () => {
    const store = folderStore(temporaryFolder());
    store.save(info(1, { value: NaN }), state(1));
    expect(store.list()).toEqual([info(1)]);
  });

  it('names the checkpoints there are where one is missing', () => {
    const store = folderStore(temporaryFolder());
    store.save(info(1), state(1));
    expect(() => store.load('x')).toThrow(/no checkpoint x in .*; there are fine-tune-1/);
    expect(() => store.remove('x')).toThrow(expect.objectContaining({ code: 'NO_CHECKPOINT' }));
    store.remove('fine-tune-1');
    expect(() => store.load('x')).toThrow(/it is empty/);
  });

  it.each<[string, (folder: string) => void, RegExp]>([
    [
      'a changed tensor',
      (f) => flip(join(f, 'tensors.safetensors'), -1),
      /tensors\.safetensors does not match its checksum/,
    ],
    ['a changed number', (f) => flip(join(f, 'state.json'), 9), /state\.json does not match/],
    ['a cut file', (f) => truncateSync(join(f, 'tensors.safetensors'), 50), /has 50 bytes, \d+ were written/],
    ['a missing file', (f) => rmSync(join(f, 'state.json')), /state\.json is missing/],
    ['a missing manifest', (f) => rmSync(join(f, 'manifest.json')), /manifest\.json is missing/],
    ['an empty manifest', (f) => truncateSync(join(f, 'manifest.json'), 0), /manifest\.json: it is not JSON/],
    [
      'a foreign manifest',
      (f) => writeFileSync(join(f, 'manifest.json'), '{"format":2}'),
      /manifest\.json: format: /,
    ],
  ])('names a checkpoint with %s and offers the one before', (_, spoil, message) => {
    const folder = temporaryFolder();
    const store = folderStore(folder);
    store.save(info(1), state(1));
    store.save(info(2), state(2));
    spoil(join(folder, '000002-fine-tune-2'));
    expect(() => store.load('fine-tune-2')).toThrow(message);
    expect(() => store.load('fine-tune-2')).toThrow(expect.objectContaining({ code: 'CORRUPT_CHECKPOINT' }));
    const latest = store.latest();
    expect(latest?.info.name).toBe('fine-tune-1');
    expect(latest?.rejected).toEqual([
      { name: 'fine-tune-2', reason: expect.stringMatching(/000002-fine-tune-2 is corrupt: /) as string },
    ]);
    spoil(join(folder, '000001-fine-tune-1'));
    expect(() => store.latest()).toThrow(/every checkpoint is corrupt: .*fine-tune-2.*fine-tune-1.*remove/);
  });

  it('never takes a spoilt file for a sound one', () => {
    const folder = temporaryFolder();
    const store = folderStore(folder);
    store.save(info(1), state(1));
    const [inside = ''] = readdirSync(folder);
    for (const name of ['state.json', 'tensors.safetensors']) {
      const path = join(folder, inside, name);
      const sound = readFileSync(path);
      for (let seed = 0; seed < 200; seed++) {
        const spoilt = corrupt(sound, seed);
        writeFileSync(path, spoilt);
        if (sound.equals(spoilt)) continue;
        expect(() => store.load('fine-tune-1'), `${name}, case ${seed}`).toThrow(
          expect.objectContaining({ code: 'CORRUPT_CHECKPOINT' }),
        );
      }
      writeFileSync(path, sound);
    }
    expect(stepOf(store.load('fine-tune-1'))).toBe(1);
  });

  it('finds any byte that was changed, and any file that was cut', () => {
    const folder = temporaryFolder();
    const store = folderStore(folder);
    store.save(info(1, { value: 0.25 }), state(1));
    const [inside = ''] = readdirSync(folder);
    const seen = () => JSON.stringify([store.list(), store.load('fine-tune-1').json]);
    const sound = seen();
    for (const name of readdirSync(join(folder, inside))) {
      const path = join(folder, inside, name);
      const bytes = readFileSync(path);
      for (let i = 0; i < bytes.length; i++) {
        const changed = Buffer.from(bytes);
        changed[i] = (bytes[i] ?? 0) ^ (1 << (i % 8));
        for (const [what, spoilt] of [
          ['byte changed', changed],
          ...(i % 8 === 0 ? [['bytes kept', bytes.subarray(0, i)] as const] : []),
        ] as const) {
          writeFileSync(path, spoilt);
          // But for what means the same, such as the last line's end of the manifest.
          let after = sound;
          try {
            after = seen();
          } catch (error) {
            expect(error, `${name}, ${i}: ${what}`).toEqual(
              expect.objectContaining({ code: expect.stringMatching(/^(CORRUPT|NO)_CHECKPOINT$/) as string }),
            );
          }
          expect(after, `${name}, ${i}: ${what}`).toBe(sound);
        }
      }
      writeFileSync(path, bytes);
    }
    expect(seen()).toBe(sound);
  });

  it('tells of those that it does not list', () => {
    const folder = temporaryFolder();
    const store = folderStore(folder);
    store.save(info(1), state(1));
    store.save(info(2), state(2));
    expect(store.rejected()).toEqual([]);
    truncateSync(join(folder, '000002-fine-tune-2', 'manifest.json'), 20);
    expect(store.list()).toEqual([info(1)]);
    expect(store.rejected()).toEqual([
      { name: 'fine-tune-2', reason: expect.stringMatching(/manifest\.json: it is not JSON/) as string },
    ]);
  });

  it('reads a checkpoint of a version whose manifests had no checksum of their own', () => {
    const folder = temporaryFolder();
    folderStore(folder).save(info(1), state(1));
    const path = join(folder, '000001-fine-tune-1', 'manifest.json');
    const { sha256: _, ...older } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify(older));
    expect(stepOf(folderStore(folder).load('fine-tune-1'))).toBe(1);
  });

  describe.each([
    { code: 'ENOSPC', of: 'write' },
    { code: 'ENOSPC', of: 'fsync', forever: true },
    { code: 'EIO', of: 'write', forever: true },
    { code: 'EIO', of: 'fsync' },
    { code: 'EACCES', of: 'write' },
  ] as const)('with $code at a $of', ({ code, ...failing }) => {
    it('at any moment of a save keeps a sound checkpoint', () => {
      for (let at = 0; ; at++) {
        const folder = temporaryFolder();
        folderStore(folder).save(info(1), state(1));
        folderStore(folder).save(info(2), state(2));
        const files = failingFiles(at, code, failing);
        let error: unknown;
        try {
          folderStore(folder, files).save(info(2, { epoch: 2 }), state(3));
        } catch (e) {
          error = e;
        }
        const after = folderStore(folder);
        const latest = after.latest();
        expect(latest?.rejected).toEqual([]);
        expect(latest?.info.name).toBe('fine-tune-2');
        expect([2, 3]).toContain(latest && stepOf(latest.state));
        expect(after.list()).toHaveLength(2);
        after.save(info(4), state(4)); // and sweeps
        expect(readdirSync(folder)).toHaveLength(3);
        if (files.changes <= at) {
          expect(error).toBeUndefined();
          expect(at).toBe(10);
          break;
        }
        expect(error).toEqual(expect.objectContaining({ code: 'FILE_ERROR' }));
        expect(String(error)).toContain(code);
      }
    });
  });
});

function flip(path: string, at: number): void {
  expect(existsSync(path)).toBe(true);
  const bytes = readFileSync(path);
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
