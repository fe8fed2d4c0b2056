const below = 'what packages share below the functions that users call';
const made = 'made by the function of the same name, which has one';

/** Public functions without an example, and why. */
export const withoutExample: Readonly<Record<string, string>> = {
  '@ulmfit/backend-node ensureAddon': below,
  '@ulmfit/backend-node ensureKernelLibrary': below,
  '@ulmfit/backend-node registerFastKernels': below,
  '@ulmfit/backend-node registerNativeKernels': below,
  '@ulmfit/backend-node tensorFlowBackend': below,
  '@ulmfit/backend-node unregisterNativeKernels': below,
  '@ulmfit/checkpoint isDeep': below,
  '@ulmfit/files ByteReader': below,
  '@ulmfit/files nodeBuiltin': below,
  '@ulmfit/files removeQuietly': below,
  '@ulmfit/files syncFolder': below,
  '@ulmfit/files verifyStamped': below,
  '@ulmfit/inference assignWeights': below,
  '@ulmfit/inference naming': below,
  '@ulmfit/kernels lstmLayerReference': below,
  '@ulmfit/optimizers Adam': made,
  '@ulmfit/optimizers Asgd': made,
  '@ulmfit/optimizers ParameterStates': below,
  '@ulmfit/optimizers Sgd': made,
  '@ulmfit/text packError': below,
  '@ulmfit/text packTexts': below,
  '@ulmfit/trainer requireSameRanks': below,
  '@ulmfit/trainer requireSlices': below,
};

const download = 'downloads';
const dataSet = 'needs the data set';
const fastai = "needs fastai's files";
const engine = 'starts or installs an engine, which a process can have once';
const served = 'needs a model on a server, or a page';
const server = 'listens on a port, or starts a process';
const ranks = 'needs processes that mpirun has started';
const large = 'trains at the sizes of real texts';

/** Examples that are type-checked alone, and why. */
export const notRun: Readonly<Record<string, string>> = {
  'awd-lstm-createClassifier-0': large,
  'awd-lstm-createLanguageModel-0': large,
  'backend-node-doctor-0': engine,
  'backend-node-formatDoctor-0': engine,
  'backend-node-installEngine-0': engine,
  'backend-node-useBackend-0': engine,
  'checkpoint-fromFastai-0': fastai,
  'checkpoint-indexedDbStore-0': served,
  'checkpoint-readItos-0': fastai,
  'checkpoint-readPytorch-0': fastai,
  'checkpoint-toFastai-0': fastai,
  'data-imdb-downloadImdb-0': download,
  'data-imdb-imdbTask-0': dataSet,
  'data-imdb-readImdb-0': dataSet,
  'distributed-connectMpi-0': ranks,
  'distributed-mirroredFolder-0': ranks,
  'files-downloadFile-0': download,
  'inference-LoadedLanguageModel.generate-0': served,
  'inference-loadClassifier-0': served,
  'inference-loadLanguageModel-0': served,
  'inference-loadModelInWorker-0': served,
  'inference-serveModel-0': served,
  'kernels-kernelConformance-0': 'the tests of the kernels run its cases',
  'kernels-useWasmKernels-0': engine,
  'pipeline-recommendedRecipe-0': large,
  'pipeline-run-0': dataSet,
  'pipeline-trainTextClassifier-0': large,
  'serve-createServer-0': served,
  'serve-isolatedModel-0': server,
  'serve-keepModel-0': server,
  'serve-serve-0': server,
  'text-loadTokenizer-0': "stands in a module of the reader's",
};
