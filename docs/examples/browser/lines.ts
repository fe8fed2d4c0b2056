import type { Line } from './train.js';

const parts = {
  billing: [
    'My card was charged twice',
    'The invoice shows a wrong amount',
    'I was billed for a plan that I left',
    'Where is the refund you owe me',
    'The price went up without a word',
  ],
  delivery: [
    'My parcel has not arrived',
    'The box came open and wet',
    'The courier left it at the wrong door',
    'Tracking says it is still at sea',
    'Half of my order is missing',
  ],
};
const ends = ['.', ', please help.', ' again!', ', for the third time.'];

/** Forty lines of a help desk, invented. */
export const lines: readonly Line[] = Object.entries(parts).flatMap(([label, texts]) =>
  texts.flatMap((text) => ends.map((end) => ({ text: text + end, label }))),
);
