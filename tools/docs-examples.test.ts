import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { program } from '../apps/ulmfit/src/program.js';
import { codeBlocks } from './code-blocks.js';

// The code of the guides stands in docs/examples, where tsc checks it; here it runs, and the guides are held to it.
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const list = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);
const examples = ['', '/readmes', '/techniques'].flatMap((folder) => list(`docs/examples${folder}`, '.ts'));
const packages = [...list('apps', ''), ...list('packages', '')]
  .map((folder) => `${folder}/README.md`)
  .filter((page) => existsSync(join(root, page)));
/** Not the page that `npm run docs` writes from the program's own texts. */
const guides = [
  'README.md',
  ...packages,
  ...list('docs', '.md').filter((page) => page !== 'docs/command-line.md'),
  ...list('docs/techniques', '.md'),
];
/** They run in `third-party.test.ts`. */
const ofStrangers = ['src', 'test'].flatMap((folder) =>
  list('docs/examples/third-party', '').flatMap((name) => list(`${name}/${folder}`, '.ts')),
);
/** `test:packages` runs the first, which starts an engine; the others need a download or a file that is not here. */
const notHere = [
  'backend-node.ts',
  'data-imdb-download.ts',
  'checkpoint-fastai.ts',
  'inference.ts',
  'inference-node.ts',
];

describe('the examples run', () => {
  it.each(examples.filter((path) => !notHere.some((name) => path.endsWith(`/readmes/${name}`))))(
    '%s',
    async (path) => {
      vi.spyOn(console, 'log').mockImplementation(() => undefined);
      await import(/* @vite-ignore */ pathToFileURL(join(root, path)).href);
    },
  );
});

describe('the guides show code that runs', () => {
  // Those of `browser` run in a page, by their own tests; that of `edge` by `edge.test.ts`.
  const elsewhere = ['browser', 'edge'].flatMap((folder) => list(`docs/examples/${folder}`, '.ts'));
  // That of the IMDb guide runs in its own tests and by `npm start`.
  const sources = [...examples, ...ofStrangers, ...elsewhere, 'apps/imdb/src/imdb.ts'].map(read);

  it.each(guides)('%s', (page) => {
    for (const { code } of codeBlocks(read(page))) {
      const isThere = sources.some((source) => source.includes(code));
      expect(isThere, `in no file of docs/examples:\n${code}`).toBe(true);
    }
  });
});

describe('the commands are those of the command line', () => {
  const words = (command: string): string[] =>
    (command.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
  const commands = guides.flatMap((page) =>
    [...read(page).matchAll(/^(?:mpirun -np \d+ )?npx ulmfit ((?:\\\n|[^#\n])+)/gm)].map(([, rest = '']) =>
      rest.replaceAll('\\\n', ' ').trim(),
    ),
  );

  it.each([...new Set(commands)])('ulmfit %s', async (command) => {
    const ulmfit = program();
    const ran = vi.fn();
    const stub = (parent: typeof ulmfit) => parent.commands.forEach((c) => stub(c.action(ran)));
    stub(ulmfit);
    await ulmfit.parseAsync(words(command), { from: 'user' });
    expect(ran).toHaveBeenCalledOnce();
  });
});

describe('links lead to files that are there', () => {
  it.each([...guides, 'CONTRIBUTING.md'])('%s', (page) => {
    for (const [, target = ''] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect(existsSync(join(root, dirname(page), target)), target).toBe(true);
    }
  });
});
