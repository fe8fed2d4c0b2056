import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentWords } from './segment-words.js';

const segmenter = new Intl.Segmenter('ja', { granularity: 'word' });
const segments = (text: string) => [...segmentWords(segmenter, text)];

describe('segmentWords', () => {
  it('gives what the engine gives of a short text', () => {
    const text = '猫が好きです。 Ein 👩‍👩‍👧 und 3,5 km';
    expect(segments(text)).toEqual(Array.from(segmenter.segment(text), ({ segment }) => segment));
  });

  it('loses nothing, and cuts no character, however long the text', () => {
    const parts = fc.constantFrom('猫', 'です', 'a', '😀', '👩‍👩‍👧', '\ud83d', 'e\u0301', ' ', '。');
    const text = fc
      .array(fc.tuple(parts, fc.integer({ min: 1, max: 700 })), { maxLength: 4 })
      .map((runs) => runs.map(([part, count]) => part.repeat(count)).join(''));
    fc.assert(
      fc.property(text, (text) => {
        const found = segments(text);
        expect(found.join('')).toBe(text);
        const characters = found.reduce((sum, segment) => sum + [...segment].length, 0);
        expect(characters).toBe([...text].length);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('takes time that grows with the text as it is, and not with its square as the engine does', () => {
    const seconds = (sentences: number): number => {
      const text = '猫が好きです'.repeat(sentences);
      const before = process.cpuUsage().user;
      expect(segments(text)).toHaveLength(4 * sentences);
      return (process.cpuUsage().user - before) / 1e6;
    };
    seconds(100);
    expect(seconds(16_000)).toBeLessThan(24 * seconds(2_000)); // 8 times as long; the engine by itself: 50
  });
});
