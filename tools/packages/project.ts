import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** How a command ended. */
export interface Ending {
  readonly code: number;
  /** Both of its streams, as they came. */
  readonly output: string;
}

/** Runs a command; never throws for its exit code. Asynchronous: the registry answers from this same process. */
export function execute(command: string, args: readonly string[], cwd: string, env = {}): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}

/** The environment without what npm sets for its scripts and without Node's own options, such as the source condition. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(?!config_(cache|registry))|NODE_OPTIONS)/i.test(name),
    ),
  );
}

/** A stranger's project: a folder outside the workspace that nothing above it can help. */
export class Project implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'ulmfit-project-'));

  constructor(private readonly registry: string) {
    this.write('package.json', JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
    this.write('.npmrc', `@ulmfit:registry=${registry}\n`);
  }

  write(path: string, text: string): string {
    const full = join(this.folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  }

  /** `npm install` of names, ranges or tarballs, from npm's cache where it has them. */
  async install(...packages: string[]): Promise<void> {
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    const { code, output } = await this.run('npm', ['install', ...flags, ...packages]);
    if (code !== 0) throw new Error(`npm install ${packages.join(' ')}\n${output}`);
  }

  run(command: string, args: readonly string[], env = {}): Promise<Ending> {
    return execute(command, args, this.folder, env);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
