import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createClassifier, createLanguageModel } from '@ulmfit/awd-lstm';
import { plainDecision, saveClassifier, saveLanguageModel } from '@ulmfit/pipeline';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tar } from '../../../packages/data-imdb/src/archive.test-helper.js';
import { writeFastaiModel } from './fastai-checkpoint.test-helper.js';
import { ulmfitHere } from './in-process.test-helper.js';
import { temporaryFolder, writeCorpus, writeReviews } from './small-data.test-helper.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);

const at = (name: string) => join(folder, name);
const write = (name: string, content: string | Uint8Array) => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), content);
};
/** Changes one byte in the middle. */
const spoil = (name: string) => {
  const bytes = readFileSync(at(name));
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] as number) ^ 1;
  writeFileSync(at(name), bytes);
};
const copy = (from: string, to: string) => cpSync(at(from), at(to), { recursive: true });

/**
 * Runs a command that must fail: with one line under the command's name, exit code 2, and nothing in the run's folder.
 * @returns the line
 */
async function refused(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await ulmfitHere(args);
  expect(code, stderr).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).not.toMatch(/^\s+at /m);
  const lines = stderr.trimEnd().split('\n');
  // The preset that was chosen is told before.
  const errors = lines.filter((line) => /^ulmfit: (?!preset \S+, by)/.test(line));
  expect(errors, stderr).toEqual([lines.at(-1)]);
  return lines.at(-1) ?? '';
}

/** The same of a command that would write `out`. */
async function refusedToTrain(args: readonly string[]): Promise<string> {
  const line = await refused([...args, '--preset', 'tiny', '--out', at('out')]);
  expect(existsSync(at('out')), 'out is left').toBe(false);
  return line;
}

const sizes = { embedding: 4, hidden: 5, layers: 2 };
const words = [...specialTokens, 'good', 'bad'];

beforeAll(() => {
  writeReviews(folder, { train: 4, test: 4, unsup: 4 });
  writeCorpus(folder, 4);
  const tokenizer = fastaiTokenizer();
  const vocabulary = Vocabulary.fromJSON(words);
  const language = createLanguageModel({ ...sizes, vocabulary: words.length });
  saveLanguageModel(at('lm'), { model: language, vocabulary }, { tokenizer, backwards: false });
  saveLanguageModel(at('lm-backwards'), { model: language, vocabulary }, { tokenizer, backwards: true });
  language.dispose();
  const model = createClassifier({ ...sizes, vocabulary: words.length, classes: 2 });
  const labels = ['neg', 'pos'];
  saveClassifier(at('classifier'), {
    classifier: { model, vocabulary, classes: labels, backwards: false },
    tokenizer,
    decision: plainDecision,
  });
  model.dispose();
});

describe('flags', () => {
  it.each([
    [['run', '--train-reviews', 'many'], /--train-reviews.*many.*integer from 2/],
    [['run', '--train-reviews', '1e3'], /--train-reviews.*1e3.*integer from 2/],
    [['run', '--seed', '-1'], /--seed.*0 to 4294967295/],
    [['run', '--seed', '4294967296'], /--seed.*0 to 4294967295/],
    [['finetune', '--from', 'x', '--split-seed', '1.5'], /--split-seed.*0 to 4294967295/],
    [['run', '--preset', 'huge'], /huge.*tiny, small, own-data, paper, quick-on-cpu, best-on-cpu/],
    [['run', '--schedule', 'flat'], /flat.*one-cycle, stlr/],
    [['run', '--precision', 'float64'], /float64.*auto, float32, bfloat16/],
    [['run', '--threads', '0'], /--threads.*integer from 1 to 1024/],
    [['predict', '--model', 'x', '--threads', '1025', 'a text'], /--threads.*1025.*integer from 1 to 1024/],
    [['run', '--threads', '99999999999'], /--threads.*integer from 1 to 1024/],
    [['run', '--nonsense'], /unknown option.*--nonsense/],
    [['run', 'extra'], /too many arguments/],
    [['classify'], /--from/],
    [['predict', 'a text'], /--model/],
    [['predict', '--model', 'x'], /missing required argument 'text'/],
  ])('%j', async (args, message) => {
    expect(await refused(args)).toMatch(message);
  });
});

