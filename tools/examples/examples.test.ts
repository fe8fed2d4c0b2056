import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engine } from '@tensorflow/tfjs-core';
import { setPrecision } from '@ulmfit/backend-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isBuilt, publicFace } from '../api/public-face.js';
import { checkTypes } from './check-types.js';
import { docExamples } from './doc-examples.js';
import { exampleModule, exportsOf, type ExampleNames } from './example-module.js';
import { notRun, withoutExample } from './exceptions.js';
import * as context from './given.js';
import { runModule } from './run-module.js';
import { furnish } from './workplace.js';

const namesIn = (made: object): Set<string> => new Set(Object.keys(made));
const face = isBuilt() ? publicFace() : undefined;
const { functions, examples } = face ? docExamples(face) : { functions: [], examples: [] };
const names: ExampleNames = {
  exports: face ? exportsOf(face) : new Map(),
  given: namesIn(context.given),
  givenIn: new Map(Object.entries(context.givenIn).map(([name, made]) => [name, namesIn(made)])),
};
const modules = new Map(examples.map((example) => [example.name, exampleModule(example, names)]));

describe.skipIf(!face)(
  `examples of the reference${face ? '' : ' (skipped: `npm run build` was not run)'}`,
  () => {
    it('stand at each public function, but for those with a reason', () => {
      const missing = functions.filter(({ hasExample }) => !hasExample);
      expect(missing.map((each) => `${each.package} ${each.name}`)).toEqual(Object.keys(withoutExample));
    });

    it('compile in a strict project', () => {
      expect([...checkTypes(modules)]).toEqual([]);
    });

    it('leave out none that is not there', () => {
      expect(Object.keys(notRun).filter((name) => !modules.has(name))).toEqual([]);
    });

    describe('run', () => {
      const before = process.cwd();
      const variables = new Set(Object.keys(engine().state.registeredVariables));
      const cache = process.env['ULMFIT_CACHE'];
      let place = '';
      beforeAll(async () => {
        place = mkdtempSync(join(tmpdir(), 'ulmfit-examples-'));
        process.env['ULMFIT_CACHE'] = join(place, 'user-cache');
        process.chdir(place);
        await furnish();
      });
      afterAll(() => {
        process.chdir(before);
        if (cache === undefined) delete process.env['ULMFIT_CACHE'];
        else process.env['ULMFIT_CACHE'] = cache;
        rmSync(place, { recursive: true, force: true });
        // Other tests share the process.
        for (const [name, variable] of Object.entries(engine().state.registeredVariables))
          if (!variables.has(name)) variable.dispose();
        setPrecision('float32');
      });

      it.each(examples.filter(({ name }) => !(name in notRun)))('$name', async ({ name, code }) => {
        for (const of of ['log', 'warn', 'error'] as const) vi.spyOn(console, of).mockReturnValue();
        vi.spyOn(process.stdout, 'write').mockReturnValue(true);
        const running = runModule(modules.get(name) ?? '', (specifier) =>
          specifier === '../given.js' ? Promise.resolve(context) : import(/* @vite-ignore */ specifier),
        );
        if (code.startsWith('throw ')) await expect(running).rejects.toThrow();
        else await running;
      });
    });
  },
);
