import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from './small-data.test-helper.js';
import { ulmfit } from './ulmfit.test-helper.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);

const rows = Array.from({ length: 30 }, (_, i) => `a text of number ${i},${i % 2 ? 'x' : 'y'}\n`).join('');
const good = `text,label\n${rows}`;
const bytes = (...parts: (string | Uint8Array)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
/** So many times the same, as one gzip stream: its pieces stand one after the other. */
const repeated = (start: string, piece: Uint8Array, times: number) =>
  bytes(gzipSync(start), ...Array<Uint8Array>(times).fill(gzipSync(piece)));
const megabyte = 1 << 20;
/** A megabyte of letters that gzip packs fifty to one, which text might do. */
const letters = Buffer.alloc(
  megabyte,
  Uint8Array.from(
    { length: 20_000 },
    (_, i) => 97 + (((Math.imul(i + 1, 2654435761) ^ Math.imul(i * i + 7, 40503)) >>> 15) % 26),
  ),
);

interface Case {
  readonly what: string;
  /** Files by name; `data.csv` unless the flags say another. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly data?: string;
  readonly flags?: readonly string[];
  readonly message: RegExp;
}

const cases: readonly Case[] = [
  {
    what: 'no such column',
    files: { 'data.csv': good },
    flags: ['--label-column', 'team'],
    message: /data\.csv: has no column "team"; its columns are text, label$/,
  },
  {
    what: 'a row of another width',
    files: { 'data.csv': `${good}one,x,more\n` },
    message: /data\.csv: line 32 has 3 columns, and the first row 2; quote texts/,
  },
  { what: 'an empty file', files: { 'data.csv': '' }, message: /data\.csv: holds no texts; give/ },
  {
    what: 'a header alone',
    files: { 'data.csv': 'text,label\n' },
    message: /data\.csv: holds no texts; give/,
  },
  {
    what: 'one class',
    files: { 'data.csv': 'text,label\na,x\nb,x\n' },
    message: /data\.csv: all training texts have the label "x"; give texts of two classes or more$/,
  },
  {
    what: 'a label of the test file that training lacks',
    files: { 'data.csv': good, 'test.csv': 'text,label\na,x\nb,other\n' },
    flags: ['--test', 'test.csv'],
    message: /test\.csv: has the label "other", which no training text has; add such texts to training, or/,
  },
  {
    what: 'more classes than there can be',
    files: { 'data.csv': `text,label\n${Array.from({ length: 20_000 }, (_, i) => `a,c${i}\n`).join('')}` },
    message: /data\.csv: 10001 classes in 10001 training texts; is this the right column of labels\?$/,
  },
  {
    what: 'a label of white space',
    files: { 'data.csv': `${good}one,"  "\n` },
    message: /data\.csv: line 32: the label is white space; correct it, or leave the field empty$/,
  },
  {
    what: 'a NUL byte',
    files: { 'data.csv': `${good}o\0ne,x\n` },
    message: /data\.csv: line 32 holds a NUL byte; save the file as UTF-8 text$/,
  },
  {
    what: 'broken UTF-8',
    files: { 'data.csv': bytes(good, Uint8Array.of(0x63, 0xe9, 0x2c, 0x78, 0x0a)) },
    message: /data\.csv: line 32 is not valid UTF-8; convert the file to UTF-8$/,
  },
  {
    what: 'a line of a gigabyte',
    files: { 'data.csv.gz': repeated('text,label\n', letters, 1024) },
    data: 'data.csv.gz',
    message: /data\.csv\.gz: line 2 has more than 67108864 bytes; break it into shorter lines$/,
  },
  {
    what: 'a gigabyte of zeros',
    files: { 'data.csv.gz': repeated('', Buffer.alloc(megabyte), 1024) },
    data: 'data.csv.gz',
    message: /data\.csv\.gz: line 1 holds a NUL byte; save the file as UTF-8 text$/,
  },
  {
    what: 'a gzip bomb',
    files: {
      'data.csv.gz': repeated('text,label\n', Buffer.from(`${'word '.repeat(4000)},x\n`.repeat(50)), 1024),
    },
    data: 'data.csv.gz',
    message: /data\.csv\.gz: unpacks to more than 100 times its size, unlike any text; use another file$/,
  },
  {
    what: 'gzip that is cut short',
    files: { 'data.csv.gz': gzipSync(good).subarray(0, 90) },
    data: 'data.csv.gz',
    message: /data\.csv\.gz: ends too early: it was not copied or packed whole; use a whole copy$/,
  },
];

// Processes of their own, several at a time.
it.concurrent.each(cases)(
  '$what is refused in one line',
  { timeout: 240_000 },
  async ({ what, files, data, flags = [], message }) => {
    const cwd = join(folder, what.replaceAll(' ', '-'));
    mkdirSync(join(cwd, 'kept'), { recursive: true });
    writeFileSync(join(cwd, 'kept/notes.txt'), 'mine');
    for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
    // Into a folder that isn't there, or every other time one that holds something.
    const out = what.length % 2 ? 'out' : 'kept';
    const { code, stdout, stderr } = await ulmfit(
      ['run', '--data', data ?? 'data.csv', ...flags, '--backend', 'cpu', '--preset', 'tiny', '--out', out],
      { cwd },
    );
    expect({ code, stdout, lines: stderr.trimEnd().split('\n').length }, stderr).toEqual({
      ...{ code: 2, stdout: '', lines: 1 },
    });
    expect(stderr.trimEnd()).toMatch(/^ulmfit: /);
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr).not.toMatch(/delete|download|remove/i);
    expect(existsSync(join(cwd, 'out'))).toBe(false);
    expect(readdirSync(join(cwd, 'kept'))).toEqual(['notes.txt']);
  },
);
