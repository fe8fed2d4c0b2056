import type { Tensor } from '@tensorflow/tfjs-core';
import { assignByName, type Model } from '@ulmfit/trainer';

/** Our name of a fastai parameter, or undefined for a copy of another one. */
export function ourName(name: string): string | undefined {
  const plain = name.replace('0.module.encoder', '0.encoder').replace('0.module.rnns', '0.rnns');
  if (plain === '0.encoder.weight') return 'embedding';
  if (plain === '1.decoder.bias') return 'decoder.bias';
  const rnn = /^0\.rnns\.(\d+)\.(?:module\.)?(weight|bias)_(ih|hh)_l0(?:_raw)?$/.exec(plain);
  if (rnn) return `rnn.${rnn[1]}.${rnn[2]}${rnn[3] === 'ih' ? 'Ih' : 'Hh'}`;
  const head = /^1\.layers\.(\d+)\.(0|2)\.(weight|bias|running_mean|running_var)$/.exec(plain);
  if (!head) return undefined;
  const norm = { weight: 'gamma', bias: 'beta', running_mean: 'mean', running_var: 'variance' }[
    head[3] as string
  ];
  return head[2] === '0' ? `head.${head[1]}.norm.${norm}` : `head.${head[1]}.linear.weight`;
}

/** The tensors under `prefix/` by our names. */
export function byOurNames(prefix: string, tensors: Record<string, Tensor>): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, t]) => {
      const ours = name.startsWith(`${prefix}/`) ? ourName(name.slice(prefix.length + 1)) : undefined;
      return ours === undefined ? [] : [[ours, t]];
    }),
  );
}

/** Puts golden parameters (and buffers) into a model. */
export function loadGolden(
  model: Pick<Model<never, unknown>, 'groups' | 'buffers'>,
  prefix: string,
  tensors: Record<string, Tensor>,
): void {
  const all = [...model.groups.flatMap((g) => g.parameters), ...(model.buffers ?? [])];
  assignByName('golden', all, byOurNames(prefix, tensors));
}
