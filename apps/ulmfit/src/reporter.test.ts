import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { reporter } from './reporter.js';

it('tells of tokens that come from the cache', () => {
  for (const isTTY of [false, true]) {
    let written = '';
    const stream = Object.assign(
      new Writable({ write: (chunk: Buffer, _, done) => done(void (written += chunk.toString())) }),
      { isTTY },
    ) as unknown as NodeJS.WriteStream;
    const { onEvent, end } = reporter(stream);
    const event = { type: 'tokenize', stage: 'corpus', documents: 2, tokens: 9, done: true } as const;
    onEvent(event);
    expect(written).toMatch(/corpus: 2 documents, 9 tokens\n$/);
    onEvent({ ...event, cached: true });
    expect(written).toMatch(/corpus: 2 documents, 9 tokens \(from the cache\)\n$/);
    end();
  }
});

/** What stands on a terminal after all that was written to it. */
function screen(written: string): string[] {
  const lines = [''];
  let [row, column, saved] = [0, 0, [0, 0]];
  const text = (characters: string) => {
    const line = (lines[row] ?? '').padEnd(column);
    lines[row] = line.slice(0, column) + characters + line.slice(column + characters.length);
    column += characters.length;
  };
  for (const [piece] of written.matchAll(/\u001b(?:[78]|\[[?\d;]*[A-Za-z])|\r|\n|[^\u001b\r\n]+/g)) {
    if (piece === '\r') column = 0;
    else if (piece === '\n') [row, column] = [row + 1, 0];
    else if (piece === '\u001b7') saved = [row, column];
    else if (piece === '\u001b8') [row = 0, column = 0] = saved;
    else if (piece === '\u001b[K' || piece === '\u001b[0K') lines[row] = (lines[row] ?? '').slice(0, column);
    else if (piece === '\u001b[2K') lines[row] = '';
    else if (/\[\d+G$/.test(piece)) column = Number(piece.slice(2, -1)) - 1;
    else if (!piece.startsWith('\u001b')) text(piece);
    lines[row] ??= '';
  }
  return Array.from(lines, (line) => line.trimEnd());
}

it('leaves nothing of a bar or a line that is replaced beside what is said', () => {
  let written = '';
  const stream = Object.assign(
    new Writable({ write: (chunk: Buffer, _, done) => done(void (written += chunk.toString())) }),
    { isTTY: true, columns: 80 },
  ) as unknown as NodeJS.WriteStream;
  const { onEvent, say, end } = reporter(stream);
  const step = { type: 'step', stage: 's', fit: 'pretrain', epoch: 0, steps: 9, values: {}, lr: 1 } as const;
  onEvent({ type: 'linear', stage: 'linear', phase: 'read', texts: 123_456_789 });
  onEvent({ type: 'tokenize', stage: 'corpus', documents: 2, tokens: 9, done: false });
  onEvent({ ...step, step: 1 });
  expect(screen(written)[0]).toMatch(/^pretrain .* 1\/9 /);
  say('Ending after this step; once more to end at once.');
  onEvent({ ...step, step: 2 });
  end();
  say('To go on: npx ulmfit run');
  expect(screen(written)).toEqual([
    'Ending after this step; once more to end at once.',
    'To go on: npx ulmfit run',
    '',
  ]);
});
