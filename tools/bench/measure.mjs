// A child process of the benchmark: measures one row and answers with a line of JSON. Each row has a process of its own, so that
// the peak of its memory is its own.
import { register } from 'node:module';

/** @type {import('./job.mjs').Job} */
const job = JSON.parse(process.argv[2] ?? '');
if (job.workspace !== undefined) {
  register('./packages-of.mjs', import.meta.url, { data: { workspace: job.workspace } });
}
const { measure } = await import(new URL(`rows/${job.row}.mjs`, import.meta.url).href);
const measured = await measure(job);
const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ ...measured, peakMegabytes }));
