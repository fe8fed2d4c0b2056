import { loadClassifier } from '@ulmfit/pipeline';
import { startEngine, type EngineFlags } from '../start-engine.js';

interface PredictFlags extends EngineFlags {
  readonly model: string;
  readonly json?: boolean;
}

/** `ulmfit predict TEXT...` */
export async function predict(texts: readonly string[], flags: PredictFlags): Promise<void> {
  await startEngine(flags);
  const classifier = await loadClassifier(flags.model);
  try {
    const predictions = await classifier.predict(texts);
    predictions.forEach((prediction, i) => {
      console.log(
        flags.json
          ? JSON.stringify({ text: texts[i], ...prediction })
          : `${prediction.label} ${prediction.probability.toFixed(4)}\t${texts[i]}`,
      );
    });
  } finally {
    classifier.dispose();
  }
}
