import { loadClassifier } from '@ulmfit/pipeline';
import { architecturesOf, type LoadedConfig } from '../config/load-config.js';
import type { Flags, readingFlags } from '../flags.js';
import { interruptible } from '../interruptible.js';
import { predictInputs } from '../predict/predict-inputs.js';
import { textLine } from '../predict/record-format.js';
import { readingOf } from '../reading-of.js';
import { printLines } from '../standard-output.js';
import { jsonText, terminalText } from '../terminal-text.js';
import { startEngine, type EngineFlags } from '../start-engine.js';

type PredictFlags = EngineFlags &
  Pick<Flags, 'model' | 'json' | 'all' | 'tokenizer' | (typeof readingFlags)[number]>;

/** `ulmfit predict TEXT...`, of texts or of files */
export async function predict(
  words: readonly string[],
  flags: PredictFlags,
  config?: LoadedConfig,
): Promise<void> {
  const inputs = predictInputs(words);
  await startEngine(flags);
  const { model, json, all, tokenizer } = flags;
  const classifier = await loadClassifier(model, {
    ...(tokenizer !== undefined && { tokenizer }),
    architectures: architecturesOf(config),
  });
  try {
    if (inputs.kind === 'texts') {
      const predictions = await classifier.predict(inputs.texts);
      const lines = inputs.texts.map((text, i) => ({ text, prediction: predictions[i] ?? null }));
      await printLines(
        lines.map(({ text, prediction }) =>
          json
            ? jsonText({ text, ...prediction })
            : textLine(text, prediction, all ? classifier.classes : undefined),
        ),
      );
      return;
    }
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
