/**
 * A plugin that times each step, from the moment its batch is there to the end of the optimizer's step and of everything that
 * runs after it.
 */
export function stopwatch() {
  /** @type {number[]} */
  const seconds = [];
  let start = 0;
  return {
    seconds,
    /** @satisfies {import('@ulmfit/trainer').TrainingPlugin} */
    plugin: {
      name: 'stopwatch',
      enforce: /** @type {const} */ ('post'),
      beforeBatch: () => {
        start = performance.now();
      },
      afterBatch: () => {
        seconds.push((performance.now() - start) / 1e3);
      },
    },
  };
}
