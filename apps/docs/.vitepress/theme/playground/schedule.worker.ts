// Runs schedules that visitors write: here an endless loop stops nothing but this worker, which the page ends.
import { ownSchedule } from '../../../src/playground/own-schedule.js';
import type { ScheduleAnswer, ScheduleRequest } from './run-own-schedule.js';

// The cast: the worker's own end, for which the library of pages has no name.
const scope = globalThis as unknown as {
  postMessage(message: ScheduleAnswer): void;
  addEventListener(type: 'message', listener: (event: { readonly data: ScheduleRequest }) => void): void;
};
scope.addEventListener('message', ({ data: { code, steps, epochs } }) =>
  scope.postMessage(ownSchedule(code, steps, epochs)),
);
scope.postMessage('ready');
