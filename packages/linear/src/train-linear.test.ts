import { describe, expect, it } from 'vitest';
import { argmax, inventedRows } from './linear.test-helper.js';
import { trainLinear } from './train-linear.js';

const two = { classes: 2, multiLabel: false } as const;

describe('trainLinear', () => {
  it.each([2, 3] as const)('tells %d classes apart', async (classes) => {
    const rows = inventedRows(90, classes);
    const model = await trainLinear(rows, { classes, multiLabel: false });
    expect(model).toMatchObject({ kind: 'linear', classes, multiLabel: false });
    const logits = model.logits(rows.map(({ text }) => text));
    expect(logits.map(argmax)).toEqual(rows.map(({ labels }) => labels[0]));
  });

  it('takes several labels a text, and none', async () => {
    const rows = inventedRows(60, 3).map(({ text, labels: [label] }) => ({
      text: `${text} ${label === 1 ? 'harbour' : 'meadow'}`,
      labels: label === 0 ? [] : label === 1 ? [0, 1] : [1],
    }));
    const model = await trainLinear(rows, { classes: 3, multiLabel: true });
    const decided = model
      .logits(rows.map(({ text }) => text))
      .map((row) => row.flatMap((z, k) => (z > 0 ? [k] : [])));
    expect(decided).toEqual(rows.map(({ labels }) => labels));
    // Class 2 is never there.
    expect(model.logits([''])[0]?.[2]).toBeCloseTo(Math.log(0.5 / 60.5), 5);
  });

  it('reads a stream, and gives the same bytes at each run', async () => {
    const rows = inventedRows(40);
    async function* stream() {
      yield* rows;
    }
    const [a, b] = [await trainLinear(rows, two), await trainLinear(stream(), two)];
    expect(a.model.weights).toEqual(b.model.weights);
    expect(a.model.intercepts).toEqual(b.model.intercepts);
  });

  it('keeps the terms that are in most texts', async () => {
    const all = await trainLinear(inventedRows(40), two);
    const few = await trainLinear(inventedRows(40), { ...two, maxFeatures: 10 });
    expect(all.features).toBeGreaterThan(50);
    expect(few.features).toBe(10);
    const frequent = await trainLinear(inventedRows(40), { ...two, minCount: 5 });
    expect(frequent.features).toBeLessThan(all.features);
    expect(Math.min(...(frequent.model.tfIdf.kinds[0]?.documents ?? []))).toBeGreaterThanOrEqual(5);
  });

  it.each([{ hashed: 256 }, { characters: [3, 5] as const }, { hashed: 1024, characters: [2, 3] as const }])(
    'learns with %o',
    async (options) => {
      const rows = inventedRows(60);
      const model = await trainLinear(rows, { ...two, ...options });
      const logits = model.logits(rows.map(({ text }) => text));
      expect(logits.map(argmax)).toEqual(rows.map(({ labels }) => labels[0]));
    },
  );

  it('ends on request, in the middle of the texts too', async () => {
    const controller = new AbortController();
    function* endless() {
      for (;;) yield* inventedRows(10);
    }
    setTimeout(() => controller.abort(new Error('enough')), 30);
    await expect(trainLinear(endless(), { ...two, signal: controller.signal })).rejects.toThrow('enough');
  });

  it.each([
    [[], two, 'EMPTY_CORPUS', /no texts/],
    [[{ text: 'a', labels: [0] }], two, 'BAD_LABELS', /all 1 texts have class 0/],
    [[{ text: 'a', labels: [2] }], two, 'BAD_LABELS', /from 0 to 1/],
    [[{ text: 'a', labels: [0, 1] }], two, 'BAD_LABELS', /has 2 labels/],
    [[{ text: 'a', labels: [0, 0] }], { ...two, multiLabel: true }, 'BAD_LABELS', /text 1/],
    [[], { ...two, classes: 1 }, 'BAD_OPTION', /classes: 1/],
    [[], { ...two, C: 0 }, 'BAD_OPTION', /C: 0/],
    [[], { ...two, ngrams: [2, 1] as const }, 'BAD_OPTION', /ngrams/],
    [[], { ...two, minCount: 0.5 }, 'BAD_OPTION', /minCount/],
    [[], { ...two, hashed: 100 }, 'BAD_OPTION', /power of two/],
    [[], { ...two, classWeights: [1] }, 'BAD_OPTION', /classWeights/],
  ])('refuses %o with %o', async (rows, options, code, message) => {
    await expect(trainLinear(rows, options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });
});
