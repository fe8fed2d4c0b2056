import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { findModel, inspectModels } from '@ulmfit/inference/node';
import { saveLanguageModel } from '@ulmfit/pipeline';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import fc from 'fast-check';
import { utf8 } from '../../../packages/files/src/mutate.test-helper.js';
import type { FuzzedReader } from '../reader.js';
import { hostileJson, spoiltRecord } from './hostile-json.js';

/** A model's description as `ulmfit inspect` reads it: it tells of damaged files, and so reads on where loading ends. */
export function inspectedModelReader(): FuzzedReader {
  const folder = join(mkdtempSync(join(tmpdir(), 'ulmfit-fuzz-')), 'model');
  const vocabulary = new Vocabulary([...specialTokens, 'film']);
  const model = createLanguageModel({ vocabulary: vocabulary.size, embedding: 2, hidden: 2, layers: 1 });
  saveLanguageModel(folder, { model, vocabulary }, { tokenizer: fastaiTokenizer(), backwards: false });
  model.dispose();
  const file = join(folder, 'bundle.json');
  const sound = new Uint8Array(readFileSync(file));
  return {
    name: 'bundle.json, inspected',
    samples: [sound],
    hostile: hostileJson,
    arbitrary: spoiltRecord(JSON.parse(new TextDecoder().decode(sound)) as Record<string, unknown>),
    async read(bytes) {
      writeFileSync(file, bytes);
      await inspectModels(folder);
    },
    dispose: () => rmSync(join(folder, '..'), { recursive: true, force: true }),
  };
}

/** The `package.json` of a package that holds a model: what it names lies within the package, or is refused. */
export function modelPackageReader(): FuzzedReader {
  const project = mkdtempSync(join(tmpdir(), 'ulmfit-fuzz-'));
  const folder = join(project, 'node_modules', 'model-package');
  mkdirSync(join(folder, 'deep'), { recursive: true });
  for (const path of ['model.ulmfit', 'deep/other.ulmfit', '../outside.ulmfit'])
    writeFileSync(join(folder, path), 'PK');
  const manifest = { name: 'model-package', version: '1.0.0', ulmfit: 'deep/other.ulmfit' };
  const place = fc
    .array(
      fc.constantFrom('..', '.', 'deep', 'other.ulmfit', 'model.ulmfit', 'outside.ulmfit', '', '\0', '~'),
    )
    .map((parts) => utf8(JSON.stringify({ ...manifest, ulmfit: parts.join('/') })));
  return {
    name: 'package.json of a model',
    samples: [utf8(JSON.stringify(manifest)), utf8(JSON.stringify({ name: 'model-package' }))],
    hostile: hostileJson,
    arbitrary: fc.oneof(spoiltRecord(manifest), place),
    read(bytes) {
      writeFileSync(join(folder, 'package.json'), bytes);
      const { path } = findModel('model-package', { from: project });
      if (!path.startsWith(folder + sep)) throw new Error(`${path} is outside of the package`);
    },
    dispose: () => rmSync(project, { recursive: true, force: true }),
  };
}
