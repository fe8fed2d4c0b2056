import { Writable } from 'node:stream';
import type { StageEvent } from '@ulmfit/pipeline';
import { describe, expect, it } from 'vitest';
import { reporter } from './reporter.js';

const environment = {};

/** A stream that keeps what is written to it. */
function recording(more: { isTTY: boolean; columns?: number }) {
  const kept = { text: '' };
  const stream = Object.assign(
    new Writable({ write: (chunk: Buffer, _, done) => done(void (kept.text += chunk.toString())) }),
    more,
  ) as unknown as NodeJS.WriteStream;
  return { stream, kept };
}

it('tells of tokens that come from the cache', () => {
  for (const isTTY of [false, true]) {
    const { stream, kept } = recording({ isTTY });
    const { onEvent, end } = reporter({ stream, environment: { NO_COLOR: '1' } });
    const event = { type: 'tokenize', stage: 'corpus', documents: 2, tokens: 9, done: true } as const;
    onEvent(event);
    expect(kept.text).toMatch(/corpus: 2 documents, 9 tokens\n$/);
    onEvent({ ...event, cached: true });
    expect(kept.text).toMatch(/corpus: 2 documents, 9 tokens \(from the cache\)\n$/);
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
  const { stream, kept } = recording({ isTTY: true, columns: 80 });
  const { onEvent, say, end } = reporter({ stream, environment });
  const step = { type: 'step', stage: 's', fit: 'pretrain', epoch: 0, steps: 9, values: {}, lr: 1 } as const;
  onEvent({ type: 'linear', stage: 'linear', phase: 'read', texts: 123_456_789 });
  onEvent({ type: 'tokenize', stage: 'corpus', documents: 2, tokens: 9, done: false });
  onEvent({ ...step, step: 1 });
  expect(screen(kept.text)[0]).toMatch(/^pretrain .* 11 %/);
  say('Stopping after this step; again to stop at once.');
  onEvent({ ...step, step: 2 });
  end();
  say('To resume: npx ulmfit run');
  expect(screen(kept.text)).toEqual([
    'Stopping after this step; again to stop at once.',
    'To resume: npx ulmfit run',
    '',
  ]);
});

describe('on a terminal', () => {
  const values = { loss: 3, ar: 0.1, gradNorm: 0.5 };
  const told = { loss: 3, ar: 0.1, gradNorm: 0.5, 'valid/loss': 2.5, 'valid/accuracy': 0.31 };
  const begin = {
    type: 'begin',
    stage: 'finetune',
    fit: 'finetune',
    epochs: 2,
    steps: 100,
    epoch: 0,
    step: 0,
  };
  const step = { type: 'step', stage: 'finetune', fit: 'finetune', epoch: 0, steps: 100, values, lr: 1 };
  const epoch = { type: 'epoch', stage: 'finetune', fit: 'finetune', epoch: 0, step: 50, seconds: 25 };
  const classify = { ...begin, stage: 'classify', fit: 'classify.1-head' };

  function follow(columns: number, verbose = false, env: Record<string, string> = { NO_COLOR: '1' }) {
    let time = 0;
    const { stream, kept } = recording({ isTTY: true, columns });
    const report = reporter({ stream, now: () => time, verbose, environment: env });
    const at = (seconds: number, event: object) => {
      time = 1000 * seconds;
      report.onEvent(event as StageEvent);
    };
    report.expect({
      stages: { linear: 1, finetune: 50, classify: 100, evaluate: 10 },
      fits: { 'classify.1-head': 20, 'classify.2-all': 80 },
    });
    at(0, begin);
    at(25, { ...epoch, values: told });
    at(26, { ...step, step: 52, epoch: 1 });
    return { report, kept, at };
  }

  it('has one line a stage, with the time that is left of all, within the columns', () => {
    for (const columns of [80, 60, 44]) {
      const { kept } = follow(columns);
      const [line = '', ...others] = screen(kept.text);
      expect(others).toEqual([]);
      expect(line.length).toBeLessThan(columns);
      // 24 s of fine-tuning, and 110 s as estimated of what comes after it: the machine is as fast as expected.
      expect(line).toMatch(/^finetune {2}█+░+ {3}52 % {2}2m14s left(?! in)/);
      if (columns === 80) expect(line).toContain('epoch 2/2  held-out perplexity 12.2');
    }
  });

  it('leaves what a stage came to, and goes on with the next', () => {
    const { kept, at, report } = follow(80);
    at(50, { ...epoch, epoch: 1, values: told });
    at(50, classify);
    at(60, { ...step, ...{ stage: 'classify', fit: 'classify.1-head', step: 50 } });
    const [done, line] = screen(kept.text);
    expect(done).toBe('✔ finetune: perplexity 12.2, accuracy 31.00 %, training perplexity 20.1 (50s)');
    expect(line).toMatch(/^classify\.1-head .* 1m40s left/);
    report.end();
    expect(screen(kept.text)).toEqual([done, '']);
  });

  it('tells each epoch and every figure where that is asked for', () => {
    const [line = '', more = ''] = screen(follow(80, true).kept.text);
    expect(`${line} ${more.trim()}`).toBe(
      'finetune epoch 1 (25 s): perplexity 12.2, accuracy 31.00 %, training perplexity 20.1, ar 0.1000, gradNorm 0.5000',
    );
  });

  it('is coloured only where its reader wants that, and says plain lines in continuous integration', () => {
    expect(follow(80, false, {}).kept.text).toContain('\u001b[32m');
    expect(follow(80).kept.text).not.toContain('\u001b[32m');
    const plain = follow(80, false, { CI: 'true' }).kept.text;
    expect(plain).toBe(
      'finetune: 100 steps in 2 epochs\n' +
        'finetune epoch 1 (25 s): perplexity 12.2, accuracy 31.00 %, training perplexity 20.1\n',
    );
  });
});
