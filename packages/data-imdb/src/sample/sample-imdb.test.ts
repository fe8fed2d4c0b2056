import { describe, expect, it } from 'vitest';
import { isLabelled } from '../review.js';
import { splitImdb } from '../split-imdb.js';
import { bagOfWordsAccuracy, bestSingleWord, wordsOf } from './bag-of-words.test-helper.js';
import { sampleImdb } from './sample-imdb.js';

describe('sampleImdb', () => {
  it('gives the counts asked, in balance, as readImdb would', () => {
    const reviews = sampleImdb({ seed: 1, train: 10, test: 6, unsup: 5 });
    const ids = reviews.map((review) => review.id);
    expect(ids).toEqual(ids.toSorted());
    const split = splitImdb(reviews, { seed: 1 });
    expect([split.train.length, split.test.length, split.lm.length]).toEqual([10, 6, 5]);
    for (const { id, label, rating } of reviews.filter(isLabelled)) {
      expect(id).toMatch(new RegExp(`^(train|test)/${label}/\\d+_${rating}\\.txt$`));
      expect(rating).toSatisfy((stars: number) =>
        label === 'pos' ? stars >= 7 && stars <= 10 : stars >= 1 && stars <= 4,
      );
    }
    expect(sampleImdb({ seed: 1 })).toEqual([]);
  });

  it('writes this for seed 1, on every machine', () => {
    expect(sampleImdb({ seed: 1, train: 2 }).map(({ id, text }) => [id, text])).toMatchInlineSnapshot(`
      [
        [
          "train/neg/1_1.txt",
          "My boss gave me The Bridge and the Carnival on DVD, and I finally watched it. Joan Harkenfield is a young teacher, and she has to raise a child alone before August. When a body is found in the lake, Xavier must save the family farm.<br /><br />Konrad Larkspur is dreadful as Xavier. How silly the ending is... You'll hate the cinematography. The first half is very muddled. It has a bad, terrible feel.<br /><br />All in all, an embarrassing documentary.",
        ],
        [
          "train/pos/0_8.txt",
          "First of all, I've read the book on which The Mirror Keeper is based. Meanwhile an old enemy returns (I won't say how it ends). He's an ambitious politician; she's a crooked lawyer. You can guess the rest. You'll find it in the drama section. Walter Carrowell tells the story charmingly. It's soooo sincere!!! I loved every minute of it. The climax alone is a gem. The lighting was done skillfully. Don't believe those who call it cringeworthy. There were about four people in the theater. It's one of the most moving things I've ever seen. I savored the direction. OK, the music was done without a trace of talent. Even so, it's a masterpiece.<br /><br />If you ask me, it deserves a bigger audience. 8 out of 10.",
        ],
      ]
    `);
  });

  it('keeps the reviews there were when more are asked, and changes with the seed', () => {
    const few = sampleImdb({ seed: 2, train: 20, unsup: 10 });
    const many = sampleImdb({ seed: 2, train: 60, test: 10, unsup: 30 });
    expect(many).toEqual(expect.arrayContaining(few));
    const texts = new Set(few.map((review) => review.text));
    expect(sampleImdb({ seed: 3, train: 20, unsup: 10 }).filter(({ text }) => texts.has(text))).toEqual([]);
  });

  it('writes a thousand words and more, each review different, with what tokenizers meet in real ones', () => {
    const texts = sampleImdb({ seed: 4, train: 1000, test: 500, unsup: 1500 }).map((review) => review.text);
    expect(new Set(texts).size).toBe(3000);
    const vocabulary = new Set(texts.flatMap((text) => [...wordsOf(text)]));
    expect(vocabulary.size).toBeGreaterThan(1000);
    for (const mark of [
      /<br \/><br \/>/,
      /\b\d\/10/,
      /\b[A-Z]{4,}\b/,
      /n't\b/,
      /\bso{3,}\b/,
      /!!!/,
      /\.\.\./,
      /\(/,
      /"/,
    ]) {
      expect(texts.filter((text) => mark.test(text)).length, `${mark}`).toBeGreaterThan(50);
    }
    expect(texts.filter((text) => /[{}]|a\/n|undefined/.test(text))).toEqual([]);
  });

  it.each([-1, 1.5, NaN])('refuses %d reviews', (count) => {
    expect(() => sampleImdb({ seed: 1, test: count })).toThrow(/^test is .*; it must be an integer from 0/);
  });
});

describe('the sentiment of the sample', () => {
  const { train, test } = splitImdb(sampleImdb({ seed: 5, train: 1000, test: 1000 }), { seed: 1 });

  it('can be learnt from two hundred labels, and better from more', () => {
    const few = bagOfWordsAccuracy(train.slice(0, 200), test);
    const many = bagOfWordsAccuracy(train, test);
    expect(few).toBeGreaterThan(0.85);
    expect(many).toBeGreaterThan(few);
    expect(many).toBeLessThan(1);
  });

  it('does not hang on one word', () => {
    expect(bestSingleWord([...train, ...test]).accuracy).toBeLessThan(0.7);
  });
});
