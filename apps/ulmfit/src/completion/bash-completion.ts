import type { CompletedCommand, Value } from './completion-words.js';

/** A script for bash, of functions and words alone: it starts no program while one types. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const values = new Map<string, Value>();
  for (const { flags } of commands)
    for (const { names, value } of flags) if (value) for (const name of names) values.set(name, value);
  const names = commands.map(({ name }) => name).join(' ');
  return `# bash completion of ulmfit: source it, or keep it as ~/.local/share/bash-completion/completions/ulmfit
_ulmfit() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command='' word flags='' words=''
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${commands.map(({ name }) => name).join('|')}) command=$word; break ;;
    esac
  done
  case $before in
${[...values].map(([flag, value]) => `    ${flag}) ${answer(value)}; return ;;`).join('\n')}
  esac
  case $command in
${commands
  .map(
    ({ name, flags, words }) =>
      `    ${name}) flags='${flags.flatMap((flag) => flag.names).join(' ')}'; words='${words.kind === 'choices' ? words.choices.join(' ') : ''}'${words.kind === 'path' ? '; compopt -o default 2>/dev/null' : ''} ;;`,
  )
  .join('\n')}
    *) flags='--help --version --config'; words='${names}' ;;
  esac
  if [[ $current == -* ]]; then words=$flags; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _ulmfit ulmfit
`;
}

function answer(value: Value): string {
  if (value.kind === 'choices') return `COMPREPLY=($(compgen -W '${value.choices.join(' ')}' -- "$current"))`;
  return value.kind === 'path' ? 'compopt -o default 2>/dev/null' : ':';
}
