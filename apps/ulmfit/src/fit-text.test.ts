import { describe, expect, it } from 'vitest';
import { fitText, textWidth } from './fit-text.js';

describe('fitText', () => {
  it('fills and cuts to a number of columns', () => {
    expect(fitText('login', 8)).toBe('login   ');
    expect(fitText('delivery', 8)).toBe('delivery');
    expect(fitText('deliveries', 8)).toBe('deliver…');
  });

  it('counts wide characters as two, and splits none', () => {
    expect(fitText('日本語', 8)).toBe('日本語  ');
    expect(fitText('日本語の文', 8)).toBe('日本語… ');
    expect(textWidth('日本語')).toBe(6);
    expect(fitText('👩‍🚀👩‍🚀👩‍🚀', 5)).toBe('👩‍🚀👩‍🚀…');
  });

  it('lets no control character through', () => {
    expect(fitText('a\u001b[2Jb\nc', 12)).toBe('a\ufffd[2Jb c    ');
  });
});
