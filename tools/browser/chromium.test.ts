import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { chromium } from './chromium.js';

// Where it is missing, the tests in a page are not there at all: this one tells so.
it.skipIf(chromium === undefined)(
  'runs the tests in a page by Chromium: of the system, or named by ULMFIT_CHROMIUM',
  () => {
    expect(
      execFileSync(chromium ?? '', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    ).toMatch(/Chrom/);
  },
);
