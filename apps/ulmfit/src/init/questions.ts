import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { printable, UlmfitError } from '@ulmfit/errors';

/** What is asked, and what an empty answer says. */
export interface Question {
  readonly text: string;
  readonly fallback: string;
  /** Throws what is wrong with an answer: a person is asked again, a file of answers is refused. */
  readonly check?: (answer: string) => void | Promise<void>;
}

/** Asks one question after the other. */
export interface Questions {
  ask(question: Question): Promise<string>;
  close(): void;
}

/** Reads an answer a line; the questions are shown where a person sits at both ends. */
export function questions(
  input: Readable & { readonly isTTY?: boolean } = process.stdin,
  output: Writable & { readonly isTTY?: boolean } = process.stderr,
): Questions {
  const isPerson = input.isTTY === true && output.isTTY === true;
  const lines = createInterface({ input, ...(isPerson && { output }) });
  const answers = lines[Symbol.asyncIterator]();
  let asked = 0;
  return {
    async ask({ text, fallback, check }) {
      asked++;
      for (;;) {
        if (isPerson) {
          lines.setPrompt(`${text} (${printable(fallback)}): `);
          lines.prompt();
        }
        const next = await answers.next();
        if (next.done === true) {
          throw new UlmfitError(
            'NO_ANSWER',
            `init: no answer to question ${asked}, "${text}"; run it in a terminal, or give one line per question`,
          );
        }
        const answer = next.value.trim() || fallback;
        try {
          await check?.(answer);
          return answer;
        } catch (error) {
          if (!isPerson || !(error instanceof Error)) throw error;
          output.write(`${printable(error.message)}\n`);
        }
      }
    },
    close: () => lines.close(),
  };
}
