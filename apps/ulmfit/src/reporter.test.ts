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
    expect(written).toMatch(/corpus: 2 documents, 9 tokens(\u001b\[K)?\n$/);
    onEvent({ ...event, cached: true });
    expect(written).toMatch(/corpus: 2 documents, 9 tokens \(from the cache\)(\u001b\[K)?\n$/);
    end();
  }
});
