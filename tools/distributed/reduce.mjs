// One rank of `npm run bench:reduction`: the time of a sum by its size, told by the first rank as JSON.
import { connectMpi } from '@ulmfit/distributed';

const sizes = (process.argv[2] ?? '1000000').split(',').map(Number);
const rounds = Number(process.argv[3] ?? 5);
const wire = process.argv[4] === 'bfloat16' ? 'bfloat16' : 'float32';
const ranks = await connectMpi({ wire });
const told = [];
for (const size of sizes) {
  const values = Float32Array.from({ length: size }, (_, i) => Math.sin(i + ranks.rank));
  const seconds = [];
  for (let round = 0; round <= rounds; round++) {
    const copy = values.slice();
    await ranks.gather(new Uint8Array(0));
    const begun = performance.now();
    await ranks.sum(copy);
    // The first one finds the ranks to each other.
    if (round > 0) seconds.push((performance.now() - begun) / 1000);
  }
  told.push({ size, seconds: seconds.sort((a, b) => a - b) });
}
if (ranks.rank === 0) console.log(JSON.stringify({ ranks: ranks.size, wire, library: ranks.library, told }));
await ranks.close();
