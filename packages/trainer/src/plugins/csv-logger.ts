import { requireThat } from '@ulmfit/errors';
import type { TrainingPlugin } from '../plugin/plugin.js';
import type { EpochRecord } from '../plugin/training-context.js';

export interface CsvLoggerOptions {
  /** Given the whole table after each epoch, to replace the one before. The fit waits for it. */
  readonly write: (csv: string) => void | Promise<void>;
}

/**
 * Keeps a table of epochs: stage, epoch, step, seconds, and a column per metric, empty where an epoch has none.
 *
 * It has no state. The whole table is rewritten from the history, which is in every checkpoint: a resumed fit neither loses
 * nor repeats a row, and a new column reaches earlier rows.
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * await trainer.fit({ ...fit, plugins: [csvLogger({ write: (csv) => writeFile('history.csv', csv) })] });
 */
export function csvLogger({ write }: CsvLoggerOptions): TrainingPlugin {
  requireThat('csvLogger: write', write, typeof write === 'function', 'a function of the table');
  return {
    name: 'csvLogger',
    afterEpoch: (ctx) => (ctx.rehearsal ? undefined : write(csvOf(ctx.history))),
  };
}

function csvOf(history: readonly EpochRecord[]): string {
  const figures = [...new Set(history.flatMap(({ values }) => Object.keys(values)))];
  const rows = history.map(({ stage, epoch, step, seconds, values }) => [
    ...[stage, epoch + 1, step, seconds],
    ...figures.map((name) => values[name] ?? ''),
  ]);
  const header = ['stage', 'epoch', 'step', 'seconds', ...figures];
  return [header, ...rows].map((row) => `${row.map(field).join(',')}\n`).join('');
}

/** RFC 4180: quoted where it would end the field. */
function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
