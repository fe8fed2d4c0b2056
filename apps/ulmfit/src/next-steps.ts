import type { RunResult, StageName } from '@ulmfit/pipeline';
import { ulmfitCommand } from './resume-command.js';

/** What the user may do with what was trained: commands to type, each with what it does. */
export interface NextStep {
  readonly what: string;
  readonly command: string;
}

/**
 * What comes next for a run.
 * @param stages those that the command ran
 * @param data what it learned from, where a flag names it: a settings file says it again by itself
 */
export function nextSteps(
  folder: string,
  { evaluate, classify }: RunResult,
  stages: readonly StageName[],
  data: string | undefined,
): NextStep[] {
  if (classify ?? evaluate) {
    return [
      { what: 'classify a text', command: ulmfitCommand(['predict', '--model', folder, 'a text']) },
      { what: 'see why', command: ulmfitCommand(['explain', folder, 'a text']) },
    ];
  }
  const of = data === undefined ? [] : ['--data', data];
  return stages.includes('finetune')
    ? [{ what: 'train the classifier', command: ulmfitCommand(['classify', '--from', folder, ...of]) }]
    : [
        {
          what: 'learn a task with it',
          command: ulmfitCommand(['run', '--pretrained', folder, '--data', 'FILE']),
        },
      ];
}

/** They, for a terminal: a command stands whole on its line, for who copies it. */
export const nextLines = (steps: readonly NextStep[]): string[] =>
  steps.map(({ what, command }, i) => `${i === 0 ? 'next: ' : '      '}${command}   # ${what}`);
