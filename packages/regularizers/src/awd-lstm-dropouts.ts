import { requireNotNegative, UlmfitError } from '@ulmfit/errors';
import type { TrainingPlugin } from '@ulmfit/trainer';
import { dropoutPresets, type DropoutPreset, type DropoutRates } from './dropout-presets.js';
import { embeddingDropout } from './embedding-dropout.js';
import { headDropout } from './head-dropout.js';
import type { EmbeddingTap, HeadTap, HiddenTap, InputTap, OutputTap, WeightHhTap } from './taps.js';
import { hiddenDropout, inputDropout, outputDropout } from './variational-dropout.js';
import { weightDrop } from './weight-drop.js';

export interface DropoutOptions {
  /** The five rates to begin with. */
  readonly preset?: DropoutPreset;
  /** Scales all five. */
  readonly multiplier?: number;
  /** Final values of single rates; the multiplier does not act on them. */
  readonly rates?: { readonly [Name in keyof DropoutRates]?: number | undefined } | undefined;
}

export interface ClassifierDropoutOptions extends DropoutOptions {
  /** The rates of the head's blocks after the first, whose rate is `output`. No multiplier. Default `[0.1]`. */
  readonly head?: readonly number[];
}

/** The taps of the four dropouts that every AWD-LSTM encoder has. */
export type EncoderDropoutTaps = EmbeddingTap & InputTap & WeightHhTap & HiddenTap;

/**
 * AWD-LSTM's five dropouts for a language model. Default: fastai's rates, multiplier 1.
 * @throws UlmfitError `BAD_RATE` when a scaled rate is not in [0, 1), `BAD_OPTION`
 * @example
 * const model = createLanguageModel({ vocabulary: 20, embedding: 4, hidden: 6 });
 * const plugins = awdLstmDropouts({ preset: 'paper', multiplier: 0.7, rates: { embedding: 0.1 } });
 * const trainer = createTrainer({ model, optimizer: adam(), plugins });
 */
export function awdLstmDropouts(
  options: DropoutOptions = {},
): TrainingPlugin<unknown, unknown, EncoderDropoutTaps & OutputTap>[] {
  const rates = scaledRates('awdLstmDropouts', { preset: 'fastaiLanguageModel', multiplier: 1, ...options });
  return [...encoderDropouts(rates), outputDropout(rates.output)];
}

/**
 * The dropouts for a classifier: four in the encoder, and the head's, the first of which has the rate `output`. Default:
 * fastai's rates for it, multiplier .5.
 * @throws UlmfitError `BAD_RATE` when a scaled rate is not in [0, 1), `BAD_OPTION`
 * @example
 * const model = createClassifier({ vocabulary: 20, embedding: 4, hidden: 6, classes: 2 });
 * const trainer = createTrainer({ model, optimizer: adam(), plugins: classifierDropouts({ multiplier: 0.5 }) });
 */
export function classifierDropouts(
  options: ClassifierDropoutOptions = {},
): TrainingPlugin<unknown, unknown, EncoderDropoutTaps & HeadTap>[] {
  const { head = [0.1], ...rest } = options;
  const rates = scaledRates('classifierDropouts', { preset: 'fastaiClassifier', multiplier: 0.5, ...rest });
  return [...encoderDropouts(rates), headDropout([rates.output, ...head])];
}

function encoderDropouts(rates: DropoutRates): TrainingPlugin<unknown, unknown, EncoderDropoutTaps>[] {
  return [
    embeddingDropout(rates.embedding),
    inputDropout(rates.input),
    weightDrop(rates.weight),
    hiddenDropout(rates.hidden),
  ];
}

function scaledRates(
  what: string,
  options: DropoutOptions & { preset: DropoutPreset; multiplier: number },
): DropoutRates {
  const { preset, multiplier, rates = {} } = options;
  requireNotNegative(`${what}: multiplier`, multiplier);
  if (!Object.hasOwn(dropoutPresets, preset)) {
    const known = Object.keys(dropoutPresets).join(', ');
    throw new UlmfitError('BAD_OPTION', `${what}: no preset ${String(preset)}; there are ${known}`);
  }
  const { output, hidden, input, embedding, weight } = dropoutPresets[preset];
  return {
    output: rates.output ?? output * multiplier,
    hidden: rates.hidden ?? hidden * multiplier,
    input: rates.input ?? input * multiplier,
    embedding: rates.embedding ?? embedding * multiplier,
    weight: rates.weight ?? weight * multiplier,
  };
}
