import { percent } from './percent.js';

type Values = Readonly<Record<string, number>>;

const VALID = 'valid/';

/** A language model's loss is told as its perplexity. */
const isLanguageModel = (stage: string): boolean => stage !== 'classify';

const shown = (value: number): string => (Number.isFinite(value) ? value.toPrecision(4) : String(value));

/** A loss in the words of the task. */
export const lossText = (stage: string, loss: number): string =>
  isLanguageModel(stage) ? `perplexity ${perplexityText(Math.exp(loss))}` : `loss ${shown(loss)}`;

/** With one digit behind the point, and none of a large one. */
const perplexityText = (value: number): string =>
  value < 1000 ? value.toFixed(1) : Number.isFinite(value) ? Math.round(value).toString() : String(value);

/**
 * An epoch's figures in the words of the task: those of validation where something was held out, else those of training.
 * @param isVerbose adds every other figure that was logged, such as `ar`, `tar` and `gradNorm`
 */
export function epochFigures(stage: string, values: Values, isVerbose: boolean): string {
  const { loss = NaN } = values;
  const validLoss = values[`${VALID}loss`];
  const accuracy = values[`${VALID}accuracy`];
  const macroF1 = values[`${VALID}macroF1`];
  const parts = [
    ...(accuracy === undefined ? [] : [`accuracy ${percent(accuracy)}`]),
    ...(macroF1 === undefined ? [] : [`macro-F1 ${macroF1.toFixed(3)}`]),
    ...(validLoss === undefined ? [] : [lossText(stage, validLoss)]),
  ];
  // A language model's perplexity comes first: its accuracy is how many of the next words it guesses.
  if (isLanguageModel(stage)) parts.reverse();
  const training = `${parts.length > 0 ? 'training ' : ''}${lossText(stage, loss)}`;
  const told = new Set(['loss', `${VALID}loss`, `${VALID}accuracy`, `${VALID}macroF1`]);
  const others = Object.entries(values).flatMap(([name, value]) =>
    told.has(name) ? [] : [`${name} ${shown(value)}`],
  );
  return [...parts, training, ...(isVerbose ? others : [])].join(', ');
}

/** A step's figures in the words of the task. */
export function stepFigures(stage: string, values: Values, isVerbose: boolean): string {
  const { loss, ...others } = values;
  return [
    ...(loss === undefined ? [] : [lossText(stage, loss)]),
    ...(isVerbose ? Object.entries(others).map(([name, value]) => `${name} ${shown(value)}`) : []),
  ].join(', ');
}
