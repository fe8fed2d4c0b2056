import type { OwnSchedule } from '../../../src/playground/own-schedule.js';
import ScheduleUrl from './schedule.worker.ts?worker&url';

export interface ScheduleRequest {
  readonly code: string;
  readonly steps: number;
  readonly epochs: number;
}
export type ScheduleAnswer = OwnSchedule | 'ready';

/** Milliseconds that a schedule may take. */
const LIMIT = 1000;

/** Started before it is needed, so that only the code's own time is counted. */
let idle: Promise<Worker> | undefined;

function start(): Promise<Worker> {
  const starting = new Promise<Worker>((resolve, reject) => {
    const worker = new Worker(ScheduleUrl, { type: 'module', name: 'schedule' });
    worker.onmessage = () => resolve(worker);
    worker.onerror = () =>
      reject(new Error('The worker can’t be loaded: check the network, then try again.'));
  });
  // Told to who asks for it, and nobody may.
  starting.catch(() => undefined);
  return starting;
}

/**
 * Runs a visitor's code in a worker, for a second at most.
 * @throws Error where no worker starts; the signal's reason
 */
export async function runOwnSchedule(request: ScheduleRequest, signal: AbortSignal): Promise<OwnSchedule> {
  const starting = (idle ??= start());
  const worker = await starting.catch((reason: unknown) => {
    idle = undefined;
    throw reason;
  });
  signal.throwIfAborted();
  idle = undefined;
  return new Promise((resolve, reject) => {
    const end = () => {
      worker.terminate();
      clearTimeout(timer);
    };
    const timer = setTimeout(() => {
      end();
      resolve({ error: `Stopped after ${LIMIT / 1000} second: does every loop end?` });
    }, LIMIT);
    signal.addEventListener('abort', () => {
      end();
      reject(signal.reason as Error);
    });
    worker.onmessage = ({ data }: MessageEvent<OwnSchedule>) => {
      clearTimeout(timer);
      // It may have left something behind, such as a timer: the next code gets another.
      worker.terminate();
      idle = start();
      resolve(data);
    };
    worker.postMessage(request);
  });
}
