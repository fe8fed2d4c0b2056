import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How a run's folder differs from that of an uninterrupted one: files too many or too few, and bytes that differ. What tells
 * of time is left out.
 * @param {string} folder
 * @param {string} reference
 * @returns {string[]} the differences, in words; none where there are none
 */
export function differences(folder, reference) {
  const [ours, theirs] = [filesIn(folder), filesIn(reference)];
  return [
    ...ours.filter((name) => !theirs.includes(name)).map((name) => `${name} is left over`),
    ...theirs.filter((name) => !ours.includes(name)).map((name) => `${name} is missing`),
    ...theirs
      .filter((name) => ours.includes(name) && !isSame(name, join(folder, name), join(reference, name)))
      .map((name) => `${name} differs`),
  ];
}

/** @param {string} folder */
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    // A log that went on has a name of its own, and times within.
    .filter((name) => !name.startsWith('tensorboard'))
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();

/** @param {string} name @param {string} a @param {string} b */
function isSame(name, a, b) {
  // Made of the other files, with the folder's name and times.
  if (name === 'report.html') return true;
  const [bytesA, bytesB] = [readFileSync(a), readFileSync(b)];
  if (!['metrics.jsonl', 'result.json'].includes(name)) return bytesA.equals(bytesB);
  return withoutTime(bytesA.toString()) === withoutTime(bytesB.toString());
}

/** @param {string} text */
const withoutTime = (text) => text.replace(/"seconds": ?[\d.e-]+/g, '');
