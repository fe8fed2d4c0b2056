import type { RunEstimate, StageEvent, StageName } from '@ulmfit/pipeline';

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
  #stages: Readonly<Partial<Record<StageName, number>>> | undefined;
  /** Seconds that the finished stages took, and that the estimate gave them. */
  #taken = { seconds: 0, estimated: 0 };
  #stage: string | undefined;
  #stageBegan = 0;
  #fitBegan = 0;
  /** The step where the fit began in this process. */
  #first = 0;
  /** Whether this process has made the whole of the present stage: else its time says nothing of the estimate. */
  #isWhole = true;
  #fit = { step: 0, steps: 0 };

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Gives the seconds that each stage was estimated to take. */
  expect(estimate: Pick<RunEstimate, 'stages'>): void {
    this.#stages = estimate.stages;
  }

  follow(event: StageEvent): void {
    if (event.type === 'begin') {
      if (event.stage !== this.#stage) this.#enter(event.stage, event.step === 0);
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
    const estimated = this.#stages;
    if (!estimated || this.#stage === undefined) return { seconds: fit, isTotal: false };
    const names = Object.keys(estimated) as StageName[];
    const at = names.findIndex((name) => name === this.#stage);
    const own = at < 0 ? 0 : (estimated[names[at] ?? 'evaluate'] ?? 0);
    const later = names.slice(at + 1).reduce((sum, name) => sum + (estimated[name] ?? 0), 0);
    // The language models have one fit, so that the share which is done tells how slow the machine is.
    const isOneFit = this.#stage !== 'classify';
    const done = (this.#fit.step - this.#first) / Math.max(1, this.#fit.steps);
    const running = isOneFit && own > 0 ? { seconds: this.#elapsed, estimated: own * done } : NOTHING;
    const slowness = slownessOf([this.#taken, running]);
    const stage = isOneFit ? fit : Math.max(fit, own * slowness - this.#elapsed);
    return { seconds: stage + later * slowness, isTotal: true };
  }

  get #elapsed(): number {
    return (this.#now() - this.#stageBegan) / 1000;
  }

  #enter(stage: string, isWhole: boolean): void {
    const before = Object.entries(this.#stages ?? {}).find(([name]) => name === this.#stage)?.[1] ?? 0;
    if (before > 0 && this.#isWhole)
      this.#taken = {
        seconds: this.#taken.seconds + this.#elapsed,
        estimated: this.#taken.estimated + before,
      };
    this.#stage = stage;
    this.#stageBegan = this.#now();
    this.#isWhole = isWhole;
  }
}

const NOTHING = { seconds: 0, estimated: 0 };

/** How many times as long as estimated things took; 1 where too little is known. */
function slownessOf(parts: readonly { readonly seconds: number; readonly estimated: number }[]): number {
  const seconds = parts.reduce((sum, part) => sum + part.seconds, 0);
  const estimated = parts.reduce((sum, part) => sum + part.estimated, 0);
  return seconds > 5 && estimated > 1 ? seconds / estimated : 1;
}
