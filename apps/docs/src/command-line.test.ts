import { Command, Option } from 'commander';
import { expect, it } from 'vitest';
import { program } from '../../ulmfit/src/program.js';
import { commandLinePage } from './command-line.js';

it('has each command with each of its flags', () => {
  const page = commandLinePage(program());
  for (const name of ['run', 'predict', 'explain', 'serve', 'engine install', 'doctor'])
    expect(page).toContain(`\n## ulmfit ${name}\n`);
  const flags = program().commands.flatMap(({ options }) => options.filter(({ hidden }) => !hidden));
  for (const { flags: shown } of flags) expect(page).toContain(`| \`${shown}\` |`);
});

it('keeps a table whole, and writes no HTML', () => {
  const ulmfit = new Command('ulmfit');
  ulmfit
    .command('do <thing>')
    .description('do it | twice')
    .addOption(new Option('--by <a|b>', 'how, as <name>').choices(['a', 'b']).default('a'));
  const page = commandLinePage(ulmfit, { do: ['do this --by a', 'cat x | ulmfit do -'] });
  expect(page).toContain('do it \\| twice');
  expect(page).toContain('| `--by <a\\|b>` | how, as &lt;name>. One of `a`, `b`. Default `a`. |');
  expect(page).toContain('npx ulmfit do <thing>');
  expect(page).toContain('npx ulmfit do this --by a\ncat x | npx ulmfit do -\n');
});
