import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PackageName } from './package-name.js';
import type { PluginKind } from './plugin-kind.js';

const templates = new URL('../templates/', import.meta.url);

/** The packages of ours that a kind's types or functions are of, which it must not bring a second copy of. */
const peers: Readonly<Record<PluginKind, readonly string[]>> = {
  schedule: ['@ulmfit/trainer'],
  regularizer: ['@tensorflow/tfjs-core', '@ulmfit/trainer'],
  optimizer: ['@tensorflow/tfjs-core', '@ulmfit/trainer'],
  encoder: ['@tensorflow/tfjs-core', '@ulmfit/awd-lstm', '@ulmfit/kernels', '@ulmfit/trainer'],
  task: ['@ulmfit/text'],
};

const TFJS = '^4.22.0';

/**
 * The files of a new package, by their paths in it.
 * @param version of `@ulmfit/*`, which the package asks for
 */
export function pluginFiles(
  name: PackageName,
  kind: PluginKind,
  version: string,
): Readonly<Record<string, string>> {
  const folder = new URL(`${kind}/`, templates);
  const texts = readdirSync(folder).map((file): [path: string, text: string] => [
    file === 'README.md' ? file : `src/${file}`,
    readFileSync(new URL(file, folder), 'utf8'),
  ]);
  const own = distinctName(
    name,
    texts.map(([, text]) => text),
  );
  return {
    'package.json': json(manifest(own, kind, version)),
    'tsconfig.json': json(compilerOptions),
    '.gitignore': 'node_modules/\ndist/\n',
    'src/index.ts': `export * from './${own.file}.js';\n`,
    ...Object.fromEntries(texts.map(([path, text]) => [fill(path, own), fill(text, own)])),
  };
}

/** The version that goes with this one: all packages are released together. */
export function ownVersion(): string {
  const path = fileURLToPath(new URL('../package.json', import.meta.url));
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

/** Words of JavaScript that no function can have for a name. */
const reserved = new Set(
  'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield'.split(
    ' ',
  ),
);

/** Names that neither the language nor the templates have: a plugin called `mean` would hide the function that it uses. */
function distinctName(name: PackageName, texts: readonly string[]): PackageName {
  const { camel, pascal } = name;
  const word = new RegExp(`\\b(${camel}|${pascal})\\b`);
  if (!reserved.has(camel) && !texts.some((text) => word.test(text))) return name;
  return { ...name, camel: `${camel}Plugin`, pascal: `${pascal}Plugin` };
}

/** Replaces the names of the templates. */
function fill(text: string, { full, file, camel, pascal }: PackageName): string {
  return text
    .replaceAll('my-package-name', full)
    .replaceAll('my-plugin', file)
    .replaceAll('myPlugin', camel)
    .replaceAll('MyPlugin', pascal);
}

function manifest({ full, file, camel }: PackageName, kind: PluginKind, version: string) {
  const own = `^${version}`;
  const range = (dependency: string) => (dependency.startsWith('@tensorflow/') ? TFJS : own);
  const peerDependencies = Object.fromEntries(peers[kind].map((peer) => [peer, range(peer)]));
  return {
    name: full,
    version: '0.1.0',
    description: `${camel}: ${descriptions[kind]} for ULMFiT`,
    keywords: ['ulmfit', 'ulmfit-plugin', kind],
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19.0' },
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    files: ['dist', '!dist/**/*.test.*', 'README.md'],
    scripts: {
      build: 'tsc',
      // TensorFlow.js has its gradients and a backend from here: its own declarations don't compile without skipLibCheck.
      test: `tsc && node ${kind === 'task' ? '' : '--import @tensorflow/tfjs '}--test dist/${file}.test.js`,
      prepack: 'tsc',
    },
    dependencies: { '@ulmfit/errors': own },
    peerDependencies,
    devDependencies: {
      ...(kind === 'task' ? {} : { '@tensorflow/tfjs': TFJS }),
      '@types/node': '^20.19.0',
      '@ulmfit/kernels': own,
      '@ulmfit/plugin-testkit': own,
      ...peerDependencies,
      typescript: '^6.0.0',
    },
  };
}

const descriptions: Readonly<Record<PluginKind, string>> = {
  schedule: 'a learning-rate schedule',
  regularizer: 'a regularizer',
  optimizer: 'an optimizer',
  encoder: 'an encoder',
  task: 'a data set',
};

const compilerOptions = {
  // Stands in for what TensorFlow.js's own declarations lack, so that no skipLibCheck is needed.
  extends: '@ulmfit/kernels/tfjs-types.json',
  compilerOptions: {
    target: 'es2022',
    lib: ['es2023'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    declaration: true,
    rootDir: 'src',
    outDir: 'dist',
  },
  include: ['src'],
};

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
