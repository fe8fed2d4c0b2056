import type { CompletedCommand, CompletedFlag, Value } from './completion-words.js';

/** A script for zsh, made for its `_arguments`. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef ulmfit
# zsh completion of ulmfit: keep it as _ulmfit in a folder of $fpath
_ulmfit() {
  local line state
  local -a commands=(
${commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`).join('\n')}
  )
  _arguments -C '1: :->command' '*:: :->arguments'
  case $state in
    command) _describe command commands ;;
    arguments)
      case $line[1] in
${commands.map(ofCommand).join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _ulmfit ]; then _ulmfit "$@"; else compdef _ulmfit ulmfit; fi
`;
}

const ofCommand = ({ name, flags, words }: CompletedCommand): string =>
  `        ${name}) _arguments ${[...flags.flatMap(ofFlag), `*:argument:${action(words)}`].map(quoted).join(' ')} ;;`;

const ofFlag = ({ names, description, value }: CompletedFlag): string[] =>
  names.map(
    (name) =>
      `${name}[${description.replaceAll(/[[\]:\\]/g, '\\$&')}]${value ? `:value:${action(value)}` : ''}`,
  );

const action = (value: Value): string =>
  value.kind === 'choices' ? `(${value.choices.join(' ')})` : value.kind === 'path' ? '_files' : ' ';

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
