// `npm run bench:reduction`: how long the sum of a step takes, by its size: within this machine, and between two network namespaces
// whose link is slow (as root, on Linux). Bytes are counted on the interface.
//   --sizes N,N     numbers of a sum (default: those of the small model and of the paper's)
//   --mbit N        the link's rate (default 1000; 0 leaves the namespaces out)
//   --rounds N      (default 5)
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { missing } from './job.mjs';
import { call, noTwoHosts, withTwoHosts } from './two-hosts.mjs';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '4740000,32300000' },
    mbit: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    wire: { type: 'string', default: 'float32' },
  },
});
const reason = missing();
if (reason !== undefined) {
  console.log(`skipped: ${reason}`);
  process.exit(0);
}
const program = fileURLToPath(new URL('reduce.mjs', import.meta.url));
const rank = [process.execPath, program, values.sizes, values.rounds, values.wire];
const mbit = Number(values.mbit);

const reportOf = (stdout) => JSON.parse(stdout.slice(stdout.indexOf('{"ranks"')).split('\n')[0] ?? '');

function table(name, { ranks, told }, sent) {
  console.log(`\n${name}, ${ranks} ranks, ${values.wire}`);
  for (const { size, seconds } of told) {
    const median = seconds[Math.floor(seconds.length / 2)];
    const bytes = ((2 * (ranks - 1)) / ranks) * size * (values.wire === 'bfloat16' ? 2 : 4);
    const ideal = sent === undefined ? '' : `, the link alone ${((bytes * 8) / (mbit * 1e6)).toFixed(2)} s`;
    console.log(
      `${String(size).padStart(9)} numbers: ${median.toFixed(3)} s (${seconds[0].toFixed(3)} to ${seconds.at(-1).toFixed(3)})${ideal}`,
    );
  }
  if (sent !== undefined) console.log(`sent by the first: ${(sent / 1e6).toFixed(1)} MB`);
}

for (const ranks of [2, 4])
  table('this machine', reportOf(call(['mpirun', '-np', String(ranks), ...rank])), undefined);

const noHosts = noTwoHosts();
if (mbit > 0 && noHosts === undefined) {
  withTwoHosts(mbit, ({ run, sent }) => {
    const before = sent();
    const stdout = run(rank);
    table(`two namespaces at ${mbit} Mbit/s`, reportOf(stdout), sent() - before);
  });
} else if (mbit > 0) console.log(`\nskipped: ${noHosts}`);
