import { describe, expect, it } from 'vitest';
import { golden } from '../../../tools/parity.js';
import { rateSuggestions } from './learning-rate-finder.js';

const { found, title, settings, vector } = golden('lr_find');
type Suggestions = Record<string, Record<string, number>>;
const expected = found ? settings<{ suggestions: Suggestions }>().suggestions : {};

describe.skipIf(!found)(title('suggestions against fastai'), () => {
  it.each(Object.entries(rateSuggestions))('%s', (name, suggest) => {
    expect(Object.keys(expected)).not.toEqual([]);
    for (const [sweep, rates] of Object.entries(expected)) {
      expect(suggest(vector(`lrs/${sweep}`), vector(`losses/${sweep}`))).toBe(rates[name]);
    }
  });
});
