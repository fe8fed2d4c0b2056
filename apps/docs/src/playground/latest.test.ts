import { expect, it } from 'vitest';
import { Latest } from './latest.js';

it('runs the newest request alone, and cancels what it has begun', async () => {
  const latest = new Latest(5);
  const events: string[] = [];
  const fails = (reason: unknown) => events.push(`failed: ${String(reason)}`);
  latest.ask(async () => void events.push('first'), fails); // within the pause: never begins
  const begun = new Promise<void>((resolve) => {
    latest.ask(async (signal) => {
      events.push('second');
      resolve();
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late'))));
    }, fails);
  });
  await begun;
  await new Promise<void>((resolve) => {
    latest.ask(
      async () => {
        events.push('third');
        throw new Error('wrong');
      },
      (reason) => {
        fails(reason);
        resolve();
      },
    );
  });
  expect(events).toEqual(['second', 'third', 'failed: Error: wrong']);
});
