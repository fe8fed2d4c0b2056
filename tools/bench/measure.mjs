// A child process of the benchmark: measures one row and answers with a line of JSON. Each row has a process of its own, so that
// the peak of its memory is its own.

/** @type {import('./job.mjs').Job} */
const job = JSON.parse(process.argv[2] ?? '');
const { measure } = await import(new URL(`rows/${job.row}.mjs`, import.meta.url).href);
const measured = await measure(job);
const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ ...measured, peakMegabytes }));
