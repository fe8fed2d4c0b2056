import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { isFresh } from './is-fresh.js';

it('is the bundle of a published package, and in a clone one of today’s code alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-quick-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const bundle = pathToFileURL(join(folder, 'bundle.mjs'));
  expect(isFresh(bundle)).toBe(false);
  write('bundle.mjs', '');
  expect(isFresh(bundle)).toBe(true);
  write('record', 'now');
  write('inputs.json', JSON.stringify({ record: createHash('sha1').update('now').digest('hex') }));
  expect(isFresh(bundle)).toBe(true);
  write('record', 'later');
  expect(isFresh(bundle)).toBe(false);
  rmSync(join(folder, 'record'));
  expect(isFresh(bundle)).toBe(false);
});
