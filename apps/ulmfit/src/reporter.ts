import type { StageEvent } from '@ulmfit/pipeline';
import { Presets, SingleBar } from 'cli-progress';
import { duration } from './duration.js';
import { oneLine } from './one-line.js';

/** Seconds between plain progress lines where there is no terminal. */
const QUIET_SECONDS = 30;

export interface Reporter {
  readonly onEvent: (event: StageEvent) => void;
  /** Prints a line of its own, above a running bar. */
  readonly say: (line: string) => void;
  /** Takes the bar away. */
  readonly end: () => void;
}

/** Shows progress on standard error: a bar with rate and time left on a terminal, plain lines elsewhere. */
export function reporter(
  stream: NodeJS.WriteStream = process.stderr,
  now: () => number = Date.now,
): Reporter {
  return stream.isTTY ? barReporter(stream) : lineReporter(stream, now);
}

const figures = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join(', ');

const epochLine = (event: Extract<StageEvent, { type: 'epoch' }>): string =>
  `${event.fit} epoch ${event.epoch + 1} (${event.seconds.toFixed(0)} s): ${figures(event.values)}`;

const linearLine = (event: Extract<StageEvent, { type: 'linear' }>): string =>
  event.phase === 'read'
    ? `plain baseline: ${event.texts} texts`
    : `plain baseline: step ${event.step}${event.parts > 1 ? `, part ${event.part} of ${event.parts}` : ''}`;

const tokenLine = (event: Extract<StageEvent, { type: 'tokenize' }>): string =>
  `${event.stage}: ${event.documents} documents, ${event.tokens} tokens${event.cached ? ' (from the cache)' : ''}`;

/** To the line's beginning, and nothing on it. */
const CLEAR = '\r\u001b[K';

function barReporter(stream: NodeJS.WriteStream): Reporter {
  let bar: SingleBar | undefined;
  let title = '';
  let isLineOpen = false;
  // The bar goes back to where it began: nothing else may be written before it is taken away.
  const end = () => {
    bar?.stop();
    bar = undefined;
    title = '';
    if (isLineOpen) stream.write(CLEAR);
    isLineOpen = false;
  };
  /** Shows a line that the next one of its kind replaces. */
  const replaceLine = (line: string) => {
    if (bar) end();
    stream.write(`${CLEAR}${line}`);
    isLineOpen = true;
  };
  const show = (name: string, done: number, total: number, note: string) => {
    if (title !== name) {
      end();
      title = name;
      const format = '{title} {bar} {value}/{total} | {rate}/s | {eta_formatted} left{note}';
      bar = new SingleBar(
        { stream, format, clearOnComplete: true, hideCursor: true, etaBuffer: 50 },
        Presets.shades_grey,
      );
      bar.start(total, done, { title: name, rate: '-', note: '' });
      started = Date.now();
      first = done;
    }
    const seconds = (Date.now() - started) / 1000;
    bar?.update(done, { rate: seconds > 0 ? ((done - first) / seconds).toFixed(1) : '-', note });
  };
  let started = 0;
  let first = 0;
  const say = (line: string) => {
    end();
    stream.write(`${line}\n`);
  };
  return {
    end,
    say,
    onEvent: (event) => {
      if (event.type === 'step') {
        const { loss } = event.values;
        show(event.fit, event.step, event.steps, loss === undefined ? '' : ` | loss ${loss.toFixed(3)}`);
      } else if (event.type === 'evaluate') show(event.stage, event.done, event.batches, '');
      else if (event.type === 'epoch') say(epochLine(event));
      else if (event.type === 'linear') replaceLine(linearLine(event));
      else if (event.type === 'warning') say(`ulmfit: ${oneLine(event.message)}`);
      else if (event.type === 'tokenize') {
        if (event.done) say(tokenLine(event));
        else replaceLine(tokenLine(event));
      }
    },
  };
}

function lineReporter(stream: NodeJS.WriteStream, now: () => number): Reporter {
  let spoken = now();
  let begun = now();
  let first = 0;
  const say = (line: string) => {
    stream.write(`${line}\n`);
    spoken = now();
  };
  const due = () => now() - spoken >= QUIET_SECONDS * 1000;
  return {
    end: () => undefined,
    say,
    onEvent: (event) => {
      if (event.type === 'begin') {
        begun = now();
        first = event.step;
        say(
          `${event.fit}: ${event.steps} steps in ${event.epochs} epochs${event.step > 0 ? `, resumed at step ${event.step}` : ''}`,
        );
      } else if (event.type === 'step' && due()) {
        const rate = (event.step - first) / ((now() - begun) / 1000);
        say(
          `${event.fit}: step ${event.step} of ${event.steps}, ${figures(event.values)}, ` +
            `${rate.toFixed(2)} steps/s, ${duration((event.steps - event.step) / rate)} left`,
        );
      } else if (event.type === 'evaluate' && due())
        say(`${event.stage}: batch ${event.done} of ${event.batches}`);
      else if (event.type === 'epoch') say(epochLine(event));
      else if (event.type === 'warning') say(`ulmfit: ${oneLine(event.message)}`);
      else if (event.type === 'tokenize' && (event.done || due())) {
        say(tokenLine(event));
      }
    },
  };
}
