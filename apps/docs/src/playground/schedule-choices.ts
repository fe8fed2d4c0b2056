import {
  byEpoch,
  combine,
  constant,
  cosine,
  cosineWarmRestarts,
  exponential,
  flatCosine,
  linear,
  oneCycle,
  polynomial,
  slantedTriangular,
  warmup,
  type Schedule,
} from '@ulmfit/schedulers';

/** The functions that code in the playground may call, by name. */
export const scheduleFunctions = {
  ...{ byEpoch, combine, constant, cosine, cosineWarmRestarts, exponential, flatCosine, linear, oneCycle },
  ...{ polynomial, slantedTriangular, warmup },
} as const;

/** A number that a visitor chooses. */
export interface ScheduleParameter {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly start: number;
}

/** A schedule of `@ulmfit/schedulers` that is drawn by its parameters. */
export interface ScheduleChoice {
  readonly name: string;
  /** Where it comes from. */
  readonly source: string;
  readonly parameters: readonly ScheduleParameter[];
  /** @param values of the parameters, in their order */
  code(values: readonly number[]): string;
  /** @throws UlmfitError `BAD_SCHEDULE` */
  make(values: readonly number[]): Schedule;
}

type Ranges<N extends string> = Readonly<
  Record<N, readonly [from: number, to: number, step: number, start: number]>
>;

const parametersOf = (ranges: Ranges<string>): ScheduleParameter[] =>
  Object.entries(ranges).map(([name, [from, to, step, start]]) => ({ name, from, to, step, start }));

/** A function of one object of options. */
function ofOptions<N extends string>(
  name: keyof typeof scheduleFunctions,
  source: string,
  ranges: Ranges<N>,
  make: (options: Record<N, number>) => Schedule,
): ScheduleChoice {
  const parameters = parametersOf(ranges);
  const named = (values: readonly number[]) =>
    parameters.map(({ name: key }, i) => [key, values[i]] as const);
  return {
    ...{ name, source, parameters },
    code: (values) =>
      `${name}({ ${named(values)
        .map(([key, value]) => `${key}: ${value}`)
        .join(', ')} })`,
    // The cast: the keys are those of the ranges.
    make: (values) => make(Object.fromEntries(named(values)) as Record<N, number>),
  };
}

/** A function of its numbers one after the other. */
const ofNumbers = (
  name: keyof typeof scheduleFunctions,
  source: string,
  ranges: Ranges<string>,
  make: (...values: [number, number, number]) => Schedule,
): ScheduleChoice => ({
  ...{ name, source, parameters: parametersOf(ranges) },
  code: (values) => `${name}(${values.join(', ')})`,
  make: ([a = NaN, b = NaN, c = NaN]) => make(a, b, c),
});

const ends = { start: [0, 1, 0.01, 1], end: [0, 1, 0.01, 0] } as const;
const positiveEnds = { start: [0.001, 1, 0.001, 1], end: [0.001, 1, 0.001, 0.01] } as const;

export const scheduleChoices: readonly ScheduleChoice[] = [
  ofOptions(
    'slantedTriangular',
    'ULMFiT, equation 3',
    { cutFraction: [0.01, 0.99, 0.01, 0.1], ratio: [1, 100, 1, 32] },
    slantedTriangular,
  ),
  ofOptions(
    'oneCycle',
    'Smith 2018; fastai fit_one_cycle',
    { pctStart: [0, 1, 0.01, 0.25], div: [1, 100, 1, 25], divFinal: [1, 100_000, 1, 100_000] },
    oneCycle,
  ),
  ofOptions(
    'cosineWarmRestarts',
    'SGDR, Loshchilov & Hutter 2017',
    { cycles: [1, 8, 1, 3], lengthFactor: [0.5, 4, 0.1, 2], lowest: [0, 1, 0.01, 0] },
    cosineWarmRestarts,
  ),
  ofOptions(
    'flatCosine',
    'fastai fit_flat_cos',
    { flat: [0, 1, 0.01, 0.75], divFinal: [1, 100_000, 1, 100_000] },
    flatCosine,
  ),
  ofOptions(
    'warmup',
    'a factor to set beside another',
    { share: [0, 1, 0.01, 0.1], from: [0, 1, 0.01, 0] },
    ({ share, from }) => warmup({ share, from }),
  ),
  ofNumbers('linear', 'fastai SchedLin', ends, linear),
  ofNumbers('cosine', 'fastai SchedCos', ends, cosine),
  ofNumbers('exponential', 'fastai SchedExp', positiveEnds, exponential),
  ofNumbers('polynomial', 'fastai SchedPoly', { ...ends, power: [0.1, 5, 0.1, 2] }, polynomial),
];
