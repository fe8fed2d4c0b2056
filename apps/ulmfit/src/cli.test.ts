import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTensorFlow, withReason } from './engine.test-helper.js';
import { temporaryFolder, writeCorpus } from './small-data.test-helper.js';
import { startUlmfit, ulmfit } from './ulmfit.test-helper.js';

// The command as it is installed, in processes of its own; bad-input.test.ts goes through more input faster.
const { missing } = await startTensorFlow();
const { folder, remove } = temporaryFolder();
afterAll(remove);

describe('help', () => {
  it('names every command, and loads no engine for it', async () => {
    const { code, stdout, seconds } = await ulmfit(['--help']);
    expect(code).toBe(0);
    for (const name of [
      'run',
      'pretrain',
      'finetune',
      'classify',
      'evaluate',
      'predict',
      'inspect',
      'report',
      'engine',
      'doctor',
    ]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
    // 200 ms on a quiet machine; the engine alone takes over a second.
    expect(seconds).toBeLessThan(1);
  });

  it('is there for every command', async () => {
    for (const name of ['run', 'predict', 'engine']) {
      const { code, stdout } = await ulmfit([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: ulmfit ${name}`);
    }
  });
});

describe('exit codes', () => {
  it('is 2 for bad input, with one line and nothing written', async () => {
    for (const args of [
      ['run', '--train-reviews', 'many'],
      ['report', 'nowhere'],
      ['report', '.'],
      ['report'],
      ['pretrain', '--corpus', 'nowhere.txt', '--out', 'nothing', '--backend', 'cpu'],
    ]) {
      const { code, stdout, stderr } = await ulmfit(args, { cwd: folder });
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^ulmfit: [^\n]+\n$/);
    }
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
  });
});

describe.skipIf(missing !== undefined)(withReason('the sample', missing), () => {
  // Fewer texts than `npm start` takes, and enough.
  const few = ['--lm-reviews', '400', '--train-reviews', '300'];
  const args = ['run', '--data', 'sample', '--preset', 'tiny', ...few, '--out', 'whole'];
  let printed: string;

  it('goes through every stage, far above chance', { timeout: 300_000 }, async () => {
    const { code, stdout, stderr } = await ulmfit(args, { cwd: folder });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^pretrain: perplexity [\d.]+, /m);
    expect(stdout).toMatch(/^finetune: perplexity [\d.]+, /m);
    expect(Number(/accuracy ([\d.]+) % on \d+ test texts/.exec(stdout)?.[1])).toBeGreaterThan(75);
    printed = stdout;
    expect(readdirSync(join(folder, 'whole')).sort()).toEqual([
      'checkpoints',
      'config.json',
      'corpus.json',
      'engine.json',
      'finetune',
      'linear.safetensors',
      'metrics.jsonl',
      'model',
      'pretrain',
      'report.html',
      'result.json',
      'task.json',
      'tensorboard',
    ]);
    expect(readdirSync(join(folder, 'whole', 'tensorboard', 'finetune'))).toEqual(['train', 'valid']);
    expect(readdirSync(join(folder, 'whole', 'checkpoints'))).toEqual([]);
  });

  it('says the same at once when it is done', async () => {
    const report = join(folder, 'whole', 'report.html');
    const drawn = statSync(report).mtimeMs;
    const { code, stdout, stderr } = await ulmfit(args, { cwd: folder });
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(printed);
    expect(statSync(report).mtimeMs).toBe(drawn);
    expect(stdout).toMatch(/^run: whole\nreport: whole.report\.html\n$/m);
    expect(stderr).not.toMatch(/steps|documents/);
  });

  it('is reported, with what it printed', async () => {
    const report = join(folder, 'whole', 'report.html');
    const page = readFileSync(report, 'utf8');
    const accuracy = /accuracy ([\d.]+ %) on/.exec(printed)?.[1];
    expect(page).toContain(`<p class="figure">${accuracy}</p>`);
    expect(page.match(/<svg/g)).toHaveLength(16);
    rmSync(report);
    const { code, stdout, stderr } = await ulmfit(['report', 'whole'], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(printed.endsWith(stdout)).toBe(true);
    expect(readFileSync(report, 'utf8')).toBe(page);
  });

  it('is not mixed with a run of other settings', async () => {
    const { code, stderr } = await ulmfit([...args, '--train-reviews', '20'], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ulmfit: whole holds a run with other settings \(task\.labels\); give/m);
    writeFileSync(join(folder, 'epochs.json'), '{"classifier": {"scratch": {"epochs": 9}}}');
    const changed = await ulmfit([...args, '--recipe', 'epochs.json'], { cwd: folder });
    expect(changed.code).toBe(2);
    expect(changed.stderr).toMatch(/other settings \(recipe\.classifier\.scratch\.epochs\)/);
  });

  it('is not gone on with on another engine', async () => {
    const { code, stderr } = await ulmfit([...args, '--backend', 'cpu'], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^ulmfit: whole began on tensorflow in \w+, and this is cpu in float32; add --backend tensorflow --precision \w+, or give another folder\n$/,
    );
  });

  it('predicts, as text and as JSON', async () => {
    // Those of the quick start.
    const texts = ['A gem: warm and funny.', 'Awful, just awful.'];
    const predict = ['predict', '--model', 'whole', ...texts];
    const text = (await ulmfit(predict, { cwd: folder })).stdout.trimEnd().split('\n');
    const json = (await ulmfit([...predict, '--json'], { cwd: folder })).stdout.trimEnd().split('\n');
    expect(json).toHaveLength(2);
    expect(text.map((line) => line.slice(0, 3))).toEqual(['pos', 'neg']);
    json.forEach((line, i) => {
      const made = JSON.parse(line) as Record<string, unknown> & { probabilities: Record<string, number> };
      expect(made).toMatchObject({ text: texts[i], label: expect.stringMatching(/^(neg|pos)$/) as string });
      expect(made['probability']).toBe(Math.max(...Object.values(made.probabilities)));
      expect(Object.values(made.probabilities).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(text[i]).toBe(`${String(made['label'])} ${Number(made['probability']).toFixed(4)}\t${texts[i]}`);
    });
  });

  it('predicts without TensorFlow where that answers sooner, and the same but for rounding', async () => {
    const probability = async (...flags: string[]) => {
      const { stdout, stderr } = await ulmfit(['predict', '--model', 'whole', '--json', ...flags, 'A gem.'], {
        cwd: folder,
        env: { TF_CPP_MIN_LOG_LEVEL: '0' },
      });
      return { value: (JSON.parse(stdout) as { probability: number }).probability, stderr };
    };
    const [quick, wasm, chosen] = [
      await probability(),
      await probability('--backend', 'wasm'),
      await probability('--backend', 'tensorflow'),
    ];
    // TensorFlow is asked to say what it does.
    expect(chosen.stderr).toContain('TensorFlow');
    expect(quick.stderr).toBe('');
    expect(quick.value).toBe(wasm.value);
    expect(quick.value).toBeCloseTo(chosen.value, 5);
  });

  it('is evaluated as in the run, from its bundle alone', async () => {
    cpSync(join(folder, 'whole', 'model'), join(folder, 'bundle'), { recursive: true });
    const { stdout, stderr } = await ulmfit(['evaluate', '--model', 'bundle'], { cwd: folder });
    // The run's report has the mistakes.
    const [judged = ''] = stdout.split('\n\nmost confident mistakes');
    expect(printed, stderr).toContain(`\n\n${judged.trimEnd()}\n`);
  });
});

describe.skipIf(process.platform === 'win32')('a run that hangs (signals: not on Windows)', () => {
  it('keeps others off its folder, and ends at once at the second Ctrl-C', { timeout: 60_000 }, async () => {
    // A plugin that waits for ever.
    const hanging = `export default { plugins: [{ name: 'hanging', setup: () => new Promise(() => setInterval(() => {}, 1e6)) }] };`;
    writeFileSync(join(folder, 'hanging.config.mjs'), hanging);
    const pretrain = ['pretrain', '--preset', 'tiny', '--backend', 'cpu', '--out', 'hangs'];
    const command = [...pretrain, '--config', 'hanging.config.mjs', '--corpus', writeCorpus(folder, 20)];
    const { child, ended } = startUlmfit(command, { cwd: folder });
    while (!existsSync(join(folder, 'hangs', 'config.json')) && child.exitCode === null) await sleep(20);
    const second = await ulmfit(command, { cwd: folder });
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(
      new RegExp(
        `^ulmfit: process ${child.pid} is using this run \\(.*lock\\.json\\); wait for it, or stop it\n$`,
      ),
    );

    child.kill('SIGINT');
    await once(child.stderr as Readable, 'data');
    const begun = performance.now();
    child.kill('SIGINT');
    const { code, signal, stderr } = await ended;
    expect(performance.now() - begun).toBeLessThan(5000);
    // A shell calls this 130.
    expect([code, signal]).toEqual([null, 'SIGINT']);
    expect(stderr).toContain('\nStopping after this step; again to stop at once.\n');

    // What it held is free, though it could not give it back.
    const third = await ulmfit([...pretrain, '--corpus', 'nowhere.txt'], { cwd: folder });
    expect(third.stderr).not.toContain('is using this run');
  });
});

describe.skipIf(missing !== undefined)(withReason('a run that is ended', missing), () => {
  let args: string[];
  const weights = (run: string) => readFileSync(join(folder, run, 'pretrain', 'weights.safetensors'));

  beforeAll(async () => {
    args = ['pretrain', '--corpus', writeCorpus(folder, 120), '--preset', 'tiny', '--seed', '5', '--out'];
    const { code, stderr } = await ulmfit([...args, 'uninterrupted'], { cwd: folder });
    expect(code, stderr).toBe(0);
  });

  /** Sends the signal a little after a line, and after a checkpoint where it is to go on from one. */
  function endAfter(command: readonly string[], signal: NodeJS.Signals, line: RegExp, checkpoint?: string) {
    let isDue = false;
    const saved = () => readdirSync(checkpoint ?? folder).some((name) => !name.endsWith('.tmp'));
    return ulmfit(command, {
      cwd: folder,
      onStderr: (text, kill) => {
        if (isDue || !line.test(text)) return;
        isDue = true;
        const send = () => (!checkpoint || (existsSync(checkpoint) && saved()) ? kill(signal) : later());
        const later = () => void setTimeout(send, 50);
        later();
      },
    });
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s saves, and ends with the same bytes', { timeout: 120_000 }, async (signal, code) => {
    const command = [...args, signal];
    const cut = await endAfter(command, signal, /^pretrain: \d+ steps/m);
    expect(cut.code, cut.stderr).toBe(code);
    expect(cut.stderr).toMatch(
      /progress is saved\. To resume: node \S+ulmfit\.js pretrain --corpus \S+ .*\n$/,
    );
    expect(existsSync(join(folder, signal, 'pretrain'))).toBe(false);
    const resumed = await ulmfit(command, { cwd: folder });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/, resumed at step [1-9]/);
    expect(weights(signal).equals(weights('uninterrupted'))).toBe(true);
  });

  // As `2>&1 | tee log` does when the same Ctrl-C ends it, or `2>&1 | head -1`.
  const unread = async (command: string[], then: (kill: (signal: NodeJS.Signals) => void) => void) => {
    const { child, ended } = startUlmfit(command, {
      cwd: folder,
      onStderr: (text, kill) => {
        if (!/^pretrain: \d+ steps/m.test(text) || child.stderr?.destroyed) return;
        child.stdout?.destroy();
        child.stderr?.destroy();
        then(kill);
      },
    });
    return (await ended).code;
  };

  it.skipIf(process.platform === 'win32')(
    'saves though nobody reads what it says (a broken pipe: not on Windows)',
    { timeout: 120_000 },
    async () => {
      const command = [...args, 'unread'];
      expect(await unread(command, (kill) => kill('SIGINT'))).toBe(130);
      expect(existsSync(join(folder, 'unread', 'lock.json'))).toBe(false);
      expect(readdirSync(join(folder, 'unread', 'checkpoints', 'pretrain'))).toHaveLength(1);
      // Its results are not read either.
      expect(await unread(command, () => undefined)).toBe(141);
      expect(weights('unread').equals(weights('uninterrupted'))).toBe(true);
    },
  );

  it('by SIGKILL goes on from the last epoch', { timeout: 120_000 }, async () => {
    const command = [...args, 'killed'];
    const checkpoints = join(folder, 'killed', 'checkpoints', 'pretrain');
    const cut = await endAfter(command, 'SIGKILL', /^pretrain epoch 1 /m, checkpoints);
    expect(cut.code).toBe(null);
    const resumed = await ulmfit(command, { cwd: folder });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/, resumed at step [1-9]/);
    expect(weights('killed').equals(weights('uninterrupted'))).toBe(true);
    expect(readdirSync(join(folder, 'killed')).sort()).toEqual(
      readdirSync(join(folder, 'uninterrupted')).sort(),
    );
  });

  it('passes over a checkpoint that is damaged, and says so', { timeout: 120_000 }, async () => {
    const command = [...args, 'damaged'];
    const checkpoints = join(folder, 'damaged', 'checkpoints', 'pretrain');
    const cut = await endAfter(command, 'SIGINT', /^pretrain epoch 1 /m, checkpoints);
    expect(cut.code, cut.stderr).toBe(130);
    const newest = readdirSync(checkpoints).sort().at(-1) ?? '';
    const tensors = join(checkpoints, newest, 'tensors.safetensors');
    writeFileSync(tensors, readFileSync(tensors).subarray(0, 1000));
    const resumed = await ulmfit(command, { cwd: folder });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/^ulmfit: .*tensors\.safetensors has 1000 bytes.*going on from/m);
    expect(weights('damaged').equals(weights('uninterrupted'))).toBe(true);
  });
});
