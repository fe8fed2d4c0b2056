import { loadClassifier } from '@ulmfit/pipeline';
import type { Flags } from '../flags.js';
import { printLines } from '../standard-output.js';
import { startEngine, type EngineFlags } from '../start-engine.js';

/** `ulmfit predict TEXT...` */
export async function predict(
  texts: readonly string[],
  flags: EngineFlags & Pick<Flags, 'model' | 'json'>,
): Promise<void> {
  await startEngine(flags);
  const classifier = await loadClassifier(flags.model);
  try {
    const predictions = await classifier.predict(texts);
    await printLines(
      predictions.map((prediction, i) =>
        flags.json
          ? JSON.stringify({ text: texts[i], ...prediction })
          : `${prediction.label} ${prediction.probability.toFixed(4)}\t${texts[i]}`,
      ),
    );
  } finally {
    classifier.dispose();
  }
}
