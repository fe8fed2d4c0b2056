// A child process of `npm run test:fuzz`: whether the tokenizer takes twice as long for a text of twice the length.
import { englishTokenizer, fastaiTokenizer } from '@ulmfit/text';
import { longRuns, megabyteOf } from './readers/tokenizer.js';

const characters = 2 ** 20;
const mostRatio = 2.6;
const mostSeconds = 1;
/** Below this a reading tells of the clock and the collector of garbage more than of the text. */
const leastSeconds = 0.1;

/** Seconds of the processor's time: the least of three, since what comes between only adds. */
function secondsFor(tokenize: (text: string) => unknown, text: string): number {
  const once = () => {
    const start = process.cpuUsage();
    tokenize(text);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
  return Math.min(once(), once(), once());
}

let worst = { ratio: 0, run: '' };
let slowest = { seconds: 0, run: '' };
for (const { tokenize } of [fastaiTokenizer(), englishTokenizer()]) {
  for (const run of longRuns) {
    const one = secondsFor(tokenize, megabyteOf(run, characters));
    if (one > slowest.seconds) slowest = { seconds: one, run };
    if (one < leastSeconds) continue;
    const ratio = secondsFor(tokenize, megabyteOf(run, 2 * characters)) / one;
    if (ratio > worst.ratio) worst = { ratio, run };
  }
}
console.log(
  `tokenizer: ${longRuns.length} kinds of text; 1 million characters take ${slowest.seconds.toFixed(2)} s at most ` +
    `(${JSON.stringify(slowest.run)}), 2 million ${worst.ratio.toFixed(2)} times as long at most (${JSON.stringify(worst.run)})`,
);
process.exit(worst.ratio > mostRatio || slowest.seconds > mostSeconds ? 1 : 0);
