import { rowsTask, type ClassificationTask, type LabelledRow } from '@ulmfit/text';

const of = (label: string, ...texts: readonly string[]): LabelledRow[] =>
  texts.map((text) => ({ text, label }));

const train = [
  ...of(
    'billing',
    'The invoice for March shows the wrong amount.',
    'You charged my card twice for one order.',
    'Where do I change the address on my invoice?',
    'I was billed for a plan that I cancelled.',
  ),
  ...of(
    'account',
    'I cannot log in since this morning.',
    'Please delete my account and all that is in it.',
    'The mail to set a new password never comes.',
    'How do I change my user name?',
  ),
];

/** What a ticket is about, in the order of a model's outputs. */
export const topics = ['account', 'billing'] as const;

/** Invented tickets of a support desk, by what they are about. */
export const ticketsTask = (): ClassificationTask =>
  rowsTask({
    name: 'tickets',
    classes: topics,
    train,
    valid: [
      ...of('billing', 'My invoice has the wrong address.'),
      ...of('account', 'I cannot set a new password.'),
    ],
    test: [
      ...of('billing', 'The amount that you charged my card is wrong.'),
      ...of('account', 'I want to log in with my new user name.'),
    ],
    unlabelled: ['Thank you, all is well now.', 'When do you open on Sundays?'],
  });
