// Makes what answers soonest, in dist/quick: one file of what `ulmfit predict` needs for a few texts, the texts of `--help`, and one file
// that prints them.
// `npm run build` runs it after the compiler.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { HELP_COLUMNS } from './dist/quick/written-help.js';

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, 'dist/quick');
/** @type {Set<string>} the compiler's record of each package that is in the bundle */
const records = new Set();

await build({
  root: here,
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: join(folder, 'classify-quickly.js'),
    outDir: folder,
    emptyOutDir: false,
    minify: true,
    target: 'node20',
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      output: {
        entryFileNames: 'bundle.mjs',
        codeSplitting: false,
      },
    },
  },
  // TensorFlow.js' WebAssembly expects to be a CommonJS module in Node.
  define: { __dirname: 'import.meta.dirname' },
  ssr: { noExternal: true },
  plugins: [
    {
      name: 'records',
      generateBundle() {
        for (const id of this.getModuleIds()) {
          const dist = /^(.*[\\/](?:packages|apps)[\\/][^\\/]+[\\/]dist)[\\/]/.exec(id)?.[1];
          const record = dist && join(dist, '.tsbuildinfo');
          if (record && existsSync(record)) records.add(record);
        }
      },
    },
  ],
});

await build({
  root: here,
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: join(folder, 'start.js'),
    outDir: folder,
    emptyOutDir: false,
    target: 'node20',
    rolldownOptions: {
      external: [/\/main\.js$/, /\/exit-code\.js$/],
      output: { format: 'cjs', entryFileNames: 'start.cjs' },
    },
  },
  ssr: { noExternal: true },
});

const hashes = [...records]
  .sort()
  .map((file) => [
    relative(folder, file).replaceAll('\\', '/'),
    createHash('sha1').update(readFileSync(file)).digest('hex'),
  ]);
writeFileSync(join(folder, 'inputs.json'), `${JSON.stringify(Object.fromEntries(hashes), null, 2)}\n`);

const { program } = await import('./dist/program.js');
/** @type {string[]} */
let pieces = [];
/** @type {Record<string, string>} */
const help = {};
/** @param {import('commander').Command} command @param {string[]} names */
const write = (command, names) => {
  command.configureOutput({ writeOut: (text) => pieces.push(text), getOutHelpWidth: () => HELP_COLUMNS });
  command.outputHelp();
  help[names.join(' ')] = pieces.join('').replace(/\n$/, '');
  pieces = [];
  for (const each of command.commands) write(each, [...names, each.name()]);
};
write(program(), []);
writeFileSync(join(folder, 'help.json'), `${JSON.stringify(help, null, 2)}\n`);
