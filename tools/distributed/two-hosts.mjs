// Two network namespaces with a link between them, which stand in for two machines: as root, on Linux.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lenient } from './job.mjs';

/** Why there can be none here; undefined where there can. */
export const noTwoHosts = () =>
  process.platform === 'linux' && process.getuid?.() === 0 ? undefined : 'two namespaces need root, on Linux';

/**
 * Calls a program and gives what it printed.
 * @param {readonly string[]} command
 * @param {{ cwd?: string }} options
 */
export function call([command = '', ...args], { cwd } = {}) {
  const environment = { ...process.env, ...lenient };
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env: environment, cwd });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/**
 * Runs `body` with two hosts; they are taken away in the end.
 * @param {number} mbit the link's rate in Mbit/s; 0 leaves it as fast as it is
 * @param {(hosts: { run: (rank: readonly string[], options?: { cwd?: string }) => string, sent: () => number }) => void} body
 *   `run` starts one rank on each host by Open MPI, and gives what they printed; `sent` counts the bytes that the first has sent
 */
export function withTwoHosts(mbit, body) {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-network-'));
  const names = [0, 1].map((i) => `ulmfit${process.pid}-${i}`);
  const links = [0, 1].map((i) => `ul${process.pid % 100000}v${i}`);
  const hosts = ['10.77.0.1', '10.77.0.2'];
  const within = (i, ...command) => ['ip', 'netns', 'exec', names[i] ?? '', ...command];
  try {
    for (const name of names) call(['ip', 'netns', 'add', name]);
    call(['ip', 'link', 'add', links[0], 'type', 'veth', 'peer', 'name', links[1]]);
    for (const i of [0, 1]) {
      call(['ip', 'link', 'set', links[i], 'netns', names[i]]);
      call(within(i, 'ip', 'address', 'add', `${hosts[i]}/24`, 'dev', links[i]));
      for (const link of ['lo', links[i]]) call(within(i, 'ip', 'link', 'set', link, 'up'));
      if (mbit === 0) continue;
      call(
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
    const network = ['btl', 'oob'].flatMap((of) => ['--mca', `${of}_tcp_if_include`, '10.77.0.0/24']);
    body({
      sent: () => Number(call(within(0, 'cat', `/sys/class/net/${links[0]}/statistics/tx_bytes`)).trim()),
      run: (rank, options) => {
        const job = [
          ...['mpirun', '--mca', 'plm_rsh_agent', agent, '--mca', 'btl', 'tcp,self', ...network],
          ...['-H', hosts.map((host) => `${host}:1`).join(), '-np', '2', ...rank],
        ];
        return call(
          within(0, 'unshare', '--uts', 'sh', '-c', `hostname first; exec ${job.join(' ')}`),
          options,
        );
      },
    });
  } finally {
    for (const name of names) spawnSync('ip', ['netns', 'del', name]);
    rmSync(folder, { recursive: true, force: true });
  }
}
