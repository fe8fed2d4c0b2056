import { printLines } from '../standard-output.js';
import { writeReport } from '../write-report.js';

/** `ulmfit report RUN` */
export async function report(folder: string): Promise<void> {
  await printLines([`report: ${writeReport(folder)}`]);
}
