import type { EpochRecord } from '@ulmfit/trainer';

/** The epoch whose weights were kept, with its figures on the texts that validated. */
export interface KeptEpoch {
  /** The fit that it belongs to, such as `classify.2-all`. */
  readonly fit: string;
  /** From 0, within the fit. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly macroF1: number;
}

/** The figures of the best epoch, as the history has them. */
export function keptEpoch(
  { stage: fit, epoch }: Pick<EpochRecord, 'stage' | 'epoch'>,
  history: readonly EpochRecord[],
): KeptEpoch {
  const { values = {} } = history.find((record) => record.stage === fit && record.epoch === epoch) ?? {};
  const figure = (name: string) => values[`valid/${name}`] ?? NaN;
  return { fit, epoch, loss: figure('loss'), accuracy: figure('accuracy'), macroF1: figure('macroF1') };
}
