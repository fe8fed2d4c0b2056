import { html, type Html } from './html.js';

/** What the words of a report mean, each in a sentence or two. */
const meanings = {
  accuracy: 'The share of texts whose predicted class is the true one.',
  'micro F1': 'F1 over all decisions together: one for each text and class.',
  'macro F1': 'The mean of F1 over the classes: every class counts equally, however few texts it has.',
  'weighted F1': 'The mean of F1 over the classes, each weighted by its number of texts.',
  '95 % interval':
    'The range in which accuracy on unlimited texts of this kind probably lies (Wilson). With few texts it is wide.',
  guessing: 'Always answering the most frequent class, without reading the text.',
  'plain baseline':
    'TF-IDF with logistic regression: which words a text has, without their order. It trains in seconds.',
  precision: 'Of the texts predicted as this class, the share that belongs to it.',
  recall: 'Of the texts of this class, the share that was found.',
  F1: 'The harmonic mean of precision and recall: high only where both are.',
  'ROC-AUC':
    'How often a text of the class has a higher probability than one that is not. 0.5 is chance, 1 is perfect.',
  'log-loss': 'How unlikely the model found the true classes. It punishes confident errors.',
  'calibration error':
    'How far probabilities are from how often they are right. At 0, “90 % sure” is right in nine of ten cases.',
  'exactly right': 'The share of texts for which every class is right and none is missing.',
  'Hamming loss': 'The share of wrong decisions among all texts and classes.',
  perplexity:
    'How many equally likely next words the language model hesitates between, on unseen text. Lower is better.',
  linear: 'The plain baseline: TF-IDF with logistic regression.',
  neural: 'The fine-tuned language model with a classifier on top.',
  blend: 'Both models together, weighted as the validation texts suggest.',
} as const;

type Term = keyof typeof meanings;

const isTerm = (word: string): word is Term => Object.hasOwn(meanings, word);

const idOf = (word: Term): string => `term-${word.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;

/** A word that tells its meaning under the mouse and on focus; a word without one stays as it is. */
export function term(word: string, shown: string = word): Html {
  // Of one-vs-rest and the like.
  const [plain = ''] = word.split(', ');
  if (!isTerm(plain)) return html`${shown}`;
  return html`<button
    type="button"
    class="term"
    aria-describedby="${idOf(plain)}"
    data-tip="${meanings[plain]}"
  >
    ${shown}
  </button>`;
}

/** The meanings of all words, for who reads on paper, by touch or by ear. */
export const glossary = (): Html =>
  html`<details>
    <summary>What the words mean</summary>
    <dl>
      ${Object.entries(meanings).map(([word, meaning]) =>
        isTerm(word)
          ? html`<dt>${word}</dt>
              <dd id="${idOf(word)}">${meaning}</dd>`
          : html``,
      )}
    </dl>
  </details>`;
