import { chosenJudgement, evaluateModels, exportModel, type EvaluationResult } from '@ulmfit/pipeline';
import type { LoadedConfig } from '../config/load-config.js';
import { resolveTask } from '../config/resolve-task.js';
import { mainFigure } from '../evaluation-figures.js';
import type { Flags } from '../flags.js';
import { interruptible } from '../interruptible.js';
import { reporter } from '../reporter.js';
import { scoredTexts } from '../scored-texts.js';
import { printLines } from '../standard-output.js';
import { startEngine, type EngineFlags } from '../start-engine.js';
import type { DataFlags } from '../task-of.js';
import { jsonText } from '../terminal-text.js';
import { tokenizerThreads } from '../tokenizer-threads.js';

type ExportFlags = EngineFlags &
  Omit<DataFlags, 'data'> &
  Pick<Flags, 'weights' | 'tokenizer' | 'tokenCache' | 'json'> & { readonly data?: string | undefined };

/** `ulmfit export MODEL FILE` */
export async function exportCommand(
  [model = '', file = '']: readonly string[],
  flags: ExportFlags,
  config: LoadedConfig | undefined,
): Promise<void> {
  const { data, weights: weightFormat, tokenizer, tokenCache, threads, json } = flags;
  const report = reporter();
  await startEngine(flags);
  /** The model's score on the data, where some is given. */
  const scored = async (path: string): Promise<Scored | undefined> => {
    if (data === undefined) return undefined;
    const left = 'there is no score yet. Give the same command again to start over.';
    const result = await interruptible(
      left,
      (signal) =>
        evaluateModels({
          ...{
            models: [path],
            split: scoredTexts,
            tokenizer,
            workers: tokenizerThreads(threads),
            tokenCache,
            signal,
          },
          task: (classes) =>
            resolveTask({ ...flags, data }, config, { signal, say: report.say, classes, validShare: 0 }),
          onEvent: report.onEvent,
        }),
      report.say,
    );
    return scoreOf(result);
  };
  try {
    const before = await scored(model);
    const { bytes, weights } = exportModel(model, file, { weightFormat });
    const after = before && (await scored(file));
    report.end();
    const told = { file, bytes, weights, weightFormat, ...(before && after && { before, after }) };
    await printLines(json ? [jsonText(told, 2)] : linesOf(told));
  } finally {
    report.end();
  }
}

interface Scored {
  readonly figure: string;
  readonly value: number;
  readonly texts: number;
  /** As it is shown, such as `91.20 %`. */
  readonly shown: string;
}

function scoreOf(result: Omit<EvaluationResult, 'seconds'>): Scored {
  const judgement = chosenJudgement(result);
  const { name, of, show } = mainFigure(judgement.multiLabel);
  const value = of(judgement);
  return { figure: name, value, texts: judgement.documents, shown: show(value) };
}

interface Told {
  readonly file: string;
  readonly bytes: number;
  readonly weights: number;
  readonly weightFormat: string;
  readonly before?: Scored;
  readonly after?: Scored;
}

function linesOf({ file, bytes, weights, weightFormat, before, after }: Told): string[] {
  const size = `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB, ${weights} weights in ${weightFormat}`;
  return [
    `model: ${file}: ${size}`,
    ...(before && after
      ? [`${before.figure} on ${before.texts} texts: ${before.shown} before, ${after.shown} after`]
      : []),
    ...(weightFormat !== 'float32' && !before
      ? ['to see what it costs, give --data with held-out texts']
      : []),
  ];
}
