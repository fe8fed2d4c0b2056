import { readSync, writeSync } from 'node:fs';

/**
 * Times the steps of a row. Where two processes are compared, a step begins when it is this one's turn.
 * @param {import('../job.mjs').Job} job
 */
export function stopwatch({ inTurns = false }) {
  /** @type {number[]} */
  const seconds = [];
  let began = 0;
  const start = () => {
    if (inTurns) waitForTurn();
    began = performance.now();
  };
  const stop = () => {
    seconds.push((performance.now() - began) / 1e3);
  };
  return {
    seconds,
    start,
    stop,
    /**
     * Times a training step from the moment its batch is there to the end of the optimizer's step and of everything that
     * runs after it.
     * @satisfies {import('@ulmfit/trainer').TrainingPlugin}
     */
    plugin: {
      name: 'stopwatch',
      enforce: /** @type {const} */ ('post'),
      beforeBatch: start,
      afterBatch: stop,
    },
  };
}

/** The channel to `compare.mjs`. */
const TURNS = 3;

/** Asks for the turn and sleeps until it is there; asking tells that the last step is over. */
function waitForTurn() {
  writeSync(TURNS, '.');
  if (readSync(TURNS, new Uint8Array(1)) === 0) process.exit();
}
