// Writes the invented support tickets of docs/your-own-data.md: node tools/make-tickets.mjs
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs/data');

/** Subjects and sentences of each class; `all` fits any. */
const tickets = {
  account: {
    subjects: ['Cannot log in', 'Locked out', 'New email address', 'Password reset', 'Two accounts'],
    bodies: [
      'The password reset link has expired before I could open it.',
      'My account is locked after three attempts to sign in.',
      'Please change the email address of my profile.',
      'The code for signing in never reaches my phone.',
      'I have two accounts and would like to merge them.',
      'Your site says that my user name does not exist.',
    ],
  },
  billing: {
    subjects: ['Charged twice', 'Wrong invoice', 'Question about a bill', 'Card declined', 'Receipt'],
    bodies: [
      'My card was charged twice for the same order.',
      'The invoice for March shows the wrong amount.',
      'Could you send me a receipt with the tax number on it?',
      'I see a payment on my statement that I did not make.',
      'The discount from the voucher is missing on the bill.',
      'My bank says the payment was declined by you.',
    ],
  },
  delivery: {
    subjects: ['Where is my parcel', 'Late again', 'Wrong address', 'Tracking does not move', 'Damaged box'],
    bodies: [
      'The parcel should have arrived on Monday.',
      'Tracking has shown the same depot for a week.',
      'The courier left the box in the rain.',
      'Half of the items are missing from the package.',
      'Please send it to my office instead, the street was wrong.',
      'The driver says that nobody was at home, but I was.',
    ],
  },
  returns: {
    subjects: ['Send it back', 'Refund please', 'Wrong size', 'Return label', 'Changed my mind'],
    bodies: [
      'The jacket does not fit and I want to return it.',
      'I sent the shoes back two weeks ago and still wait for the refund.',
      'How do I print the return label?',
      'It looks different from the picture, so I will not keep it.',
      'Can I exchange the lamp for the smaller one?',
      'The return form does not accept my order number.',
    ],
  },
  technical: {
    subjects: ['App crashes', 'Blank page', 'Error message', 'Very slow', 'Nothing happens'],
    bodies: [
      'The app closes as soon as I open the basket.',
      'The checkout page stays blank in my browser.',
      'It says error 502 whenever I press the button.',
      'Search takes half a minute since the last update.',
      'Photos do not load on my tablet any more.',
      'The filter for colours has no effect at all.',
    ],
  },
};
const openings = ['Hello,', 'Hi there.', 'Good morning!', 'Dear team,', '', '', ''];
const asides = [
  'I have tried it twice.',
  'This is the second time this month.',
  'I have been a customer for years.',
  'I need this before the weekend.',
  'Nobody has answered my last message.',
  '',
  '',
];
const endings = ['Thanks!', 'Please help.', 'Kind regards', 'What should I do?', '', ''];

let state = 2024;
/** The next of a fixed sequence of draws. */
const draw = (from) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return from[Math.floor((state / 2 ** 32) * from.length)];
};
const quoted = (field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

function rows(count) {
  const names = Object.keys(tickets);
  return Array.from({ length: count }, (_, i) => {
    const label = names[i % names.length];
    const { subjects, bodies } = tickets[label];
    const sentences = [draw(openings), draw(bodies), draw([...bodies, '', '']), draw(asides), draw(endings)];
    return [draw(subjects), [...new Set(sentences)].filter(Boolean).join(' '), label];
  });
}

const write = (name, table) =>
  writeFileSync(
    join(folder, name),
    [['subject', 'message', 'team'], ...table].map((row) => `${row.map(quoted).join(',')}\n`).join(''),
  );
write('tickets.csv', rows(300));
write('tickets-test.csv', rows(100));
