import { UlmfitError } from '@ulmfit/errors';
import { randomKey, randomWords } from '@ulmfit/kernels';
import {
  createTokenizer,
  fastaiTokenizer,
  loadTokenizer,
  tokenizerNamed,
  TokenCorpusBuilder,
  type Tokenizer,
} from '@ulmfit/text';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { StageEvent } from '../stage-event.js';
import { tokenized } from './tokenized.js';
import { TokenizerPool } from './tokenizer-pool.js';

const CHUNK = 256 * 1024;

/** Documents of some 20,000 characters each; later ones have words of their own. */
function documents(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const words = randomWords(1000, randomKey({ seed: 1, stream: 'text', step: i }));
    return Array.from(
      words,
      (word) => `${word % 7 === 0 ? 'Extraordinary' : 'inconsequential'}${word % (200 + i)}`,
    ).join(' ');
  });
}

const long = documents(150);
const tokenizer = fastaiTokenizer();
const builder = new TokenCorpusBuilder();
for (const text of long) builder.add(tokenizer.tokenize(text));
const { tokens } = builder;
const expected = bytesOf(builder);

/** All that was packed, quick to compare. */
function bytesOf(builder: TokenCorpusBuilder): Buffer {
  const { words, ids, lengths } = builder.packed();
  return Buffer.concat(
    [ids, lengths, Buffer.from(words.join(' '))].map((part) =>
      Buffer.from(part.buffer, part.byteOffset, part.byteLength),
    ),
  );
}

afterEach(() => void vi.restoreAllMocks());

describe('tokenized', () => {
  it('gives what tokenizing one by one gives, with progress, on this thread for one worker', async () => {
    const run = vi.spyOn(TokenizerPool.prototype, 'run');
    const events: StageEvent[] = [];
    const builder = await tokenized(
      long,
      tokenizer,
      { workers: 1, onEvent: (e) => events.push(e) },
      'corpus',
    );
    expect(bytesOf(builder).equals(expected)).toBe(true);
    expect(run).not.toHaveBeenCalled();
    expect(events.length).toBeGreaterThan(5);
    expect(events.at(-1)).toEqual({
      type: 'tokenize',
      stage: 'corpus',
      documents: 150,
      tokens,
      done: true,
    });
  });

  it('takes no threads for a short text or a tokenizer that they do not have', async () => {
    const run = vi.spyOn(TokenizerPool.prototype, 'run');
    await tokenized(long.slice(0, 20), tokenizer, { workers: 2 });
    const other = createTokenizer({ base: tokenizer, rules: [{ name: 'mine/1', apply: (text) => text }] });
    expect(bytesOf(await tokenized(long, other, { workers: 2 })).equals(expected)).toBe(true);
    expect(run).not.toHaveBeenCalled();
  });

  it('names the document that a tokenizer fails on', async () => {
    const failing = (error: Error) => ({
      ...tokenizer,
      rules: 'failing',
      tokenize: (text: string) => {
        if (text === 'bad') throw error;
        return [text];
      },
    });
    await expect(
      tokenized(['a', 'b', 'bad'], failing(new UlmfitError('BAD_TEXT', 'is bad')), {}, 'corpus'),
    ).rejects.toThrow(expect.objectContaining({ code: 'BAD_TEXT', message: 'corpus: document 3: is bad' }));
    await expect(tokenized(['bad'], failing(new TypeError('a bug')))).rejects.toThrow(
      'documents: document 1: a bug',
    );
  });

  it.each<[what: string, tokenize: (text: string) => unknown, message: string]>([
    [
      'throws',
      () => {
        throw new RangeError('too\nlong');
      },
      'the tokenizer mine threw "too"; it must accept any text',
    ],
    ['gives a text', (text) => text, 'the tokenizer mine gave "b"; it must return a list of strings'],
    [
      'gives a promise',
      async (text) => [text],
      'the tokenizer mine gave a promise; it must return a list of strings',
    ],
    [
      'gives a number',
      (text) => [text, 7],
      'the tokenizer mine gave 7 as token 2; it must return a list of strings',
    ],
  ])('refuses one of your own that %s, in a line', async (_, tokenize, message) => {
    const mine = { name: 'mine', rules: 'mine/1', tokenize } as unknown as Tokenizer;
    const bad = { ...mine, tokenize: (text: string) => (text === 'a' ? [text] : mine.tokenize(text)) };
    await expect(tokenized(['a', 'b'], bad, {}, 'corpus')).rejects.toMatchObject({
      name: 'UlmfitError',
      message: `corpus: document 2: ${message}`,
    });
  });
});

