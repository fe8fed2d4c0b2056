// The house: which package stands on which floor and what it may import. Imports only go down.
// The lint rule (eslint.config.js) and docs/architecture.md read from this one table.

const plugins = ['@ulmfit/trainer', '@ulmfit/kernels', '@ulmfit/errors'];
const libraries = [
  ...plugins,
  '@ulmfit/files',
  '@ulmfit/text',
  '@ulmfit/schedulers',
  '@ulmfit/optimizers',
  '@ulmfit/discriminative',
  '@ulmfit/regularizers',
  '@ulmfit/semi-supervised',
  '@ulmfit/awd-lstm',
  '@ulmfit/linear',
  '@ulmfit/data-files',
  '@ulmfit/data-imdb',
  '@ulmfit/checkpoint',
  '@ulmfit/inference',
];

/** What runs in browsers too: these import nothing of Node's, and of `@ulmfit/files` the portable half. */
export const browserSafe = [
  ...plugins,
  '@ulmfit/text',
  '@ulmfit/schedulers',
  '@ulmfit/optimizers',
  '@ulmfit/discriminative',
  '@ulmfit/regularizers',
  '@ulmfit/semi-supervised',
  '@ulmfit/awd-lstm',
  '@ulmfit/linear',
  '@ulmfit/checkpoint',
  '@ulmfit/inference',
  '@ulmfit/serve',
];

/**
 * What of these is for Node alone: a folder of `src/` that nothing outside of it imports, and a subpath of its name.
 * @type {Record<string, string>}
 */
export const nodeHalves = { '@ulmfit/inference': 'node', '@ulmfit/serve': 'node' };

/**
 * The rooms of a package's `src/`, from the ground up: a room imports those before it.
 * @type {Record<string, string[]>}
 */
export const rooms = {
  'packages/trainer': ['state', 'model', 'plugin', 'loop', 'plugins'],
  'packages/pipeline': ['recipe', 'tokens', 'stages', 'judge', 'inference', 'run'],
};

/** @type {Record<string, { name: string, floor: number, mayImport: string[] }>} */
export const floors = {
  'packages/errors': { name: '@ulmfit/errors', floor: 0, mayImport: [] },
  'packages/create-ulmfit-plugin': {
    name: 'create-ulmfit-plugin',
    floor: 0,
    mayImport: ['@ulmfit/errors'],
  },
  'packages/files': { name: '@ulmfit/files', floor: 0, mayImport: ['@ulmfit/errors'] },
  'packages/kernels': { name: '@ulmfit/kernels', floor: 0, mayImport: ['@ulmfit/errors'] },
  'packages/text': { name: '@ulmfit/text', floor: 0, mayImport: ['@ulmfit/kernels', '@ulmfit/errors'] },
  'packages/trainer': { name: '@ulmfit/trainer', floor: 0, mayImport: ['@ulmfit/kernels', '@ulmfit/errors'] },
  'packages/schedulers': { name: '@ulmfit/schedulers', floor: 1, mayImport: plugins },
  'packages/optimizers': { name: '@ulmfit/optimizers', floor: 1, mayImport: plugins },
  'packages/discriminative': { name: '@ulmfit/discriminative', floor: 1, mayImport: plugins },
  'packages/regularizers': { name: '@ulmfit/regularizers', floor: 1, mayImport: plugins },
  'packages/semi-supervised': { name: '@ulmfit/semi-supervised', floor: 1, mayImport: plugins },
  'packages/plugin-testkit': {
    name: '@ulmfit/plugin-testkit',
    floor: 1,
    mayImport: [...plugins, '@ulmfit/text'],
  },
  'packages/awd-lstm': { name: '@ulmfit/awd-lstm', floor: 2, mayImport: plugins },
  'packages/linear': { name: '@ulmfit/linear', floor: 2, mayImport: ['@ulmfit/text', '@ulmfit/errors'] },
  'packages/data-files': {
    name: '@ulmfit/data-files',
    floor: 2,
    mayImport: ['@ulmfit/text', '@ulmfit/kernels', '@ulmfit/files', '@ulmfit/errors'],
  },
  'packages/data-imdb': {
    name: '@ulmfit/data-imdb',
    floor: 2,
    mayImport: ['@ulmfit/text', '@ulmfit/kernels', '@ulmfit/files', '@ulmfit/errors'],
  },
  'packages/checkpoint': {
    name: '@ulmfit/checkpoint',
    floor: 2,
    mayImport: [...plugins, '@ulmfit/files'],
  },
  'packages/inference': {
    name: '@ulmfit/inference',
    floor: 3,
    mayImport: [
      ...plugins,
      '@ulmfit/files',
      '@ulmfit/text',
      '@ulmfit/awd-lstm',
      '@ulmfit/linear',
      '@ulmfit/checkpoint',
    ],
  },
  'packages/tensorboard': {
    name: '@ulmfit/tensorboard',
    floor: 3,
    mayImport: ['@ulmfit/trainer', '@ulmfit/files', '@ulmfit/errors'],
  },
  'packages/backend-node': {
    name: '@ulmfit/backend-node',
    floor: 3,
    mayImport: ['@ulmfit/kernels', '@ulmfit/files', '@ulmfit/errors'],
  },
  'packages/distributed': {
    name: '@ulmfit/distributed',
    floor: 4,
    mayImport: ['@ulmfit/trainer', '@ulmfit/backend-node', '@ulmfit/files', '@ulmfit/errors'],
  },
  'packages/serve': {
    name: '@ulmfit/serve',
    floor: 4,
    mayImport: ['@ulmfit/inference', '@ulmfit/errors'],
  },
  'packages/pipeline': { name: '@ulmfit/pipeline', floor: 4, mayImport: libraries },
  'apps/docs': { name: '@ulmfit/docs', floor: 5, mayImport: ['@ulmfit/inference', '@ulmfit/schedulers'] },
  'apps/imdb': { name: '@ulmfit/imdb', floor: 5, mayImport: [...libraries, '@ulmfit/backend-node'] },
  'apps/ulmfit': {
    name: 'ulmfit',
    floor: 5,
    mayImport: [
      ...libraries,
      '@ulmfit/tensorboard',
      '@ulmfit/backend-node',
      '@ulmfit/pipeline',
      '@ulmfit/serve',
      '@ulmfit/distributed',
    ],
  },
};
