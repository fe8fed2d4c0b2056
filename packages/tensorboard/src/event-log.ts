import { guardFiles, nodeFileSystem, type FileSystem } from '@ulmfit/files';
import { encodeEvent, stepOf, versionEvent } from './event.js';
import { decodeRecords, encodeRecord } from './record.js';

/** TensorBoard reads what has `tfevents` in its name; a folder's files in the order of their names. */
const NAME = /^events\.out\.tfevents\.(\d{6})\.ulmfit$/;
const nameOf = (number: number) => `events.out.tfevents.${String(number).padStart(6, '0')}.ulmfit`;
/** What is being written, and TensorBoard should not read yet. */
const UNFINISHED = 'unfinished.ulmfit';

/** The events of one folder, in a file that grows; there is none before the first event. */
export class EventLog {
  readonly #folder: string;
  readonly #files: FileSystem;
  #number: number;
  #isBegun = false;

  /**
   * Goes on with what an earlier process left, but for the steps that are made again.
   * @param holds whether what was written for a step still holds
   * @throws UlmfitError `FILE_ERROR`
   */
  constructor(folder: string, holds: (step: number) => boolean, files: FileSystem = nodeFileSystem) {
    this.#folder = folder;
    this.#files = files;
    const numbers = guardFiles(`list ${folder}`, () => files.list(folder))
      .flatMap((name) => NAME.exec(name)?.[1] ?? [])
      .map(Number);
    this.#number = Math.max(0, ...numbers);
    if (this.#number === 0) return;
    for (const number of numbers) {
      const old = `${folder}/${nameOf(number)}`;
      if (number !== this.#number) guardFiles(`remove ${old}`, () => files.remove(old));
    }
    const path = this.#path;
    const bytes = guardFiles(`read ${path}`, () => files.read(path));
    const events = [...decodeRecords(bytes)].filter((event) => {
      const step = stepOf(event);
      return step !== undefined && holds(step);
    });
    const records = events.map(encodeRecord);
    this.#isBegun = Buffer.concat([versionRecord(), ...records]).length === bytes.length;
    if (this.#isBegun) return;
    if (records.length > 0) this.#begin(records);
    // Not removed before the next time: a TensorBoard that is reading it waits for its name.
    guardFiles(`empty ${path}`, () => files.truncate(path, 0));
  }

  /** @throws UlmfitError `FILE_ERROR` */
  add(step: number, values: Readonly<Record<string, number>>): void {
    const record = encodeRecord(encodeEvent({ wallTime: now(), step, values }));
    if (this.#isBegun) guardFiles(`write ${this.#path}`, () => this.#files.append(this.#path, record));
    else this.#begin([record]);
  }

  /** Writes a file of a new name: a TensorBoard would stumble over one that has become shorter. */
  #begin(records: readonly Uint8Array[]): void {
    this.#number++;
    const unfinished = `${this.#folder}/${UNFINISHED}`;
    guardFiles(`write ${this.#path}`, () => {
      this.#files.makeFolder(this.#folder);
      this.#files.write(unfinished, Buffer.concat([versionRecord(), ...records]));
      this.#files.rename(unfinished, this.#path);
    });
    this.#isBegun = true;
  }

  get #path(): string {
    return `${this.#folder}/${nameOf(this.#number)}`;
  }
}

const versionRecord = () => encodeRecord(versionEvent(now()));

const now = (): number => Date.now() / 1000;
