import type { RunEstimate, StageEvent } from '@ulmfit/pipeline';

/** How long something takes still, and of what. */
export interface TimeLeft {
  readonly seconds: number;
  /** Whether it is that of the whole run, or of the present fit alone. */
  readonly isTotal: boolean;
}

/**
 * Follows a run and says how long it will take still. What an estimate says of stages to come is corrected by how long those
 * took that are done: the machine is rarely as busy as when the estimate was made.
 */
export class RunClock {
  readonly #now: () => number;
  #estimate: Pick<RunEstimate, 'stages' | 'fits'> | undefined;
  /** Seconds that the finished parts took, and that the estimate gave them. */
  #taken = { seconds: 0, estimated: 0 };
  #stage: string | undefined;
  #fitName: string | undefined;
  #stageBegan = 0;
  #fitBegan = 0;
  /** The step where the fit began in this process. */
  #first = 0;
  #fit = { step: 0, steps: 0 };

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Gives the seconds that each stage, and each fit of the classifier, was estimated to take. */
  expect(estimate: Pick<RunEstimate, 'stages' | 'fits'>): void {
    this.#estimate = estimate;
  }

  follow(event: StageEvent): void {
    if (event.type === 'begin') {
      if (event.fit !== this.#fitName) this.#enter(event.stage, event.fit);
      this.#fitBegan = this.#now();
      this.#first = event.step;
      this.#fit = { step: event.step, steps: event.steps };
    } else if (event.type === 'step') this.#fit = { step: event.step, steps: event.steps };
  }

  /** Steps a second of the present fit; NaN before there is one. */
  get rate(): number {
    const made = this.#fit.step - this.#first;
    const seconds = (this.#now() - this.#fitBegan) / 1000;
    return made > 0 && seconds > 0 ? made / seconds : NaN;
  }

  /** Undefined before a step was made. */
  get left(): TimeLeft | undefined {
    const fit = (this.#fit.steps - this.#fit.step) / this.rate;
    if (!Number.isFinite(fit)) return undefined;
    const estimate = this.#estimate;
    if (!estimate || this.#stage === undefined) return { seconds: fit, isTotal: false };
    const { stages, fits } = estimate;
    const slowness = slownessOf([this.#taken, this.#made(this.#fit.step)]);
    const later = laterThan(this.#stage, stages);
    if (this.#estimated > 0) {
      const inStage = this.#stage === 'classify' ? laterThan(this.#fitName, fits) : 0;
      return { seconds: fit + (inStage + later) * slowness, isTotal: true };
    }
    const own = Object.entries(stages).find(([name]) => name === this.#stage)?.[1] ?? 0;
    const elapsed = (this.#now() - this.#stageBegan) / 1000;
    return { seconds: Math.max(fit, own * slowness - elapsed) + later * slowness, isTotal: true };
  }

  /** What the present fit was estimated to take; 0 where that isn't known by itself. */
  get #estimated(): number {
    const { stages = {}, fits = {} } = this.#estimate ?? {};
    // The language models have one fit.
    const of = this.#stage === 'classify' ? fits : stages;
    return Object.entries(of).find(([name]) => name === this.#fitName)?.[1] ?? 0;
  }

  /** Of the present fit, what was made in this process up to a step. */
  #made(step: number): { readonly seconds: number; readonly estimated: number } {
    const estimated = this.#estimated * ((step - this.#first) / Math.max(1, this.#fit.steps));
    return { seconds: estimated > 0 ? (this.#now() - this.#fitBegan) / 1000 : 0, estimated };
  }

  #enter(stage: string, name: string): void {
    const { seconds, estimated } = this.#made(this.#fit.steps);
    this.#taken = {
      seconds: this.#taken.seconds + seconds,
      estimated: this.#taken.estimated + estimated,
    };
    if (stage !== this.#stage) this.#stageBegan = this.#now();
    this.#stage = stage;
    this.#fitName = name;
  }
}

/** The sum of what comes after a name. */
function laterThan(name: string | undefined, parts: Readonly<Partial<Record<string, number>>>): number {
  const names = Object.keys(parts);
  const at = names.findIndex((each) => each === name);
  return names.slice(at + 1).reduce((sum, each) => sum + (parts[each] ?? 0), 0);
}

/** How many times as long as estimated things took; 1 where too little is known. */
function slownessOf(parts: readonly { readonly seconds: number; readonly estimated: number }[]): number {
  const seconds = parts.reduce((sum, part) => sum + part.seconds, 0);
  const estimated = parts.reduce((sum, part) => sum + part.estimated, 0);
  return seconds > 5 && estimated > 1 ? seconds / estimated : 1;
}
