import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The benchmark at a tiny size, in child processes as ever. No timing is asserted. The peer is a script of Node's here, which
// answers as fastai's would.

const bench = fileURLToPath(new URL('bench.mjs', import.meta.url));
const built = existsSync(fileURLToPath(new URL('../../packages/pipeline/dist/index.js', import.meta.url)));
const reason = built ? '' : ' (skipped: nothing is built; run `npm run build`)';

interface Figures {
  row: string;
  size?: string;
  precision?: string;
  tokensPerSecond: number;
  milliseconds: number;
  gflops?: number;
  share?: number;
  peakMegabytes: number;
  peer?: { tokensPerSecond: number; peakMegabytes: number };
  lengths?: { tokens: number; milliseconds: number }[];
}

interface Report {
  engine: { threads: number };
  products: Record<string, { best: number; median: number; rounds: unknown[] }>;
  figures: Figures[];
  measured: { ours: { seconds: number[]; tokens: number }[]; peer: { args?: string[] }[] }[];
  targets: { work: string; value?: number; verdict: string }[];
}

const folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
const json = join(folder, 'report.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const runWith = (env: Record<string, string>, ...args: string[]) =>
  spawnSync(process.execPath, [bench, '--no-build', ...args], {
    encoding: 'utf8',
    timeout: 110_000,
    env: { ...process.env, ...env },
  });
const run = (...args: string[]) => runWith({}, ...args);
const tiny = ['--sizes', 'tiny', '--precisions', 'float32', '--steps', '2', '--threads', '1', '--json', json];
const report = () => JSON.parse(readFileSync(json, 'utf8')) as Report;

describe.skipIf(!built)(`the benchmark${reason}`, () => {
  describe('on every row', () => {
    let result: ReturnType<typeof run>;
    beforeAll(() => {
      result = run(...tiny, '--rounds', '1');
    }, 120_000);

    it('ends well and prints a table', () => {
      expect(result.stderr).not.toMatch(/Error/);
      expect(result.status).toBe(0);
      for (const row of ['lm', 'classifier', 'eval', 'tokenize', 'predict']) {
        expect(result.stdout).toMatch(new RegExp(`^${row} `, 'm'));
      }
    });

    it('measures every row, whole steps of the size asked for', () => {
      const { figures, measured, products, engine } = report();
      expect(figures.map(({ row }) => row)).toEqual(['lm', 'classifier', 'eval', 'tokenize', 'predict']);
      for (const { ours } of measured) expect(ours.map(({ seconds }) => seconds.length)).toEqual([2]);
      expect(measured.map(({ ours }) => ours[0]?.tokens).slice(0, 3)).toEqual([4 * 6, 4 * 80, 4 * 6]);
      for (const f of figures) {
        expect(f.tokensPerSecond).toBeGreaterThan(0);
        expect(f.peakMegabytes).toBeGreaterThan(10);
      }
      const { best = NaN, median = NaN } = products['float32'] ?? {};
      expect(median).toBeGreaterThan(0);
      expect(best).toBeGreaterThanOrEqual(median);
      expect(engine.threads).toBe(1);
    });

    it("counts the products as the peer's script does", () => {
      const { figures, products } = report();
      // 2 layers, 8 -> 12 -> 8, and a decoder of 120 words; training takes three times a forward pass.
      const macs = 4 * 12 * (8 + 12) + 4 * 8 * (12 + 8);
      const perToken = { lm: 6 * (macs + 8 * 120), classifier: 6 * macs, eval: 2 * (macs + 8 * 120) };
      for (const [row, operations] of Object.entries(perToken)) {
        const f = figures.find((each) => each.row === row);
        expect(f?.gflops).toBeCloseTo(((f?.tokensPerSecond ?? 0) * operations) / 1e9, 9);
        expect(f?.share).toBeCloseTo((f?.gflops ?? 0) / (products['float32']?.best ?? 0), 9);
      }
    });

    it('times predictions by their length', () => {
      const predict = report().figures.find(({ row }) => row === 'predict');
      expect(predict?.lengths?.map(({ tokens }) => tokens)).toEqual([20, 80]);
      expect(predict?.milliseconds).toBe(predict?.lengths?.[0]?.milliseconds);
    });
  });

  it('compares with a peer in alternation and judges by the ratio', () => {
    const peer = join(folder, 'peer.mjs');
    // The second round is the fastest: medians leave it out.
    writeFileSync(
      peer,
      `import { appendFileSync, readFileSync, existsSync } from 'node:fs';
       const log = ${JSON.stringify(join(folder, 'peer.log'))};
       const round = existsSync(log) ? readFileSync(log, 'utf8').length : 0;
       appendFileSync(log, '.');
       console.log('a line to be passed over');
       console.log(JSON.stringify({ tokens_per_s: [10, 1e9, 20][round], peak_rss_mb: 500, args: process.argv.slice(2) }));`,
    );
    const { status, stdout, stderr } = run(
      ...tiny,
      ...['--rows', 'lm', '--rounds', '3', '--peer', process.execPath, '--peer-script', peer],
    );
    expect(stderr).not.toMatch(/Error/);
    expect(status).toBe(0);
    const { figures, measured } = report();
    expect(figures[0]?.peer).toEqual({ tokensPerSecond: 20, peakMegabytes: 500 });
    expect(measured[0]?.ours).toHaveLength(3);
    expect(measured[0]?.peer[0]?.args?.join(' ')).toBe(
      '--emb 8 --hid 12 --layers 2 --vocab 120 --bs 4 --bptt 6 --steps 2 --length 80 --threads 1',
    );
    expect(stdout).toContain(`${((figures[0]?.tokensPerSecond ?? 0) / 20).toFixed(2)} x`);
  }, 120_000);

  it('says that it skips bfloat16 where there is none', () => {
    const args = ['--sizes', 'tiny', '--rows', 'lm', '--precisions', 'bfloat16', '--rounds', '1'];
    const { status, stdout } = runWith({ ULMFIT_NATIVE: '0' }, ...args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^skipped: lm tiny bfloat16\. .+/m);
  });

  it('refuses to go without a kernel that there is not', () => {
    const { status, stderr } = run(...tiny, '--rows', 'lm', '--rounds', '1', '--without', 'nothing');
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^bench: --without nothing: no native kernel has that in its name; there are .+\n$/m,
    );
  });

  it.each([
    [['--rows', 'lm,lmm'], /--rows lmm: there are lm, classifier/],
    [['--rounds', '0'], /--rounds 0: give a number from 1 on/],
    [['--peer', 'python', '--rounds', '2'], /three rounds at least/],
    [['--peer', 'python', '--peer-script', 'nowhere.py'], /nowhere\.py: no such file/],
    [['--fast'], /Unknown option '--fast'/],
  ])('refuses %j in one line', (args, message) => {
    const { status, stderr } = run(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
