import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, createLogger } from 'vite';
import type { Check } from './check.js';
import { entryPoints, root } from './published-packages.js';
import { codeBlocks } from '../code-blocks.js';

// By a variable: it is plain JavaScript, which the compiler has no types for.
const floorsUrl = new URL('../floors.mjs', import.meta.url).href;
const { browserSafe, nodeHalves } = (await import(floorsUrl)) as {
  browserSafe: readonly string[];
  nodeHalves: Readonly<Record<string, string>>;
};

/** Subpaths of packages that otherwise need Node. */
const portable = ['@ulmfit/files/portable', '@ulmfit/data-imdb/sample'];

interface Bundle {
  /** Minified and packed by gzip, in kB. */
  readonly size: number;
  readonly warnings: readonly string[];
}

/** Bundles a module of a project as Vite does for browsers, with everything but what is left out. */
async function bundle(folder: string, entry: string, leftOut: RegExp[]): Promise<Bundle> {
  const warnings: string[] = [];
  const logger = createLogger('warn');
  logger.info = () => undefined;
  logger.warn = logger.warnOnce = (text) => void warnings.push(text);
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'warn',
    customLogger: logger,
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      // The size of TensorFlow.js is no news.
      chunkSizeWarningLimit: 10_000,
      rolldownOptions: {
        input: join(folder, entry),
        external: leftOut,
        preserveEntrySignatures: 'strict',
        onLog: (level, { message }) => {
          if (level === 'warn') warnings.push(message);
        },
      },
    },
  });
  const outputs = Array.isArray(built) ? built : 'output' in built ? [built] : [];
  const code = outputs
    .flatMap(({ output }) => output.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')))
    .join('');
  return { size: gzipSync(code).length / 1000, warnings };
}

/** What the page says of sizes. */
function toldSizes(): Map<string, number> {
  const page = readFileSync(join(root, 'docs/packages.md'), 'utf8');
  return new Map(
    [...page.matchAll(/^\| `([^`]+)` \| ([\d.]+) kB \|$/gm)].map(([, name = '', size = '']) => [
      name,
      Number(size),
    ]),
  );
}

/**
 * Vite bundles what runs in browsers without a warning, and the example of the README with it; the sizes are those of
 * docs/packages.md, to a tenth.
 */
export const bundles: Check = {
  name: 'bundles',
  async run(context) {
    const problems: string[] = [];
    const project = await context.everything();
    const told = toldSizes();
    const entries = context.tarballs
      .flatMap(({ manifest }) => entryPoints(manifest))
      .filter((entry) => !entry.endsWith('.json'))
      .filter(
        (entry) =>
          browserSafe.some(
            (name) =>
              entry === name || (entry.startsWith(`${name}/`) && entry !== `${name}/${nodeHalves[name]}`),
          ) || portable.includes(entry),
      );
    const rows: string[] = [];
    for (const entry of entries) {
      const file = `bundles/${entry.replaceAll(/\W/g, '-')}.js`;
      project.write(file, `export * from '${entry}';\n`);
      const { size, warnings } = await bundle(project.folder, file, [/^@tensorflow\//]);
      for (const warning of warnings) problems.push(`${entry}: ${warning}`);
      rows.push(`| \`${entry}\` | ${size.toFixed(1)} kB |`);
      const said = told.get(entry);
      if (said === undefined || Math.abs(size - said) > Math.max(0.2, said / 10))
        problems.push(`${entry}: ${size.toFixed(1)} kB, but docs/packages.md says ${String(said)}`);
    }
    if (problems.some((problem) => problem.includes('docs/packages.md')))
      problems.push(`the table as it is:\n${rows.join('\n')}`);
    const [example] = codeBlocks(readFileSync(join(root, 'README.md'), 'utf8'));
    project.write('bundles/readme.ts', example?.code ?? '');
    const readme = await bundle(project.folder, 'bundles/readme.ts', []);
    for (const warning of readme.warnings) problems.push(`README.md: ${warning}`);
    return {
      problems,
      notes: [
        `${String(entries.length)} entry points for browsers by Vite`,
        `the README's example with TensorFlow.js: ${readme.size.toFixed(0)} kB`,
      ],
    };
  },
};
