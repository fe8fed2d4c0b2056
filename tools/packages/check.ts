import type { LocalRegistry } from './local-registry.js';
import { Project } from './project.js';
import type { Tarball } from './published-packages.js';
import type { Toolbox } from './toolbox.js';

/** What a check has found out. */
export interface Findings {
  /** What must be mended; none where all is well. */
  readonly problems: readonly string[];
  /** What was looked at, in a few words, and what was skipped, with the reason. */
  readonly notes: readonly string[];
}

/** One thing that the packages promise to strangers. */
export interface Check {
  readonly name: string;
  run(context: CheckContext): Promise<Findings>;
}

/** What the checks share. */
export class CheckContext implements AsyncDisposable {
  #everything: Promise<Project> | undefined;

  constructor(
    readonly tarballs: readonly Tarball[],
    readonly registry: LocalRegistry,
    readonly toolbox: Toolbox,
  ) {}

  project(): Project {
    return new Project(this.registry.url);
  }

  /** What to give `npm install` for a package: its name, or its tarball where the name is not in our scope. */
  spec({ manifest, path }: Tarball): string {
    return manifest.name.startsWith('@ulmfit/') ? manifest.name : path;
  }

  /** A project that has every package, TensorFlow.js and the types of Node; installed once. */
  everything(): Promise<Project> {
    return (this.#everything ??= (async () => {
      const project = this.project();
      await project.install(
        ...this.tarballs.map((one) => this.spec(one)),
        '@tensorflow/tfjs@4',
        '@tensorflow/tfjs-core@4',
        '@types/node@20',
      );
      return project;
    })());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    (await this.#everything)?.[Symbol.dispose]();
  }
}
