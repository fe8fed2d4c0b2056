import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../packages/published-packages.js';
import { apiReports, digestOf, reportPath } from './api-reports.js';
import { inlineTypes } from './inline-types.js';
import { isBuilt, publicFace } from './public-face.js';

const reports = isBuilt()
  ? [...apiReports()].map(([one, report]) => ({ one, name: one.manifest.name, report }))
  : [];
const released = JSON.parse(readFileSync(join(root, 'api/released.json'), 'utf8')) as Record<string, string>;
const notes = readdirSync(join(root, '.changeset'))
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .map((name) => readFileSync(join(root, '.changeset', name), 'utf8'));

describe.skipIf(!isBuilt())('the public face of a package (skipped without a build)', () => {
  it.each(reports)('of $name is that of its report', ({ one, report }) => {
    const kept = existsSync(reportPath(one)) ? readFileSync(reportPath(one), 'utf8') : '';
    expect(report, 'if the change is meant: npm run api').toBe(kept);
  });

  it('names its object types', () => {
    // A row is the inputs, attributes and outputs of a kernel, which stand nowhere else.
    expect(inlineTypes(publicFace())).toEqual(['@ulmfit/kernels FastKernels']);
  });

  it.each(reports)(
    'of $name is that of the last release, or a note tells of the change',
    ({ name, report }) => {
      const isTold = notes.some((note) => note.split('---')[1]?.includes(`'${name}': `));
      expect(isTold || released[name] === digestOf(report), 'write a note: npx changeset').toBe(true);
    },
  );
});
