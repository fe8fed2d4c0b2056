import { loadLanguageModel } from '@ulmfit/inference/node';
import { recipeTokenizer } from '@ulmfit/pipeline';
import type { Flags } from '../flags.js';
import { interruptible } from '../interruptible.js';
import { printText } from '../standard-output.js';
import { startEngine, type EngineFlags } from '../start-engine.js';
import { terminalText } from '../terminal-text.js';

type GenerateFlags = EngineFlags &
  Pick<
    Flags,
    | 'model'
    | 'tokenizer'
    | 'prompt'
    | 'tokens'
    | 'temperature'
    | 'topK'
    | 'topP'
    | 'minP'
    | 'beam'
    | 'lengthPenalty'
    | 'seed'
    | 'stop'
  >;

/** `ulmfit generate PROMPT` */
export async function generate(words: readonly string[], flags: GenerateFlags): Promise<void> {
  const {
    model: path,
    tokenizer,
    tokens,
    temperature,
    topK,
    topP,
    minP,
    beam,
    lengthPenalty,
    seed,
    stop,
  } = flags;
  const prompt = [...words, ...(flags.prompt === undefined ? [] : [flags.prompt])].join(' ');
  await startEngine(flags);
  const model = await loadLanguageModel(path, {
    ...(tokenizer !== undefined && { tokenizer: await recipeTokenizer(tokenizer) }),
    onWarning: (message) => void process.stderr.write(`ulmfit: ${message}\n`),
  });
  const show = process.stdout.isTTY ? terminalText : (text: string) => text;
  try {
    await interruptible('what was written stands.', async (signal) => {
      await printText(show(prompt));
      const options = { tokens, temperature, topK, topP, minP, beam, lengthPenalty, seed, stop, signal };
      for await (const piece of model.generate(prompt, options)) await printText(show(piece));
      await printText('\n');
    });
  } finally {
    model.dispose();
  }
}
