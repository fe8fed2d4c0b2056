import type { FuzzedReader } from './reader.js';
import { bundleDescriptionReader, vocabularyReader } from './readers/bundle.js';
import { corpusReader, gzipReader } from './readers/corpus.js';
import { dataFilesReader } from './readers/data-files.js';
import { archiveReader } from './readers/imdb-archive.js';
import { inspectedModelReader, modelPackageReader } from './readers/inspected-model.js';
import { linearReader } from './readers/linear.js';
import { modelFileReader } from './readers/model-file.js';
import { pytorchLegacyReader, pytorchZipReader } from './readers/pytorch.js';
import { requestReader } from './readers/request.js';
import {
  configReader,
  corpusOfRunReader,
  engineReader,
  manifestReader,
  metricsReader,
  runReader,
  stateReader,
  taskReader,
} from './readers/run-files.js';
import { safetensorsReader } from './readers/safetensors.js';
import { settingsFileReader } from './readers/settings-file.js';
import { tokenizerReader } from './readers/tokenizer.js';
import { pickleReader } from './readers/vocabulary-pickle.js';

/** Everything that reads what others may have written, by the name that `--readers` takes. */
export const readers: Readonly<Record<string, () => FuzzedReader>> = {
  safetensors: safetensorsReader,
  'pytorch-zip': pytorchZipReader,
  'pytorch-legacy': pytorchLegacyReader,
  pickle: pickleReader,
  archive: archiveReader,
  corpus: corpusReader,
  gzip: gzipReader,
  'data-files': dataFilesReader,
  linear: linearReader,
  vocabulary: vocabularyReader,
  bundle: bundleDescriptionReader,
  'model-file': modelFileReader,
  inspect: inspectedModelReader,
  'model-package': modelPackageReader,
  manifest: manifestReader,
  state: stateReader,
  config: configReader,
  metrics: metricsReader,
  run: runReader,
  task: taskReader,
  'run-corpus': corpusOfRunReader,
  engine: engineReader,
  settings: settingsFileReader,
  request: requestReader,
  tokenizer: tokenizerReader,
};
