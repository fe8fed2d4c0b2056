import { UlmfitError } from '@ulmfit/errors';
import {
  type FileSystem,
  guardFiles,
  nodeFileSystem,
  readFile,
  writeAtomically,
} from '@ulmfit/files/portable';
import type { Json } from '@ulmfit/trainer';
import { isDeep } from './json-depth.js';

/** A line of a metrics file. Figures that are not finite become `null`. */
export type MetricsRecord = { readonly [key: string]: Json };

/**
 * A file of one JSON object a line, which only grows but for {@link MetricsLog.rewind}.
 * @example
 * const log = new MetricsLog('metrics.jsonl', nodeFileSystem);
 * log.append({ step: 1, loss: 4.2 });
 * log.rewind(({ step }) => Number(step) < 1); // for a resumed run, which makes the later ones again
 */
export class MetricsLog {
  /** Cuts off what a killed writer left of its last line. @throws UlmfitError `FILE_ERROR`, `BAD_METRICS` */
  constructor(
    readonly path: string,
    private readonly files: FileSystem,
  ) {
    if (!files.exists(path)) return;
    const bytes = readFile(path, files);
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end < bytes.length) guardFiles(`mend ${path}`, () => files.truncate(path, end));
  }

  /** Adds a line. @throws UlmfitError `FILE_ERROR` */
  append(record: MetricsRecord): void {
    guardFiles(`write ${this.path}`, () =>
      this.files.append(this.path, new TextEncoder().encode(line(record))),
    );
  }

  /** All lines. @throws UlmfitError `BAD_METRICS` naming the line that is none */
  read(): MetricsRecord[] {
    return readMetrics(this.path, this.files);
  }

  /**
   * Drops lines, so that a run that goes on from a checkpoint does not tell the steps after it twice.
   * @throws UlmfitError `FILE_ERROR`, `BAD_METRICS`; the old lines are all there then
   */
  rewind(keep: (record: MetricsRecord) => boolean): void {
    if (!this.files.exists(this.path)) return;
    writeAtomically(this.path, this.read().filter(keep).map(line).join(''), this.files);
  }
}

/**
 * The lines of a metrics file, none where it is not there. One that is not ended is left out: it is being written.
 * @throws UlmfitError `BAD_METRICS` naming the line that is none
 * @example
 * for (const { step, loss } of readMetrics('runs/mine/metrics.jsonl')) console.log(step, loss);
 */
export function readMetrics(path: string, files: FileSystem = nodeFileSystem): MetricsRecord[] {
  if (!files.exists(path)) return [];
  const lines = new TextDecoder().decode(readFile(path, files)).split('\n');
  return lines.slice(0, -1).map((text, i) => {
    try {
      const record: unknown = JSON.parse(text);
      if (typeof record === 'object' && record !== null && !Array.isArray(record) && !isDeep(text))
        return record as MetricsRecord;
    } catch {
      // told below
    }
    throw new UlmfitError('BAD_METRICS', `${path}, line ${i + 1}: not a JSON object; remove the line`);
  });
}

const line = (record: MetricsRecord) => `${JSON.stringify(record)}\n`;
