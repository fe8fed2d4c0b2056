import { simulate } from '@ulmfit/schedulers';
import { scheduleFunctions } from './schedule-choices.js';

/** What a schedule written by a visitor gives: its values, or what is wrong with it in one line. */
export type OwnSchedule = { readonly values: readonly number[] } | { readonly error: string };

/**
 * Runs code that returns a schedule, with the functions of `@ulmfit/schedulers` at hand. It may do anything that the place where it runs
 * lets it: run it in a worker, which can be ended.
 */
export function ownSchedule(code: string, steps: number, epochs: number): OwnSchedule {
  try {
    // The cast: a function of code has no type.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code is the visitor's own, in the visitor's own browser
    const run = new Function(...Object.keys(scheduleFunctions), `'use strict';\n${code}`) as (
      ...functions: readonly unknown[]
    ) => unknown;
    const made = run(...Object.values(scheduleFunctions));
    if (typeof made !== 'function')
      return { error: 'Return a function of ({ step, steps, progress, epoch, epochs }).' };
    // The cast: what it gives is looked at below.
    const values = simulate(made as () => number, steps, { epochs });
    const wrong = values.findIndex((value) => typeof value !== 'number' || !Number.isFinite(value));
    if (wrong < 0) return { values };
    return { error: `Step ${wrong} gives ${shown(values[wrong])}; return a finite number.` };
  } catch (reason) {
    const message = reason instanceof Error ? `${reason.name}: ${reason.message}` : shown(reason);
    return { error: message.replace(/\s+/g, ' ').slice(0, 200) };
  }
}

/** What isn't a number may be anything, an object that can't be a text among it. */
function shown(value: unknown): string {
  try {
    return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, 100);
  } catch {
    return 'a value that has no text';
  }
}
