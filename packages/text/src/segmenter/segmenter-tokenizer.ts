import { showName, UlmfitError } from '@ulmfit/errors';
import { createTokenizer } from '../create-tokenizer.js';
import { ownString } from '../own-string.js';
import { strip } from '../python-text.js';
import { fixHtml } from '../rules/fix-html.js';
import { composeCharacters, plainSpaces } from '../rules/plain-characters.js';
import { replaceRep } from '../rules/repetition.js';
import { replaceSpace, rmUselessSpaces } from '../rules/spacing.js';
import { unescapeHtml } from '../rules/unescape-html.js';
import type { TextRule } from '../rules/fastai-rules.js';
import { specialTokens } from '../special-tokens.js';
import { forEachStretch } from '../stretches.js';
import type { Tokenizer } from '../tokenizer.js';
import { WordCache } from '../word-cache.js';
import { segmentationFingerprint } from './segmentation-fingerprint.js';
import { segmentWords } from './segment-words.js';
import { caseMark, lowerCaseOf } from './word-case.js';

export interface SegmenterTokenizerOptions {
  /** The text's language as a BCP 47 tag, such as `de`, `ja`, `pt-BR` or `zh-Hant`; `und` for none in particular. */
  language: string;
  /** How many distinct stretches between spaces to remember; 0 for none. It changes the speed, never the tokens. */
  cacheSize?: number;
}

/** A segment with its tokens: its lower case, and before that what tells its case. */
interface Unit {
  readonly segment: string;
  readonly tokens: readonly string[];
  /** Whether it is a word that `xxwrep` counts. */
  readonly isWord: boolean;
}

const longestCached = 64;
const special = new Set<string>(specialTokens);
const letterOrNumber = /[\p{L}\p{N}]/u;

const textRules: readonly TextRule[] = [
  // Of whole references `fixHtml` would leave their `&`.
  { name: 'unescape-html/1', apply: unescapeHtml },
  { name: 'fix-html/1', apply: fixHtml },
  { name: 'plain-spaces/1', apply: plainSpaces },
  { name: 'nfc/1', apply: composeCharacters },
  { name: 'replace-rep/1', apply: replaceRep },
  { name: 'rm-useless-spaces/1', apply: rmUselessSpaces },
  { name: 'begin/1', apply: (text) => `xxbos ${strip(text)}` },
];

/**
 * A tokenizer for any language: words as `Intl.Segmenter` finds them, by Unicode's rules and, for the languages that are
 * written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese), by dictionaries; with fastai's special tokens.
 * `xxmaj` and `xxup` tell the case in every script that has one, `xxrep` counts repeated characters, `xxwrep` repeated
 * words. Every document begins with `xxbos`. White space other than single spaces makes tokens of its own, as in
 * {@link fastaiTokenizer}; a special token that stands in the text, such as the `xxfld` of {@link joinFields}, stays whole.
 *
 * Words are cut by the engine's own data, which changes with its version: `environment` is a fingerprint of what it does.
 * Takes linear time on any text and never throws.
 *
 * @throws UlmfitError `BAD_LANGUAGE` when the language is not such a tag, `NO_SEGMENTER` when the engine has no
 * `Intl.Segmenter`, `BAD_OPTION` when `cacheSize` is not 0, 1, 2, ...
 * @example
 * const { tokenize } = segmenterTokenizer({ language: 'de' });
 * tokenize('Das Ende war GROSSARTIG!!!'); // xxbos xxmaj das xxmaj ende war xxup grossartig xxrep 3 !
 */
