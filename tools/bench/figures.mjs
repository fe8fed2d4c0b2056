import { median } from './statistics.mjs';

/**
 * What one line of the table says, medians over the rounds.
 * @typedef {object} Figures
 * @property {string} row
 * @property {string | undefined} size
 * @property {string | undefined} precision
 * @property {number} tokensPerSecond
 * @property {number} milliseconds Of a step.
 * @property {number | undefined} gflops Of the products.
 * @property {number | undefined} share `gflops` of the best product rate of the run.
 * @property {number} peakMegabytes
 * @property {{ tokensPerSecond: number, peakMegabytes: number } | undefined} peer
 * @property {readonly { tokens: number, milliseconds: number }[] | undefined} lengths Of predictions, by the text's length.
 */

/**
 * What the JSON file holds.
 * @typedef {object} Result
 * @property {string} date
 * @property {{ processor: string, cores: number, memoryGigabytes: number, instructionSets: readonly string[], platform: string, node: string }} machine
 * @property {number} load The load of the machine before.
 * @property {import('./job.mjs').Engine} engine
 * @property {import('./options.mjs').Options} options
 * @property {{ fastai?: string, torch?: string } | undefined} peer Its versions.
 * @property {{ documents: number, invented: boolean } | undefined} text What was tokenized.
 * @property {Record<string, { best: number, median: number, rounds: readonly import('./job.mjs').Products[] }>} products
 * @property {readonly Figures[]} figures
 * @property {readonly Rounds[]} measured
 * @property {readonly import('./plan.mjs').Skipped[]} skipped
 * @property {readonly import('./targets.mjs').Target[]} targets
 * @property {number} seconds
 */

/**
 * What was measured of a row, round by round.
 * @typedef {object} Rounds
 * @property {import('./plan.mjs').Case} case
 * @property {import('./job.mjs').Measured[]} ours
 * @property {import('./job.mjs').PeerMeasured[]} peer
 */

/**
 * The medians over the rounds, of the medians of their steps.
 * @param {Rounds} rounds
 * @param {ReadonlyMap<string | undefined, number>} best The product rate by precision.
 * @returns {Figures}
 */
export function figuresOf({ case: { row, size, precision }, ours, peer }, best) {
  const [first] = ours;
  if (first === undefined) throw new RangeError(`${row}: no round was measured`);
  const { tokens, multiplications } = first;
  const seconds = median(ours.map((round) => median(round.seconds)));
  const gflops = multiplications === undefined ? undefined : (2 * multiplications) / seconds / 1e9;
  const rate = best.get(precision);
  return {
    row,
    size,
    precision,
    tokensPerSecond: tokens / seconds,
    milliseconds: seconds * 1e3,
    gflops,
    share: gflops === undefined || rate === undefined ? undefined : gflops / rate,
    peakMegabytes: median(ours.map((round) => round.peakMegabytes)),
    peer:
      peer.length === 0
        ? undefined
        : {
            tokensPerSecond: median(peer.map((round) => round.tokens_per_s)),
            peakMegabytes: median(peer.map((round) => round.peak_rss_mb)),
          },
    lengths: first.lengths?.map(({ tokens }, i) => ({
      tokens,
      milliseconds: median(ours.map(({ lengths }) => lengths?.[i]?.milliseconds ?? NaN)),
    })),
  };
}
