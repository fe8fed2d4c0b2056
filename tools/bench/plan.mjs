/**
 * A row of the table.
 * @typedef {object} Case
 * @property {typeof import('./options.mjs').allRows[number]} row
 * @property {import('./sizes.mjs').SizeName | undefined} size Undefined where it does not matter.
 * @property {'float32' | 'bfloat16' | undefined} precision
 * @property {number} warmup
 * @property {number} steps
 */

/** @typedef {{ row: string, size: string, precision: string, reason: string }} Skipped */

/**
 * The rows to measure, and those that are left out, with the reason.
 * @param {import('./options.mjs').Options} options
 * @param {string | undefined} noBfloat16 Why there is no bfloat16, where there is none.
 */
export function planCases(options, noBfloat16) {
  /** @type {Case[]} */
  const cases = [];
  /** @type {Skipped[]} */
  const skipped = [];
  for (const row of options.rows) {
    if (row === 'tokenize') {
      cases.push({
        row,
        size: undefined,
        precision: undefined,
        warmup: 1,
        steps: options.steps ?? (options.quick ? 1 : 3),
      });
      continue;
    }
    for (const size of options.sizes) {
      for (const precision of options.precisions) {
        const reason = reasonToSkip(row, size, precision, options, noBfloat16);
        if (reason === undefined) cases.push({ row, size, precision, ...stepsOf(row, size, options) });
        else skipped.push({ row, size, precision, reason });
      }
    }
  }
  return { cases, skipped };
}

/**
 * @param {Case['row']} row
 * @param {import('./sizes.mjs').SizeName} size
 * @param {string} precision
 * @param {import('./options.mjs').Options} options
 * @param {string | undefined} noBfloat16
 */
function reasonToSkip(row, size, precision, { quick }, noBfloat16) {
  if (precision === 'bfloat16' && noBfloat16 !== undefined) return noBfloat16;
  if (quick && row === 'classifier' && size === 'paper') return 'Takes too long for --quick.';
  return undefined;
}

/**
 * @param {Case['row']} row
 * @param {import('./sizes.mjs').SizeName} size
 * @param {import('./options.mjs').Options} options
 */
function stepsOf(row, size, { steps, quick }) {
  // A prediction is a matter of milliseconds.
  if (row === 'predict') return quick ? { warmup: 2, steps: steps ?? 5 } : { warmup: 3, steps: steps ?? 30 };
  if (!quick) return { warmup: 2, steps: steps ?? 6 };
  return { warmup: 1, steps: steps ?? (size === 'paper' ? 2 : 4) };
}
