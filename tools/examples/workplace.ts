import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { ones } from '@tensorflow/tfjs-core';
import { readBundle, tensorsToSafetensors, writeBundleFile } from '@ulmfit/checkpoint';
import { writeManifest } from '@ulmfit/files';
import { exportModel, run } from '@ulmfit/pipeline';
import { given, recipe } from './given.js';

/** Fills the present folder with the files that examples name: tables, a corpus, a finished run, its models in all forms. */
export async function furnish(): Promise<void> {
  const table = given
    .rows()
    .map(({ text, label }) => `Ticket,"${text}",${label}\n`)
    .join('');
  for (const name of ['tickets.csv', 'tickets-test.csv']) writeFileSync(name, `title,text,label\n${table}`);
  writeFileSync('wiki.txt.gz', gzipSync(`${given.texts().join('\n\n')}\n`));
  writeFileSync('words.txt', 'one\ntwo\n');
  mkdirSync('cache');
  writeFileSync('cache/words.txt', 'one\ntwo\n');
  await writeManifest('cache');
  mkdirSync('unpacked');
  writeFileSync('model.safetensors', tensorsToSafetensors({ weight: ones([2, 3]) }));
  const settings = { task: given.task(), recipe: recipe() };
  await run({ folder: 'runs/mine', ...settings });
  await run({ folder: 'runs/backwards', ...settings, backwards: true, linear: false });
  cpSync('runs/mine/model', 'model', { recursive: true });
  writeBundleFile('model-lm.ulmfit', readBundle('runs/mine/finetune'));
  exportModel('runs/mine', 'model.ulmfit');
}
