#!/usr/bin/env node
// Runs some commands to their ends on one machine, each alone for some seconds at a time while the others are stopped,
// and prints the seconds that each had. So what else disturbs the machine disturbs all of them alike, however long they run.
//
//     node tools/bench/in-turns.mjs [--slice SECONDS] [--log FOLDER] 'NAME=COMMAND' 'NAME=COMMAND' ...
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { slice: { type: 'string', default: '30' }, log: { type: 'string', default: 'in-turns' } },
  allowPositionals: true,
});
const slice = Number(values.slice) * 1000;
const named = positionals.map((text) => /^(\w[\w-]*)=(.+)$/s.exec(text));
if (named.length < 1 || named.includes(null) || !(slice > 0)) {
  console.error("Usage: in-turns.mjs [--slice SECONDS] [--log FOLDER] 'NAME=COMMAND' ...");
  process.exit(2);
}
mkdirSync(values.log, { recursive: true });

const runs = named.map((match) => {
  const [, name, command] = /** @type {RegExpExecArray} */ (match);
  const log = openSync(join(values.log, `${name}.log`), 'w');
  // A group of its own, so that what the command starts stops with it.
  const child = spawn(command, { shell: true, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const closed = new Promise((resolve) => child.once('close', resolve));
  const run = {
    name,
    milliseconds: 0,
    /** @type {number | null | undefined} */ status: undefined,
    child,
    closed,
  };
  child.once('close', (status) => (run.status = status));
  signal(run, 'SIGSTOP');
  return run;
});
for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(name, () => {
    for (const run of runs) signal(run, 'SIGKILL');
    process.exit(1);
  });
}

while (runs.some(isAlive)) {
  for (const run of runs.filter(isAlive)) {
    const began = performance.now();
    signal(run, 'SIGCONT');
    await Promise.race([sleep(slice, undefined, { ref: false }), run.closed]);
    signal(run, 'SIGSTOP');
    run.milliseconds += performance.now() - began;
  }
}
for (const { name, milliseconds, status } of runs) {
  console.log(
    `${name}  ${(milliseconds / 1000).toFixed(1)} s${status === 0 ? '' : `  failed (${status ?? 'by a signal'})`}`,
  );
}
process.exitCode = runs.every(({ status }) => status === 0) ? 0 : 1;

/** @param {{ status?: number | null | undefined }} run */
function isAlive(run) {
  return run.status === undefined;
}

/**
 * @param {{ child: import('node:child_process').ChildProcess, status?: number | null | undefined }} run
 * @param {NodeJS.Signals} name
 */
function signal(run, name) {
  if (!isAlive(run) || run.child.pid === undefined) return;
  try {
    process.kill(-run.child.pid, name);
  } catch {
    // It has just ended.
  }
}
