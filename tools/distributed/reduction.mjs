// `npm run bench:reduction`: how long the sum of a step takes, by its size: within this machine, and between two network namespaces
// whose link is slow (as root, on Linux). Bytes are counted on the interface.
//   --sizes N,N     numbers of a sum (default: those of the small model and of the paper's)
//   --mbit N        the link's rate (default 1000; 0 leaves the namespaces out)
//   --rounds N      (default 5)
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { lenient, missing } from './job.mjs';

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
const environment = { ...process.env, ...lenient };
const mbit = Number(values.mbit);

const call = (command, ...args) => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env: environment });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
};
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
  table('this machine', reportOf(call('mpirun', '-np', String(ranks), ...rank)), undefined);

if (mbit > 0 && process.platform === 'linux' && process.getuid?.() === 0) {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-network-'));
  const names = [0, 1].map((i) => `ulmfit${process.pid}-${i}`);
  const links = [0, 1].map((i) => `ul${process.pid % 100000}v${i}`);
  const hosts = ['10.77.0.1', '10.77.0.2'];
  const within = (i, ...command) => ['ip', 'netns', 'exec', names[i] ?? '', ...command];
  const run = ([command = '', ...args]) => call(command, ...args);
  try {
    names.forEach((name) => call('ip', 'netns', 'add', name));
    call('ip', 'link', 'add', links[0], 'type', 'veth', 'peer', 'name', links[1]);
    for (const i of [0, 1]) {
      call('ip', 'link', 'set', links[i], 'netns', names[i]);
      run(within(i, 'ip', 'address', 'add', `${hosts[i]}/24`, 'dev', links[i]));
      for (const link of ['lo', links[i]]) run(within(i, 'ip', 'link', 'set', link, 'up'));
      run(
        within(
          i,
          ...['tc', 'qdisc', 'add', 'dev', links[i], 'root', 'tbf', 'rate', `${mbit}mbit`],
          ...['burst', `${Math.max(64, mbit)}kb`, 'latency', '50ms'],
        ),
      );
    }
    // What replaces ssh: gets the host's name and a command.
    const agent = join(folder, 'agent.sh');
    writeFileSync(
      agent,
      `#!/bin/sh\nhost=$1; shift\nexec ip netns exec ${names[1]} unshare --uts sh -c "hostname $host; $*"\n`,
    );
    chmodSync(agent, 0o755);
    const sentOf = () =>
      Number(run(within(0, 'cat', `/sys/class/net/${links[0]}/statistics/tx_bytes`)).trim());
    const before = sentOf();
    const network = ['btl', 'oob'].flatMap((of) => ['--mca', `${of}_tcp_if_include`, '10.77.0.0/24']);
    const job = [
      ...['mpirun', '--mca', 'plm_rsh_agent', agent, '--mca', 'btl', 'tcp,self', ...network],
      ...['-H', hosts.map((host) => `${host}:1`).join(), '-np', '2', ...rank],
    ];
    const stdout = run(within(0, 'unshare', '--uts', 'sh', '-c', `hostname first; exec ${job.join(' ')}`));
    table(`two namespaces at ${mbit} Mbit/s`, reportOf(stdout), sentOf() - before);
  } finally {
    for (const name of names) spawnSync('ip', ['netns', 'del', name]);
    rmSync(folder, { recursive: true, force: true });
  }
} else if (mbit > 0) console.log('\nskipped: two namespaces need root, on Linux');
