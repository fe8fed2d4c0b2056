import {
  chosenJudgement,
  type ClassifierKind,
  type EvaluationResult,
  type Judgement,
} from '@ulmfit/pipeline';
import { percent } from './percent.js';

/** One figure of a judgement, with its name. */
export interface EvaluationFigure {
  readonly name: string;
  readonly of: (judgement: Judgement) => number;
  readonly show: (value: number) => string;
  /** Default: the higher the better. */
  readonly lowIsGood?: boolean;
}

/** A share with three digits, as scikit-learn prints it; a dash for what has no value. */
export const decimals = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : '–');
const shares = (value: number): string => (Number.isFinite(value) ? percent(value) : '–');

/** The one that a classifier is judged by: accuracy, or micro F1 where a text may have several classes. */
export const mainFigure = (multiLabel: boolean): EvaluationFigure =>
  multiLabel
    ? { name: 'micro F1', of: ({ micro }) => micro?.f1 ?? NaN, show: decimals }
    : { name: 'accuracy', of: ({ accuracy }) => accuracy, show: shares };

/** All of them, the main one first. */
export function evaluationFigures({ multiLabel, classes }: Judgement): EvaluationFigure[] {
  const auc = multiLabel || classes.length > 2 ? 'ROC-AUC, one-vs-rest' : 'ROC-AUC';
  return [
    mainFigure(multiLabel),
    { name: 'macro F1', of: ({ macro }) => macro.f1, show: decimals },
    { name: 'weighted F1', of: ({ weighted }) => weighted.f1, show: decimals },
    ...(multiLabel
      ? [
          { name: 'exactly right', of: ({ accuracy }: Judgement) => accuracy, show: shares },
          {
            name: 'Hamming loss',
            of: ({ hammingLoss = NaN }: Judgement) => hammingLoss,
            show: decimals,
            lowIsGood: true,
          },
        ]
      : []),
    { name: auc, of: ({ rocAuc }) => rocAuc, show: decimals },
    { name: 'log-loss', of: ({ logLoss }) => logLoss, show: decimals, lowIsGood: true },
    {
      name: 'calibration error',
      of: ({ calibration }) => calibration.error,
      show: decimals,
      lowIsGood: true,
    },
  ];
}

/** A classifier of an evaluation. */
export interface JudgedMember {
  readonly kind: ClassifierKind;
  readonly judgement: Judgement;
  readonly isChosen: boolean;
}

/** What words call each. */
export const memberNames: Record<ClassifierKind, string> = {
  linear: 'the linear model',
  neural: 'the neural model',
  blend: 'the blend',
};

/** A scored classifier; how long it took is of no concern. */
export type Scored = Omit<EvaluationResult, 'seconds'>;

/** The classifiers that were scored: linear, neural, blend. */
export function judgedMembers({ judgements, chosen }: Scored): JudgedMember[] {
  const kinds = ['linear', 'neural', 'blend'] as const;
  return kinds.flatMap((kind) => {
    const judgement = judgements[kind];
    return judgement ? [{ kind, judgement, isChosen: kind === chosen }] : [];
  });
}

/** How the chosen classifier stands against a guess, and against the plain baseline beside it. */
export type Standing = 'good' | 'below the baseline' | 'a guess';

export function standingOf(result: Scored): Standing {
  const chosen = chosenJudgement(result);
  if (chosen.verdict !== 'good') return 'a guess';
  const { linear } = result.judgements;
  return linear && isBelow(chosen, linear) ? 'below the baseline' : 'good';
}

/** Whether one classifier's main figure is below another's. */
export function isBelow(some: Judgement, other: Judgement): boolean {
  const { of } = mainFigure(some.multiLabel);
  return of(some) < of(other);
}
