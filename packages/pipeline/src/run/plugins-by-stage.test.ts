import { adam, sgd } from '@ulmfit/optimizers';
import { activationRegularization, headDropout, outputDropout } from '@ulmfit/regularizers';
import type { TrainingPlugin } from '@ulmfit/trainer';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { optimizerByStage, type OptimizerByStage } from './optimizer-by-stage.js';
import { pluginsByStage, requireOwnState, type PluginsByStage } from './plugins-by-stage.js';
import type { RunOptions } from './run-options.js';
import type { AnyStagePlugin, ClassifierPlugin, LanguageModelPlugin } from '../stages/stage-plugin.js';
import type { ClassifierStageOptions } from '../stages/classifier-stage.js';
import type { TrainTextClassifierOptions } from './train-text-classifier.js';

const counting = (name: string): TrainingPlugin => ({
  name,
  stateDict: () => ({ json: 0, tensors: {} }),
  loadStateDict: () => undefined,
});

// Type-checked by `tsc -p tsconfig.test.json`.
describe('the types of a stage', () => {
  it('take plugins of its model and of any model', () => {
    const plain: TrainingPlugin = { name: 'plain', afterStep: ({ step }) => void step };
    const classify = { plugins: [activationRegularization(1), headDropout([0.1]), plain] };
    expectTypeOf(classify).toExtend<Pick<ClassifierStageOptions, 'plugins'>>();
    expectTypeOf(plain).toExtend<AnyStagePlugin>();
    expectTypeOf<AnyStagePlugin>().toExtend<LanguageModelPlugin>();
    expectTypeOf<AnyStagePlugin>().toExtend<ClassifierPlugin>();
    const options: Pick<RunOptions & TrainTextClassifierOptions, 'plugins' | 'optimizer'> = {
      plugins: {
        all: () => [activationRegularization(1), plain],
        finetune: [outputDropout(0.1)],
        classify: [
          headDropout([0.1]),
          { name: 'sees', beforeBatch: (_, { lengths }) => void lengths.length },
        ],
      },
      optimizer: { all: adam(), pretrain: sgd({ momentum: 0.9 }) },
    };
    expect(Object.keys(options)).toHaveLength(2);
    expectTypeOf([plain]).toExtend<NonNullable<RunOptions['plugins']>>();
    expectTypeOf(adam()).toExtend<NonNullable<RunOptions['optimizer']>>();
  });

  it('refuse those of another model', () => {
    const wrong: PluginsByStage[] = [
      // @ts-expect-error -- the language model has no head
      { finetune: [headDropout([0.1])] },
      // @ts-expect-error -- the classifier has no output of a decoder
      { classify: [outputDropout(0.1)] },
      // @ts-expect-error -- nor has every model a head
      { all: () => [headDropout([0.1])] },
      // @ts-expect-error -- a language model's batches have no lengths
      { pretrain: [{ name: 'sees', beforeBatch: (_, { lengths }) => void lengths }] },
      // @ts-expect-error -- there is no such stage
      { finetuning: [] },
    ];
    // @ts-expect-error -- not called
    const uncalled: OptimizerByStage = { all: adam };
    // @ts-expect-error -- the classifier has no output of a decoder
    const stage: Pick<ClassifierStageOptions, 'plugins'> = { plugins: [outputDropout(0.1)] };
    // @ts-expect-error -- a list for all stages has what every model has
    const run: Pick<TrainTextClassifierOptions, 'plugins'> = { plugins: [headDropout([0.1])] };
    expect([...wrong, uncalled, stage, run]).toHaveLength(8);
  });
});

describe('pluginsByStage', () => {
  const namesOf = (plugins: Parameters<typeof pluginsByStage>[0]) =>
    Object.fromEntries(
      Object.entries(pluginsByStage(plugins)).map(([stage, list]: [string, readonly { name: string }[]]) => [
        stage,
        list.map(({ name }) => name),
      ]),
    );

  it('gives a stage the plugins of all before its own', () => {
    expect(namesOf([counting('a')])).toEqual({ pretrain: ['a'], finetune: ['a'], classify: ['a'] });
    expect(namesOf({ all: () => [counting('a')], classify: [counting('b')] })).toEqual({
      pretrain: ['a'],
      finetune: ['a'],
      classify: ['a', 'b'],
    });
    expect(namesOf({ classify: [false, [counting('a'), null], counting('b')] })).toMatchObject({
      classify: ['a', 'b'],
    });
    expect(namesOf(undefined)).toEqual({ pretrain: [], finetune: [], classify: [] });
  });

  it('makes plugins with a state for each stage, or refuses to share them', () => {
    const stages = ['pretrain', 'finetune', 'classify'] as const;
    const shared = pluginsByStage([counting('plateau')]);
    expect(() => requireOwnState(shared, stages)).toThrow(
      'plugins: plateau has state that pretrain and finetune would share; give a function that makes one per stage: () => [...]',
    );
    requireOwnState(shared, ['classify']);
    requireOwnState(
      pluginsByStage(() => [counting('plateau')]),
      stages,
    );
    requireOwnState(pluginsByStage([{ name: 'no state' }]), stages);
  });

  it.each<[unknown, RegExp]>([
    [
      { clasify: [] },
      /^plugins: unknown stage "clasify"; the stages are all, pretrain, finetune, classify; did you mean classify\?/,
    ],
    [counting('plateau'), /^plugins: unknown stage "name"; .*; write a list, \[\.\.\.\]$/],
    [{ all: counting('plateau') }, /^plugins: all: an object is not a list of plugins; write \[\.\.\.\]$/],
    [7, /^plugins: 7 is not a list of plugins/],
    [[counting], /^plugins: all\[0\] is the function counting; call it: counting\(\)$/],
    [
      { classify: [counting('a'), {}] },
      /^plugins: classify\[1\] has no name; give it one: its state is kept by it$/,
    ],
  ])('refuses %j', (plugins, message) => {
    expect(() => pluginsByStage(plugins as PluginsByStage)).toThrow(
      expect.objectContaining({ code: 'BAD_PLUGINS', message: expect.stringMatching(message) as string }),
    );
  });
});

describe('optimizerByStage', () => {
  it('gives each stage its own, or that of all, or none', () => {
    const [all, own] = [adam(), sgd()];
    expect(optimizerByStage(all)).toEqual({ pretrain: all, finetune: all, classify: all });
    expect(optimizerByStage({ all, classify: own })).toEqual({ pretrain: all, finetune: all, classify: own });
    expect(optimizerByStage({ classify: own })).toEqual({
      pretrain: undefined,
      finetune: undefined,
      classify: own,
    });
  });

  it.each<[unknown, RegExp]>([
    [adam, /^optimizer is the function adam; call it: adam\(\)$/],
    [{ classify: adam }, /^optimizer: classify is the function adam; call it: adam\(\)$/],
    [
      { create: 1 },
      /^optimizer is an object; give \{ defaults, create\(groups\) \}, such as adam\(\) of @ulmfit\/optimizers$/,
    ],
    [{ pretraining: sgd() }, /^optimizer: unknown stage "pretraining"; .*; did you mean pretrain\?$/],
    ['adam', /^optimizer is "adam"; give \{ defaults, create\(groups\) \}/],
  ])('refuses %j', (optimizer, message) => {
    expect(() => optimizerByStage(optimizer as OptimizerByStage)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) as string }),
    );
  });
});
