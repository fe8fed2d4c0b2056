import {
  concat,
  dispose,
  memory,
  mean,
  mul,
  square,
  sub,
  tensor2d,
  tidy,
  type Rank,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { brief } from '@ulmfit/errors';
import {
  CarriedStates,
  createTrainer,
  parameterGroup,
  parameterGroups,
  Pass,
  type Buffer,
  type ForwardPass,
  type Model,
  type Parameter,
  type TapHandlers,
} from '@ulmfit/trainer';
import type { Bench } from './bench.js';
import { breach, hold } from './breach.js';
import { holdNoLeak } from './hold-no-leak.js';
import { firstDifference, holdResumes } from './hold-resumes.js';
import { momentumSgd } from './momentum-sgd.js';
import { differenceOf, notJson, numbersOf } from './snapshot.js';
import { TRIALS } from './test-plugin.js';
import { inTrial, trial, type TrialOptions } from './trial.js';

/** An encoder, as far as it is tested: that of `@ulmfit/awd-lstm` is one. */
export interface TestedEncoder<Taps = Record<never, never>> {
  readonly architecture: string;
  readonly config: { readonly vocabulary: number };
  readonly embedding: Parameter<Rank.R2>;
  readonly features: number;
  readonly groups: readonly { readonly name: string; readonly parameters: readonly Parameter[] }[];
  readonly buffers?: readonly Buffer[];
  readonly taps: readonly (keyof Taps & string)[];
  readonly stepwise?: boolean;
  initialStates(batch: number): Readonly<Record<string, Tensor>>;
  run(
    ids: Tensor2D,
    states: Readonly<Record<string, Tensor>>,
    pass: ForwardPass<Taps>,
  ): { readonly output: Tensor3D; readonly states: Readonly<Record<string, Tensor>> };
}

const ROWS = 3;
const TIME = 6;
const CUT = 4;

/**
 * Tests an encoder against what language model and classifier need:
 * - its output is time-major; it is causal, and a row's output depends on no other row, to the last bit;
 * - a stepwise one gives in two windows what it gives in one;
 * - every parameter has a gradient, every tap is named, and what plugins make of one is used;
 * - a fit that is cut at any step and resumed ends bit for bit as one that was not, also with frozen groups, and no tensor is left.
 *
 * It throws at the first breach, so it works in any test runner.
 * @param make makes the encoder, a new one at each call with the same weights; a tiny one, since dozens of fits are made
 * @throws UlmfitError `BREAKS_PROTOCOL`, which says what to change
 * @example
 * it('is an encoder', () => testEncoder(() => createGru({ vocabulary: 9, features: 3 })));
 */
export async function testEncoder<Taps>(make: () => TestedEncoder<Taps>): Promise<void> {
  const before = memory().numTensors;
  const encoder = make();
  const name = String(encoder.architecture);
  holdParts(name, encoder, make);
  const ids = idsOf(encoder);
  holdShapes(name, encoder, ids);
  holdReading(name, encoder, ids);
  holdTaps(name, encoder, ids);
  free(encoder);
  const left = memory().numTensors - before;
  hold(
    name,
    left <= 0,
    () =>
      `keeps ${left} tensors that are neither parameters nor buffers; make them within run, which is called in a tidy`,
  );
  await holdGradients(name, make);
  const bench = benchOf(make);
  for (const options of TRIALS) await holdFits(name, bench, options);
}

const parametersOf = <Taps>({ embedding, groups }: TestedEncoder<Taps>): readonly Parameter[] => [
  // The cast: a parameter of rank 2 is one of any rank, but variables are invariant in theirs.
  embedding as unknown as Parameter,
  ...groups.flatMap(({ parameters }) => parameters),
];

const free = <Taps>(encoder: TestedEncoder<Taps>): void =>
  dispose([...parametersOf(encoder), ...(encoder.buffers ?? [])].map(({ variable }) => variable));

/** Ids of some rows, all different. */
const idsOf = <Taps>({ config }: TestedEncoder<Taps>): number[][] =>
  Array.from({ length: ROWS }, (_, row) =>
    Array.from({ length: TIME }, (_, t) => (3 * row + 2 * t + row * t) % config.vocabulary),
  );

interface Shown {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** What an encoder gave, as plain numbers. */
interface Reading {
  readonly first: Readonly<Record<string, Shown>>;
  readonly states: Readonly<Record<string, Shown>>;
  readonly shape: readonly number[];
  /** By step, row, feature. */
  readonly values: readonly number[][][];
}

/**
 * Runs an encoder: as in training where there are handlers, else as in prediction.
 * @param windows where the ids are cut; the states go on from window to window
 */
function read<Taps>(
  encoder: TestedEncoder<Taps>,
  ids: readonly (readonly number[])[],
  windows: readonly number[] = [],
  handlers?: TapHandlers,
): Reading {
  const phase = handlers ? 'train' : 'predict';
  const pass = new Pass({ phase, carried: new CarriedStates(), ...(handlers && { handlers }) });
  let reading: Reading | undefined;
  try {
    tidy(() => {
      let states = encoder.initialStates(ids.length);
      const first = shownAll(states);
      const outputs = [0, ...windows].map((from, i) => {
        const window = ids.map((row) => row.slice(from, windows[i] ?? row.length));
        const made = encoder.run(tensor2d(window, undefined, 'int32'), states, pass as ForwardPass<Taps>);
        states = made.states;
        return made.output;
      });
      const output = outputs.length === 1 ? (outputs[0] as Tensor3D) : concat(outputs, 0);
      const values = output.arraySync() as number[][][];
      reading = { first, states: shownAll(states), shape: output.shape, values };
    });
  } finally {
    pass.discard();
  }
  // The cast: `tidy` has run its function, which the compiler does not follow.
  return reading as unknown as Reading;
}

const shownAll = (states: Readonly<Record<string, Tensor>>): Record<string, Shown> =>
  Object.fromEntries(Object.entries(states).map(([key, t]) => [key, shown(t)]));

const shown = (t: Tensor): Shown => ({ shape: t.shape, values: numbersOf(t) });

function holdParts<Taps>(name: string, encoder: TestedEncoder<Taps>, make: () => TestedEncoder<Taps>): void {
  const { architecture, config, embedding, features } = encoder;
  hold(
    name,
    typeof architecture === 'string' && architecture !== '',
    () => 'has no architecture; give it a name, by which bundles find it',
  );
  const bad = notJson(config);
  hold(
    name,
    !bad,
    () =>
      `config has ${bad?.first} at ${bad?.at}, which JSON turns into ${bad?.second}; a bundle keeps it as JSON`,
  );
  const [rows] = embedding.variable.shape;
  hold(
    name,
    rows === config.vocabulary,
    () =>
      `config.vocabulary is ${brief(config.vocabulary)}, and the embedding has ${rows} rows; make them equal`,
  );
  hold(
    name,
    Number.isSafeInteger(features) && features > 0,
    () => `features is ${brief(features)}; give the size of the output`,
  );
  const names = parametersOf(encoder).map((p) => p.name);
  const twice = names.find((each, i) => names.indexOf(each) !== i);
  hold(
    name,
    twice === undefined,
    () =>
      `has two parameters named ${twice}; a checkpoint keeps them by name, and the embedding is in no group`,
  );
  const again = make();
  const others = parametersOf(again);
  const renamed = differenceOf(
    names,
    others.map((p) => p.name),
  );
  hold(
    name,
    !renamed,
    () =>
      `names its parameters differently when it is made again: ${renamed?.first}, then ${renamed?.second}; name them alike`,
  );
  const shared = parametersOf(encoder).find((p, i) => p.variable === others[i]?.variable);
  hold(
    name,
    !shared,
    () =>
      `shares ${shared?.name} with another of its kind; make parameters in the function that makes the encoder`,
  );
  const drawn = parametersOf(encoder).find((p, i) =>
    differenceOf(numbersOf(p.variable), numbersOf((others[i] as Parameter).variable)),
  );
  hold(
    name,
    !drawn,
    () =>
      `draws other numbers for ${drawn?.name} when it is made again; draw by randomKey of @ulmfit/kernels, of a seed`,
  );
  free(again);
}

function holdShapes<Taps>(name: string, encoder: TestedEncoder<Taps>, ids: readonly number[][]): void {
  for (const [rows, time] of [
    [ROWS, TIME],
    [1, TIME],
    [ROWS, 1],
  ] as const) {
    const part = ids.slice(0, rows).map((row) => row.slice(0, time));
    const { shape, states, first, values } = read(encoder, part);
    const wanted = [time, rows, encoder.features];
    hold(
      name,
      shape.join() === wanted.join(),
      () =>
        `gives [${shape.join(', ')}] for ids of [${rows}, ${time}]; the output is [${wanted.join(', ')}]: time, batch, features`,
    );
    hold(
      name,
      values.flat(2).every(Number.isFinite),
      () => 'gives NaN or infinite numbers with its first weights; draw smaller ones',
    );
    for (const key of new Set([...Object.keys(first), ...Object.keys(states)])) {
      const has = [first[key], states[key]].map((state) => state?.shape[0]);
      hold(
        name,
        has.every((count) => count === rows),
        () =>
          `has the state ${key} with ${has.map((n) => (n === undefined ? 'nothing' : n)).join(' before and ')} after a window of ${rows} rows; give it both times, with the batch as its first axis`,
      );
    }
  }
}

/** What a batch and a window must not change. */
function holdReading<Taps>(name: string, encoder: TestedEncoder<Taps>, ids: readonly number[][]): void {
  const { values, first } = read(encoder, ids);
  const { first: one } = read(encoder, ids.slice(0, 1));
  for (const [key, { values: all, shape }] of Object.entries(first)) {
    const size = all.length / (shape[0] ?? 1);
    const odd = all.findIndex((v, i) => !Object.is(v, one[key]?.values[i % size]));
    hold(
      name,
      odd < 0,
      () =>
        `gives row ${Math.floor(odd / size)} another initial state ${key} than row 0; give each text the same`,
    );
  }
  for (const row of ids.keys()) {
    const alone = read(encoder, [ids[row] as number[]]).values.map(([only]) => only);
    const found = differenceOf(
      alone,
      values.map((step) => step[row]),
    );
    hold(
      name,
      !found,
      () =>
        `gives a text other numbers in a batch than alone: ${found?.second} and ${found?.first}; let no row depend on another`,
    );
  }
  const later = ids.map((row) => row.map((id, t) => (t < CUT ? id : (id + 1) % encoder.config.vocabulary)));
  const seen = differenceOf(values.slice(0, CUT), read(encoder, later).values.slice(0, CUT));
  hold(
    name,
    !seen,
    () => `looks ahead: a step’s output changes with an id after it; let it depend on ids up to its own`,
  );
  if (!encoder.stepwise) return;
  const cut = differenceOf(values, read(encoder, ids, [1, CUT]).values);
  hold(
    name,
    !cut,
    () =>
      `is stepwise and gives ${cut?.second} in windows, ${cut?.first} at once; give back as states all that the next window needs, or leave stepwise out`,
  );
}

function holdTaps<Taps>(name: string, encoder: TestedEncoder<Taps>, ids: readonly number[][]): void {
  const plain = read(encoder, ids).values;
  const named = new Set<string>();
  const through = (rewrite: TapHandlers['rewrite']) => {
    const handlers: TapHandlers = { rewrite, observe: () => undefined };
    return read(encoder, ids, [], handlers).values;
  };
  through((tap, x, _, context) => {
    named.add(tap);
    const layout = typeof context === 'object' && context !== null && 'layout' in context && context.layout;
    const isTimeMajor = x.rank === 3 && x.shape[0] === TIME && x.shape[1] === ROWS;
    hold(
      name,
      layout !== 'time-major' || isTimeMajor,
      () =>
        `calls the tap ${tap} time-major, and its tensor is [${x.shape.join(', ')}] for ${ROWS} texts of ${TIME}; transpose it, or leave the layout out`,
    );
    return x;
  });
  const unknown = [...named].find((tap) => !encoder.taps.some((each) => each === tap));
  hold(name, unknown === undefined, () => `names the tap ${unknown}, which is not in taps; list it`);
  for (const tap of encoder.taps) {
    hold(
      name,
      named.has(tap),
      () => `lists the tap ${tap} and does not name it in run; call pass.tap, or leave it out`,
    );
    const changed = through((each, x) => (each === tap ? mul(x, 0.5) : x));
    hold(
      name,
      !!differenceOf(plain, changed),
      () => `does not use what plugins make of the tap ${tap}; go on with what pass.tap gives back`,
    );
  }
}

interface EncoderBatch {
  /** int32 `[batch, time]` */
  readonly ids: Tensor2D;
}

/** A model whose loss every output has a part in. */
function modelOf<Taps>(encoder: TestedEncoder<Taps>): Model<EncoderBatch, Tensor3D, Taps> {
  const { embedding, groups, buffers = [] } = encoder;
  return {
    name: encoder.architecture,
    groups: [
      // The cast: as in `parametersOf`.
      parameterGroup('embedding', [embedding as unknown as Parameter]),
      ...groups.map((group) => parameterGroup(group.name, group.parameters)),
    ],
    buffers,
    taps: encoder.taps,
    forward({ ids }, pass) {
      const initial = encoder.initialStates(ids.shape[0]);
      const before = Object.fromEntries(
        Object.entries(initial).map(([key, t]) => [key, pass.carried(key) ?? t]),
      );
      const { output, states } = encoder.run(ids, before, pass);
      for (const [key, t] of Object.entries(states)) pass.carry(key, t);
      return output;
    },
    loss: (output) => mean(square(sub(output, 0.5))),
    targets: ({ ids }) => ids.shape[0],
    dispose: () => free(encoder),
  };
}

const benchOf = <Taps>(make: () => TestedEncoder<Taps>): Bench<EncoderBatch, Tensor3D, Taps> => ({
  model: () => modelOf(make()),
  train: {
    batches: () => 2,
    *open({ epoch, batch }) {
      const encoder = make();
      const ids = idsOf(encoder);
      const { vocabulary } = encoder.config;
      free(encoder);
      for (let i = batch; i < 2; i++) {
        const rows = ids.map((row) => row.slice(i, i + 3 + i).map((id) => (id + epoch) % vocabulary));
        yield { ids: tensor2d(rows, undefined, 'int32') };
      }
    },
  },
  optimizer: () => momentumSgd({ lr: 0.01 }),
});

/** Whether a gradient reaches each parameter. */
async function holdGradients<Taps>(name: string, make: () => TestedEncoder<Taps>): Promise<void> {
  const bench = benchOf(make);
  const model = bench.model();
  const reached = new Set<string>();
  const trainer = createTrainer({
    model,
    optimizer: momentumSgd({ lr: 0.01 }),
    plugins: [
      {
        name: 'plugin-testkit',
        gradients: (gradients) => {
          for (const [parameter, g] of Object.entries(gradients))
            if (numbersOf(g).some((v) => v !== 0)) reached.add(parameter);
          return gradients;
        },
      },
    ],
  });
  await trainer.fit({ stage: 'gradients', train: bench.train, epochs: 1 });
  const missed = parameterGroups(model.groups).parameters.find((p) => !reached.has(p.name));
  trainer.dispose();
  model.dispose();
  hold(
    name,
    missed === undefined,
    () => `gives ${missed?.name} no gradient; use it in run by operations that have one, or make it a buffer`,
  );
}

async function holdFits<Taps>(
  name: string,
  bench: Bench<EncoderBatch, Tensor3D, Taps>,
  options: TrialOptions,
): Promise<void> {
  const before = memory().numTensors;
  const subject = { name, bench };
  const whole = await trial(bench, subject, options);
  const left = memory().numTensors - before;
  hold(name, left <= 0, () => `leaves ${left} tensors after a fit${inTrial(options)}; keep none in run`);
  const differs = firstDifference(subject, whole, await trial(bench, subject, options));
  if (differs) {
    throw breach(
      name,
      `two equal fits${inTrial(options)} differ: at ${differs.place} ${differs.what} is ${differs.first} and ${differs.second}; draw by pass.random, and keep nothing between passes but states`,
    );
  }
  holdNoLeak(name, whole, options);
  await holdResumes(() => subject, whole, options);
}
