/**
 * @typedef {object} Target
 * @property {string} work
 * @property {number} wanted
 * @property {'at least' | 'at most'} bound
 * @property {'x' | '%' | 'ms'} unit
 * @property {number | undefined} value Undefined where it was not measured.
 * @property {'reached' | 'not reached' | 'not measured'} verdict
 */

/** Every target: what it is about, its bound, and how it follows from the figures. */
const targets = /** @type {const} */ ([
  ['training step, paper, float32', 1.35, ratio('lm', 'paper', 'float32')],
  ['training step, paper, bfloat16', 1.5, ratio('lm', 'paper', 'bfloat16')],
  ['training step, small, float32', 1.5, ratio('lm', 'small', 'float32')],
  ['training step, small, bfloat16', 1.5, ratio('lm', 'small', 'bfloat16')],
  ["training step, paper, our default against fastai's", 2.2, ratio('lm', 'paper', 'default')],
  ["training step, small, our default against fastai's", 2.2, ratio('lm', 'small', 'default')],
  ['classifier step, small, float32', 1.25, ratio('classifier', 'small', 'float32')],
  ['classifier step, small, bfloat16', 1.5, ratio('classifier', 'small', 'bfloat16')],
  ['evaluation forward, small, float32', 1.25, ratio('eval', 'small', 'float32')],
  ["evaluation forward, small, our default against fastai's", 1.8, ratio('eval', 'small', 'default')],
  ['share of the product rate, training step, paper, float32', 83, share('paper')],
  ['share of the product rate, training step, small, float32', 74, share('small')],
  ['tokenizer, one thread', 8, ratio('tokenize', undefined, undefined)],
  ["peak memory, training step, paper, float32, of fastai's", 1, memory('float32')],
  ["peak memory, training step, paper, bfloat16, of fastai's", 1, memory('bfloat16')],
  ['prediction of a review, small, our default', 30, latency()],
]);

/**
 * The targets with what was measured beside them.
 * @param {readonly import('./figures.mjs').Figures[]} figures
 * @param {string} defaultPrecision What ours multiplies in unless told; fastai's default is float32.
 * @returns {Target[]}
 */
export function judge(figures, defaultPrecision) {
  return targets.map(([work, wanted, { bound, unit, of }]) => {
    /** @param {string} row @param {string | undefined} size @param {string | undefined} precision */
    const find = (row, size, precision) =>
      figures.find((f) => f.row === row && f.size === size && f.precision === precision);
    const value = of(find, defaultPrecision);
    const reached = value !== undefined && (bound === 'at least' ? value >= wanted : value <= wanted);
    return {
      work,
      wanted,
      bound,
      unit,
      value,
      verdict: value === undefined ? 'not measured' : reached ? 'reached' : 'not reached',
    };
  });
}

/**
 * @typedef {(row: string, size: string | undefined, precision: string | undefined) => import('./figures.mjs').Figures | undefined} Find
 * @typedef {object} Rule
 * @property {'at least' | 'at most'} bound
 * @property {'x' | '%' | 'ms'} unit
 * @property {(find: Find, defaultPrecision: string) => number | undefined} of
 */

/**
 * Our tokens a second over the peer's; `default`: ours as it comes, against the peer's float32.
 * @param {string} row
 * @param {string | undefined} size
 * @param {string | undefined} precision
 * @returns {Rule}
 */
function ratio(row, size, precision) {
  return {
    bound: 'at least',
    unit: 'x',
    of: (find, defaultPrecision) => {
      const asDefault = precision === 'default';
      const ours = find(row, size, asDefault ? defaultPrecision : precision);
      const theirs = find(row, size, asDefault ? 'float32' : precision)?.peer;
      return ours && theirs && ours.tokensPerSecond / theirs.tokensPerSecond;
    },
  };
}

/** @param {string} size @returns {Rule} */
function share(size) {
  return {
    bound: 'at least',
    unit: '%',
    of: (find) => {
      const part = find('lm', size, 'float32')?.share;
      return part && part * 100;
    },
  };
}

/** @param {string} precision @returns {Rule} */
function memory(precision) {
  return {
    bound: 'at most',
    unit: 'x',
    of: (find) => {
      const figures = find('lm', 'paper', precision);
      return figures?.peer && figures.peakMegabytes / figures.peer.peakMegabytes;
    },
  };
}

/** @returns {Rule} */
function latency() {
  return {
    bound: 'at most',
    unit: 'ms',
    of: (find, defaultPrecision) => find('predict', 'small', defaultPrecision)?.milliseconds,
  };
}
