// A child process of `npm run test:fuzz`: whether a tokenizer takes twice as long for a text of twice the length.
import { englishTokenizer, fastaiTokenizer, segmenterTokenizer } from '@ulmfit/text';
import { longRuns, megabyteOf } from './readers/tokenizer.js';

const mostRatio = 2.6;
/** For each megabyte of UTF-8: each step of the engine's segmenter takes longer than all of ours for a token. */
const kinds = [
  { tokenizer: fastaiTokenizer(), mostSeconds: 1, characters: 2 ** 20 },
  { tokenizer: englishTokenizer(), mostSeconds: 1, characters: 2 ** 20 },
  { tokenizer: segmenterTokenizer({ language: 'ja' }), mostSeconds: 8, characters: 2 ** 17 },
];
/** Below this a reading tells of the clock and the collector of garbage more than of the text. */
const leastSeconds = 0.1;

/** Seconds of the processor's time: the least of three, since what comes between only adds. */
function secondsFor(tokenize: (text: string) => unknown, text: string): number {
  const once = () => {
    globalThis.gc?.();
    const start = process.cpuUsage();
    tokenize(text);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
  return Math.min(once(), once(), once());
}

let failed = false;
for (const {
  tokenizer: { name, tokenize },
  mostSeconds,
  characters,
} of kinds) {
  let worst = { ratio: 0, run: '' };
  let slowest = { seconds: 0, run: '' };
  for (const run of longRuns) {
    const text = megabyteOf(run, characters);
    const one = secondsFor(tokenize, text);
    const perMegabyte = one / (Buffer.byteLength(text) / 2 ** 20);
    if (perMegabyte > slowest.seconds) slowest = { seconds: perMegabyte, run };
    if (one < leastSeconds) continue;
    const ratio = secondsFor(tokenize, megabyteOf(run, 2 * characters)) / one;
    if (ratio > worst.ratio) worst = { ratio, run };
  }
  console.log(
    `tokenizer ${name}: ${longRuns.length} kinds of text; a megabyte takes ${slowest.seconds.toFixed(2)} s at most ` +
      `(${JSON.stringify(slowest.run)}), ${2 * characters} characters ${worst.ratio.toFixed(2)} times as long as ${characters} at most (${JSON.stringify(worst.run)})`,
  );
  failed ||= worst.ratio > mostRatio || slowest.seconds > mostSeconds;
}
process.exit(failed ? 1 : 0);