const built = TokenizerPool.canRun(tokenizer);
describe.skipIf(!built)(`threads${built ? '' : ' (skipped: build the packages first)'}`, () => {
  it.each([2, 3])('%i of them give the same, in the same order', async (workers) => {
    const run = vi.spyOn(TokenizerPool.prototype, 'run');
    const builder = await tokenized(long, tokenizer, { workers });
    expect(bytesOf(builder).equals(expected)).toBe(true);
    expect(run).toHaveBeenCalled();
  });

  it('make the tokenizer of a name, or of a module, for themselves', async () => {
    const run = vi.spyOn(TokenizerPool.prototype, 'run');
    const source = `export default () => ({ name: 'mine', rules: 'mine/1', tokenize: (text) => text.split('a') })`;
    const mine = await loadTokenizer(`data:text/javascript,${encodeURIComponent(source)}`);
    for (const tokenizer of [tokenizerNamed('segmenter:de'), mine]) {
      run.mockClear();
      const alone = await tokenized(long, tokenizer, { workers: 1 });
      expect(run).not.toHaveBeenCalled();
      expect(bytesOf(await tokenized(long, tokenizer, { workers: 2 })).equals(bytesOf(alone))).toBe(true);
      expect(run).toHaveBeenCalled();
    }
  });

  it('read on only as far as two chunks each are under way', async () => {
    let read = 0;
    let most = 0;
    let packed = 0;
    async function* reader() {
      for (const text of [...long, ...long]) {
        read++;
        most = Math.max(most, read - packed);
        yield text;
      }
    }
    await tokenized(reader(), tokenizer, {
      workers: 2,
      onEvent: (event) => event.type === 'tokenize' && (packed = event.documents),
    });
    const perChunk = Math.ceil(CHUNK / (long[0]?.length ?? 0));
    expect(most).toBeGreaterThan(2 * perChunk);
    expect(most).toBeLessThanOrEqual(6 * perChunk);
  });

  it('end with the error of what they are given, and are closed', async () => {
    const close = vi.spyOn(TokenizerPool.prototype, 'close');
    const bad = { length: 3, toString: undefined } as unknown as string;
    await expect(
      tokenized([...long.slice(0, 140), bad, ...long], tokenizer, { workers: 2 }, 'corpus'),
    ).rejects.toThrow(/^corpus: document 141: /);
    async function* reader() {
      yield* long;
      throw new UlmfitError('NOT_UTF8', 'corpus.txt: line 7');
    }
    await expect(tokenized(reader(), tokenizer, { workers: 2 })).rejects.toThrow('corpus.txt: line 7');
    expect(close).toHaveBeenCalledTimes(2);
  });

  it('end when they are asked to', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const onEvent = (event: StageEvent) => {
      if (event.type === 'tokenize' && event.documents > 120) controller.abort(reason);
    };
    await expect(tokenized(long, tokenizer, { workers: 2, signal: controller.signal, onEvent })).rejects.toBe(
      reason,
    );
    const pool = new TokenizerPool(1, tokenizer, AbortSignal.timeout(50));
    const endless = { texts: Array.from({ length: 2000 }, () => long[0] as string), before: 0 };
    await expect(pool.run(endless)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('that die are reported, with the documents that they had', async () => {
    const pool = new TokenizerPool(1, { ...tokenizer, rules: 'other' });
    const ended = expect.objectContaining({
      code: 'TOKENIZER_ENDED',
      message: expect.stringMatching(
        /^documents 8 to 9: .*its rules are .* and other in the main one.*--threads 1/,
      ) as string,
    });
    await expect(pool.run({ texts: ['a', 'b'], before: 7 })).rejects.toEqual(ended);
    await expect(pool.run({ texts: ['a', 'b'], before: 7 })).rejects.toEqual(ended);
    await pool.close();
  });
});
