import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromium, chromiumOptions } from './tools/browser/chromium.js';

// Packages are tested from their source (the `@ulmfit/source` export condition), without a build.
const conditions = ['@ulmfit/source', 'node', 'import', 'module', 'default'];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['node', 'import', 'module', 'default'] } },
};

const tests = ['{packages,apps}/*/src/**/*.test.ts', 'tools/**/*.test.ts'];
const others = ['**/*.{parity,browser}.test.ts', '**/node_modules/**', '**/dist/**'];
// What starts engines in its own process, which can't be taken back: each of these files has a process to itself.
const ownProcess = [
  'packages/backend-node/src/**/*.test.ts',
  'packages/pipeline/src/inference/{int8-model,prediction-invariance}.test.ts',
  'packages/files/src/cached-folder-faults.test.ts',
  'tools/{bench,soak}/**/*.test.ts',
  'tools/docs-examples.test.ts',
];

// Named here: one that is found in the middle of a test would load the page again.
const bundledForBrowsers = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-core/dist/register_all_gradients.js',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgl',
  '@tensorflow/tfjs-backend-webgpu',
  'zod',
];

/** Whether all is asked for: `npm run test:browser`. */
const isWhole = process.env['ULMFIT_BROWSER'] === 'all';

// In a page of Chromium, where there is one: what is written for browsers. Two backends of graphics cards in one page wait for each
// other where there is no card.
const inBrowser = (backend: string) => ({
  resolve: { conditions: ['@ulmfit/source', 'browser', 'module', 'import', 'default'] },
  optimizeDeps: { include: bundledForBrowsers },
  test: {
    name: backend === 'wasm' ? 'browser' : `browser-${backend}`,
    include: [
      backend === 'wasm' ? '{packages,tools,docs}/**/*.browser.test.ts' : '**/load-model.browser.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**', ...(isWhole ? [] : ['**/train.browser.test.ts'])],
    globalSetup: ['tools/browser/provide-models.ts'],
    provide: { backend },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    isolate: false,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: chromiumOptions }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
});
const backends = isWhole ? ['wasm', 'cpu', 'webgl', 'webgpu'] : ['wasm'];

export default defineConfig({
  ...shared,
  test: {
    // tfjs-node can't be loaded by a second thread of one process.
    pool: 'forks',
    // vitest's own default leaves a core idle, which on two is half of the machine.
    maxWorkers: '100%',
    setupFiles: ['tools/vitest-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: tests,
          exclude: [...others, ...ownProcess],
          // A process runs many files: to load TensorFlow.js for each takes longer than most of them run.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'isolated', include: ownProcess, exclude: others } },
      {
        extends: true,
        test: { name: 'parity', include: ['{packages,apps}/*/src/**/*.parity.test.ts'], isolate: false },
      },
      ...(chromium === undefined ? [] : backends.map(inBrowser)),
    ],
  },
});
