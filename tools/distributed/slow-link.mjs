// `npm run bench:link`: a whole short pretraining on two ranks in two network namespaces, whose link is as fast as it is, and then limited:
// the time a step, held to the bytes of one process. As root, on Linux, with Open MPI 4.
//   --mbit N         the link's rate (default 1000)
//   --corpus FILE    what is read (default: invented texts)
//   --words N        (default 110000)
//   --preset NAME    (default small)
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sampleCorpus } from '@ulmfit/data-imdb';
import { bin, missing } from './job.mjs';
import { call, noTwoHosts, withTwoHosts } from './two-hosts.mjs';

const { values } = parseArgs({
  options: {
    mbit: { type: 'string', default: '1000' },
    corpus: { type: 'string' },
    words: { type: 'string', default: '110000' },
    preset: { type: 'string', default: 'small' },
  },
});
const reason = missing() ?? noTwoHosts();
if (reason !== undefined) {
  console.log(`skipped: ${reason}`);
  process.exit(0);
}
const mbit = Number(values.mbit);
const folder = mkdtempSync(join(tmpdir(), 'ulmfit-link-'));
try {
  const corpus = values.corpus === undefined ? join(folder, 'corpus.txt') : resolve(values.corpus);
  if (values.corpus === undefined)
    writeFileSync(corpus, sampleCorpus({ seed: 3, documents: 700 }).join('\n\n\n'));
  const pretrain = (out) => [
    ...[process.execPath, bin, 'pretrain', '--corpus', corpus, '--corpus-words', values.words],
    ...['--preset', values.preset, '--threads', '1', '--slices', '2', '--out', join(folder, out)],
  ];
  const weights = (out) => readFileSync(join(folder, out, 'pretrain', 'weights.safetensors'));
  const tell = (name, out, sent) => {
    const steps =
      readFileSync(join(folder, out, 'metrics.jsonl'), 'utf8').match(/"type":"step"/g)?.length ?? 0;
    const { seconds } = JSON.parse(readFileSync(join(folder, out, 'result.json'), 'utf8')).pretrain;
    const each = `${steps} steps in ${seconds} s, ${(seconds / steps).toFixed(3)} s a step with its validation`;
    const bytes =
      sent === undefined ? '' : `, ${(sent / steps / 1e6).toFixed(1)} MB sent by the first rank a step`;
    const isSame =
      out === 'one' ? '' : weights(out).equals(weights('one')) ? ', same bytes' : ', OTHER BYTES';
    if (isSame === ', OTHER BYTES') process.exitCode = 1;
    console.log(`${name}: ${each}${bytes}${isSame}`);
  };
  call(pretrain('one'));
  tell('one process', 'one');
  for (const [out, rate] of [
    ['free', 0],
    ['limited', mbit],
  ]) {
    withTwoHosts(rate, ({ run, sent }) => {
      const before = sent();
      run(pretrain(out));
      tell(`two ranks, the link ${rate === 0 ? 'without limit' : `at ${mbit} Mbit/s`}`, out, sent() - before);
    });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
