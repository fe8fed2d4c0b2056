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
const result = await fuzzReader(reader, options);
reader.dispose?.();
console.log(JSON.stringify({ ...result, peakMegabytes: process.resourceUsage().maxRSS / 1024 }));