describe('flags of which one leaves nothing for the other', () => {
  it.each([
    [
      ['--corpus', 'a.txt'],
      ['--pretrained', 'b.pth'],
    ],
    [
      ['--corpus-words', '9'],
      ['--pretrained', 'b.pth'],
    ],
    [['--corpus', 'a.txt'], ['--no-transfer']],
    [['--corpus-words', '9'], ['--no-transfer']],
    [['--pretrained', 'b.pth'], ['--no-transfer']],
  ])('%j and %j', async (one, other) => {
    for (const args of [
      [...one, ...other],
      [...other, ...one],
    ]) {
      expect(await refusedToTrain(['run', ...args])).toMatch(
        new RegExp(
          `^ulmfit: option '${one[0]}.*' cannot be used with option '${other[0]}.*'; leave one of the two out$`,
        ),
      );
    }
  });
});

describe('a recipe', () => {
  it('that is missing, not JSON, or of settings that there are not', async () => {
    const run = (recipe: string) => refusedToTrain(['run', '--recipe', at(recipe)]);
    expect(await run('none.json')).toMatch(/none\.json: can’t be read; give a file of settings/);
    write('cut.json', '{"clip": ');
    expect(await run('cut.json')).toMatch(/cut\.json: not JSON .*; give a file of settings/);
    write('lines.json', '{\n  "clip":\r\n  much\n}\n');
    expect(await run('lines.json')).toMatch(/lines\.json: not JSON .*much.*; give a file of settings/);
    write('typo.json', '{"languageModel": {"finetune": {"epoch": 3}}}');
    expect(await run('typo.json')).toMatch(/typo\.json: languageModel\.finetune: .*"epoch"/);
    // As editors on Windows begin a file: it is read all the same.
    write('marked.json', '\ufeff{"languageModel": {"finetune": {"epochs": 1000000000}}}');
    expect(await run('marked.json')).toMatch(/marked\.json: languageModel\.finetune\.epochs: .*100000/);
  });

  it.skipIf(process.platform === 'win32')('that is a pipe, which would wait for its writer', async () => {
    execFileSync('mkfifo', [at('pipe.json')]);
    expect(await refusedToTrain(['run', '--recipe', at('pipe.json')])).toMatch(
      /pipe\.json: is neither a file nor a folder; save its content as a file$/,
    );
  });
});

describe('a preset without pretraining', () => {
  const preset = ['--preset', 'best-on-cpu', '--out', at('out')];

  it('with general text, or asked to pretrain', async () => {
    const why =
      /: this recipe starts from scratch on the task's texts .*; leave \w+ out, or choose another preset/;
    const corpus = await refused(['run', '--corpus', at('corpus.txt'), ...preset]);
    expect(corpus).toMatch(why);
    expect(corpus).toMatch(/^ulmfit: corpus: /);
    const pretrain = await refused(['pretrain', ...preset]);
    expect(pretrain).toMatch(why);
    expect(pretrain).toMatch(/^ulmfit: pretrain: /);
    expect(existsSync(at('out'))).toBe(false);
  });
});

describe('reviews', () => {
  const run = (data: string, ...more: string[]) =>
    refusedToTrain(['run', '--data', at(data), '--pretrained', at('lm'), ...more]);

  it('that are not there', async () => {
    expect(await run('nowhere')).toMatch(/nowhere: no such file or folder; check the path/);
  });

  it('in an archive that is cut short, damaged, none, or without reviews', async () => {
    const review = { name: 'aclImdb/train/pos/0_9.txt', content: 'Good. '.repeat(500) };
    const archive = gzipSync(await tar([review]));
    write('cut.tar.gz', archive.subarray(0, archive.length - 12));
    expect(await run('cut.tar.gz')).toMatch(/cut\.tar\.gz.*; /);
    write('damaged.tar.gz', archive);
    spoil('damaged.tar.gz');
    expect(await run('damaged.tar.gz')).toMatch(/damaged\.tar\.gz/);
    write('page.tar.gz', '<html>404</html>');
    expect(await run('page.tar.gz')).toMatch(/page\.tar\.gz.*gzip/);
    write('empty.tar.gz', '');
    expect(await run('empty.tar.gz')).toMatch(/empty\.tar\.gz/);
    write('notes.tar.gz', gzipSync(await tar([{ name: 'notes.txt', content: 'none' }])));
    expect(await run('notes.tar.gz')).toMatch(/notes\.tar\.gz: holds no reviews/);
    mkdirSync(at('no-reviews'));
    expect(await run('no-reviews')).toMatch(/no-reviews: holds no labelled texts; give/);
  });

  it('that are not UTF-8, naming the file', async () => {
    write('latin/train/pos/0_9.txt', Uint8Array.of(0x63, 0x61, 0x66, 0xe9));
    expect(await run('latin')).toMatch(/train\/pos\/0_9\.txt.*UTF-8/);
  });

  it('that are fewer than asked for', async () => {
    expect(await run('aclImdb', '--train-reviews', '6')).toMatch(
      /trainReviews: 6 requested, but there are 4/,
    );
    expect(await run('aclImdb', '--train-reviews', '3')).toMatch(/trainReviews: 3 is odd.*4/);
    expect(await run('aclImdb', '--lm-reviews', '5')).toMatch(/lmReviews: 5 requested, but there are 4/);
    expect(await run('aclImdb', '--test-reviews', '8')).toMatch(/testReviews: 8 requested/);
  });

  it('of which a set is empty', async () => {
    const classify = (data: string) => refusedToTrain(['classify', '--data', at(data), '--from', at('lm')]);
    write('pos/train/pos/0_9.txt', 'A film.');
    expect(await run('pos')).toMatch(/pos: one text for the language model/);
    expect(await classify('pos')).toMatch(/pos: holds no labelled reviews of both classes/);
    expect(await refused(['evaluate', '--data', at('pos'), '--model', at('classifier')])).toMatch(
      /pos: holds no labelled reviews of both classes/,
    );
  });
});

