import { resolve } from 'node:path';
import type { Argument, Command, Option } from 'commander';
import type { LoadedConfig } from './load-config.js';

/**
 * Gives a command what a settings file says, before its flags are read: they win. What the command has no flag for is left out.
 * @param cwd what the paths of flags go by
 */
export function applyConfig(command: Command, { settings, folder }: LoadedConfig, cwd = process.cwd()): void {
  for (const option of command.options) {
    const name = option.attributeName();
    const value = settings[name];
    if (value === undefined || (name === 'recipe' && typeof value !== 'string')) continue;
    const isRelative = isPath(option, value) || isModulePath(option, value);
    const given = isRelative && folder !== cwd ? inFolder(value, folder) : value;
    // Not as `config`: it would be refused beside a flag that excludes it, while the flag is to win.
    command.setOptionValueWithSource(name, given, 'default');
  }
}

/**
 * Takes back what of the file is excluded by a flag that was given.
 * @returns what is left of the file
 */
export function dropExcluded(command: Command, config: LoadedConfig): LoadedConfig {
  const { settings, extras } = config;
  const isGiven = (option: Option) => command.getOptionValueSource(option.attributeName()) === 'cli';
  const conflicts = (a: Option, b: Option) => conflictsOf(a).includes(b.attributeName());
  for (const option of command.options) {
    const name = option.attributeName();
    if (settings[name] === undefined || isGiven(option)) continue;
    const isExcluded = command.options.some(
      (other) => isGiven(other) && (conflicts(option, other) || conflicts(other, option)),
    );
    if (isExcluded) command.setOptionValueWithSource(name, option.negate ? true : undefined, 'default');
  }
  const hasOtherData =
    command.getOptionValueSource('data') === 'cli' || command.registeredArguments.some(isData);
  if (!hasOtherData) return config;
  const { task: _, ...others } = extras;
  return { ...config, extras: others };
}

/** `inspect` names its data without a flag. */
const isData = (argument: Argument): boolean => argument.name() === 'data';

/** Where a command has each of its settings from. */
export function sourcesOf(
  command: Command,
  config: LoadedConfig | undefined,
): Readonly<Record<string, SettingSource>> {
  return Object.fromEntries(
    command.options
      .map((option) => option.attributeName())
      .filter((name) => command.getOptionValue(name) !== undefined)
      .map((name) => {
        const isFlag = command.getOptionValueSource(name) === 'cli';
        return [name, isFlag ? 'flag' : config?.settings[name] === undefined ? 'default' : 'file'];
      }),
  );
}

/** A flag, the settings file, or neither. */
export type SettingSource = 'flag' | 'file' | 'default';

/** Commander keeps them, and doesn't say so in its types. */
const conflictsOf = (option: Option): readonly string[] =>
  'conflictsWith' in option && Array.isArray(option.conflictsWith) ? option.conflictsWith.map(String) : [];

/** Words that stand where a path may. */
const sources = ['sample', 'imdb'];

const isPath = ({ flags }: Option, value: unknown): value is string | readonly string[] =>
  /<(path|folders?|file|source)\b/.test(flags) && !sources.includes(String(value));

/** Names of tokenizers, and packages that have one, stand where a path may. */
const isModulePath = (option: Option, value: unknown): value is string =>
  option.attributeName() === 'tokenizer' && typeof value === 'string' && /^\.{1,2}[\\/]/.test(value);

const inFolder = (value: string | readonly string[], folder: string): string | string[] =>
  typeof value === 'string' ? resolve(folder, value) : value.map((each) => resolve(folder, each));
