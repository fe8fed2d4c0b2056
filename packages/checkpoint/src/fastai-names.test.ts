import { describe, expect, it } from 'vitest';
import { fromFastai, toFastai } from './fastai-names.js';
import type { RawTensor } from './raw-tensor.js';

let next = 0;
const tensor = (...shape: number[]): RawTensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => next++),
});

const [V, E, H, K] = [7, 2, 3, 4];

const encoder = (): [string, RawTensor][] => [
  ['embedding', tensor(V, E)],
  ...[0, 1, 2].flatMap((l): [string, RawTensor][] => {
    const [input, out] = [l === 0 ? E : H, l === 2 ? E : H];
    return [
      [`rnn.${l}.weightIh`, tensor(4 * out, input)],
      [`rnn.${l}.weightHh`, tensor(4 * out, out)],
      [`rnn.${l}.biasIh`, tensor(4 * out)],
      [`rnn.${l}.biasHh`, tensor(4 * out)],
    ];
  }),
];
const languageModel = () => new Map([...encoder(), ['decoder.bias', tensor(V)]]);
const head = (): [string, RawTensor][] =>
  [
    [3 * E, 5],
    [5, K],
  ].flatMap(([features = 0, out = 0], b): [string, RawTensor][] => [
    ...['gamma', 'beta', 'mean', 'variance'].map((n): [string, RawTensor] => [
      `head.${b}.norm.${n}`,
      tensor(features),
    ]),
    [`head.${b}.linear.weight`, tensor(out, features)],
  ]);
const classifier = () => new Map([...encoder(), ...head()]);

describe('fastai names', () => {
  it.each([
    ['language-model', languageModel],
    ['classifier', classifier],
    ['encoder', () => new Map(encoder())],
  ] as const)('go to fastai and back for a %s', (kind, make) => {
    const ours = make();
    const back = fromFastai(toFastai(ours));
    expect(back.kind).toBe(kind);
    expect(new Map([...back.tensors].sort())).toEqual(new Map([...ours].sort()));
    expect(back.shape).toEqual({
      vocabulary: V,
      embedding: E,
      hidden: H,
      layers: 3,
      ...(kind === 'classifier' ? { head: [3 * E, 5, K] } : {}),
    });
  });

  it("takes fastai 1's and the authors' own names", () => {
    const ours = classifier();
    ours.set('head.0.linear.bias', tensor(5));
    ours.set('head.1.linear.bias', tensor(K));
    const newest = toFastai(ours);
    const renamed = (rename: (name: string) => string) =>
      new Map([...newest].map(([name, t]) => [rename(name), t]));
    const fastai1 = renamed((name) =>
      name.replace(/layers\.(\d)\.(\d)/, (_, b, part) => `layers.${Number(b) * 4 + Number(part)}`),
    );
    fastai1.set('0.module.rnns.0.module.weight_hh_l0', tensor(4 * H, H)); // what dropout left
    const authors = renamed((name) =>
      name
        .replace('0.module.', '0.')
        .replace('encoder_dp.emb', 'encoder_with_dropout.embed')
        .replace(/(rnns\.\d)\.weight_hh/, '$1.module.weight_hh')
        .replace(/(layers\.\d)\.0\./, '$1.bn.')
        .replace(/(layers\.\d)\.2\./, '$1.lin.'),
    );
    for (const theirs of [newest, fastai1, authors]) {
      expect(new Map([...fromFastai(theirs).tensors].sort())).toEqual(new Map([...ours].sort()));
    }
  });

  it('takes the recurrent weights under the name that is left where there is no raw one', () => {
    const ours = languageModel();
    const theirs = new Map(
      [...toFastai(ours)].map(([name, t]) => [name.replace('weight_hh_l0_raw', 'module.weight_hh_l0'), t]),
    );
    expect(fromFastai(theirs).tensors.get('rnn.1.weightHh')).toBe(ours.get('rnn.1.weightHh'));
  });

  const spoilt = (change: (theirs: Map<string, RawTensor>) => void, make = languageModel) => {
    const theirs = toFastai(make());
    change(theirs);
    return () => fromFastai(theirs);
  };

  it.each<[string, () => unknown, string, RegExp]>([
    [
      'unknown names, all of them',
      spoilt((t) =>
        t.set('transformer.h.0', tensor(1)).set('0.rnns.0.module.weight_ih_l0_reverse', tensor(1)),
      ),
      'UNKNOWN_WEIGHTS',
      /transformer\.h\.0, 0\.rnns\.0\.module\.weight_ih_l0_reverse/,
    ],
    [
      'missing names',
      spoilt((t) => t.delete('0.rnns.1.module.bias_ih_l0')),
      'MISSING_WEIGHTS',
      /rnn\.1\.biasIh/,
    ],
    [
      'a missing layer',
      spoilt((t) => [...t.keys()].filter((k) => k.includes('rnns.1')).forEach((k) => t.delete(k))),
      'MISSING_WEIGHTS',
      /rnn\.1\.weightIh, rnn\.1\.weightHh/,
    ],
    ['nothing', () => fromFastai(new Map()), 'MISSING_WEIGHTS', /embedding/],
    [
      'untied weights',
      spoilt((t) => t.set('1.decoder.weight', tensor(V, E))),
      'BAD_WEIGHTS',
      /1\.decoder\.weight differs/,
    ],
    [
      'a wrong shape',
      spoilt((t) => t.set('0.rnns.1.module.weight_ih_l0', tensor(4 * H, H + 1))),
      'BAD_WEIGHTS',
      /rnn\.1\.weightIh has the shape \[12, 4\], .* \[12, 3\]/,
    ],
    [
      'a wrong rank',
      spoilt((t) =>
        ['0.encoder.weight', '0.encoder_dp.emb.weight', '1.decoder.weight'].forEach((n, i) =>
          i ? t.delete(n) : t.set(n, tensor(V)),
        ),
      ),
      'BAD_WEIGHTS',
      /embedding has the shape \[7\], expected a matrix/,
    ],
    [
      'a far layer',
      spoilt((t) => t.set('0.rnns.999999999.module.bias_ih_l0', tensor(1))),
      'BAD_WEIGHTS',
      /numbered 999999999/,
    ],
    [
      'a head that does not fit',
      spoilt((t) => t.set('1.layers.1.2.weight', tensor(K, 6)), classifier),
      'BAD_WEIGHTS',
      /head\.1\.linear\.weight takes 6 features, .* gives 5/,
    ],
    [
      'two models in one',
      spoilt((t) => t.set('1.layers.0.0.weight', tensor(6))),
      'BAD_WEIGHTS',
      /both a decoder and a classifier/,
    ],
    [
      'foreign names of ours',
      () => toFastai(languageModel().set('adam.m', tensor(1))),
      'UNKNOWN_WEIGHTS',
      /no place for adam\.m/,
    ],
  ])('refuses %s', (_, run, code, message) => {
    expect(run).toThrow(message);
    expect(run).toThrow(expect.objectContaining({ code }));
  });
});
