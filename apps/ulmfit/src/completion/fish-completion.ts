import type { CompletedCommand, CompletedFlag, Value } from './completion-words.js';

/** A script for fish. */
export const fishCompletion = (commands: readonly CompletedCommand[]): string =>
  [
    '# fish completion of ulmfit: keep it as ~/.config/fish/completions/ulmfit.fish',
    'complete -c ulmfit -f',
    ...commands.flatMap(({ name, description, flags, words }) => [
      `complete -c ulmfit -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
      ...ofWords(name, words),
      ...flags.map((flag) => ofFlag(name, flag)),
    ]),
    '',
  ].join('\n');

const after = (name: string): string => `complete -c ulmfit -n '__fish_seen_subcommand_from ${name}'`;

function ofWords(name: string, words: Value): string[] {
  if (words.kind === 'choices') return [`${after(name)} -a '${words.choices.join(' ')}'`];
  return words.kind === 'path' ? [`${after(name)} -F`] : [];
}

function ofFlag(name: string, { names, description, value }: CompletedFlag): string {
  const flags = names.map((each) => (each.startsWith('--') ? `-l ${each.slice(2)}` : `-s ${each.slice(1)}`));
  const answer = !value
    ? ''
    : value.kind === 'choices'
      ? ` -x -a '${value.choices.join(' ')}'`
      : value.kind === 'path'
        ? ' -r -F'
        : ' -x';
  return `${after(name)} ${flags.join(' ')} -d ${quoted(description)}${answer}`;
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
