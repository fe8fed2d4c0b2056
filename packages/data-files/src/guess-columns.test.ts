import { describe, expect, it } from 'vitest';
import { guessColumns } from './guess-columns.js';

describe('guessColumns', () => {
  it.each([
    [['id', 'text', 'label'], {}, ['text'], 'label'],
    [['Label', 'Review Text', 'Title'], {}, ['Title', 'Review Text'], 'Label'],
    [['subject', 'body', 'category'], {}, ['subject', 'body'], 'category'],
    [['title', 'text', 'section', 'tags'], {}, ['title', 'text'], 'section'],
    [['title', 'text', 'section', 'tags'], { several: true }, ['title', 'text'], 'tags'],
    [['text', 'label', 'content'], { text: ['content'] }, ['content'], 'label'],
    [['text', 'label', 'kind'], { label: 'kind' }, ['text'], 'kind'],
    [['text', 'kind'], {}, ['text'], 'kind'],
    [['words', 'label'], {}, ['words'], 'label'],
    [['id', 'words', 'kind'], { text: ['words'], label: 'kind' }, ['words'], 'kind'],
    [['text', 'label'], { label: null }, ['text'], undefined],
    [['headline', 'target'], {}, ['headline'], 'target'],
  ])('%j %j', (columns, given, text, label) => {
    expect(guessColumns('a.csv', columns, given)).toMatchObject({ text, label });
  });

  it('says what it has guessed, and nothing of what is named', () => {
    const columns = ['title', 'text', 'label'];
    expect(guessColumns('a.csv', columns, {}).guessed).toEqual([
      'text columns: title, text (guessed)',
      'label column: label (guessed)',
    ]);
    expect(guessColumns('a.csv', columns, { text: ['text'], label: 'label' }).guessed).toEqual([]);
  });
});