describe('a corpus', () => {
  const pretrain = (name: string) => refusedToTrain(['pretrain', '--corpus', at(name)]);

  it.each<[string, string | Uint8Array, RegExp]>([
    ['empty.txt', '', /empty\.txt: holds no words/],
    ['blank.txt', ' \n\n\n \n', /blank\.txt: holds no words/],
    ['latin.txt', Uint8Array.of(0x61, 0x0a, 0xe9), /latin\.txt.*line 2.*UTF-8|latin\.txt.*UTF-8.*line 2/],
    ['notes.pdf', 'text', /notes\.pdf: does not end in \.txt/],
    ['cut.txt.gz', Buffer.from('1f8b0800000000000003', 'hex'), /cut\.txt\.gz/],
    ['page.txt.gz', '<html>', /page\.txt\.gz.*gzip/],
    ['short.txt', 'One.\n\n\nTwo.', /tokens are too few for a batch/],
    ['one.txt', 'A single short document.', /pretrain: the text is a single document/],
  ])('%s', async (name, content, message) => {
    write(name, content);
    expect(await pretrain(name)).toMatch(message);
  });

  it('that is not there, or a folder without one', async () => {
    expect(await pretrain('nowhere.txt')).toMatch(/nowhere\.txt: no such file or folder/);
    mkdirSync(at('no-corpus'));
    expect(await pretrain('no-corpus')).toMatch(/no-corpus: no \.txt or \.txt\.gz/);
  });
});

describe('a classifier', () => {
  const predict = (model: string) => refused(['predict', '--model', at(model), 'a text']);

  it('that is not there, or a language model', async () => {
    expect(await predict('nowhere')).toMatch(/nowhere: holds no classifier/);
    expect(await predict('lm')).toMatch(/lm: holds a language model; give a classifier/);
    expect(await refused(['evaluate', '--model', at('classifier'), '--ensemble', at('lm')])).toMatch(
      /lm: holds a language model/,
    );
  });

  it.each<[string, (folder: string) => void, RegExp]>([
    ['whose weights are spoilt', (f) => spoil(`${f}/weights.safetensors`), /weights\.safetensors.*checksum/],
    ['whose weights are cut', (f) => truncateSync(at(`${f}/weights.safetensors`), 9), /has 9 bytes/],
    ['whose words are spoilt', (f) => spoil(`${f}/vocabulary.json`), /vocabulary\.json.*checksum/],
    ['whose description is no JSON', (f) => write(`${f}/bundle.json`, '{"kind'), /bundle\.json.*not JSON/],
    [
      'whose description was edited',
      (f) => {
        const path = at(`${f}/bundle.json`);
        writeFileSync(path, readFileSync(path, 'utf8').replace('"hidden": 5', '"hidden": 6'));
      },
      /bundle\.json: does not match its own checksum; .*take out "sha256"/,
    ],
    ['whose description is another', (f) => write(`${f}/bundle.json`, '{}'), /bundle\.json: format/],
    [
      'whose sizes are wrong',
      (f) => edit(`${f}/bundle.json`, '"hidden": 5', '"hidden": 6'),
      /rnn\.0.*\[20, 4\].*\[24, 4\]|rnn\.0.*\[24, 4\].*\[20, 4\]/,
    ],
    [
      'whose sizes are missing',
      (f) => edit(`${f}/bundle.json`, '"hidden": 5', '"height": 5'),
      /bundle\.json: hidden/,
    ],
    [
      'of another tokenizer',
      (f) => edit(`${f}/bundle.json`, fastaiTokenizer().rules, 'other-rules'),
      /cut by other rules of the tokenizer fastai \("other-rules"\)/,
    ],
  ])('%s', async (_, damage, message) => {
    copy('classifier', 'damaged');
    damage('damaged');
    expect(await predict('damaged')).toMatch(message);
  });

  it('without one of its files', async () => {
    copy('classifier', 'partial');
    copyFileSync(at('partial/weights.safetensors'), at('partial/elsewhere'));
    truncateSync(at('partial/weights.safetensors'));
    expect(await predict('partial')).toMatch(/weights\.safetensors has 0 bytes|weights\.safetensors: has 0/);
  });

  /** As somebody would who has read of the checksum. */
  const edit = (name: string, from: string, to: string) => {
    const text = readFileSync(at(name), 'utf8');
    expect(text).toContain(from);
    writeFileSync(at(name), text.replace(from, to).replace(/,\s*"sha256": "\w{64}"\s*}\s*$/, '}'));
  };
});

