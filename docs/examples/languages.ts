import assert from 'node:assert/strict';
import { adjustRecipe, presets, recipeTokenizer } from '@ulmfit/pipeline';
import { loadTokenizer, segmenterTokenizer } from '@ulmfit/text';

const german = segmenterTokenizer({ language: 'de' });
console.log(german.tokenize('Das Ende war ÖDE!!!')); // xxbos xxmaj das xxmaj ende war xxup öde xxrep 3 !
const japanese = segmenterTokenizer({ language: 'ja' });
console.log(japanese.tokenize('猫が好きです。')); // xxbos 猫 が 好き です 。

const inGerman = adjustRecipe(presets.small, { tokenizer: 'segmenter:de' }, 'recipe');
const inCharacters = adjustRecipe(presets.small, { tokenizer: './my-tokenizer.js' }, 'recipe');

const tokens = german.tokenize('Das Ende war ÖDE!!!').join(' ');
assert.equal(tokens, 'xxbos xxmaj das xxmaj ende war xxup öde xxrep 3 !');
assert.equal(japanese.tokenize('猫が好きです。').join(' '), 'xxbos 猫 が 好き です 。');
assert.equal((await recipeTokenizer(inGerman.tokenizer)).rules, german.rules);
const mine = await loadTokenizer(inCharacters.tokenizer.replace('.js', '.ts'), { from: import.meta.url });
assert.deepEqual(mine.tokenize('Ab'), ['xxbos', 'a', 'b']);
