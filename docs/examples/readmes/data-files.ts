import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileTask, readCorpus, readRecords } from '@ulmfit/data-files';

const folder = mkdtempSync(join(tmpdir(), 'tickets-'));
const rows = Array.from({ length: 40 }, (_, i) =>
  i % 2 === 0
    ? `Charged twice,Order ${i} was billed twice.,billing`
    : `No access,User ${i} can't sign in.,account`,
);
const [tickets, general] = [join(folder, 'tickets.csv'), join(folder, 'general.txt')];
writeFileSync(tickets, ['title,text,label', ...rows].join('\n'));
writeFileSync(general, 'A first document.\n\n\nA second one.\n');

const task = await fileTask({ data: tickets, textColumns: ['title', 'text'] });
console.log(task.classes, task.counts); // [ 'account', 'billing' ] { train: 36, valid: 4, test: 0 }
console.log(task.guessed, task.notes); // [ 'label column: label (guessed)' ], and what was left out
for await (const { text, labels } of task.labelled('valid')) console.log(labels, text);

for await (const { fields, line } of readRecords(tickets)) console.log(line, fields['text']); // or process.stdin
for await (const document of readCorpus(general, { words: 2_000_000 })) console.log(document.length);
