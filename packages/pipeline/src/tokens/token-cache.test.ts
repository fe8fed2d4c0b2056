import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { corpusText } from '@ulmfit/data-files';
import { fastaiTokenizer, type Tokenizer } from '@ulmfit/text';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { micro, opinionsOf } from '../micro.test-helper.js';
import { run } from '../run/run.js';
import type { StageEvent } from '../stage-event.js';
import { TokenCache } from './token-cache.js';
import { tokenized } from './tokenized.js';
import { userTokenCache } from './user-token-cache.js';

let folder = '';
let problems: string[] = [];
let cache: TokenCache;
const at = (...names: string[]) => join(folder, ...names);
const kept = () => readdirSync(at('tokens')).map((name) => at('tokens', name));
const texts = opinionsOf(30).texts;

interface Corpus {
  readonly path: string;
  readonly words?: number;
}
const corpus = (words?: number): Corpus => ({
  path: at('corpus.txt'),
  ...(words === undefined ? {} : { words }),
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ulmfit-'));
  problems = [];
  cache = new TokenCache({ folder: at('tokens'), onProblem: (line) => problems.push(line) });
  writeFileSync(at('corpus.txt'), texts.join('\n\n\n'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** Tokenizes and tells whether it came from the cache. */
async function tokenize(source: readonly string[] | Corpus = corpus(), changes: Partial<Tokenizer> = {}) {
  const text = 'path' in source ? corpusText(source.path, source) : undefined;
  const [documents, content] = text
    ? [text.documents(), () => text.fingerprint()]
    : [source as readonly string[], undefined];
  const tokenizer = { ...fastaiTokenizer(), ...changes };
  const calls = vi.spyOn(tokenizer, 'tokenize').mock.calls;
  let isCached = false;
  const onEvent = (event: StageEvent) => {
    if (event.type === 'tokenize') isCached = event.cached === true;
  };
  const builder = await tokenized(documents, tokenizer, { cache, content, onEvent });
  expect(calls.length === 0).toBe(isCached);
  return { packed: builder.packed(), isCached };
}

describe('TokenCache', () => {
  it('gives the second time what was tokenized the first', async () => {
    for (const documents of [texts, corpus()]) {
      const first = await tokenize(documents);
      const second = await tokenize(documents);
      expect([first.isCached, second.isCached]).toEqual([false, true]);
      expect(second.packed).toEqual(first.packed);
    }
    expect(problems).toEqual([]);
  });

  it("goes by the engine's data and the bytes of a tokenizer's module", async () => {
    const module = pathToFileURL(at('mine.mjs')).href;
    const cached = async (changes: Partial<Tokenizer>) => (await tokenize(texts, changes)).isCached;
    writeFileSync(at('mine.mjs'), 'one');
    const all = [{}, { environment: 'a' }, { environment: 'b' }, { module }];
    for (const changes of all) expect([await cached(changes), await cached(changes)]).toEqual([false, true]);
    writeFileSync(at('mine.mjs'), 'two');
    expect([await cached({ module }), await cached({ module })]).toEqual([false, true]);
    vi.stubGlobal('process', { ...process, versions: { ...process.versions, icu: '1.0' } });
    expect([await cached({}), await cached({ environment: 'a' })]).toEqual([true, false]);
    vi.unstubAllGlobals();
    rmSync(at('mine.mjs'));
    expect([await cached({ module }), await cached({ module })]).toEqual([false, false]);
  });

  it('goes by the text and the rules, not by names and times', async () => {
    await tokenize();
    cpSync(at('corpus.txt'), at('copy.txt'));
    expect((await tokenize({ path: at('copy.txt') })).isCached).toBe(true);
    expect((await tokenize(corpus(), { rules: 'other/2' })).isCached).toBe(false);
    expect((await tokenize(corpus(20))).isCached).toBe(false);
    // One byte, at the same size and time.
    const { atime, mtime } = statSync(at('corpus.txt'));
    writeFileSync(at('corpus.txt'), readFileSync(at('corpus.txt'), 'utf8').replace('film', 'firm'));
    utimesSync(at('corpus.txt'), atime, mtime);
    expect((await tokenize()).isCached).toBe(false);
    expect((await tokenize([...texts.slice(1), 'firm'])).isCached).toBe(false);
    // Texts that differ in where they are cut, or in halves of characters.
    for (const list of [['ab', 'c'], ['a', 'bc'], ['\ud800'], ['\ud801']]) {
      expect((await tokenize(list)).isCached).toBe(false);
    }
  });

  it('remakes what is damaged or cut short, and says so in a line', async () => {
    const { packed } = await tokenize();
    const [path = ''] = kept();
    const whole = readFileSync(path);
    for (let position = 0; position < whole.length; position += 97) {
      const spoilt = Buffer.from(whole);
      spoilt[position] = (spoilt[position] as number) ^ 4;
      writeFileSync(path, spoilt);
      expect(cache.read(path.slice(-71, -7)), `byte ${position}`).toBeUndefined();
    }
    expect(problems.length).toBe(Math.ceil(whole.length / 97));
    for (const size of [0, 1, 90, whole.length - 40, whole.length - 1]) {
      problems = [];
      truncateSync(path, size);
      const again = await tokenize();
      expect(again).toEqual({ packed, isCached: false });
      expect(problems).toEqual([expect.stringMatching(/^token cache: .*\.tokens: .*; tokenizing again$/)]);
      expect(readFileSync(path).equals(whole)).toBe(true);
    }
  });

  it('trusts nothing that a killed process left, and sweeps it in time', async () => {
    mkdirSync(at('tokens'));
    const left = at('tokens', 'x.tokens.1.tmp');
    writeFileSync(left, '{"key"');
    await tokenize();
    expect(existsSync(left)).toBe(true); // It may be another process's.
    utimesSync(left, 0, 0);
    await tokenize(texts);
    expect(existsSync(left)).toBe(false);
    expect(kept().every((path) => path.endsWith('.tokens'))).toBe(true);
  });

  it('keeps no more than it may, and the last one in any case', async () => {
    await tokenize(['one'.repeat(9)]);
    const [first = ''] = kept();
    utimesSync(first, 1000, 1000);
    const { size } = statSync(first);
    cache = new TokenCache({ folder: at('tokens'), maxBytes: 2.5 * size });
    await tokenize(['two'.repeat(9)]);
    const [second = ''] = kept().filter((path) => path !== first);
    utimesSync(second, 2000, 2000);
    await tokenize(['one'.repeat(9)]); // Used again.
    await tokenize(['six'.repeat(9)]);
    expect([existsSync(first), existsSync(second)]).toEqual([true, false]);
    cache = new TokenCache({ folder: at('tokens'), maxBytes: 1 });
    await tokenize(['ten'.repeat(9)]);
    expect(kept().length).toBe(1);
    expect((await tokenize(['ten'.repeat(9)])).isCached).toBe(true);
  });

  it('never stops the work', async () => {
    writeFileSync(at('tokens'), 'a file');
    const { packed } = await tokenize();
    expect(packed.lengths.length).toBe(30);
    expect(problems.at(-1)).toMatch(/can't be kept/);
  });

  it('keeps nothing of a file that changes while it is read', async () => {
    const content = vi.fn(async () => `content ${content.mock.calls.length}`);
    await tokenized(texts, fastaiTokenizer(), { cache, content });
    expect(existsSync(at('tokens'))).toBe(false);
  });
});

describe('a run', () => {
  const recipe = {
    ...micro,
    languageModel: {
      ...micro.languageModel,
      pretrain: { epochs: 1, lr: 8e-2, dropoutMultiplier: 0.1, divisor: 1 },
    },
  };
  const pretrain = async (name: string, tokenCache?: boolean) => {
    const told: boolean[] = [];
    await run({
      recipe,
      corpus: corpusText(at('corpus.txt')),
      folder: at(name),
      stages: ['pretrain'],
      tokenCache,
      onEvent: (event) => event.type === 'tokenize' && event.done && told.push(event.cached === true),
    });
    return { told, weights: readFileSync(at(name, 'pretrain/weights.safetensors')).toString('base64') };
  };

  it('ends with the same bytes with the cache, and says that it uses it', async () => {
    vi.stubEnv('ULMFIT_CACHE', folder);
    const without = await pretrain('without', false);
    vi.stubEnv('ULMFIT_TOKEN_CACHE', '0');
    expect(userTokenCache()).toBeUndefined();
    vi.stubEnv('ULMFIT_TOKEN_CACHE', '');
    expect(existsSync(at('tokens'))).toBe(false);
    const first = await pretrain('first');
    const second = await pretrain('second');
    expect([without, first, second].flatMap(({ told }) => told)).toEqual([false, false, true]);
    expect(first.weights).toBe(without.weights);
    expect(second.weights).toBe(without.weights);
  });
});

const dist = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
it.skipIf(!existsSync(dist))(
  'two processes share a cache (skipped where the packages are not built)',
  async () => {
    const program = `
      const { TokenCache, tokenized } = await import(${JSON.stringify(dist)});
      const { fastaiTokenizer } = await import('@ulmfit/text');
      const cache = new TokenCache({ folder: ${JSON.stringify(at('tokens'))}, onProblem: console.log });
      for (let i = 0; i < 20; i++) {
        const texts = Array.from({ length: 20 }, (_, j) => 'a text ' + i * j);
        const builder = await tokenized(texts, fastaiTokenizer(), { cache });
        if (builder.documents !== 20) console.log(builder.documents, 'documents');
      }`;
    const start = () =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
      });
    for (const { stdout } of await Promise.all([start(), start()])) expect(stdout).toBe('');
    expect(kept().length).toBe(20);
  },
);
