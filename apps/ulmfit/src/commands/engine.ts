import { doctor as examine, formatDoctor, installEngine } from '@ulmfit/backend-node';
import { Presets, SingleBar } from 'cli-progress';
import type { Flags } from '../flags.js';
import { printLines } from '../standard-output.js';

/** `ulmfit engine install` */
export async function install({ force = false, gpu = false }: Pick<Flags, 'force' | 'gpu'>): Promise<void> {
  const bar = process.stderr.isTTY
    ? new SingleBar(
        { stream: process.stderr, format: '{phase} {bar} {percentage}%', clearOnComplete: true },
        Presets.shades_grey,
      )
    : undefined;
  let phase = '';
  bar?.start(1, 0, { phase });
  const report = await installEngine({
    force,
    gpu,
    onProgress: (progress) => {
      if (!bar && progress.phase !== phase) process.stderr.write(`engine: ${progress.phase}\n`);
      phase = progress.phase;
      bar?.setTotal(progress.totalBytes ?? 1);
      bar?.update(progress.bytes ?? 0, { phase });
    },
  });
  bar?.stop();
  if (report.warning !== undefined) process.stderr.write(`ulmfit: ${report.warning}\n`);
  const version = report.tensorflowVersion === undefined ? '' : `, TensorFlow ${report.tensorflowVersion}`;
  await printLines([`engine: ${report.way}${version} (${report.seconds.toFixed(1)} s)`]);
}

/** `ulmfit doctor` */
export async function doctor(): Promise<void> {
  await printLines([formatDoctor(await examine())]);
}
