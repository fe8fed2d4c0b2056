import { expect, it } from 'vitest';
import { words } from './words.js';

it.each([
  ['A film of 2 parts, part_1 and part 22!', ['film', 'of', 'parts', 'part_1', 'and', 'part', '22']],
  ["Don't SHOUT: it's über.", ['don', 'shout', 'it', 'über']],
  ['Zoe\u0308', ['zoë']],
  ['हिन्दी भाषा', ['हिन्दी', 'भाषा']],
  ['私は本を読む。Good!', ['私', 'は', '本', 'を', '読む', 'good']],
  ['สวัสดีครับ', ['สวัสดี', 'ครับ']],
  ['', []],
  ['?! …', []],
])('finds the words of %j', (text, wanted) => {
  expect(words(text)).toEqual(wanted);
});
