import { defineConfig } from 'vitest/config';

// Packages are tested from their source (the `@ulmfit/source` export condition), without a build.
const conditions = ['@ulmfit/source', 'node', 'import', 'module', 'default'];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['node', 'import', 'module', 'default'] } },
};

export default defineConfig({
  ...shared,
  test: {
    // tfjs-node can't be loaded by a second thread of one process.
    pool: 'forks',
    setupFiles: ['tools/vitest-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{packages,apps}/*/src/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: ['**/*.parity.test.ts', '**/node_modules/**', '**/dist/**'],
        },
      },
      {
        extends: true,
        test: { name: 'parity', include: ['{packages,apps}/*/src/**/*.parity.test.ts'] },
      },
    ],
  },
});
