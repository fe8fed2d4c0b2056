import * as tf from '@tensorflow/tfjs-core';
import { requireState, type Optimizer, type OptimizerFactory, type StateDict } from '@ulmfit/trainer';

export interface MomentumSgdOptions {
  /** Default 0.1. */
  readonly lr?: number;
  /** Whether the mean of all iterates is validated instead of the weights. Default false. */
  readonly average?: boolean;
}

/**
 * SGD with momentum, its state keyed by parameter name: an optimizer for tests, without checks.
 * @example
 * const trainer = toyTrainer({ optimizer: momentumSgd({ lr: 0.05 }) });
 */
export function momentumSgd({ lr = 0.1, average = false }: MomentumSgdOptions = {}): OptimizerFactory {
  return {
    defaults: { lr, momentum: 0.9 },
    create: (groups) => {
      let steps = 0;
      const state = new Map<string, tf.Tensor>();
      const set = (key: string, t: tf.Tensor) => {
        state.get(key)?.dispose();
        state.set(key, tf.keep(t));
      };
      const clear = () => {
        tf.dispose([...state.values()]);
        state.clear();
        steps = 0;
      };
      const optimizer: Optimizer = {
        name: 'momentumSgd',
        step: (gradients) =>
          tf.tidy(() => {
            steps++;
            for (const { parameters, hyper } of groups) {
              for (const { name, variable } of parameters) {
                const g = gradients[name];
                if (!g) continue;
                const old = state.get(`velocity/${name}`);
                set(`velocity/${name}`, old ? tf.add(tf.mul(old, hyper.momentum), g) : g.clone());
                const v = state.get(`velocity/${name}`) as tf.Tensor;
                variable.assign(tf.sub(variable, tf.mul(v, hyper.lr)));
                const mean = state.get(`mean/${name}`) ?? tf.zerosLike(v);
                set(`mean/${name}`, tf.add(mean, tf.div(tf.sub(variable, mean), steps)));
              }
            }
          }),
        ...(average
          ? {
              evaluationWeights: () =>
                steps === 0
                  ? undefined
                  : Object.fromEntries(
                      [...state].flatMap(([k, t]) => (k.startsWith('mean/') ? [[k.slice(5), t]] : [])),
                    ),
            }
          : {}),
        stateDict: () => ({ json: { steps, names: [...state.keys()] }, tensors: Object.fromEntries(state) }),
        loadStateDict(saved: StateDict<{ steps: number; names: string[] }>) {
          requireState('momentumSgd', saved, ['steps', 'names'], saved.json.names);
          const copies = saved.json.names.map(
            (key) => [key, (saved.tensors[key] as tf.Tensor).clone()] as const,
          );
          clear();
          steps = saved.json.steps;
          for (const [key, t] of copies) set(key, t);
        },
        reset: clear,
        dispose: clear,
      };
      return optimizer;
    },
  };
}
