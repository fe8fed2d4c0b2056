import { dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import { prefixTensors, requireState, type ParameterGroups, type StateDict } from '@ulmfit/trainer';

/** What an optimizer remembers of one parameter: how many steps it made, and tensors of the parameter's shape. */
interface ParameterState<Slot extends string> {
  step: number;
  readonly tensors: Partial<Record<Slot, Tensor>>;
}

interface SavedStates {
  steps: Record<string, number>;
  /** The names of all tensors, so that a state that lost one is found out. */
  tensors: string[];
}

/**
 * An optimizer's memory, keyed by parameter name: freezing a group or resuming a run can't mix it up. It owns its
 * tensors.
 */
export class ParameterStates<Slot extends string> {
  readonly #what: string;
  readonly #groups: ParameterGroups;
  readonly #slots: readonly Slot[];
  readonly #states = new Map<string, ParameterState<Slot>>();

  constructor(what: string, groups: ParameterGroups, slots: readonly Slot[]) {
    this.#what = what;
    this.#groups = groups;
    this.#slots = slots;
  }

  /** How many steps a parameter has made. */
  step(name: string): number {
    return this.#states.get(name)?.step ?? 0;
  }

  get(name: string, slot: Slot): Tensor | undefined {
    return this.#states.get(name)?.tensors[slot];
  }

  /** Counts a step of a parameter and takes its new tensors over; the old ones are disposed. */
  advance(name: string, tensors: Readonly<Partial<Record<Slot, Tensor>>>): void {
    const state: ParameterState<Slot> = this.#states.get(name) ?? { step: 0, tensors: {} };
    this.#states.set(name, state);
    state.step++;
    for (const slot of this.#slots) {
      const next = tensors[slot];
      if (!next) continue;
      state.tensors[slot]?.dispose();
      state.tensors[slot] = keep(next);
    }
  }

  /** All tensors of a slot by parameter name, lent. */
  all(slot: Slot): Record<string, Tensor> {
    const found: Record<string, Tensor> = {};
    for (const [name, { tensors }] of this.#states) {
      const tensor = tensors[slot];
      if (tensor) found[name] = tensor;
    }
    return found;
  }

  clear(): void {
    for (const { tensors } of this.#states.values()) dispose(tensors as Record<string, Tensor>);
    this.#states.clear();
  }

  stateDict(): StateDict {
    const tensors: Record<string, Tensor> = {};
    for (const slot of this.#slots) Object.assign(tensors, prefixTensors(slot, this.all(slot)));
    const steps = Object.fromEntries([...this.#states].map(([name, { step }]) => [name, step]));
    return { json: { steps, tensors: Object.keys(tensors) }, tensors };
  }

  /**
   * Copies a state. Parameters that were never trained have none.
   * @throws UlmfitError `STATE_MISMATCH` on a missing or unknown entry, or another shape; nothing is changed then.
   */
  loadStateDict({ json, tensors }: StateDict): void {
    const { steps, tensors: listed } = this.#parse(json);
    this.#check(steps, listed, tensors);
    // Copied before the old ones go: the state may be this optimizer's own.
    const copies = Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, keep(t.clone())]));
    this.clear();
    for (const [name, step] of Object.entries(steps)) {
      const own: ParameterState<Slot>['tensors'] = {};
      for (const slot of this.#slots) {
        const copy = copies[`${slot}/${name}`];
        if (copy) own[slot] = copy;
      }
      this.#states.set(name, { step, tensors: own });
    }
  }

  #parse(json: StateDict['json']): SavedStates {
    const { steps, tensors } = (json ?? {}) as Partial<Record<keyof SavedStates, unknown>>;
    if (typeof steps !== 'object' || steps === null || !Array.isArray(tensors)) {
      throw this.#mismatch('the state is not one of this optimizer: it lacks steps and tensors');
    }
    requireState(`optimizer ${this.#what}`, { json, tensors: {} }, ['steps', 'tensors']);
    return { steps, tensors: tensors as string[] } as SavedStates;
  }

  #check(steps: SavedStates['steps'], listed: readonly string[], tensors: StateDict['tensors']): void {
    const shapes = new Map(this.#groups.parameters.map((p) => [p.name, p.variable.shape]));
    const stranger = Object.keys(steps).find((name) => !shapes.has(name));
    if (stranger !== undefined) throw this.#mismatch(`the state has an unknown parameter ${stranger}`);
    const lost = listed.find((name) => !tensors[name]);
    if (lost !== undefined) throw this.#mismatch(`the state has no ${lost}`);
    for (const [entry, tensor] of Object.entries(tensors)) {
      const slot = this.#slots.find((s) => entry.startsWith(`${s}/`));
      const name = slot === undefined ? '' : entry.slice(slot.length + 1);
      const shape = shapes.get(name);
      if (!shape || steps[name] === undefined || !listed.includes(entry)) {
        throw this.#mismatch(`the state has an unknown entry ${entry}`);
      }
      if (shape.join() !== tensor.shape.join()) {
        throw this.#mismatch(
          `${entry} is [${tensor.shape.join(', ')}] in the state and [${shape.join(', ')}] here`,
        );
      }
    }
  }

  #mismatch(reason: string): UlmfitError {
    return new UlmfitError('STATE_MISMATCH', `optimizer ${this.#what}: ${reason}`);
  }
}
