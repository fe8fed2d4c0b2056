import type { Command } from 'commander';
import { bashCompletion } from '../completion/bash-completion.js';
import { completionWords } from '../completion/completion-words.js';
import { fishCompletion } from '../completion/fish-completion.js';
import { zshCompletion } from '../completion/zsh-completion.js';
import { printText } from '../standard-output.js';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

export type Shell = keyof typeof scripts;

/** `ulmfit completion SHELL`: a script that completes commands, flags and their choices. */
export const completion = (program: Command, shell: Shell): Promise<void> =>
  printText(scripts[shell](completionWords(program)));
