import type { Argument, Command, Option } from 'commander';

/** What may be typed after a flag or in the place of an argument. */
export type Value =
  { readonly kind: 'choices'; readonly choices: readonly string[] } | { readonly kind: 'path' | 'other' };

export interface CompletedFlag {
  /** `--data`, and `-h` where there is a short one. */
  readonly names: readonly string[];
  readonly description: string;
  /** Absent of a switch. */
  readonly value?: Value;
}

export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly CompletedFlag[];
  /** What its arguments may be: the words of its own commands, choices, or paths. */
  readonly words: Value;
}

/** What a shell needs to know of a program: its commands and flags, as the program itself has them. */
export function completionWords(program: Command): readonly CompletedCommand[] {
  const global = program.options.map(flagOf);
  return program.commands.map((command) => ({
    name: command.name(),
    description: shortened(command.description()),
    flags: [...command.options.filter(({ hidden }) => !hidden).map(flagOf), ...global, HELP],
    words: wordsOf(command),
  }));
}

const HELP: CompletedFlag = { names: ['--help', '-h'], description: 'display help for command' };

function wordsOf({ commands, registeredArguments: [first] }: Command): Value {
  if (commands.length > 0) return { kind: 'choices', choices: commands.map((each) => each.name()) };
  if (first?.argChoices) return { kind: 'choices', choices: first.argChoices };
  return { kind: isPathArgument(first) ? 'path' : 'other' };
}

/** A text is a path where it names a file. */
const isPathArgument = (argument: Argument | undefined): boolean =>
  argument !== undefined && /^(model|data|run|runs|file|text)$/.test(argument.name());

function flagOf(option: Option): CompletedFlag {
  const { long, short, description, argChoices, flags } = option;
  const names = [long, short].filter((name) => name !== undefined && name !== null);
  const isSwitch = option.isBoolean() || option.negate || !/[<[]/.test(flags);
  const value: Value = argChoices
    ? { kind: 'choices', choices: argChoices }
    : { kind: /<(path|folders?|file|source)\b/.test(flags) ? 'path' : 'other' };
  return { names, description: shortened(description), ...(!isSwitch && { value }) };
}

/** As much as a list in a shell has room for. */
const shortened = (text: string): string => text.replace(/\s*[(;:].*$/s, '');
