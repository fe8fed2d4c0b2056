import type { RunResult } from '@ulmfit/pipeline';

/** How long all finished stages of a run took. */
export const runSeconds = ({ linear, pretrain, finetune, classify, evaluate }: RunResult): number =>
  [linear, pretrain, finetune, classify, evaluate].reduce((sum, stage) => sum + (stage?.seconds ?? 0), 0);
