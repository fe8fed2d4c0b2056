import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resumeCommand } from './resume-command.js';
import { temporaryFolder } from './small-data.test-helper.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);

describe('the command that goes on', () => {
  it('is given to npx, as the guides have it, with its words as a shell takes them', () => {
    expect(resumeCommand(['node', '/usr/bin/ulmfit', 'run', '--out', "it's mine"], folder)).toBe(
      String.raw`npx ulmfit run --out 'it'\''s mine'`,
    );
  });

  it('names the file where npx would not find it', () => {
    const project = join(folder, 'project');
    const inside = join(project, 'a', 'b');
    mkdirSync(inside, { recursive: true });
    const argv = ['node', '/src/bin/ulmfit.js', 'run'];
    expect(resumeCommand(argv, inside)).toBe('node /src/bin/ulmfit.js run');
    mkdirSync(join(project, 'node_modules', '.bin'), { recursive: true });
    writeFileSync(join(project, 'node_modules', '.bin', 'ulmfit'), '');
    expect(resumeCommand(argv, inside)).toBe('npx ulmfit run');
  });
});
