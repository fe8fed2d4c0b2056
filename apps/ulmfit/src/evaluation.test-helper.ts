import {
  judge,
  mostConfidentMistakes,
  probabilitiesOf,
  type EvaluationResult,
  type Judgement,
} from '@ulmfit/pipeline';

export interface InventedEvaluation {
  readonly classes: readonly string[];
  readonly multiLabel?: boolean;
  readonly texts?: number;
  /** How far the logit of the true class lies above the others, by classifier: 0 is a guess. */
  readonly skill?: { readonly neural: number; readonly linear?: number; readonly blend?: number };
  readonly chosen?: EvaluationResult['chosen'];
  readonly text?: (index: number) => string;
}

/** Noise that is the same at each run: between -1 and 1. */
const noise = (...at: readonly number[]): number => {
  const wave = Math.sin(at.reduce((sum, x, i) => sum + (x + 1) * (12.9898 + 65.37 * i), 0)) * 43758.5453;
  return 2 * (wave - Math.floor(wave)) - 1;
};

/** A scored classifier that nobody trained, with the real figures of its invented logits. */
export function inventedEvaluation({
  classes,
  multiLabel = false,
  texts = 200,
  skill = { neural: 1.2, linear: 1, blend: 1.5 },
  chosen = skill.blend === undefined ? 'neural' : 'blend',
  text = (i) => `An invented text of number ${i}.`,
}: InventedEvaluation): EvaluationResult {
  const size = classes.length;
  const truth = Array.from({ length: texts }, (_, i) => {
    const label = Math.floor(((noise(i, 1) + 1) / 2) ** 1.4 * size);
    return multiLabel && noise(i, 2) > 0.2 ? [label, (label + 1) % size] : [label];
  });
  const rowsOf = (strength: number, of: number) =>
    probabilitiesOf(
      truth.map((labels, i) =>
        classes.map(
          (_, c) => 3 * (strength * (labels.includes(c) ? 1 : multiLabel ? -1 : 0) + noise(i, c, of)),
        ),
      ),
      multiLabel,
    );
  const judgementOf = (strength: number, of: number): Judgement =>
    judge(rowsOf(strength, of), truth, { classes, multiLabel });
  const { neural, linear, blend } = skill;
  const names = (labels: readonly number[]) => labels.map((label) => classes[label] ?? '');
  const chosenRows = {
    neural: () => rowsOf(neural, 1),
    linear: () => rowsOf(linear ?? 0, 2),
    blend: () => rowsOf(blend ?? 0, 3),
  };
  return {
    ...{ split: 'test', seconds: 12, chosen },
    judgements: {
      neural: judgementOf(neural, 1),
      ...(linear !== undefined && { linear: judgementOf(linear, 2) }),
      ...(blend !== undefined && { blend: judgementOf(blend, 3) }),
    },
    mistakes: mostConfidentMistakes(chosenRows[chosen](), truth, 20, { multiLabel }).map(
      ({ index, predicted, truth: labels, probability }) => ({
        ...{ index, probability, text: text(index) },
        predicted: names(predicted),
        truth: names(labels),
      }),
    ),
  };
}