describe('a language model to start from', () => {
  const finetune = (from: string, ...more: string[]) =>
    refusedToTrain(['finetune', '--data', at('aclImdb'), '--from', at(from), ...more]);

  it('that is not there, a classifier, or of the other direction', async () => {
    expect(await finetune('nowhere')).toMatch(/nowhere: holds no language model/);
    expect(await finetune('classifier')).toMatch(/classifier: holds a classifier; give a language model/);
    expect(await finetune('lm-backwards')).toMatch(/lm-backwards: reads backwards.*add --backwards/);
    expect(await finetune('lm', '--backwards')).toMatch(/lm: reads forwards.*leave out --backwards/);
  });

  it('of fastai, without its words or damaged', async () => {
    mkdirSync(at('fastai'));
    writeFastaiModel(at('fastai'), words, sizes);
    expect(await finetune('fastai/nowhere.pth')).toMatch(/nowhere\.pth: no such file/);

    mkdirSync(at('alone'));
    copyFileSync(at('fastai/lm.pth'), at('alone/lm.pth'));
    expect(await finetune('alone/lm.pth')).toMatch(/lm\.pth: its words are not beside it/);

    write('alone/lm.pkl', 'garbage');
    expect(await finetune('alone/lm.pth')).toMatch(/lm\.pkl/);

    copyFileSync(at('fastai/lm.pkl'), at('alone/lm.pkl'));
    write('alone/lm.pth', 'garbage');
    expect(await finetune('alone/lm.pth')).toMatch(/lm\.pth/);
    write('alone/lm.pth', readFileSync(at('fastai/lm.pth')).subarray(0, 700));
    expect(await finetune('alone/lm.pth')).toMatch(/lm\.pth/);
    write('alone/lm.pth', '');
    expect(await finetune('alone/lm.pth')).toMatch(/lm\.pth/);

    mkdirSync(at('longer'));
    writeFastaiModel(at('longer'), [...words, 'more'], sizes);
    copyFileSync(at('longer/lm.pkl'), at('fastai/lm.pkl'));
    expect(await finetune('fastai/lm.pth')).toMatch(/lm\.pkl: has 12 words but .*lm\.pth 11 rows/);
    writeFastaiModel(at('fastai'), ['the', ...words.slice(0, -1)], sizes);
    expect(await finetune('fastai/lm.pth')).toMatch(/lm\.pkl: .*begins with the, xxunk/);
  });
});

describe('the folder of a run', () => {
  it('that is a file', async () => {
    write('file', 'mine');
    const args = ['pretrain', '--corpus', at('corpus.txt'), '--out', at('file')];
    expect(await refused(args)).toMatch(/file: /);
    expect(readFileSync(at('file'), 'utf8')).toBe('mine');
  });

  it('that another run has with other settings, or that is damaged, stays as it is', async () => {
    for (const [content, message] of [
      ['{"data": 1}', /run holds a run with other settings \(task, .*give another folder/],
      ['{"data', /run\/config\.json is not JSON/],
    ] as const) {
      write('run/config.json', content);
      expect(await refused(['pretrain', '--out', at('run')])).toMatch(message);
      expect(readdirSync(at('run'))).toEqual(['config.json']);
      expect(readFileSync(at('run/config.json'), 'utf8')).toBe(content);
    }
  });

  it('that is the user’s own keeps what is in it, and no more', async () => {
    write('mine/notes.txt', 'mine');
    expect(await refused(['run', '--data', at('nowhere'), '--no-transfer', '--out', at('mine')])).toMatch(
      /nowhere/,
    );
    expect(readdirSync(at('mine'))).toEqual(['notes.txt']);
  });
});
