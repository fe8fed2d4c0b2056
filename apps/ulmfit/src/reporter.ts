import type { RunEstimate, StageEvent } from '@ulmfit/pipeline';
import { Presets, SingleBar } from 'cli-progress';
import { coloursOf, isLive } from './colours.js';
import { duration } from './duration.js';
import { epochFigures, stepFigures } from './epoch-figures.js';
import { fitText, textWidth } from './fit-text.js';
import { pseudoLabelsLine } from './pseudo-labels-line.js';
import { oneLine } from './one-line.js';
import { RunClock } from './time-left.js';
import { wrapText } from './wrap-text.js';

/** Seconds between plain progress lines where there is no terminal. */
const QUIET_SECONDS = 30;

export interface Reporter {
  readonly onEvent: (event: StageEvent) => void;
  /** Prints a line of its own, above a line that lives. */
  readonly say: (line: string) => void;
  /** Takes what is known of how long the run will take. */
  readonly expect: (estimate: Pick<RunEstimate, 'stages' | 'fits'>) => void;
  /** Takes the living line away. */
  readonly end: () => void;
}

export interface ReporterOptions {
  /** Default: standard error. */
  readonly stream?: NodeJS.WriteStream;
  readonly now?: () => number;
  /** Whether every logged figure is told, beside those of the task. Default false. */
  readonly verbose?: boolean | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Shows progress on standard error: one line a stage that lives on a terminal, plain lines elsewhere. */
export function reporter({
  stream = process.stderr,
  now = Date.now,
  verbose = false,
  environment = process.env,
}: ReporterOptions = {}): Reporter {
  return isLive(stream, environment)
    ? liveReporter(stream, now, verbose, environment)
    : lineReporter(stream, now, verbose);
}

/** Of a process that does not speak, since another one does. */
export const silentReporter: Reporter = {
  onEvent: () => undefined,
  say: () => undefined,
  expect: () => undefined,
  end: () => undefined,
};

type Of<Type extends StageEvent['type']> = Extract<StageEvent, { type: Type }>;

const epochLine = (event: Of<'epoch'>, isVerbose: boolean): string =>
  `${event.fit} epoch ${event.epoch + 1} (${event.seconds.toFixed(0)} s): ` +
  epochFigures(event.stage, event.values, isVerbose);

const linearLine = (event: Of<'linear'>): string =>
  event.phase === 'read'
    ? `plain baseline: ${event.texts} texts`
    : `plain baseline: step ${event.step}${event.parts > 1 ? `, part ${event.part} of ${event.parts}` : ''}`;

const tokenLine = (event: Of<'tokenize'>): string =>
  `${event.stage}: ${event.documents} documents, ${event.tokens} tokens${event.cached ? ' (from the cache)' : ''}`;

/** What is left, in words: of all that is to come, or of the fit. */
function leftText(clock: RunClock): string {
  const { left } = clock;
  if (!left) return '';
  return `${duration(left.seconds)} left${left.isTotal ? '' : ' in this fit'}`;
}

/** To the line's beginning, and nothing on it. */
const CLEAR = '\r\u001b[K';
/** Columns of the bar, and what it loses on a narrow terminal. */
const BAR = { most: 20, least: 5 };
const SCREEN = 80;

function liveReporter(
  stream: NodeJS.WriteStream,
  now: () => number,
  isVerbose: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): Reporter {
  const colours = coloursOf(stream, environment);
  const clock = new RunClock(now);
  let bar: SingleBar | undefined;
  let isLineOpen = false;
  /** The stage on the line, when it began, and what its last epoch came to: in all, and the first of its figures. */
  let stage: { readonly name: string; readonly began: number; figures: string; held?: string } | undefined;
  let epochs = 1;
  let meanLoss = NaN;
  const columns = () => (stream.columns > 0 ? stream.columns : SCREEN);
  // The bar goes back to where it began: nothing else may be written before it is taken away.
  const clear = () => {
    bar?.stop();
    bar = undefined;
    if (isLineOpen) stream.write(CLEAR);
    isLineOpen = false;
  };
  const write = (line: string, paint: (text: string) => string = String) => {
    clear();
    for (const piece of wrapText(line, columns())) stream.write(`${paint(piece)}\n`);
  };
  const say = (line: string) => write(line, line.startsWith('ulmfit: ') ? colours.yellow : String);
  /** Shows a line that the next one of its kind replaces. */
  const replaceLine = (line: string) => {
    if (bar) clear();
    stream.write(`${CLEAR}${fitText(line, columns() - 1).trimEnd()}`);
    isLineOpen = true;
  };
  /** The line that lives: name, bar, share and as many of the notes as there is room for. */
  const show = (name: string, done: number, total: number, notes: readonly string[]) => {
    const kept = [...notes];
    const width = () => textWidth([name, ...kept].join('  ')) + '  100 %'.length + 2;
    while (kept.length > 0 && width() + BAR.least > columns() - 1) kept.pop();
    const room = Math.max(BAR.least, Math.min(BAR.most, columns() - 1 - width()));
    const note = kept.map((text) => `  ${text}`).join('');
    if (!bar) {
      if (isLineOpen) clear();
      bar = new SingleBar(
        {
          stream,
          format: (_, { progress }, shown: { name: string; note: string; room: number }) => {
            const full = Math.round(progress * shown.room);
            const drawn = colours.green('█'.repeat(full)) + colours.dim('░'.repeat(shown.room - full));
            const share = `${Math.floor(100 * progress)} %`.padStart('100 %'.length);
            return `${colours.bold(shown.name)}  ${drawn}  ${share}${shown.note}`;
          },
          clearOnComplete: true,
          hideCursor: true,
        },
        Presets.shades_classic,
      );
      bar.start(total, done, { name, note, room });
    }
    bar.setTotal(total);
    bar.update(done, { name, note, room });
  };
  /** A stage is done when the next begins: its line stays, with what it came to. */
  const close = () => {
    if (stage && stage.figures !== '') {
      const took = duration((now() - stage.began) / 1000);
      write(`✔ ${stage.name}: ${stage.figures} (${took})`, colours.green);
    }
    stage = undefined;
  };
  const enter = (name: string) => {
    if (stage?.name === name) return;
    clear();
    close();
    stage = { name, began: now(), figures: '' };
  };
  return {
    end: clear,
    say,
    expect: (estimate) => clock.expect(estimate),
    onEvent: (event) => {
      clock.follow(event);
      if (event.type === 'begin') {
        enter(event.stage);
        epochs = event.epochs;
        meanLoss = NaN;
      } else if (event.type === 'step') {
        const { loss = NaN } = event.values;
        meanLoss = Number.isFinite(meanLoss) ? 0.95 * meanLoss + 0.05 * loss : loss;
        const rate = clock.rate;
        show(event.fit, event.step, event.steps, [
          ...[leftText(clock)].filter((text) => text !== ''),
          ...(epochs > 1 ? [`epoch ${event.epoch + 1}/${epochs}`] : []),
          ...(stage?.held === undefined ? [] : [stage.held]),
          stepFigures(event.stage, { ...event.values, loss: meanLoss }, isVerbose),
          ...(Number.isFinite(rate) ? [`${rate.toFixed(1)} steps/s`] : []),
        ]);
      } else if (event.type === 'evaluate') {
        enter(event.stage);
        show(event.stage, event.done, event.batches, []);
      } else if (event.type === 'epoch') {
        if (stage) {
          stage.figures = epochFigures(event.stage, event.values, false);
          const [first = '', ...others] = stage.figures.split(', ');
          if (others.length > 0) stage.held = `held-out ${first}`;
        }
        if (isVerbose) write(epochLine(event, true));
      } else if (event.type === 'linear') replaceLine(linearLine(event));
      else if (event.type === 'warning') say(`ulmfit: ${oneLine(event.message)}`);
      else if (event.type === 'pseudo-labels') say(pseudoLabelsLine(event));
      else if (event.done) write(tokenLine(event), colours.dim);
      else replaceLine(tokenLine(event));
    },
  };
}

function lineReporter(stream: NodeJS.WriteStream, now: () => number, isVerbose: boolean): Reporter {
  const clock = new RunClock(now);
  let spoken = now();
  const say = (line: string) => {
    stream.write(`${line}\n`);
    spoken = now();
  };
  const due = () => now() - spoken >= QUIET_SECONDS * 1000;
  return {
    end: () => undefined,
    say,
    expect: (estimate) => clock.expect(estimate),
    onEvent: (event) => {
      clock.follow(event);
      if (event.type === 'begin') {
        say(
          `${event.fit}: ${event.steps} steps in ${event.epochs} ${event.epochs === 1 ? 'epoch' : 'epochs'}${event.step > 0 ? `, resumed at step ${event.step}` : ''}`,
        );
      } else if (event.type === 'step' && due()) {
        say(
          `${event.fit}: step ${event.step} of ${event.steps}, ${stepFigures(event.stage, event.values, isVerbose)}, ` +
            `${clock.rate.toFixed(2)} steps/s, ${leftText(clock)}`,
        );
      } else if (event.type === 'evaluate' && due())
        say(`${event.stage}: batch ${event.done} of ${event.batches}`);
      else if (event.type === 'epoch') say(epochLine(event, isVerbose));
      else if (event.type === 'warning') say(`ulmfit: ${oneLine(event.message)}`);
      else if (event.type === 'pseudo-labels') say(pseudoLabelsLine(event));
      else if (event.type === 'tokenize' && (event.done || due())) {
        say(tokenLine(event));
      }
    },
  };
}
