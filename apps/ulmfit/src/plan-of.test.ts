import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { planOf, stagesOf } from './commands/run.js';

const tickets = join(dirname(fileURLToPath(import.meta.url)), '../../../docs/data/tickets.csv');

const planned = (flags: object) =>
  planOf(
    { data: tickets, textColumn: 'subject,message', labelColumn: 'team', ...flags },
    undefined,
    stagesOf({ linear: true, transfer: true }),
    { say: () => undefined },
  );

it('starts quick-on-cpu from the English model, unless another one is given', async () => {
  const plan = await planned({ preset: 'quick-on-cpu' });
  expect(plan.pretrained).toBe('en');
  expect(plan.notes.join()).toContain('@ulmfit/pretrained-en');
  expect((await planned({ preset: 'quick-on-cpu', pretrained: 'mine' })).pretrained).toBe('mine');
  expect((await planned({ preset: 'best-on-cpu' })).pretrained).toBeUndefined();
  // So little text takes the smallest preset, which trains from scratch.
  expect((await planned({})).pretrained).toBeUndefined();
});
