import type { Command, Option } from 'commander';

/** A command that does something, under its names. */
interface Leaf {
  readonly names: readonly string[];
  readonly command: Command;
}

/**
 * A page of all commands and their flags, as the program itself knows them.
 * @param examples what its help shows, by command
 */
export function commandLinePage(
  ulmfit: Command,
  examples: Readonly<Record<string, readonly string[]>> = {},
): string {
  const all = leaves(ulmfit, []);
  return [
    '---\ntitle: Command line\n---\n\n# Command line\n',
    'Every command has `--help`. Flags win over a [settings file](settings-file.md).\n',
    '| command | what it does |\n| --- | --- |',
    ...all.map(
      ({ names, command }) =>
        `| [\`ulmfit ${names.join(' ')}\`](#${['ulmfit', ...names].join('-')}) | ${cell(command.description())} |`,
    ),
    '',
    ...all.map((leaf) => section(leaf, examples[leaf.names.join(' ')] ?? [])),
    '',
  ].join('\n');
}

function leaves(command: Command, names: readonly string[]): Leaf[] {
  if (command.commands.length === 0) return [{ names, command }];
  return command.commands.flatMap((child) => leaves(child, [...names, child.name()]));
}

function section({ names, command }: Leaf, examples: readonly string[]): string {
  const usage = command.usage().replace(/^\[options\] ?/, '');
  const options = command.options.filter(({ hidden }) => !hidden);
  const description = command.description();
  const table = [
    '| flag | what it sets |\n| --- | --- |',
    ...options.map((option) => `| \`${option.flags.replaceAll('|', '\\|')}\` | ${cell(told(option))} |`),
  ];
  return [
    `\n## ulmfit ${names.join(' ')}\n`,
    `${description.charAt(0).toUpperCase()}${description.slice(1)}.\n`,
    `\`\`\`sh\n${['npx ulmfit', ...names, usage].filter((part) => part !== '').join(' ')}\n\`\`\`\n`,
    ...(examples.length > 0 ? [`\`\`\`sh\n${examples.map(asTyped).join('\n')}\n\`\`\`\n`] : []),
    ...(options.length > 0 ? table : []),
  ].join('\n');
}

const asTyped = (example: string): string =>
  example.includes('| ulmfit ') ? example.replace('| ulmfit ', '| npx ulmfit ') : `npx ulmfit ${example}`;

function told({ description, defaultValue, argChoices }: Option): string {
  const preset: unknown = defaultValue;
  const more = [
    ...(argChoices ? [`One of ${argChoices.map((choice) => `\`${choice}\``).join(', ')}.`] : []),
    ...(typeof preset === 'string' || typeof preset === 'number' ? [`Default \`${preset}\`.`] : []),
  ];
  return [more.length > 0 ? `${description}.` : description, ...more].join(' ');
}

/** Text in a cell of a table: `<name>` is no HTML there. */
const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
