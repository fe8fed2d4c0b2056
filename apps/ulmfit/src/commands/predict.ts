import type { Prediction } from '@ulmfit/inference';
import { architecturesOf, type LoadedConfig } from '../config/load-config.js';
import type { Flags, readingFlags } from '../flags.js';
import { interruptible } from '../interruptible.js';
import { predictInputs } from '../predict/predict-inputs.js';
import { textLine } from '../predict/text-line.js';
import { loadQuick } from '../quick/load-quick.js';
import { readingOf } from '../reading-of.js';
import { printLines } from '../standard-output.js';
import { jsonText, terminalText } from '../terminal-text.js';
import type { EngineFlags } from '../start-engine.js';

type PredictFlags = EngineFlags &
  Pick<Flags, 'model' | 'json' | 'all' | 'tokenizer' | (typeof readingFlags)[number]>;

/** `ulmfit predict TEXT...`, of texts or of files */
export async function predict(
  words: readonly string[],
  flags: PredictFlags,
  config?: LoadedConfig,
): Promise<void> {
  const inputs = predictInputs(words);
  const { model, json, all, tokenizer } = flags;
  const printTexts = (
    texts: readonly string[],
    predictions: readonly Prediction[],
    classes: readonly string[],
  ) =>
    printLines(
      texts.map((text, i) =>
        json
          ? jsonText({ text, ...predictions[i] })
          : textLine(text, predictions[i] ?? null, all ? classes : undefined),
      ),
    );
  if (
    inputs.kind === 'texts' &&
    !choosesEngine(flags) &&
    tokenizer === undefined &&
    !config?.extras.architecture
  ) {
    const { classifyQuickly } = await loadQuick();
    const answer = await classifyQuickly(model, inputs.texts);
    if (answer) return printTexts(inputs.texts, answer.predictions, answer.classes);
  }
  const { startEngine } = await import('../start-engine.js');
  await startEngine(flags);
  const { loadClassifier } = await import('@ulmfit/pipeline');
  const classifier = await loadClassifier(model, {
    ...(tokenizer !== undefined && { tokenizer }),
    architectures: architecturesOf(config),
  });
  try {
    if (inputs.kind === 'texts')
      return await printTexts(inputs.texts, await classifier.predict(inputs.texts), classifier.classes);
    const { predictFiles } = await import('../predict/predict-files.js');
    const say = (line: string) => void process.stderr.write(`${line}\n`);
    // A file gets each byte of a table.
    const print = (rows: readonly string[]) =>
      printLines(process.stdout.isTTY ? rows.map(terminalText) : rows);
    const left = 'what was classified is printed. Give the same command again to start over.';
    const { files } = inputs;
    const { empty } = await interruptible(left, (signal) =>
      predictFiles({ files, classifier, ...readingOf(flags), json, all, signal, print, say }),
    );
    if (empty > 0)
      say(`ulmfit: ${empty} ${empty === 1 ? 'text holds' : 'texts hold'} no words, and got no label`);
  } finally {
    classifier.dispose();
  }
}

/** Whether the user has said what computes. */
const choosesEngine = ({ backend, threads, precision }: EngineFlags): boolean =>
  backend !== 'auto' || threads !== undefined || precision !== 'auto';
