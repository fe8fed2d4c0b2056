import { requireInteger } from '@ulmfit/errors';
import { compareIds, type Review } from '../review.js';
import { Dice } from './dice.js';
import { other, Writer, type Polarity } from './grammar.js';
import { reviewGrammar } from './review-grammar.js';
import { filmNames } from './film-names.js';

export interface SampleImdbOptions {
  /** An integer from 0 to 2^32 - 1. */
  seed: number;
  /** Labelled training reviews, positive and negative in turn. Default 0. */
  train?: number;
  /** Labelled test reviews, positive and negative in turn. Default 0. */
  test?: number;
  /** Reviews without a label. Default 0. */
  unsup?: number;
}

/**
 * Invented film reviews in the shape of `readImdb`: for tests, demonstrations and a first run without a download.
 *
 * They are written by a small grammar, not by people. Both sentiments use the same sentences; praise and blame come
 * negated, conceded and in other people's mouths, so that no single word tells the class. Equal seeds give equal reviews on every
 * machine, no two reviews are alike, and more of them keep the ones there were.
 *
 * @throws UlmfitError `BAD_SAMPLE` when a number is no count; `BAD_SEED`.
 * @example
 * sampleImdb({ seed: 1, train: 20, test: 10, unsup: 20 }).length; // 50
 */
export function sampleImdb({ seed, train = 0, test = 0, unsup = 0 }: SampleImdbOptions): Review[] {
  const seen = new Set<string>();
  const reviews: Review[] = [];
  for (const [pool, count] of Object.entries({ train, test, unsup })) {
    requireInteger(pool, count, { from: 0, code: 'BAD_SAMPLE' });
    for (let i = 0; i < count; i++) {
      const polarity = i % 2 === 0 ? 'pos' : 'neg';
      const rating = ratingOf(seed, pool, i, polarity);
      const folder = pool === 'unsup' ? 'unsup' : polarity;
      const split = pool === 'test' ? 'test' : 'train';
      reviews.push({
        id: `${split}/${folder}/${i}_${pool === 'unsup' ? 0 : rating}.txt`,
        split,
        label: pool === 'unsup' ? undefined : polarity,
        ...(pool !== 'unsup' && { rating }),
        text: writeUnseen(seen, (attempt) =>
          writeReview(
            new Dice({ seed, stage: 'sample', stream: pool, step: i, microBatch: attempt }),
            polarity,
            rating,
          ),
        ),
      });
    }
  }
  return reviews.sort(compareIds);
}

function ratingOf(seed: number, pool: string, step: number, polarity: Polarity): number {
  const dice = new Dice({ seed, stage: 'sample', stream: `${pool}/rating`, step });
  return polarity === 'pos' ? dice.between(7, 10) : dice.between(1, 4);
}

function writeReview(dice: Dice, polarity: Polarity, rating: number): string {
  const names = filmNames(dice);
  const writer = new Writer(reviewGrammar, dice, { ...names, rating: `${rating}` });
  const paragraphs: string[][] = [[writer.sentence('opening')]];
  const say = (symbol: string, own: Polarity = polarity) =>
    paragraphs.at(-1)?.push(writer.sentence(symbol, own));

  for (let n = dice.between(1, 2); n > 0; n--) say('plot');
  if (dice.chance(30)) say('neutral');
  if (dice.chance(40)) paragraphs.push([]);
  // The further the rating is from the middle, the more the reviewer is of one mind.
  const extreme = rating <= 2 || rating >= 9;
  for (let n = dice.between(5, 8); n > 0; n--) {
    say('opinion', dice.chance(extreme ? 96 : 88) ? polarity : other(polarity));
    if (dice.chance(10)) say('neutral');
  }
  if (dice.chance(extreme ? 10 : 35)) {
    say('concession');
    say('turn');
  }
  if (dice.chance(30)) paragraphs.push([]);
  say('verdict');
  if (dice.chance(20)) say('score');
  return paragraphs
    .filter((sentences) => sentences.length > 0)
    .map((sentences) => sentences.join(' '))
    .join('<br /><br />');
}

/** The first text of the attempts that has not come before. */
export function writeUnseen(seen: Set<string>, write: (attempt: number) => string): string {
  for (let attempt = 0; ; attempt++) {
    const text = write(attempt);
    if (seen.has(text)) continue;
    seen.add(text);
    return text;
  }
}
