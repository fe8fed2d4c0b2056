import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dividedRates, slicedRates } from './divided-rates.js';

const shared = process.env['ULMFIT_SHARED'] ?? resolve(import.meta.dirname, '../../../../shared');
const folder = process.env['ULMFIT_PARITY_DIR'] ?? resolve(shared, 'parity');
const file = resolve(folder, 'adam_discriminative.json');
const found = existsSync(file);
const suite = found ? 'rates against fastai' : `rates against fastai (skipped: no ${file})`;

describe.skipIf(!found)(suite, () => {
  it('spreads the top rate over the golden groups, by division and as a slice', () => {
    const { lrs } = JSON.parse(readFileSync(file, 'utf8')) as { lrs: number[] };
    const [low, high] = [lrs[0] as number, lrs.at(-1) as number];
    const ours = { divided: dividedRates(lrs.length, high), sliced: slicedRates(lrs.length, low, high) };
    lrs.forEach((lr, i) => {
      expect(ours.divided[i]).toBeCloseTo(lr, 15);
      expect(ours.sliced[i]).toBeCloseTo(lr, 15);
    });
  });
});
