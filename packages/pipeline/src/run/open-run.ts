import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { folderStore, openRunFolder as openFolder, type MetricsRecord } from '@ulmfit/checkpoint';
import { writeAtomically } from '@ulmfit/files';
import { UlmfitError } from '@ulmfit/errors';
import type { CheckpointStore } from '@ulmfit/trainer';
import { holdEngine, type RunEngine } from './run-engine.js';
import { runFiles } from './run-files.js';
import { holdTask, type RunTask } from './run-task.js';
import { toLine } from './run-metrics.js';
import { readRunResult, type RunResult } from './run-result.js';
import { settingsToJson, type RunSettings } from './run-settings.js';
import type { StageEvent } from '../stage-event.js';
import { tellChanges } from './tell-changes.js';
import { upgradeSettings } from './upgrade-settings.js';

/** What the classifier's stage saves beside itself: the head of a frozen encoder, and the rounds of self-training. */
type ClassifierStore = 'probe' | `${'probe' | 'classify'}-${number}`;

/** A run's folder, with what its stages have left there. This process alone writes it until `close`. */
export interface OpenRun {
  readonly path: string;
  /** The figures of the finished stages. */
  readonly result: RunResult;
  /** What the user should know of going on here. */
  readonly warnings: readonly string[];
  pathOf(name: string): string;
  /** Where a stage saves its state. */
  store(stage: keyof RunResult | ClassifierStore): CheckpointStore;
  /** Writes down that a stage is done; its checkpoints are of no more use. */
  finish<Stage extends keyof RunResult>(stage: Stage, figures: NonNullable<RunResult[Stage]>): void;
  /**
   * Adds a line to `metrics.jsonl` for a step or an epoch.
   * @returns what is wrong with the lines before, where a resumed fit doesn't find those of all its steps
   */
  log(event: StageEvent): string | undefined;
  /** Lets others write the folder. One in which no stage came to train is taken away, so that other settings may have it. */
  close(): void;
}

/**
 * Opens the folder of a run, new or begun.
 * @param held what computes, and what there is to learn; not looked at unless given
 * @throws UlmfitError `FOLDER_IN_USE` when someone else's files stand in the run's places, `RUN_DIFFERS` when it holds a run
 *   with other settings, `OTHER_DATA` when it was begun on other data, `OTHER_ENGINE` when it was begun on another backend
 *   or in another precision, `RUN_LOCKED` when another process writes it
 */
export function openRun(
  path: string,
  settings: RunSettings,
  { engine, task }: { engine?: RunEngine | undefined; task?: RunTask | undefined } = {},
): OpenRun {
  const isNew = !existsSync(path);
  const folder = openFolder(path, {
    config: upgradeSettings(settingsToJson(settings)),
    upgrade: (kept) => upgradeSettings(kept, settingsToJson(settings)),
    names: [
      ...[
        runFiles.task,
        runFiles.corpus,
        runFiles.engine,
        runFiles.result,
        runFiles.report,
        runFiles.tensorboard,
      ],
      ...[runFiles.linear, 'pretrain', 'finetune'],
    ],
  });
  try {
    if (folder.changes.length > 0) {
      const changes = tellChanges(folder.changes, folder.config, settingsToJson(settings));
      throw new UlmfitError(
        'RUN_DIFFERS',
        `${path} holds a run with other settings (${changes}); give another folder, or the settings in ${path}/config.json`,
      );
    }
    if (task) holdTask(join(path, runFiles.task), path, task);
    const resultPath = join(path, runFiles.result);
    const result = readRunResult(resultPath);
    const warnings = engine ? holdEngine(join(path, runFiles.engine), path, engine) : [];
    const storePath = (stage: string) => join(path, 'checkpoints', stage);
    const removeCheckpoints = (stage: string) => {
      const all = join(path, 'checkpoints');
      const isOf = (name: string) =>
        name === stage || (stage === 'classify' && /^(probe|classify)(-\d+)?$/.test(name));
      for (const name of existsSync(all) ? readdirSync(all).filter(isOf) : [])
        rmSync(storePath(name), { recursive: true, force: true });
    };
    // What a process that was killed did not come to remove.
    for (const stage of ['pretrain', 'finetune', 'classify'] as const)
      if (result[stage]) removeCheckpoints(stage);
    return {
      path,
      result,
      warnings,
      pathOf: (name) => join(path, name),
      store: (stage) => folderStore(storePath(stage), folder.files),
      finish(stage, figures) {
        result[stage] = figures;
        writeAtomically(resultPath, `${JSON.stringify(result, null, 2)}\n`);
        removeCheckpoints(stage);
      },
      log(event) {
        if (event.type === 'begin') {
          // A resumed fit makes the steps after its checkpoint again.
          folder.metrics.rewind((told) => told['fit'] !== event.fit || isBefore(told, event));
          if (event.step > 0) return missingSteps(folder.metrics, event);
        } else if (event.type === 'step') {
          const { fit, epoch, step, lr, values } = event;
          folder.metrics.append(toLine({ type: 'step', fit, epoch, step, lr, values }));
        } else if (event.type === 'epoch') {
          const { fit, epoch, step, seconds, values } = event;
          folder.metrics.append(toLine({ type: 'epoch', fit, epoch, step, seconds, values }));
        }
        return undefined;
      },
      close() {
        const isBegun = [runFiles.metrics, runFiles.result, runFiles.tensorboard, 'checkpoints'].some(
          (name) => existsSync(join(path, name)),
        );
        if (!isBegun)
          for (const name of [runFiles.task, runFiles.corpus, runFiles.engine, runFiles.config])
            rmSync(join(path, name), { force: true });
        folder.close();
        if (isNew && !isBegun) removeIfEmpty(path);
      },
    };
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** Whether a line of `metrics.jsonl` tells of what the fit does not make again: its last epoch may have been cut off. */
const isBefore = (told: MetricsRecord, at: { epoch: number; step: number }): boolean =>
  told['type'] === 'epoch' ? Number(told['epoch']) < at.epoch : Number(told['step']) <= at.step;

/** Figures that are lost cost no weight: the run goes on, and says so. */
function missingSteps(
  metrics: { readonly path: string; read(): MetricsRecord[] },
  { fit, step: steps }: { readonly fit: string; readonly step: number },
): string | undefined {
  const told = metrics
    .read()
    .flatMap((line) => (line['type'] === 'step' && line['fit'] === fit ? [line['step']] : []));
  if (told.length === steps && told.every((step, i) => step === i + 1)) return undefined;
  return `${metrics.path}: not each of the first ${steps} steps of ${fit} has its one line; the file was damaged, and charts lack them`;
}

function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It holds files that are not ours.
  }
}
