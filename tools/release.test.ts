import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

// By a variable: it is plain JavaScript, which the compiler has no types for.
const url = new URL('release-plan.mjs', import.meta.url).href;
const { releasePlan } = (await import(/* @vite-ignore */ url)) as {
  releasePlan(args: string[], env: Record<string, string>): { does: string };
};

it.each<[string, string[], Record<string, string>, string]>([
  ['is refused on a machine that is logged in', [], {}, 'refuse'],
  ['is refused in a job that only tests', [], { CI: 'true' }, 'refuse'],
  ['is refused with a flag that there is not', ['--force'], { CI: 'true', ULMFIT_RELEASE: 'true' }, 'refuse'],
  ['only shows with the flag that npm keeps to itself', [], { npm_config_dry_run: 'true' }, 'show'],
  ['only shows with the flag', ['--dry-run'], { CI: 'true', ULMFIT_RELEASE: 'true' }, 'show'],
  [
    'only shows with the flag of npm, in the release job too',
    [],
    { CI: 'true', ULMFIT_RELEASE: 'true', npm_config_dry_run: 'true' },
    'show',
  ],
  ['publishes in the release job', [], { CI: 'true', ULMFIT_RELEASE: 'true' }, 'publish'],
])('a release %s', (_, args, env, does) => {
  expect(releasePlan(args, env).does).toBe(does);
});

it('ends before anything is built where it is refused', () => {
  const script = fileURLToPath(new URL('release.mjs', import.meta.url));
  const release = () =>
    execFileSync(process.execPath, [script], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
      stdio: 'pipe',
    });
  expect(release).toThrow(
    expect.objectContaining({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^release: only the release job publishes, .*\n$/) as string,
    }),
  );
});
