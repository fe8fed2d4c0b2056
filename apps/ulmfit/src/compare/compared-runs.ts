import { showName, UlmfitError } from '@ulmfit/errors';
import { chosenJudgement, type EvaluationResult, type Judgement, type RunRecord } from '@ulmfit/pipeline';
import { mainFigure } from '../evaluation-figures.js';
import { runSeconds } from '../run-seconds.js';
import { differingSettings, type DifferingSetting } from './differing-settings.js';

/** A run beside others that were scored on the same texts. */
export interface ComparedRun {
  /** Its folder, as it was given. */
  readonly path: string;
  readonly judgement: Judgement;
  readonly chosen: EvaluationResult['chosen'];
  /** Labelled texts that it was trained on; undefined in runs of earlier versions. */
  readonly labels: number | undefined;
  readonly seconds: number;
  /** Whether its main figure is the highest. */
  readonly isBest: boolean;
}

export interface Comparison {
  /** What the runs learned. */
  readonly task: string;
  readonly split: EvaluationResult['split'];
  readonly runs: readonly ComparedRun[];
  readonly settings: readonly DifferingSetting[];
  /** What a reader should know, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Sets runs side by side.
 * @throws UlmfitError `BAD_OPTION` for one run alone, `NOT_SCORED` where a run has no score yet, `OTHER_TEXTS` where they were scored on different texts
 */
export function compareRuns(records: readonly RunRecord[]): Comparison {
  const scored = records.map((record) => {
    const { evaluate } = record.result;
    if (evaluate) return { record, evaluate, judgement: chosenJudgement(evaluate) };
    throw new UlmfitError(
      'NOT_SCORED',
      `${showName(record.path)}: this run has no score yet; give its command again to finish it`,
    );
  });
  const [first, ...others] = scored;
  if (!first || others.length === 0)
    throw new UlmfitError('BAD_OPTION', 'compare: only one run given; give the folders of two or more');
  for (const other of others) {
    if (other.evaluate.split === first.evaluate.split && sameTexts(first.judgement, other.judgement))
      continue;
    const [a, b] = [first, other].map(
      ({ record, evaluate, judgement }) =>
        `${showName(record.path)} on ${judgement.documents} ${evaluate.split} texts of ${judgement.classes.length} classes`,
    );
    throw new UlmfitError(
      'OTHER_TEXTS',
      `compare: the runs were scored on different texts, ${a} and ${b}; compare runs of one test set, or score each with ulmfit evaluate`,
    );
  }
  const { of } = mainFigure(first.judgement.multiLabel);
  const best = Math.max(...scored.map(({ judgement }) => of(judgement)));
  const runs = scored.map(({ record, evaluate: { chosen }, judgement }) => ({
    ...{ path: record.path, judgement, chosen },
    labels: record.task?.counts.train,
    seconds: runSeconds(record.result),
    isBest: of(judgement) === best,
  }));
  return {
    task: taskName(records),
    split: first.evaluate.split,
    runs,
    settings: differingSettings(records.map(({ settings }) => settings)),
    notes: notesOn(runs, records),
  };
}

const taskName = (records: readonly RunRecord[]): string =>
  [...new Set(records.map(({ task }) => task?.name ?? 'an unnamed task'))].join(', ');

/** As far as figures show: the same classes, and as many texts of each. */
const sameTexts = (a: Judgement, b: Judgement): boolean =>
  a.documents === b.documents &&
  a.multiLabel === b.multiLabel &&
  a.classes.length === b.classes.length &&
  a.classes.every((name, i) => name === b.classes[i] && a.perClass[i]?.support === b.perClass[i]?.support);

function notesOn(runs: readonly ComparedRun[], records: readonly RunRecord[]): string[] {
  const prints = new Set(records.map(({ task }) => task?.fingerprint));
  const [best] = runs.filter(({ isBest }) => isBest);
  const close = runs.filter(
    ({ isBest, judgement }) =>
      !isBest && best && judgement.accuracyInterval[1] >= best.judgement.accuracyInterval[0],
  );
  return [
    ...(prints.size > 1
      ? [
          'The runs read different data. They were scored on equally many texts of each class, but not necessarily the same texts.',
        ]
      : []),
    ...(best && !best.judgement.multiLabel && close.length > 0
      ? [
          `The interval of ${showName(best.path)} overlaps with that of ${close.map(({ path }) => showName(path)).join(', ')}: so small a difference may be chance.`,
        ]
      : []),
  ];
}
