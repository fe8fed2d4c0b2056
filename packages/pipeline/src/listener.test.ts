import { expect, it, onTestFinished } from 'vitest';
import { listener } from './listener.js';
import type { StageEvent } from './stage-event.js';

it('throws what an asynchronous listener rejects with, at the next event or at the end', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const heard: string[] = [];
  const listen = (event: StageEvent) => {
    heard.push(event.type);
    return heard.length === 1 ? Promise.reject(new Error('the log is full')) : undefined;
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const warning = { type: 'warning', message: 'x' } as const;
  const { onEvent, end } = listener(listen as (event: StageEvent) => void);
  onEvent(warning);
  await turn();
  expect(() => onEvent(warning)).toThrow('the log is full');
  onEvent(warning);
  await turn();
  end();
  expect(heard).toEqual(['warning', 'warning']);
  heard.length = 0;
  onEvent(warning);
  await turn();
  expect(end).toThrow('the log is full');
  expect(unhandled).toEqual([]);
});
