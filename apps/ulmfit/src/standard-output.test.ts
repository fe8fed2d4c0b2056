import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createClassifier } from '@ulmfit/awd-lstm';
import { plainDecision, saveClassifier } from '@ulmfit/pipeline';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './small-data.test-helper.js';
import { ReaderEnded, printLines } from './standard-output.js';
import { startUlmfit } from './ulmfit.test-helper.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);

/** A stream that fails as the system would. */
const failing = (code: string, errno: number) =>
  new Writable({ write: (_, __, done) => done(Object.assign(new Error(code), { code, errno })) }).on(
    'error',
    () => undefined,
  );

describe('printLines', () => {
  it('writes each with its end, to a stream and to a file', async () => {
    let text = '';
    const stream = new Writable({ write: (chunk: Buffer, _, done) => done(void (text += chunk.toString())) });
    await printLines(['a', 'b'], stream);
    expect(text).toBe('a\nb\n');

    const fd = openSync(join(folder, 'out'), 'w');
    await printLines(['a'], Object.assign(stream, { fd }));
    await printLines(['é'], Object.assign(stream, { fd }));
    closeSync(fd);
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('a\né\n');
    expect(text).toBe('a\nb\n');
  });

  it('says what the system says', async () => {
    await expect(printLines(['a'], failing('EIO', -5))).rejects.toMatchObject({
      code: 'FILE_ERROR',
      message:
        'cannot write standard output: EIO i/o error; make room or send it elsewhere, then give the same command again',
    });
  });

  it('tells a reader that has ended from an error', async () => {
    await expect(printLines(['a'], failing('EPIPE', -32))).rejects.toBeInstanceOf(ReaderEnded);
  });
});

describe('results that are not taken', () => {
  const model = join(folder, 'model');
  beforeAll(() => {
    const sizes = { embedding: 4, hidden: 5, layers: 2, vocabulary: specialTokens.length, classes: 2 };
    const classifier = createClassifier(sizes);
    const vocabulary = Vocabulary.fromJSON([...specialTokens]);
    const labels = ['neg', 'pos'];
    const trained = { model: classifier, vocabulary, classes: labels, backwards: false };
    saveClassifier(model, { classifier: trained, tokenizer: fastaiTokenizer(), decision: plainDecision });
    classifier.dispose();
  });
  const commands = () => [
    ['predict', '--model', model, '--backend', 'cpu', 'a text'],
    ['predict', '--model', model, '--backend', 'cpu', '--json', 'a text'],
    ['evaluate', '--model', model, '--backend', 'cpu', '--test-reviews', '2'],
    ['doctor'],
    ['--version'],
    ['run', '--help'],
  ];

  const full = '/dev/full';
  it.skipIf(!existsSync(full))('on a full disk are an error (only where there is /dev/full)', async () => {
    for (const args of commands()) {
      const stdout = openSync(full, 'w');
      const { code, stderr } = await startUlmfit(args, { stdout }).ended;
      closeSync(stdout);
      expect(code, stderr).toBe(2);
      expect(stderr).toMatch(/^ulmfit: cannot write standard output: ENOSPC no space left on device; .*\n$/m);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
  });

  it.skipIf(process.platform === 'win32')(
    'by a reader that has ended are none (a broken pipe: not on Windows)',
    async () => {
      for (const args of commands()) {
        const { child, ended } = startUlmfit(args);
        child.stdout?.destroy();
        const { code, stderr } = await ended;
        expect(code, stderr).toBe(141);
        expect(stderr).not.toMatch(/ulmfit: |EPIPE|^\s+at /m);
      }
    },
  );
});
