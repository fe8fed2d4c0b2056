// Where a run stood when it was killed, by what it had said and what lies in its folder.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The rows of the table, in the order of a run. */
export const places = /** @type {const} */ ([
  'starting up',
  'reading and tokenizing',
  'making or loading the model',
  'a training step',
  'saving a checkpoint',
  'validating',
  'exporting a model',
  'between two stages or fits',
  'scoring',
  'installing the engine',
]);

/** @typedef {typeof places[number]} Place */

/**
 * @typedef {object} Said what a run's standard error tells of where it is
 * @property {'nothing' | 'documents' | 'fit' | 'epoch'} last
 * @property {string} subject of the last line: the documents or the fit
 * @property {number} steps of the fit that runs
 * @property {number} epochs of the fit that runs
 * @property {number} epoch the last one that ended, from 1
 */

/**
 * Reads the last line that tells something.
 * @param {string} stderr
 * @returns {Said}
 */
export function said(stderr) {
  /** @type {Said} */
  let state = { last: 'nothing', subject: '', steps: 0, epochs: 0, epoch: 0 };
  for (const line of stderr.split('\n')) {
    const documents = /^(.+): \d+ documents, \d+ tokens/.exec(line);
    const fit = /^(\S+): (\d+) steps in (\d+) epochs/.exec(line);
    const epoch = /^(\S+) epoch (\d+) \(/.exec(line);
    if (documents) state = { ...state, last: 'documents', subject: documents[1] ?? '' };
    else if (fit) {
      const [, subject = '', steps, epochs] = fit;
      state = { last: 'fit', subject, steps: Number(steps), epochs: Number(epochs), epoch: 0 };
    } else if (epoch) state = { ...state, last: 'epoch', subject: epoch[1] ?? '', epoch: Number(epoch[2]) };
  }
  return state;
}

/** What a process was writing: its temporaries, by their path in the run's folder. @param {string} folder @param {number} pid */
export function writing(folder, pid) {
  const temporary = new RegExp(`\\.${pid}-\\d+\\.tmp$`);
  const checkpoints = join(folder, 'checkpoints');
  return [
    ...namesIn(folder),
    ...namesIn(checkpoints).flatMap((stage) =>
      namesIn(join(checkpoints, stage)).map((name) => `checkpoints/${stage}/${name}`),
    ),
  ].filter((name) => temporary.test(name));
}

/** The process that has the run's lock. @param {string} folder */
export function ownerOf(folder) {
  return Number(/"pid":(\d+)/.exec(textOf(join(folder, 'lock.json')))?.[1]);
}

/**
 * The last step of a fit that `metrics.jsonl` tells of, and whether its epoch is told as well.
 * @param {string} folder
 * @param {string} fit
 */
export function lastStep(folder, fit) {
  let step = 0;
  let isEpochTold = true;
  for (const line of textOf(join(folder, 'metrics.jsonl')).split('\n').slice(0, -1)) {
    const told = JSON.parse(line);
    if (told.fit !== fit) continue;
    step = told.step;
    isEpochTold = told.type === 'epoch';
  }
  return { step, isEpochTold };
}

/** Whether a fit has made the last step of an epoch and not told of the epoch. @param {string} folder @param {Said} at */
export function isValidating(folder, { subject, steps, epochs }) {
  const { step, isEpochTold } = lastStep(folder, subject);
  return step > 0 && step % (steps / epochs) === 0 && !isEpochTold;
}

/**
 * @param {string} folder
 * @param {{ pid: number, stderr: string }} killed
 * @returns {Place}
 */
export function placeOf(folder, { pid, stderr }) {
  if (ownerOf(folder) !== pid) return 'starting up';
  const temporaries = writing(folder, pid);
  if (temporaries.some((path) => path.startsWith('checkpoints/'))) return 'saving a checkpoint';
  if (temporaries.some((path) => /^(pretrain|finetune|model)\./.test(path))) return 'exporting a model';
  const state = said(stderr);
  if (state.last === 'nothing') return 'reading and tokenizing';
  if (state.last === 'documents')
    return state.subject === 'test texts' ? 'scoring' : 'making or loading the model';
  if (state.last === 'epoch' && state.epoch === state.epochs) {
    const [stage = ''] = state.subject.split('.');
    const isCleared = isFinished(folder, stage) && !existsSync(join(folder, 'checkpoints', stage));
    return isCleared ? 'reading and tokenizing' : 'between two stages or fits';
  }
  return isValidating(folder, state) ? 'validating' : 'a training step';
}

/** Whether a stage's figures are written down. @param {string} folder @param {string} stage */
export const isFinished = (folder, stage) => stage in JSON.parse(textOf(join(folder, 'result.json')) || '{}');

/** A file's text; nothing where there is none. @param {string} path */
export function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** @param {string} folder */
function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Not there yet, a file, or gone between two looks.
  }
}
