import { describe, expect, it, vi } from 'vitest';
import { examples } from './help-groups.js';
import { program } from './program.js';

const ulmfit = program();
const commands = [ulmfit, ...ulmfit.commands];

describe('help', () => {
  it.each(commands.map((command) => [command.name(), command] as const))(
    'of %s fits 80 columns, and has each flag under a heading',
    (_, command) => {
      let shown = '';
      command.configureOutput({ writeOut: (text) => (shown += text), getOutHelpWidth: () => 80 });
      command.outputHelp();
      for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
      const [, own = ''] = /^Options:\n((?: .*\n)+)/m.exec(shown) ?? [];
      if (command !== ulmfit) expect(own.match(/^ {2}-/gm) ?? []).toEqual(['  -']);
    },
  );

  it('says no command twice, and each under a heading', () => {
    const headings = ulmfit.commands.map((command) => command.helpGroup());
    expect(headings).not.toContain('');
  });
});

describe('its examples', () => {
  const lines = Object.values(examples).flat();

  it.each(lines)('%s', async (line) => {
    const [, words = line] = /\| ulmfit (.*)/.exec(line) ?? [];
    const [command = ''] = words.split(/ +# | > /);
    const ran = vi.fn();
    const fresh = program();
    for (const each of fresh.commands) each.action(ran);
    await fresh.parseAsync(command.match(/"[^"]*"|\S+/g) ?? [], { from: 'user' });
    expect(ran).toHaveBeenCalledOnce();
  });
});
