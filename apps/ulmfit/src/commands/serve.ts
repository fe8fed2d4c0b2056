import { once } from 'node:events';
import { createServer } from '@ulmfit/serve';
import { isolatedModel, keepModel, serve as listen } from '@ulmfit/serve/node';
import type { LoadedConfig } from '../config/load-config.js';
import type { Flags } from '../flags.js';
import { oneLine } from '../one-line.js';
import type { ModelToServe } from '../serve/model-program.js';
import { printLines } from '../standard-output.js';
import type { EngineFlags } from '../start-engine.js';

type ServeFlags = EngineFlags &
  Pick<
    Flags,
    'port' | 'host' | 'batchSize' | 'queueSize' | 'maxTexts' | 'maxCharacters' | 'timeout' | 'tokenizer'
  >;

/** `ulmfit serve MODEL` */
export async function serve(
  path: string,
  flags: ServeFlags,
  config: LoadedConfig | undefined,
): Promise<void> {
  const { port, host, tokenizer, ...limits } = flags;
  const say = (line: string) => void process.stderr.write(`ulmfit: ${oneLine(line)}\n`);
  const log = (line: string) => say(line.replace(/^serve: /, ''));
  const server = createServer({ ...limits, log });
  const data: ModelToServe = {
    path,
    tokenizer,
    engine: flags,
    config: config?.path,
  };
  const program = new URL('../serve/model-program.js', import.meta.url);
  const keeping = keepModel(server, { load: (signal) => isolatedModel(program, { data, signal }), log });
  // Whoever asks for a reload during the first one gets it after that.
  process.on('SIGHUP', () => void keeping.then((kept) => kept.reload()).catch(() => undefined));
  const kept = await keeping;
  // Until here Ctrl-C and a signal end the process at once.
  const listeners = new AbortController();
  const asked = Promise.race(
    ['SIGINT', 'SIGTERM'].map((name) => once(process, name, { signal: listeners.signal })),
  );
  try {
    const listening = await listen(server, { port, host });
    const { url, isLoopback } = listening;
    if (!isLoopback)
      say(
        `every machine that reaches ${url} can use the model: there is no password and no TLS here, so put a proxy before it that has them`,
      );
    await printLines([`Serving ${path} on ${url}`]);
    await asked;
    // The next one ends the process, as the system has it.
    listeners.abort();
    say('stopping: pending requests are answered first; again to stop at once');
    kept.stop();
    if (!(await listening.close(limits.timeout))) say('some requests were not answered in time');
  } finally {
    kept.stop();
    await server.close();
  }
}
