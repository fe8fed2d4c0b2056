import { UlmfitError } from '@ulmfit/errors';
import { writeAtomically } from '@ulmfit/files';
import type { Explanation } from '@ulmfit/inference';
import { loadClassifier } from '@ulmfit/pipeline';
import { architecturesOf, type LoadedConfig } from '../config/load-config.js';
import { textOfFile } from '../explain/explained-inputs.js';
import { explanationLines } from '../explain/explanation-lines.js';
import { explanationPage } from '../explain/explanation-page.js';
import { showsColours } from '../explain/terminal-colours.js';
import type { Flags } from '../flags.js';
import { interruptible } from '../interruptible.js';
import { printLines } from '../standard-output.js';
import { startEngine, type EngineFlags } from '../start-engine.js';
import { jsonText } from '../terminal-text.js';

type ExplainFlags = EngineFlags &
  Pick<Flags, 'file' | 'class' | 'method' | 'points' | 'json' | 'html' | 'tokenizer'>;

/** `ulmfit explain MODEL TEXT...` */
export async function explain(
  [model = '', ...words]: readonly string[],
  flags: ExplainFlags,
  config?: LoadedConfig,
): Promise<void> {
  const { file = [], class: classes, method, points, json, html, tokenizer } = flags;
  const texts = [...words];
  for (const path of file) texts.push(await textOfFile(path));
  if (texts.length === 0)
    throw new UlmfitError('BAD_OPTION', 'explain: no text given; add one after the model, or use --file');
  await startEngine(flags);
  const classifier = await loadClassifier(model, {
    ...(tokenizer !== undefined && { tokenizer }),
    architectures: architecturesOf(config),
  });
  const withColours = showsColours(process.stdout, process.env);
  const explained: Explanation[] = [];
  try {
    await interruptible('what was explained is printed.', async (signal) => {
      for (const [i, text] of texts.entries()) {
        // Of many classes those that were predicted: each takes a time of its own.
        const [prediction] = classes ? [] : await classifier.predict([text], { signal });
        const predicted =
          prediction && (prediction.labels.length > 0 ? prediction.labels : [prediction.label]);
        const explanation = await classifier.explain(text, {
          ...{ classes: classes ?? predicted, method, steps: points, signal },
        });
        explained.push(explanation);
        if (json) await printLines([jsonText(explanation)]);
        else await printLines([...(i > 0 ? [''] : []), ...explanationLines(explanation, withColours)]);
      }
    });
    if (html !== undefined) {
      writeAtomically(html, explanationPage(explained));
      process.stderr.write(`ulmfit: the page is ${html}\n`);
    }
  } finally {
    classifier.dispose();
  }
}
