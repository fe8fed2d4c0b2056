// A child process of `npm run test:fuzz`: a share of one reader's inputs, answered with a line of JSON.
import '@tensorflow/tfjs-backend-cpu';
import { fuzzReader } from './fuzz-reader.js';
import { readers } from './readers.js';

const { reader: name, ...options } = JSON.parse(process.argv[2] ?? '') as {
  reader: string;
  seed: number;
  from: number;
  to: number;
};
const make = readers[name];
if (!make) throw new Error(`no reader ${name}`);
const reader = make();
const base = process.resourceUsage().maxRSS;
const result = await fuzzReader(reader, options);
reader.dispose?.();
const { maxRSS } = process.resourceUsage();
console.log(
  JSON.stringify({ ...result, residentMegabytes: (maxRSS - base) / 1024, peakMegabytes: maxRSS / 1024 }),
);