export function segmenterTokenizer({ language, cacheSize = 32_768 }: SegmenterTokenizerOptions): Tokenizer {
  const tag = canonicalTag(language);
  if (!Number.isSafeInteger(cacheSize) || cacheSize < 0) {
    throw new UlmfitError('BAD_OPTION', `cacheSize: ${cacheSize} is not 0 or a positive integer`);
  }
  const segmenter = wordSegmenter(tag);
  const lowerCase = lowerCaseOf(tag);
  const cache = cacheSize > 0 ? new WordCache<readonly Unit[]>(cacheSize) : undefined;

  const unitOf = (segment: string): Unit => {
    if (special.has(segment)) return { segment, tokens: [segment], isWord: false };
    const lower = lowerCase(segment);
    const mark = lower === segment ? undefined : caseMark(segment);
    return {
      segment,
      tokens: mark === undefined ? [lower] : [mark, lower],
      isWord: letterOrNumber.test(segment),
    };
  };
  const unitsOf = (stretch: string): Unit[] => Array.from(segmentWords(segmenter, stretch), unitOf);
  const lookUp = (text: string, start: number, end: number, hash: number): readonly Unit[] => {
    if (cache === undefined || end - start > longestCached) return unitsOf(text.slice(start, end));
    const known = cache.get(text, start, end, hash);
    if (known !== undefined) return known;
    const stretch = ownString(text.slice(start, end)); // The cache outlives documents.
    const units = unitsOf(stretch);
    cache.set(stretch, hash, units);
    return units;
  };

  const base: Tokenizer = {
    name: `segmenter:${tag}`,
    rules: `segmenter/1 ${tag}`,
    environment: `segments ${segmentationFingerprint(segmenter)}`,
    tokenize(text) {
      const tokens = new TokenList();
      forEachStretch(text, (start, end, isWhite, hash) => {
        if (isWhite) tokens.addWhite(text.slice(start, end));
        else for (const unit of lookUp(text, start, end, hash)) tokens.add(unit);
      });
      return tokens.finish();
    },
  };
  return createTokenizer({
    rules: textRules,
    base,
    tokenRules: [{ name: 'replace-space/1', apply: replaceSpace }],
  });
}

/** How many tokens after a special one belong to it: a number, and for `xxrep` the character. They are no words of the text. */
const belonging: Readonly<Record<string, number>> = { xxfld: 1, xxrep: 2, xxwrep: 1 };

/** Tokens as they come, with three or more of one word in a row as `xxwrep 3 word`. */
class TokenList {
  readonly #tokens: string[] = [];
  /** How many of the tokens to come belong to a special one. */
  #belonging = 0;
  #last: Unit | undefined;
  /** How often the last word stands in a row; all but the first are held back. */
  #count = 0;

  add(unit: Unit): void {
    if (unit.isWord && unit.segment === this.#last?.segment) {
      this.#count++;
      return;
    }
    this.#release();
    for (const token of unit.tokens) this.#tokens.push(token);
    const isWord = unit.isWord && this.#belonging === 0;
    this.#belonging = belonging[unit.segment] ?? Math.max(0, this.#belonging - 1);
    this.#last = isWord ? unit : undefined;
    this.#count = 1;
  }

  addWhite(token: string): void {
    this.#release();
    this.#last = undefined;
    this.#tokens.push(token);
  }

  finish(): string[] {
    this.#release();
    return this.#tokens;
  }

  #release(): void {
    if (this.#last === undefined || this.#count < 2) return;
    const { tokens } = this.#last;
    if (this.#count > 2) this.#tokens.splice(-tokens.length, 0, 'xxwrep', String(this.#count));
    else this.#tokens.push(...tokens);
    this.#count = 1;
  }
}

/** @throws UlmfitError `BAD_LANGUAGE` */
function canonicalTag(language: string): string {
  try {
    const [tag = ''] = Intl.getCanonicalLocales(language);
    // No language has a longer code: `german` is well-formed, and nobody's.
    if (/^[a-z]{2,3}(-|$)/.test(tag)) return tag;
  } catch {
    // As below.
  }
  throw new UlmfitError(
    'BAD_LANGUAGE',
    `language ${showName(String(language))}: not a language tag; give one such as de, ja, pt-BR or zh-Hant`,
  );
}

/** @throws UlmfitError `NO_SEGMENTER` */
function wordSegmenter(tag: string): Intl.Segmenter {
  // Some engines lack it, whatever the types say.
  const { Segmenter } = Intl as Partial<Pick<typeof Intl, 'Segmenter'>>;
  if (Segmenter === undefined) {
    throw new UlmfitError(
      'NO_SEGMENTER',
      `language ${tag}: this JavaScript engine has no Intl.Segmenter; update it, or use a Node with full ICU`,
    );
  }
  // For a language without rules of its own an engine takes those of its user's. English has Unicode's general ones.
  const known = Segmenter.supportedLocalesOf(tag).length > 0;
  return new Segmenter(known ? tag : 'en', { granularity: 'word' });
}
