// What a child process is asked to measure, and what it answers.

/**
 * @typedef {object} Job
 * @property {string} row A file of `rows/`.
 * @property {import('./sizes.mjs').Size} size
 * @property {'float32' | 'bfloat16'} precision
 * @property {number} warmup Steps before those that count.
 * @property {number} steps
 * @property {number | undefined} threads
 * @property {readonly string[]} without The native kernels to go without.
 * @property {string} texts The file of the texts to tokenize, a JSON string a line.
 * @property {number} documents The number of those texts.
 * @property {string | undefined} reviews Where they come from: the archive of reviews; invented where there is none.
 * @property {string} [workspace] The folder of the workspace whose packages are measured; this one by default.
 * @property {boolean} [inTurns] Whether each step waits for its turn.
 */

/**
 * @typedef {object} Measured
 * @property {readonly number[]} seconds Of each step that counts.
 * @property {number} tokens Of a step.
 * @property {number} [multiplications] Of a step, by the products alone.
 * @property {readonly { tokens: number, milliseconds: number }[]} [lengths] Of predictions, by the text's length.
 * @property {number} peakMegabytes Of the child's memory.
 */

/**
 * The answer of the row `products`.
 * @typedef {object} Products
 * @property {readonly { shape: readonly number[], gflops: number, median: number }[]} shapes Of each the best rate, and the
 * median of its repetitions.
 * @property {number} gflops The best of all.
 * @property {number} median The best median.
 */

/**
 * The answer of the row `engine`.
 * @typedef {object} Engine
 * @property {string} backend
 * @property {string} version
 * @property {number} threads
 * @property {readonly string[]} fastKernels
 * @property {readonly string[]} warnings
 * @property {'float32' | 'bfloat16'} defaultPrecision
 * @property {readonly string[]} instructionSets
 * @property {string | undefined} noBfloat16 Why there is none.
 */

/**
 * What the peer's scripts print, as far as it is read.
 * @typedef {object} PeerMeasured
 * @property {number} tokens_per_s
 * @property {number} peak_rss_mb
 * @property {string} [fastai]
 * @property {string} [torch]
 */

export {};
