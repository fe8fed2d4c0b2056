import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  engines: { node: string };
};

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly steps: readonly Step[];
        readonly needs?: string;
        readonly 'timeout-minutes'?: number;
        readonly strategy?: { readonly matrix: { readonly node?: readonly number[] } };
      }
    >
  >;
}

const names = readdirSync(join(root, '.github/workflows'));
const workflow = (name: string) => parse(read(`.github/workflows/${name}`)) as Workflow;

describe.each(names)('%s', (name) => {
  const { jobs, permissions } = workflow(name);
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  it('may write nothing but where a job says so', () => {
    expect(permissions).toEqual({ contents: 'read' });
  });

  it('runs scripts that there are', () => {
    for (const { run } of steps) {
      const script =
        run === undefined
          ? undefined
          : (/^npm run ([\w:-]+)/.exec(run)?.[1] ?? /^npm (test)$/.exec(run)?.[1]);
      if (script !== undefined) expect(manifest.scripts, run).toHaveProperty([script]);
    }
  });

  it('uses each action at a version, and jobs that there are', () => {
    for (const { uses, run } of steps) {
      expect([uses, run].filter((part) => part !== undefined)).toHaveLength(1);
      if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
    }
    for (const { needs } of Object.values(jobs))
      if (needs !== undefined) expect(jobs).toHaveProperty([needs]);
  });
});

it('tests on the oldest Node that is promised', () => {
  const oldest = Number(/(\d+)/.exec(manifest.engines.node)?.[1]);
  expect(workflow('ci.yml').jobs['all']?.strategy?.matrix.node).toContain(oldest);
});

it('publishes only from the release job, as the script asks for it', () => {
  const publishes = names.filter((name) => read(`.github/workflows/${name}`).includes('ULMFIT_RELEASE'));
  expect(publishes).toEqual(['release.yml']);
});

it('has what GitHub reads in the forms that it reads', () => {
  for (const name of ['bug', 'idea']) {
    const form = parse(read(`.github/ISSUE_TEMPLATE/${name}.yml`)) as {
      name: string;
      body: { id: string }[];
    };
    expect(form).toMatchObject({
      name: expect.any(String) as string,
      description: expect.any(String) as string,
    });
    expect(new Set(form.body.map(({ id }) => id)).size).toBe(form.body.length);
  }
  expect(parse(read('.github/dependabot.yml'))).toMatchObject({ version: 2 });
  expect(() => JSON.parse(read('.devcontainer/devcontainer.json')) as unknown).not.toThrow();
  expect(existsSync(join(root, '.github/pull_request_template.md'))).toBe(true);
});
