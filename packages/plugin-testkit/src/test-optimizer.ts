import { dispose, memory, ones, zerosLike, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { parameterGroups, requireOptimizer, type Optimizer, type OptimizerFactory } from '@ulmfit/trainer';
import type { Bench } from './bench.js';
import { breach, hold } from './breach.js';
import { holdLoads } from './hold-loads.js';
import { holdNoLeak } from './hold-no-leak.js';
import { firstDifference, holdResumes } from './hold-resumes.js';
import { differenceOf, numbersOf, snapshot, tensorDifference, withState } from './snapshot.js';
import { TRIALS } from './test-plugin.js';
import { toyLoader, toyModel, type ToyBatch, type ToyTaps } from './toy-model.js';
import { toyTrainer } from './toy-trainer.js';
import { inTrial, trial, type TrialOptions } from './trial.js';

export interface TestOptimizerOptions {
  /** A learning rate at which it learns; default: its own, or 0.01. */
  readonly lr?: number;
}

/**
 * Tests an optimizer against what the trainer needs:
 * - it reads each group's `lr` at each step, makes the loss smaller, and survives gradients of zero;
 * - it leaves alone what has no gradient, the gradients themselves, and other optimizers;
 * - a fit that is cut at any step and resumed ends bit for bit as one that was not, also with two micro-batches an update and
 *   with frozen groups;
 * - a state is refused where something is missing or unknown; `reset` forgets all, `dispose` frees all, and no tensor is left.
 *
 * It throws at the first breach, so it works in any test runner.
 * @param make makes the factory, a new one at each call
 * @throws UlmfitError `BREAKS_PROTOCOL`, which says what to change
 * @example
 * it('is an optimizer', () => testOptimizer(() => sgd({ lr: 1e-3, momentum: 0.9 })));
 */
export async function testOptimizer(
  make: () => OptimizerFactory,
  { lr }: TestOptimizerOptions = {},
): Promise<void> {
  const factory = make();
  requireOptimizer(factory, 'testOptimizer: make()');
  const rated = (): OptimizerFactory => {
    const made = make();
    return {
      ...made,
      defaults: { ...made.defaults, lr: lr ?? made.defaults.lr ?? 0.01 },
      create: (g) => made.create(g),
    };
  };
  const name = holdSteps(rated);
  const bench: Bench<ToyBatch, Tensor2D, ToyTaps> = {
    model: () => toyModel({ carries: true, noisy: true }),
    train: toyLoader([2, 1]),
    validate: toyLoader([2], 11),
    optimizer: rated,
  };
  await holdLearning(name, rated());
  for (const options of TRIALS) await holdFits(name, bench, options);
}

async function holdFits(
  name: string,
  bench: Bench<ToyBatch, Tensor2D, ToyTaps>,
  options: TrialOptions,
): Promise<void> {
  const subject = { name, bench };
  const before = memory().numTensors;
  const whole = await trial(bench, subject, options);
  const left = memory().numTensors - before;
  hold(name, left <= 0, () => `leaves ${left} tensors when it is disposed of; free its state in dispose`);
  const differs = firstDifference(subject, whole, await trial(bench, subject, options));
  if (differs) {
    throw breach(
      name,
      `two equal fits${inTrial(options)} differ: at ${differs.place} ${differs.what} is ${differs.first} and ${differs.second}; keep nothing outside of what create gives`,
    );
  }
  holdNoLeak(name, whole, options);
  await holdResumes(() => subject, whole, options);
}

/** Whether the loss on the same rows gets smaller. */
async function holdLearning(name: string, optimizer: OptimizerFactory): Promise<void> {
  const trainer = toyTrainer({ optimizer });
  const train = toyLoader(4);
  const lossOf = async () => (await trainer.evaluate(train))?.['loss'] ?? NaN;
  const before = await lossOf();
  await trainer.fit({ stage: 'learn', train, epochs: 4 });
  const after = await lossOf();
  trainer.dispose();
  trainer.model.dispose();
  hold(
    name,
    after < before,
    () =>
      `does not learn: the loss goes from ${before} to ${after}; subtract the gradient, or give testOptimizer a smaller lr`,
  );
}

/** What holds of single steps. @returns the optimizer's name */
function holdSteps(make: () => OptimizerFactory): string {
  const before = memory().numTensors;
  const model = toyModel();
  const groups = parameterGroups(model.groups);
  const { parameters } = groups;
  const { defaults } = make();
  groups.setBase(defaults);
  const create = (): Optimizer => make().create(groups);
  const optimizer = create();
  const { name } = optimizer;
  const weights = () => Object.fromEntries(parameters.map((p) => [p.name, numbersOf(p.variable)]));
  const gradients: Record<string, Tensor> = Object.fromEntries(
    parameters.map((p) => [p.name, ones(p.variable.shape)]),
  );
  const start = snapshot(optimizer.stateDict());

  let old = weights();
  optimizer.step(gradients);
  for (const [parameter, values] of Object.entries(weights())) {
    hold(
      name,
      !!differenceOf(old[parameter], values),
      () => `step leaves ${parameter} as it is; update every parameter that has a gradient`,
    );
    hold(
      name,
      values.every(Number.isFinite),
      () => `step makes ${parameter} NaN or infinite; check what it divides by`,
    );
  }
  for (const [parameter, gradient] of Object.entries(gradients)) {
    const intact = !gradient.isDisposed && numbersOf(gradient).every((v) => v === 1);
    hold(
      name,
      intact,
      () => `step changes or frees the gradient of ${parameter}, which is lent; work on tensors of its own`,
    );
  }

  groups.setHyper('lr', { bottom: 0, middle: defaults.lr ?? 0.01, top: defaults.lr ?? 0.01 });
  old = weights();
  optimizer.step(gradients);
  const still = differenceOf(old['w0'], weights()['w0']);
  hold(name, !still, () => 'step moves a group whose lr is 0; read hyper.lr of each group at each step');
  groups.setBase(defaults);

  const { w0: _, ...upper } = gradients;
  const [all, saved] = [weights(), snapshot(optimizer.stateDict())];
  optimizer.step(upper);
  hold(
    name,
    !differenceOf(all['w0'], weights()['w0']),
    () => 'step moves a parameter that has no gradient, as when its group is frozen; leave it alone',
  );
  const own = (tensors: typeof saved.tensors) =>
    Object.fromEntries(Object.entries(tensors).filter(([key]) => /\bw0\b/.test(key)));
  const touched = tensorDifference(own(saved.tensors), own(snapshot(optimizer.stateDict()).tensors));
  hold(
    name,
    !touched,
    () => `step changes its state ${touched?.at} of a parameter that has no gradient; leave it alone`,
  );

  const means = optimizer.evaluationWeights?.();
  for (const [parameter, mean] of Object.entries(means ?? {})) {
    const owner = parameters.find((p) => p.name === parameter);
    hold(
      name,
      !!owner && owner.variable.shape.join() === mean.shape.join(),
      () =>
        `evaluationWeights has ${parameter} [${mean.shape.join(', ')}], which no parameter is; name those that the groups have`,
    );
  }

  const state = snapshot(optimizer.stateDict());
  holdLoads(name, optimizer, state);
  const other = create();
  withState(state, (made) => other.loadStateDict(made));
  other.dispose();
  const shared = differenceOf(state, snapshot(optimizer.stateDict()));
  hold(
    name,
    !shared,
    () => `shares its state with another of its kind: ${shared?.at}; keep it in what create gives`,
  );

  const zeros: Record<string, Tensor> = Object.fromEntries(
    Object.entries(gradients).map(([key, t]) => [key, zerosLike(t)]),
  );
  optimizer.reset();
  const forgotten = differenceOf(start, snapshot(optimizer.stateDict()));
  hold(
    name,
    !forgotten,
    () =>
      `reset keeps ${forgotten?.at}: ${forgotten?.second}, at first ${forgotten?.first}; forget all state`,
  );
  optimizer.step(zeros);
  const bad = Object.entries(weights()).find(([, values]) => !values.every(Number.isFinite))?.[0];
  hold(
    name,
    bad === undefined,
    () => `step makes ${bad} NaN or infinite where the gradient is 0; add an epsilon to what it divides by`,
  );

  optimizer.dispose();
  model.dispose();
  dispose([gradients, zeros]);
  const left = memory().numTensors - before;
  hold(
    name,
    left <= 0,
    () =>
      `leaves ${left} tensors when it is disposed of; free its state in dispose, and make the rest within tf.tidy`,
  );
  return name;
}
