/** The five dropouts of AWD-LSTM. */
export interface DropoutRates {
  /** Of the last layer's output; in a classifier of the head's first block. */
  readonly output: number;
  /** Between the layers. */
  readonly hidden: number;
  /** Of the first layer's input. */
  readonly input: number;
  /** Of vocabulary rows. */
  readonly embedding: number;
  /** Of the hidden-to-hidden weights. */
  readonly weight: number;
}

/** The names of published settings. */
export type DropoutPreset = 'fastaiLanguageModel' | 'fastaiClassifier' | 'paper' | 'awdLstm';

/**
 * Published settings. `fastaiLanguageModel` and `fastaiClassifier`: fastai's `awd_lstm_lm_config` and
 * `awd_lstm_clas_config`. `paper`: ULMFiT, section 4.1. `awdLstm`: the AWD-LSTM repository.
 */
export const dropoutPresets: Readonly<Record<DropoutPreset, DropoutRates>> = {
  fastaiLanguageModel: { output: 0.1, hidden: 0.15, input: 0.25, embedding: 0.02, weight: 0.2 },
  fastaiClassifier: { output: 0.4, hidden: 0.3, input: 0.4, embedding: 0.05, weight: 0.5 },
  paper: { output: 0.4, hidden: 0.3, input: 0.4, embedding: 0.05, weight: 0.5 },
  awdLstm: { output: 0.4, hidden: 0.3, input: 0.65, embedding: 0.1, weight: 0.5 },
};
